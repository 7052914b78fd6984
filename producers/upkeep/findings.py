"""What the keeper of a publisher's lists has to tell, kept in the register until it is over."""

import structlog

from ...schemas.wire.codec import decode, decode_prefix
from ...schemas.wire.framing import frame, unframe
from ...topics.transport.ports import TopicPartition
from ...topics.workers.clock import Clock
from .book import OwnEntry, UpkeepBook, UpkeepFinding
from .judging import Judge

_log = structlog.get_logger(__name__)
AHEAD = "ahead"
"""The log holds a record that a court of this register signed, and the register does not know it."""
REFUSED = "refused"
"""Nobody takes a record of the register: the key under it was not valid when it was signed."""
CONTESTED = "contested"
"""Others write under an entry's key again and again."""
SHRUNK = "shrunk"
"""A list holds less than it did."""
CLOCK = "clock"
"""This machine's clock is not that of the notaries."""


class KeeperFindings:
    """The findings of one register, noted when they begin and taken back when they are over."""

    def __init__(self, book: UpkeepBook, judge: Judge, clock: Clock) -> None:
        """Go on with those that stand."""
        self._book, self._judge, self._clock = book, judge, clock
        standing = book.findings()
        self._refused = {each.entry_id: each.version for each in standing if each.kind == REFUSED}
        self.ahead_keys = {each.entry_id for each in standing if each.kind == AHEAD}
        """Entries of which the log may hold a newer version than the register: nothing older is sent behind it."""
        self._contested = {each.about for each in standing if each.kind == CONTESTED}
        self._off_seconds = next((int(each.detail) for each in standing if each.kind == CLOCK), 0)

    def shrunk(self, lane: TopicPartition) -> None:
        """Find that a list holds less than it did."""
        _log.error("a list holds less than it did: `liandong court resend` sends again what is lost", list=lane.topic)
        self._find(UpkeepFinding(SHRUNK, lane.topic.encode(), list=lane.topic))

    def ahead(self, fingerprint: bytes, body: bytes, topic: str) -> None:
        """Find a record that the register does not know."""
        prefix, record = decode_prefix(body), decode(fingerprint, body)
        court, sequence = prefix["court"], str(record["court_sequence"])
        _log.error("the log holds a record of this court that the register does not know", court=court, list=topic)
        update, value = record["update_id"], frame(fingerprint, body)
        key = prefix["entry_id"], prefix["version"]
        self.ahead_keys.add(prefix["entry_id"])
        self._find(UpkeepFinding(AHEAD, update, court, topic, *key, sequence, value=value))

    def refused(self, key: bytes, entry: OwnEntry, topic: str) -> None:
        """Find that nobody takes an entry's newest record."""
        if self._refused.get(key, 0) < entry.version:
            _log.error(
                "a record of this court counts nowhere, `liandong court resign` signs it again", court=entry.court
            )
            self._refused[key] = entry.version
            self._find(UpkeepFinding(REFUSED, key, entry.court, topic, key, entry.version))

    def stands(self, key: bytes, entry: OwnEntry) -> None:
        """Take back that an entry's record is refused, if a later one stands."""
        if self._refused.get(key, entry.version) < entry.version:
            self._book.clear(REFUSED, [key])
            del self._refused[key]

    def contested(self, now_contested: set[bytes]) -> None:
        """Find the entries that others write about again and again."""
        for key in now_contested - self._contested:
            entry = self._book.entries([key])[key]
            _log.error("others write under the key of an entry again and again", court=entry.court)
            self._find(UpkeepFinding(CONTESTED, key, entry.court, entry_id=key, version=entry.version))
        self._book.clear(CONTESTED, self._contested - now_contested)
        self._contested = now_contested

    def clock_off(self, seconds: int) -> None:
        """Find that this machine's clock is off by so many seconds, or not at all."""
        if seconds and not self._off_seconds:
            _log.error("this machine's clock is off the notaries'; nothing is signed by it", seconds=seconds)
        if seconds != self._off_seconds:
            if seconds:
                self._find(UpkeepFinding(CLOCK, b"", detail=str(seconds)))
            else:
                self._book.clear(CLOCK, [b""])
            self._off_seconds = seconds

    def look_again(self) -> list[UpkeepFinding]:
        """Take back what is known by now, and what other keys have made void; return the records that turned out to be nobody's.

        Raises TransportError.
        """
        void = []
        for each in self._book.findings(AHEAD):
            is_void = not self._judge.holds(*unframe(each.value), each.entry_id)
            if is_void or self._knows(each.about):
                self._book.clear(AHEAD, [each.about])
            if is_void:
                void.append(each)
        self.ahead_keys = {each.entry_id for each in self._book.findings(AHEAD)}
        for key, entry in self._book.entries(list(self._refused)).items():
            if entry.version > self._refused[key] or self._judge.counts(*unframe(entry.value), entry.court):
                self._book.clear(REFUSED, [key])
                del self._refused[key]
        return void

    def _knows(self, update_id: bytes) -> bool:
        return self._book.register.update(update_id) is not None

    def _find(self, found: UpkeepFinding) -> None:
        self._book.find(found, self._clock.now())
