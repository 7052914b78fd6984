"""What the lists never fall below, as a node keeps it (`consumers/replication/floors.py`): for ever, beside the cache of evidence.

A floor rises with a head that a node's receipt has proven, of which the root's word about the register of keys vouches. It is not in
the log: without its file a list that was made again looks like a new one.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from filelock import FileLock

from ...consumers.replication.floors import SaidList, raised, shortfalls
from ...consumers.store.layout import ListFloor, Shortfall
from ...topics.private_files import DiskFull, private_folder, write_private
from .stands import CourtCount, HeadStand

_LOCK_SECONDS = 10.0
logger = logging.getLogger(__name__)


class TrustedFloors:
    """Floors of one machine, a file for each jurisdiction; several processes may raise them."""

    def __init__(self, folder: Path) -> None:
        """Open nothing."""
        self._folder = folder
        self._read: dict[str, tuple[tuple[int, int], ListFloor]] = {}
        """By jurisdiction the floor as it was read last, and from which file."""
        self._unkept: dict[str, ListFloor] = {}
        """What could not be written."""

    def lacking(self, head: HeadStand, topic_ids: Mapping[str, bytes]) -> list[Shortfall]:
        """Return what a head lacks of what was said before; `topic_ids` are those of the topics as this machine reads them."""
        floor = self._floor(head.jurisdiction)
        return list(shortfalls(floor, _record(head), _said(head, topic_ids)))

    def raise_to(self, head: HeadStand, topic_ids: Mapping[str, bytes]) -> None:
        """Raise the floor to a head that has proven a copy, unless it lacks something."""
        floor, record, said = self._floor(head.jurisdiction), _record(head), _said(head, topic_ids)
        if not record["lanes"] or shortfalls(floor, record, said) or raised(floor, record, said) == floor:
            return
        try:
            private_folder(self._folder)
            with FileLock(self._folder / "lock", timeout=_LOCK_SECONDS):
                risen = raised(self._floor(head.jurisdiction), record, said)
                write_private(self._file(head.jurisdiction), msgspec.msgpack.encode(risen))
        except (OSError, TimeoutError, DiskFull) as failed:  # filelock's own is a TimeoutError
            if head.jurisdiction not in self._unkept:
                logger.warning("what the lists never fall below cannot be kept in %s: %s", self._folder, failed)
            self._unkept[head.jurisdiction] = raised(floor, record, said)
        else:
            self._unkept.pop(head.jurisdiction, None)

    def _floor(self, jurisdiction: str) -> ListFloor | None:
        if (unkept := self._unkept.get(jurisdiction)) is not None:
            return unkept
        file = self._file(jurisdiction)
        if not file.exists():
            return None
        state = file.stat()
        which = state.st_mtime_ns, state.st_ino
        known = self._read.get(jurisdiction)
        if known is None or known[0] != which:
            try:
                known = which, msgspec.msgpack.decode(file.read_bytes(), type=ListFloor)
            except (msgspec.DecodeError, msgspec.ValidationError):
                logger.exception("%s is damaged: what the lists held before is not known here any more", file)
                return None
            self._read[jurisdiction] = known
        return known[1]

    def _file(self, jurisdiction: str) -> Path:
        return self._folder / f"{jurisdiction}.msgpack"


def _record(head: HeadStand) -> dict[str, Any]:
    """Return a head as `floors` takes one."""
    topics = head.topic_ids.items()
    return {
        "lanes": [{"topic": topic, "topic_id": bytes.fromhex(signed)} for topic, signed in topics],
        "courts": [_row(count) for count in head.courts],
    }


def _row(count: CourtCount) -> dict[str, Any]:
    numbers = {"highest": count.highest, "published": count.published, "live_missing": count.live_missing}
    return {"list": count.topic, "court": count.court, **numbers}


def _said(head: HeadStand, topic_ids: Mapping[str, bytes]) -> SaidList:
    """Return the list as the copy holds it that is equal to the head, or would."""
    courts = {(count.topic, count.court): count.highest for count in head.courts}
    return SaidList(head.jurisdiction, courts, topic_ids)
