"""What the keeper of a publisher's lists has to tell, kept in the register until it is over."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ...schemas.wire.codec import decode, decode_prefix
from ...schemas.wire.framing import frame, unframe
from ...topics.transport.ports import TopicPartition
from ...topics.workers.clock import Clock
from .book import OwnEntry, UpkeepBook, UpkeepFinding
from .judging import Judge, StolenVersion

logger = logging.getLogger(__name__)
AHEAD = "ahead"
"""The log holds a record that a court of this register signed, and the register does not know it."""
REFUSED = "refused"
"""Nobody takes a record of the register: the key under it was not valid when it was signed."""
CONTESTED = "contested"
"""Others write under an entry's key again and again."""
STOLEN = "stolen"
"""Somebody has signed a newer version of an entry with a key of its court that is revoked by now."""
TAKEN = "taken"
"""Somebody has taken an entry of a court with a key of a court above it that is revoked by now: that court, which is the finding's,
gives it back.
"""
STRANGE = "strange"
"""Somebody has signed, with a key of a court of this register that is revoked by now, an entry that the register never had."""
OUTBID = "outbid"
"""Somebody had signed such a version, and the court has said more since: told for a week, or until somebody has taken note."""
SHRUNK = "shrunk"
"""A list holds less than it did."""
FILLED = "filled"
"""No finding: a list as it was made again, by its topic's id, holds all of this register; `court resend` may be first to see it."""
CLOCK = "clock"
"""This machine's clock is not that of the notaries."""
RELIEF_UNREAD = "relief-unread"
"""This publisher may not read its own relief lane, or there is none: what a thief writes there is not seen."""
_TOLD_MS = 7 * 86_400_000
_TOLD = {
    AHEAD: "the log holds records of %s that the register does not know: %d",
    REFUSED: "nobody takes records of %s, `liandong court resign` signs them again: %d",
    STRANGE: "with a stolen key of %s entries were invented, `liandong court resign --end-strangers` ends them: %d",
    TAKEN: "with a stolen key of %s entries of courts below it were taken, `liandong court resign --for` gives them back: %d",
    STOLEN: "with a stolen key of %s newer versions were signed, `liandong court resign` says more than those: %d",
}


