"""What courts have published of enforcement, read from `enforcement.counts.<jurisdiction>.v1`: of each count the newest revision.

A count is one only if a court of the jurisdiction signed it with a key that was valid then; after every change of the register
of keys that is asked again of all that is kept. Nothing here opens an interception: whoever reads the topic can say the same.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from ...schemas.dates import date_of_ms
from ...schemas.fingerprints import fingerprint
from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import Undecodable, decode
from ...schemas.wire.enforcement import SCHEMA, cut_of, read_day
from ...schemas.wire.framing import FramingError
from ...schemas.wire.signing import SignatureInvalid
from ...topics.catalogue import names
from ...topics.keys.entitlement import Reading, is_refused_for_good, require
from ...topics.keys.keyrings import Directory
from ...topics.transport.errors import TopicMissing, TransportError
from ...topics.transport.ports import Message, Subscriber, TopicPartition
from ...topics.transport.reading import LogStalled, ReadToEnd, lane_of, topic_lanes
from ...topics.transport.received import unwrap
from ...topics.workers.clock import Clock

KEPT = timedelta(days=75)
"""Counts of older cuts are let go: the last closed week and month lie within."""
_EVERY_SECONDS = 60.0
_MOST_KEPT = 200_000
"""Records of unknown keys are kept while all together are fewer."""


@dataclass(frozen=True, slots=True)
class PublishedCount:
    """A count as its court published it, and where it stands in the log."""

    record: Mapping[str, Any]
    at: TopicPartition
    offset: int

    @property
    def first(self) -> date:
        """The first day of its cut."""
        return date.fromisoformat(self.record["from_day"])


@dataclass(frozen=True, slots=True)
class _KeptCount:
    count: PublishedCount
    body: bytes = field(repr=False)
    received_at: int
    """By the broker's clock, ms UTC."""

    @property
    def reading(self) -> Reading:
        """Where and when it is read."""
        return Reading((self.count.record["jurisdiction"],), self.received_at)


class PublishedCounts:
    """Reads counts once a minute, in steps."""

    def __init__(self, directory: Directory, subscriber: Subscriber, clock: Clock) -> None:
        """Read nothing before `read`."""
        self._directory, self._subscriber, self._clock = directory, subscriber, clock
        self._positions: dict[TopicPartition, int] = {}
        self._kept: dict[bytes, _KeptCount] = {}
        """By the hash of the body: the same record twice is one."""
        self._valid: dict[bytes, PublishedCount] = {}
        self._verified_by = -1
        """The version of the register under which `_valid` was found."""
        self._reading: ReadToEnd | None = None
        self._next = -math.inf
        self.ignored = 0
        """Records that can be no count of their jurisdiction."""
        self.published: Sequence[PublishedCount] = ()
        """The newest revision of every count that holds; replaced as a whole."""

    def read(self, jurisdictions: Iterable[str]) -> bool:
        """Read what is new, if it is time; return whether all of it was read. Raises TransportError, LOG_STALLED."""
        if self._reading is None and self._clock.monotonic() < self._next:
            return True
        try:
            if self._reading is None:
                lanes = [lane for each in jurisdictions for lane in self._lanes(each)]
                at = {lane: self._positions.get(lane, 0) for lane in lanes}
                self._reading = ReadToEnd(self._subscriber, at, self._clock)
            for message in self._reading.read():
                self._take(message)
            if not self._reading.done:
                return False
        except (TransportError, LogStalled):
            self._reading = None
            raise
        self._reading, self._next = None, self._clock.monotonic() + _EVERY_SECONDS
        self._look_anew()
        return True

    def _lanes(self, jurisdiction: str) -> list[TopicPartition]:
        with suppress(TopicMissing):
            return topic_lanes(self._subscriber, names.enforcement_counts(jurisdiction))
        return []

    def _take(self, message: Message) -> None:
        at = lane_of(self._subscriber, message)
        self._positions[at] = message.offset() + 1
        try:
            written_with, body = unwrap(message)
            record = decode(written_with, body) if is_version_of(written_with, SCHEMA) else None
        except (FramingError, Undecodable):
            record = None
        if record is None or not _is_count(record, at.topic):
            self.ignored += 1
            return
        kept = _KeptCount(PublishedCount(record, at, message.offset()), body, message.timestamp()[1])
        if self._may_count(kept):
            self._kept.setdefault(fingerprint(body), kept)
        else:
            self.ignored += 1

    def _look_anew(self) -> None:
        oldest = date_of_ms(self._clock.now()) - KEPT
        self._kept = {key: each for key, each in self._kept.items() if each.count.first >= oldest}
        version = self._directory.version
        known = self._valid if version == self._verified_by else {}
        self._valid = {key: each.count for key, each in self._kept.items() if key in known or self._holds(each)}
        self._verified_by = version
        newest: dict[tuple[str, ...], PublishedCount] = {}
        for count in self._valid.values():
            place = tuple(
                str(count.record[name]) for name in ("jurisdiction", "court", "agency", "measure", "from_day")
            )
            before = newest.get(place)
            if before is None or count.record["revision"] >= before.record["revision"]:
                newest[place] = count
        self.published = tuple(newest.values())

    def _may_count(self, kept: _KeptCount) -> bool:
        """Return whether a record counts, or may once its key is known: of those so many are kept at most."""
        if is_refused_for_good(self._directory, SCHEMA, kept.body, kept.count.record, kept.reading):
            return False
        return len(self._kept) < _MOST_KEPT or self._holds(kept)

    def _holds(self, kept: _KeptCount) -> bool:
        try:
            require(self._directory, SCHEMA, kept.body, kept.count.record, kept.reading)
        except (SignatureInvalid, TransportError):
            return False
        return True


def _is_count(record: Mapping[str, Any], topic: str) -> bool:
    """Whether a record stands in its topic and is about one whole cut."""
    first, last = read_day(record["from_day"]), read_day(record["until_day"])
    if first is None or last is None or record["count"] < 0:
        return False
    cut = cut_of(first)
    return (cut.from_day, cut.until_day) == (first, last) and names.enforcement_counts(record["jurisdiction"]) == topic
