"""The stores of the town that can be made again from the log, and what the runbook says of each when it is damaged."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from liandong.monitoring.ledger.evidence_tables import FORMAT
from liandong.tests.simulation.backups import DATA_FILE, Backup
from liandong.tests.simulation.founding import JURISDICTION

if TYPE_CHECKING:
    from liandong.tests.simulation.machine import SimulatedMachine
    from liandong.tests.simulation.process import Process
    from liandong.tests.simulation.world import World

TRUSTED, BOOT = "trusted", "written-since-boot"
SEALED = "sealed"
"""A store that was closed in order has this beside its data: only then is a bit that flips sure to be noticed."""


KEY_FILES = {"signing": "signing.key", "sealing": "sealing.key", "manifest": "manifest.yaml"}
"""What only its administrator can bring again."""


@dataclass(frozen=True)
class Store:
    """What one process keeps in one folder, or one file."""

    name: str
    process: "Process"
    path: Path
    """Of the file that is damaged."""
    whole: tuple[Path, ...]
    """What belongs together when it is backed up and put back."""

    @property
    def machine(self) -> "SimulatedMachine":
        """Where it lies."""
        return self.process.machine

    @property
    def is_closed(self) -> bool:
        """Whether its process has closed it in order."""
        if self.process.runs or not self.path.exists():
            return False
        if self.path.name == TRUSTED:  # in a copy that is made again it alone says which receipts were given
            return not self.is_spoilt
        return self.path.name != DATA_FILE or self.is_sealed

    @property
    def is_sealed(self) -> bool:
        """Whether the seal beside a copy is of the file as it is: a copy that is written, or was killed, has a mark too."""
        return (self.path.parent / SEALED).exists() and not (self.path.parent / BOOT).exists()

    @property
    def is_spoilt(self) -> bool:
        """Whether the copy of the lists in its folder is made again at the next start: another boot wrote it last."""
        mark = self.path.parent / BOOT
        return mark.exists() and mark.read_bytes() != self.machine.disk.boot_id.encode()

    def backup(self) -> list[Backup]:
        """Copy all of it that is there."""
        return [self.machine.disk.backup(path) for path in self.whole if path.exists()]

    def put_back(self, copy: list[Backup]) -> None:
        """Put a copy in the place of what is there; nobody may use it."""
        copied = {one.path for one in copy}
        for path in self.whole:
            if path not in copied:
                path.unlink(missing_ok=True)
        for one in copy:
            self.machine.disk.restore(one)

    def remove(self) -> None:
        """Remove it, as the runbook says of what is made again."""
        for path in self.path.parent.glob(f"{self.path.name}*"):
            path.unlink()


def stores(world: "World") -> Mapping[str, Store]:
    """Return the stores there are, by name."""
    found = []
    for node in world.nodes.values():
        folder = node.machine.folder / "agencies" / node.agency / node.node
        for kind in ("list", "relief"):
            files = (DATA_FILE, SEALED, TRUSTED, BOOT)
            whole = tuple(folder / kind / each for each in files)
            found.append(Store(f"{kind} of {node.name}", node, folder / kind / DATA_FILE, whole))
        for kind, name in (("trust", TRUSTED), ("boot", BOOT), ("seal", SEALED)):
            path = folder / "list" / name
            found.append(Store(f"{kind} of {node.name}", node, path, (path,)))
        own = node.machine.folder / "participants" / node.agency
        found += [Store(f"{kind} of {node.name}", node, own / name, ()) for kind, name in KEY_FILES.items()]
        acts = node.machine.folder / "agencies" / node.agency / "acts.db"
        found.append(Store(f"acts of {node.name}", node, acts, (acts,)))
    machine = world.publisher.machine
    register = machine.folder / "publisher" / f"{JURISDICTION}.db"
    found.append(Store("register", world.publisher, register, (register,)))
    evidence = machine.folder / "monitoring" / f"evidence.v{FORMAT}.db"
    found.append(Store("evidence", world.processes["monitor"], evidence, (evidence,)))
    for court in world.courts:
        inbox = machine.folder / "courts" / court / "inbox.db"
        found.append(Store(f"inbox of {court}", world.processes[f"inbox of {court}"], inbox, (inbox,)))
    return {one.name: one for one in found}


def tally_of(world: "World", notary: str) -> Store:
    """Return the tally of a notary, which is never put back: a notary that has lost it ends."""
    folder = world.machines[notary].folder / "monitoring" / JURISDICTION / notary
    return Store(f"tally of {notary}", world.processes[notary], folder / DATA_FILE, ())