class KeeperFindings:
    """The findings of one register, noted when they begin and taken back when they are over."""

    def __init__(self, book: UpkeepBook, judge: Judge, clock: Clock) -> None:
        """Go on with those that stand."""
        self._book, self._judge, self._clock = book, judge, clock
        self._new: list[UpkeepFinding] = []
        standing = book.findings()
        self._refused = {each.entry_id: each.version for each in standing if each.kind == REFUSED}
        self.ahead_keys = self._keys_ahead([each for each in standing if each.kind == AHEAD])
        """Entries of which the log may hold a newer version than the register: nothing older is sent behind it."""
        self._stolen = {each.entry_id: each.version for each in standing if each.kind == STOLEN}
        self._taken = {each.entry_id: each for each in standing if each.kind == TAKEN}
        self._strange = {each.entry_id: each.version for each in standing if each.kind == STRANGE}
        self._contested = {each.about for each in standing if each.kind == CONTESTED}
        self._relief_unread = next((each.detail for each in standing if each.kind == RELIEF_UNREAD), "")
        self._off_seconds = next((int(each.detail) for each in standing if each.kind == CLOCK), 0)

    def shrunk(self, lane: TopicPartition, topic_id: bytes) -> None:
        """Find that a list holds less than it did, unless it was made again and is filled already."""
        if any(each.about == topic_id for each in self._book.findings(FILLED)):
            return
        logger.error("%s holds less than it did: `liandong court resend` sends again what is lost", lane.topic)
        self._find(UpkeepFinding(SHRUNK, lane.topic.encode(), list=lane.topic))

    def ahead(self, fingerprint: bytes, body: bytes, topic: str, entry: OwnEntry | None) -> bool:
        """Find a record that the register does not know; `flush` notes it.

        Return False if its court may not speak of the `entry`: it has signed it all the same, and the entry's newest record goes behind.
        """
        prefix, record = decode_prefix(body), decode(fingerprint, body)
        key = prefix["entry_id"], prefix["version"]
        may_speak = entry is None or self._judge.may_speak(body, entry)
        if may_speak:
            self.ahead_keys.add(prefix["entry_id"])
        update, value, sequence = record["update_id"], frame(fingerprint, body), str(record["court_sequence"])
        self._new.append(UpkeepFinding(AHEAD, update, prefix["court"], topic, *key, sequence, value=value))
        return may_speak

    def refused(self, key: bytes, entry: OwnEntry, topic: str) -> None:
        """Find that nobody takes an entry's newest record; `flush` notes it."""
        if self._refused.get(key, 0) < entry.version:
            self._refused[key] = entry.version
            self._new.append(UpkeepFinding(REFUSED, key, entry.court, topic, key, entry.version))

    def stolen(self, key: bytes, entry: OwnEntry, topic: str, what: StolenVersion) -> None:
        """Find that somebody has signed a newer version with a stolen key, or taken the entry; `flush` notes it."""
        if what.taken_by:
            self._take(UpkeepFinding(TAKEN, key, what.taken_by, topic, key, what.version, what.key_id.hex()))
            return
        if self._stolen.get(key, 0) < what.version:
            self._stolen[key] = what.version
            self._book.raise_version(key, what.version)
            self._new.append(UpkeepFinding(STOLEN, key, entry.court, topic, key, what.version, what.key_id.hex()))

    def _take(self, found: UpkeepFinding) -> None:
        before = self._taken.get(found.entry_id)
        if before is None or before.version < found.version:
            self._taken[found.entry_id] = found
            self._book.raise_version(found.entry_id, found.version)
            self._new.append(found)

    def strange(self, fingerprint: bytes, body: bytes, topic: str, what: StolenVersion) -> None:
        """Find that somebody has invented an entry with a stolen key; `flush` notes it."""
        prefix = decode_prefix(body)
        key = prefix["entry_id"]
        if self._strange.get(key, 0) < what.version:
            self._strange[key] = what.version
            known, value = what.key_id.hex(), frame(fingerprint, body)
            self._new.append(UpkeepFinding(STRANGE, key, prefix["court"], topic, key, what.version, known, value=value))

    def flush(self) -> None:
        """Note what was found since the last time, and say it once."""
        if not self._new:
            return
        self._book.find(self._new, self._clock.now())
        counts = Counter((each.kind, each.court) for each in self._new)
        self._new.clear()
        for (kind, court), count in counts.items():
            logger.error(_TOLD[kind], court, count)

    def stands(self, key: bytes, entry: OwnEntry) -> None:
        """Take back that an entry's record is refused, or that another one is newer, if a later one stands."""
        if self._stolen.get(key, entry.version) < entry.version:
            self._is_outbid(STOLEN, key)
            del self._stolen[key]
        taken = self._taken.get(key)
        if taken is not None and taken.version < entry.version and self._judge.gives_back(entry, taken.court):
            self._is_outbid(TAKEN, key)
            del self._taken[key]
        if self._refused.get(key, entry.version) < entry.version:
            self._book.clear(REFUSED, [key])
            del self._refused[key]

    def _is_outbid(self, kind: str, key: bytes) -> None:
        self.flush()
        outbid = [replace(each, kind=OUTBID) for each in self._book.findings(kind) if each.about == key]
        self._book.find(outbid, self._clock.now())
        self._book.clear(kind, [key])

    def forget_outbid(self) -> None:
        """Take back what was outbid long ago."""
        until = self._clock.now() - _TOLD_MS
        self._book.clear(OUTBID, [each.about for each in self._book.findings(OUTBID) if each.since < until])

    def contested(self, now_contested: set[bytes]) -> None:
        """Find the entries that others write about again and again."""
        for key in now_contested - self._contested:
            entry = self._book.entries([key])[key]
            logger.error("others write under the key of an entry of %s again and again", entry.court)
            self._find(UpkeepFinding(CONTESTED, key, entry.court, entry_id=key, version=entry.version))
        self._book.clear(CONTESTED, self._contested - now_contested)
        self._contested = now_contested

    def clock_off(self, seconds: int) -> None:
        """Find that this machine's clock is off by so many seconds, or not at all."""
        if seconds and not self._off_seconds:
            logger.error("this machine's clock is %d s off the notaries'; nothing is signed by it", seconds)
        if seconds != self._off_seconds:
            if seconds:
                self._find(UpkeepFinding(CLOCK, b"", detail=str(seconds)))
            else:
                self._book.clear(CLOCK, [b""])
            self._off_seconds = seconds

    def relief_unread(self, code: str, topic: str) -> None:
        """Find that the relief lane is not read, with the code of why; empty: it is read."""
        if code == self._relief_unread:
            return
        if self._relief_unread:
            self._book.clear(RELIEF_UNREAD, [b""])
        if code:
            self._find(UpkeepFinding(RELIEF_UNREAD, b"", list=topic, detail=code))
        self._relief_unread = code

    def look_again(self) -> list[UpkeepFinding]:
        """Take back what is known by now, and what other keys have made void; return the records that turned out to be nobody's.

        Raises TransportError.
        """
        void = []
        for each in self._book.findings(AHEAD):
            record = *unframe(each.value), each.entry_id
            entry = self._book.entries([each.entry_id]).get(each.entry_id)
            is_void = not self._judge.holds(*record, entry)
            if is_void or self._knows(each.about):
                self._book.clear(AHEAD, [each.about])
            if is_void:
                void.append(each)
                stolen = self._judge.stolen(*record, entry)
                if entry is None and stolen is not None:
                    self.strange(*unframe(each.value), each.list, stolen)
                elif entry is not None and stolen is not None and stolen.version >= entry.version:
                    self.stolen(each.entry_id, entry, each.list, stolen)
        self.flush()
        self.ahead_keys = self._keys_ahead(self._book.findings(AHEAD))
        for key, entry in self._book.entries(list(self._refused)).items():
            if entry.version > self._refused[key] or self._judge.counts(*unframe(entry.value), entry.court):
                self._book.clear(REFUSED, [key])
                del self._refused[key]
        return void

    def _keys_ahead(self, found: Sequence[UpkeepFinding]) -> set[bytes]:
        entries = self._book.entries(list({each.entry_id for each in found}))
        return {
            each.entry_id
            for each in found
            if (entry := entries.get(each.entry_id)) is None or self._judge.may_speak(unframe(each.value)[1], entry)
        }

    def _knows(self, update_id: bytes) -> bool:
        return self._book.register.update(update_id) is not None

    def _find(self, found: UpkeepFinding) -> None:
        self._book.find([found], self._clock.now())
