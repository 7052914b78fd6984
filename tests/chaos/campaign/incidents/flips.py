"""Bits of the node's stores flip, and files are cut short: thousands of times on a copy, then under the node itself."""

import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from sqlalchemy import select

from liandong.consumers.acts_db.database import open_acts
from liandong.consumers.acts_db.tables import commands_handled
from liandong.consumers.node.copies import LIST
from liandong.consumers.store import power
from liandong.consumers.store.relief import ReliefStore
from liandong.consumers.store.writer import ListStore
from liandong.schemas.errors import LiandongError
from liandong.tests.chaos.campaign.row import Row
from liandong.tests.chaos.campaign.yard import AGENCY, Yard
from liandong.tests.simulation.backups import DATA_FILE, cut, flip
from liandong.tests.simulation.running import MEMORY
from liandong.tests.simulation.seeded import chance_of
from liandong.topics.storage.database import sqlite_url

TIMES = int(os.environ.get("LIANDONG_CHAOS_FLIPS", "10000"))
_ANEW = "begun anew"


def _strike(yard: Yard) -> None:
    agency = yard.settings.state_dir / "agencies" / AGENCY
    yard.end("node")
    whole = yard.settings.state_dir.parent / f"{yard.settings.state_dir.name}-whole"
    shutil.copytree(agency, whole)
    yard.begin("node")
    yard.notes += [f"{what}: {times}" for what, times in sorted(harmed(whole, yard.chance, TIMES).items())]
    yard.traffic(2)
    for number in range(2):
        yard.end("node")
        flip(agency / "1" / LIST / DATA_FILE, chance_of(number), anywhere=True)
        yard.begin("node")
        yard.traffic(2)


def harmed(whole: Path, chance: Random, times: int) -> Counter[str]:
    """Harm one file of a closed node's folder again and again; count what opening it came to.

    Raises AssertionError where a store says something else than before and does not notice.
    """
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        return _harmed(whole, Path(folder), chance, times)


def _harmed(whole: Path, folder: Path, chance: Random, times: int) -> Counter[str]:
    found: Counter[str] = Counter()
    readings: dict[str, Callable[[Path], object]] = {"1/list": _list, "1/relief": _relief, "acts.db": _acts}
    before = {name: reading(_copy(whole, folder, name)) for name, reading in readings.items()}
    assert _ANEW not in before.values(), "a store that is empty before it is harmed shows nothing"
    for number in range(times):
        name = chance.choice(sorted(readings))
        path = _copy(whole, folder, name)
        file = path if path.is_file() else chance.choice(sorted(each for each in path.iterdir() if each.is_file()))
        if file.name == "lock.mdb":
            continue
        harm = flip if chance.random() < 0.7 else cut
        harm(file, chance_of(number), **({"anywhere": True} if harm is flip else {}))
        try:
            after = readings[name](path)
        except LiandongError as refused:
            found[f"{name} refused, {refused.code}"] += 1
            continue
        assert after in (before[name], _ANEW), f"{name} {file.name}, harm {number}: {after}, {before[name]} before"
        found[f"{name} {'begun anew' if after == _ANEW else 'read as before'}"] += 1
    return found


def _copy(whole: Path, folder: Path, name: str) -> Path:
    target = folder / name
    if target.is_dir():
        shutil.rmtree(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    if (whole / name).is_dir():
        shutil.copytree(whole / name, target)
    else:
        for beside in folder.glob(f"{name}*"):
            beside.unlink()
        shutil.copy(whole / name, target)
    return target


def _list(path: Path) -> object:
    store = ListStore.open(path, boot=power.boot_id())
    with store.reader().snapshot() as snapshot:
        records = sorted((bytes(place), bytes(value)) for place, value in snapshot.records())
    heads = [(head.notary, head.number) for head in store.heads()]
    store.abandon()
    return (records, heads) if records else _ANEW


def _relief(path: Path) -> object:
    store = ReliefStore.open(path, boot=power.boot_id())
    lanes = [(lane.topic, lane.partition, lane.next_offset) for lane in store.reader().lanes()]
    store.abandon()
    return lanes or _ANEW


def _acts(path: Path) -> object:
    engine = open_acts(sqlite_url(path))
    try:
        with engine.begin() as connection:
            return sorted(connection.execute(select(commands_handled.c.command_id)).scalars())
    finally:
        engine.dispose()


ROWS = (Row("bits of the node's stores flip and files are cut short", _strike),)
