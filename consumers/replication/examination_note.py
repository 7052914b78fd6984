"""The result of a finished examination of revoked keys, kept beside the copy, so that a restart answers at once.

What an examination says is of one log: the note names the topics by their ids and how far they were read, the keys with the instant
as of which the root revoked each, and the notaries' keys whose heads prove what stood before. One that is damaged, of other topics, of a log
that is shorter now, or of another revocation says nothing, and the log is looked through again. It holds nothing the copy does not hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import structlog

from ...schemas.errors import LiandongError
from ...schemas.fingerprints import fingerprint
from ...topics.private_files import DiskFull, write_private
from ...topics.transport.ports import Subscriber, TopicPartition
from ..store.values import stored
from .listed_entry import listed_entry
from .revoked_keys import Examination

_log = structlog.get_logger(__name__)
FILE = "examined"
_BEGINS = b"liandong-examined-1\n"
_HASH = 32


class ExaminedLog(msgspec.Struct, array_like=True, frozen=True):
    """Which log was looked through, and how far."""

    jurisdictions: tuple[str, ...]
    topic_ids: dict[str, bytes]
    """Of the lists and of the heads, by logical topic."""
    read_through: dict[str, list[int]]
    """By topic of the lists, the next offset of each partition."""

    def is_read_by(self, subscriber: Subscriber, jurisdictions: Sequence[str]) -> bool:
        """Whether it is the log that is there now, with all that was read. Raises TransportError."""
        if self.jurisdictions != tuple(jurisdictions):
            return False
        if any(subscriber.topic_id(topic) != known for topic, known in self.topic_ids.items()):
            return False
        return all(
            len(subscriber.partitions(topic)) == len(offsets)
            and all(
                subscriber.watermarks(TopicPartition(topic, number)).high >= offset
                for number, offset in enumerate(offsets)
            )
            for topic, offsets in self.read_through.items()
        )


class KeptExamination(msgspec.Struct, array_like=True, frozen=True):
    """A finished examination as it is kept."""

    log: ExaminedLog
    settled: dict[bytes, int]
    """Ids of the revoked keys, and since when each was revoked; ms UTC."""
    vouchers: list[bytes]
    """Ids of the notaries' keys whose heads prove what stood before."""
    doubtful: dict[bytes, list[bytes]]
    restored: list[tuple[str, bytes]]
    """Jurisdiction and stored value of what stood before."""

    @classmethod
    def of(cls, log: ExaminedLog, vouchers: frozenset[bytes], found: Examination) -> "KeptExamination":
        """Take what is to be kept."""
        restored = [(each.jurisdiction, stored(each.fingerprint, each.body)) for each in found.restored.values()]
        doubtful = {entry_id: sorted(bodies) for entry_id, bodies in found.doubtful.items()}
        return cls(log, dict(found.settled), sorted(vouchers), doubtful, restored)

    def examination(self) -> Examination:
        """Return what was found. Raises what shows a damage."""
        values = (listed_entry(b"", value, None, "state", place) for place, value in self.restored)
        restored = (replace(each, entry_id=each.prefix["entry_id"], asks=True) for each in values)
        doubtful: Mapping[bytes, frozenset[bytes]] = {
            entry_id: frozenset(bodies) for entry_id, bodies in self.doubtful.items()
        }
        return Examination(self.settled, doubtful, {each.entry_id: each for each in restored})


class ExaminationNote:
    """The file beside one node's copy; its node alone writes it, others on the machine may read it."""

    def __init__(self, folder: Path, *, writes: bool = True) -> None:
        """Take the folder of the copy; nothing is read yet."""
        self._path, self._writes = folder / FILE, writes

    def read(self) -> KeptExamination | None:
        """Return what was kept, None if nothing was or it is damaged."""
        try:
            return decoded(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, msgspec.DecodeError, LiandongError) as failed:
            _log.warning("the note of what revoked keys signed is of no use, the log is read again", why=str(failed))
            return None

    def write(self, kept: KeptExamination) -> None:
        """Keep an examination in the place of the one before; where that fails, a restart looks through the log again."""
        if not self._writes:
            return
        content = msgspec.msgpack.encode(kept)
        try:
            write_private(self._path, _BEGINS + fingerprint(content) + content)
        except (OSError, DiskFull) as failed:
            _log.warning("what revoked keys signed could not be noted", reason=str(failed))


def decoded(raw: bytes) -> KeptExamination:
    """Read a note. Raises what shows a damage."""
    content = raw[len(_BEGINS) + _HASH :]
    if raw[: len(_BEGINS)] != _BEGINS or raw[len(_BEGINS) : len(_BEGINS) + _HASH] != fingerprint(content):
        raise ValueError("its fingerprint is another one")
    kept = msgspec.msgpack.decode(content, type=KeptExamination)
    kept.examination()
    return kept
