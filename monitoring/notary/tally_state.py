"""The state of a tally as the rows that are kept of it beside its entries: lanes, courts, sequences, and how far the notary is."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ...schemas.fingerprints import fingerprint
from ...schemas.wire.suites import RunningDigest
from ...topics.transport.ports import TopicPartition
from ..log.sequences import SequenceSet
from .tally import LaneTally, Tally

META, HEAD, CHECK = b"meta", b"head", b"check"
"""Names of rows."""
FORMAT = 1
"""Of the tally; release 0.1.0 wrote no number."""
_DIGEST = b"digest/"
_HASH = 32


@dataclass(slots=True)
class NotaryProgress:
    """How far a notary has come; every number in it was on disk before it was used."""

    issued: int = 0
    """The newest barrier number that may have been written to a topic."""
    head_number: int = 0
    """The newest barrier a head was signed for."""
    head_hash: str = ""
    """Hash of that head's body in hex, of the suite it names; empty before the first."""


def state_rows(tally: Tally, progress: NotaryProgress, head: bytes) -> dict[bytes, bytes]:
    """Return the rows of a tally's state, with a checksum over them."""
    lanes = tally.lanes.items()
    rows = {_DIGEST + _name(lane).encode(): counted.settle().state() for lane, counted in lanes}
    rows |= {META: json.dumps(_meta(tally, progress)).encode(), HEAD: head}
    return rows | {CHECK: _check(rows, sorted(rows))}


def is_whole(rows: Mapping[bytes, bytes]) -> bool:
    """Return whether the rows are those that were written together; older releases wrote no checksum."""
    check = rows.get(CHECK)
    return check is None or check == _check(rows, check[_HASH:].split(b"\n"))


@dataclass(frozen=True, slots=True)
class KeptTally:
    """The rows of a state, read."""

    _meta: Mapping[str, Any]
    _rows: Mapping[bytes, bytes]

    @classmethod
    def of(cls, rows: Mapping[bytes, bytes]) -> "KeptTally":
        """Read rows that are whole; of a later format the format alone can be asked for."""
        return cls(json.loads(rows[META]), rows)

    @property
    def format(self) -> int:
        """Of the release that wrote it."""
        return int(self._meta.get("format", 1))

    @property
    def suite(self) -> str:
        """With whose digest it was counted."""
        return str(self._meta["suite"])

    @property
    def progress(self) -> NotaryProgress:
        """How far the notary had come."""
        return NotaryProgress(**self._meta["progress"])

    def restore(self, tally: Tally) -> None:
        """Let a new tally of the same suite go on from here."""
        meta = self._meta
        for lane in tally.lanes:
            stored = meta["lanes"].get(_name(lane))
            if stored is not None:
                digest = tally.suite.set_digest(self._rows.get(_DIGEST + _name(lane).encode(), b""))
                tally.lanes[lane] = _lane(stored, digest)
        topics = meta.get("topics", {})  # older releases kept none
        tally.topic_ids = {topic: bytes.fromhex(each) for topic, each in topics.items()}
        tally.courts.update(meta["courts"])
        for topic, court, intervals in meta["sequences"]:
            tally.sequences[topic, court] = SequenceSet(intervals)
        tally.read.restore(meta.get("read", ()))  # older releases kept none
        tally.findings.restore(meta.get("findings", ()))
        tally.checkpoints.restore(meta["checkpoints"])


def _check(rows: Mapping[bytes, bytes], names: list[bytes]) -> bytes:
    """Return a checksum over some rows of the state, and the names of these rows."""
    return fingerprint(b"".join(rows.get(name, b"") for name in names)) + b"\n".join(names)


def _name(lane: TopicPartition) -> str:
    return f"{lane.topic}/{lane.partition}"


def _lane(stored: dict[str, Any], digest: RunningDigest) -> LaneTally:
    live = {int(court): count for court, count in stored["live"].items()}
    revoked = frozenset(map(bytes.fromhex, stored.get("revoked", ())))  # older releases kept none
    return LaneTally(digest, stored["offset"], stored["records"], live, revoked=revoked)


def _intervals(sequences: Mapping[tuple[str, str], SequenceSet]) -> list[list[object]]:
    return [[topic, court, numbers.intervals()] for (topic, court), numbers in sequences.items()]


def _meta(tally: Tally, progress: NotaryProgress) -> dict[str, object]:
    return {
        "format": FORMAT,
        "suite": tally.suite.name,
        "lanes": {
            _name(lane): {
                "offset": counted.offset,
                "records": counted.records,
                "live": counted.live,
                "revoked": sorted(each.hex() for each in counted.revoked),
            }
            for lane, counted in tally.lanes.items()
        },
        "topics": {topic: topic_id.hex() for topic, topic_id in tally.topic_ids.items()},
        "courts": tally.courts,
        "sequences": _intervals(tally.sequences),
        "read": tally.read.state(),
        "findings": tally.findings.state(),
        "checkpoints": tally.checkpoints.state(),
        "progress": asdict(progress),
    }
