"""Stores what a release leaves on disk, so that every later one is tested against it: CONTRIBUTING.md, A release.

`python -m liandong.tests.releases.store` in a checkout of the release plays a small demo with fictitious people and writes, into a
folder named for the version beside this file:

    state.tar.xz      the state directory: keys, register, acts, inboxes, copies, tally, tiles
    product.tar.xz    the sources, to run the release beside the next one
    postgresql.sql    its tables as PostgreSQL makes them
    holds.json        how many rows each table has, counted without the product's code
"""

import json
import shutil
import sqlite3
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import lmdb
from rich.console import Console
from sqlalchemy import Index, MetaData, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

import liandong
from liandong.consumers.acts_db.tables import metadata as acts
from liandong.monitoring.demo import scenes
from liandong.monitoring.demo.director import DemoOptions, staged
from liandong.producers.commands.sent import CommandRegister
from liandong.producers.register.tables import register_tables
from liandong.topics.settings import load_settings

FOLDER = Path(__file__).parent
ROOMS = ("__init__.py", "__main__.py", ".pkg", "schemas", "topics", "producers", "consumers", "monitoring")
COUNT, SEED = 300, 1
_LEFT_OUT = ("kafka", "lock.mdb")
"""The log, whose records leave it with time, and what belongs to processes."""


def main() -> None:
    """Play, and store what is left."""
    folder = FOLDER / version("liandong")
    folder.mkdir()
    with tempfile.TemporaryDirectory(prefix="liandong-release-") as played:
        state = play(Path(played))
        holds = {str(path.relative_to(state)): dict(sorted(rows.items())) for path, rows in sorted(counted(state))}
        (folder / "holds.json").write_text(json.dumps(holds, indent=1) + "\n", encoding="utf-8")
        pack(folder / "state.tar.xz", state, sorted(files_of(state)))
    sources = Path(liandong.__file__).resolve().parent
    wanted = (path for room in ROOMS for path in files_of(sources / room))
    pack(folder / "product.tar.xz", sources, sorted(path for path in wanted if path.suffix not in {".pyc", ".so"}))
    (folder / "postgresql.sql").write_text("".join(statements()), encoding="utf-8")


def play(folder: Path) -> Path:
    """Play the main scenes of the demo; return the state directory it leaves."""
    options = DemoOptions(folder / "demo", COUNT, SEED, attach=False)
    console = Console(stderr=True)
    with staged(options, load_settings(state_dir=folder / "none"), console) as played:
        scenes.publish(played)
        scenes.counters(played)
        scenes.relief(played)
        scenes.watch(played)
        if not played.all_fulfilled:
            sys.exit("the demo did not hold its promises, nothing is stored")
    state = folder / "demo" / "state"
    for database in state.rglob("*.db"):
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.rmtree(state / "kafka")
    return state


def files_of(folder: Path) -> Iterator[Path]:
    """Return a file itself, or the files below a folder."""
    below: Iterable[Path] = [folder] if folder.is_file() else folder.rglob("*")
    for path in below:
        left_out = path.name in _LEFT_OUT or path.suffix in {".lock", ".db-wal", ".db-shm"}
        if path.is_file() and not left_out and "__pycache__" not in path.parts:
            yield path


def counted(state: Path) -> Iterator[tuple[Path, dict[str, int]]]:
    """Return the number of rows in each table of each database and store."""
    for path in state.rglob("*.db"):
        with closing(sqlite3.connect(path)) as connection:
            names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            counts = (connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names)  # noqa: S608
            yield path, dict(zip(names, counts, strict=True))
    for path in state.rglob("data.mdb"):
        with (
            lmdb.open(str(path.parent), readonly=True, max_dbs=16, lock=False) as environment,
            environment.begin() as view,
        ):
            names_ = [bytes(key) for key, _ in view.cursor()]
            tables = {name: environment.open_db(name, view, create=False) for name in names_}
            yield path, {name.decode(): view.stat(table)["entries"] for name, table in tables.items()}


def pack(archive: Path, root: Path, files: Iterable[Path]) -> None:
    """Pack files so that the same files always give the same archive."""
    with tarfile.open(archive, "w:xz", preset=9) as packed:
        for path in files:
            entry = packed.gettarinfo(path, str(path.relative_to(root)))
            entry.uid = entry.gid = entry.mtime = 0
            entry.uname = entry.gname = ""
            with path.open("rb") as content:
                packed.addfile(entry, content)


def statements() -> Iterator[str]:
    """Return the statements that make the tables of this release in PostgreSQL, those of a store behind its name."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for name, metadata in stores().items():
        yield f"-- {name}\n"
        for table in metadata.sorted_tables:
            yield f"{str(CreateTable(table).compile(dialect=dialect)).strip()};\n"
            yield from (f"{CreateIndex(index).compile(dialect=dialect)};\n" for index in sorted_indexes(table))


def sorted_indexes(table: Table) -> list[Index]:
    """Return a table's indexes in the order of their names."""
    return sorted(table.indexes, key=lambda index: str(index.name))


def stores() -> dict[str, MetaData]:
    """Return the tables of what may stand in PostgreSQL."""
    commands = sys.modules[CommandRegister.__module__]._metadata
    return {"register": register_tables().metadata, "commands": commands, "acts": acts}


if __name__ == "__main__":
    main()
