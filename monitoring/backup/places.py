"""What a participant keeps on this machine that cannot be made again from the log, by path below the state directory."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ...consumers.acts_db.agency_home import agency_folder
from ...consumers.inbox.store import inbox_file
from ...producers.register.register import register_file
from ...topics.keys.manifest import Participant
from ...topics.settings import Settings
from ...topics.storage.mapped import DATA_FILE


class CopyKind(StrEnum):
    """How a place is copied."""

    SQLITE = "sqlite"
    MAPPED = "lmdb"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class StatePlace:
    """One file of a participant's state, or the folder of an LMDB environment."""

    path: Path
    """Below the state directory."""
    kind: CopyKind
    keeps_newest: bool = False
    """What stands there already is never older than a copy: it is left as it is."""
    is_register: bool = False
    """Once put back it signs nothing before it was compared with the log."""


def places_of(settings: Settings, participant: Participant) -> list[StatePlace]:
    """List what there is of a participant on this machine."""
    root = settings.state_dir
    return [place for place in _all(settings, participant) if (root / place.path).exists()]


def elsewhere(settings: Settings, participant: Participant) -> list[str]:
    """Name the settings whose databases hold state of a participant and are backed up by the server's own means."""
    named = []
    if participant.kind == "agency" and settings.acts_url is not None:
        named.append("acts_url")
    if participant.kind in {"court", "publisher"} and settings.outbox_url is not None:
        named.append("outbox_url")
    return named


def _all(settings: Settings, participant: Participant) -> Iterator[StatePlace]:
    root, name = settings.state_dir, participant.id
    for file in sorted((root / "participants" / name).glob("*")):
        if file.is_file() and not file.name.startswith("."):
            # keys are added and erased; an older file would bring back what was erased
            yield StatePlace(file.relative_to(root), CopyKind.FILE, keeps_newest=True)
    if participant.kind == "agency":
        yield from _of_agency(settings, agency_folder(settings, name))
    if participant.kind == "court":
        yield StatePlace(inbox_file(settings, name).relative_to(root), CopyKind.SQLITE)
    if participant.kind in {"court", "publisher"} and settings.outbox_url is None:
        for jurisdiction in participant.jurisdictions:
            yield StatePlace(register_file(settings, jurisdiction).relative_to(root), CopyKind.SQLITE, is_register=True)
    if participant.kind == "notary":
        for jurisdiction in participant.jurisdictions:
            yield StatePlace(Path("monitoring", jurisdiction, name, DATA_FILE), CopyKind.MAPPED)


def _of_agency(settings: Settings, folder: Path) -> Iterator[StatePlace]:
    root = settings.state_dir
    if settings.acts_url is None:
        yield StatePlace((folder / "acts.db").relative_to(root), CopyKind.SQLITE)
    for name in ("tokens.yaml", "limits.yaml"):
        yield StatePlace((folder / name).relative_to(root), CopyKind.FILE)
