"""The participants every town has, made once in a process: making keys and forcing them onto the disk takes its time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from liandong.tests.worlds.administration import Administration
from liandong.tests.worlds.town_members import COURT, FOREIGN_COURT, HIGH_COURT, KINDS, OTHER_COURT
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.settings import load_settings
from liandong.topics.transport.ports import OutgoingRecord
from liandong.topics.workers.clock import SystemClock


@dataclass(frozen=True)
class Founding:
    """What founding a town leaves: files in its state directory, records of its keys."""

    folders: Sequence[Path]
    files: Mapping[Path, bytes]
    keys: Sequence[OutgoingRecord]

    def settle(self, directory: Path) -> None:
        """Put the files into another town's state directory, as private as they were."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in self.folders:
            (directory / folder).mkdir(mode=0o700)
        for path, content in self.files.items():
            (directory / path).touch(mode=0o600)
            (directory / path).write_bytes(content)


@cache
def founding() -> Founding:
    """Found a town in memory; the same one for every caller in this process."""
    wire = MemoryWire()
    with TemporaryDirectory() as folder:
        first = Administration(wire, load_settings(state_dir=Path(folder)), SystemClock())
        first.join(HIGH_COURT, "court", jurisdictions=("js",))
        first.join(COURT, "court", jurisdictions=("js",), superior=HIGH_COURT)
        first.join(OTHER_COURT, "court", jurisdictions=("js",))
        first.join(FOREIGN_COURT, "court", jurisdictions=("cq",))
        for agency, kind in KINDS.items():
            first.join(agency, "agency", jurisdictions=("js",), agency_kind=kind)
        paths = sorted(Path(folder).rglob("*"))
        return Founding(
            [path.relative_to(folder) for path in paths if path.is_dir()],
            {path.relative_to(folder): path.read_bytes() for path in paths if path.is_file()},
            [
                OutgoingRecord(names.KEYS, m.key(), m.value(), m.headers() or [])
                for m in wire.broker.records(names.KEYS)
            ],
        )
