"""The keeper of a publisher's lists: reads them in the log, and sees to it that the register's newest records stand last.

It looks through the relief lane as well, where a record names and frees people before any list has it.

It tells what it cannot put right: records of its courts that the register does not know, records that nobody takes, a log
that holds less than it did, a clock that is off.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from ...schemas.wire.codec import Undecodable, decode
from ...schemas.wire.framing import FramingError
from ...schemas.wire.signing import SignatureInvalid
from ...topics.keys.clock_check import TOLERANCE_MS, ClockCheck
from ...topics.keys.directory import KeyDirectory
from ...topics.keys.register_ends import RegisterAwaited, RegisterBehind
from ...topics.keys.signatures import Verifier
from ...topics.storage.faults import DatabaseFault
from ...topics.transport.errors import TransportError
from ...topics.transport.partitioner import partition_of
from ...topics.transport.ports import Message, Subscriber, TopicPartition
from ...topics.transport.received import BARRIER_KEY, may_be_entry, unwrap
from ...topics.workers.clock import Clock
from ...topics.workers.outages import OutageLog
from ...topics.workers.worker import AT_ONCE
from .book import OwnEntry, UpkeepBook
from .findings import KeeperFindings
from .judging import Judge, UnderKey
from .reading import OwnLists
from .relief_reading import OwnRelief, ReliefPorts
from .suspects import Suspects

logger = logging.getLogger(__name__)
_NO_KEYS = frozenset[bytes]()
_PAUSE = 0.5
_RETRY = 2.0
_NOTE_EVERY = 5.0
_BUSY_ROWS = 20_000
"""While the relay has so much to send, it is not disturbed: what it writes is looked at later."""


@dataclass(frozen=True, slots=True)
class KeeperPlace:
    """Whose lists are kept, and by what."""

    jurisdiction: str
    courts: frozenset[str]
    """Those on this machine; those the register knows come to them."""
    directory: KeyDirectory
    clock: Clock


class LogKeeper:
    """Keeps the lists of one register; a `Worker`. `lists` is its own and closed with it, the directory is not."""

    def __init__(
        self, book: UpkeepBook, place: KeeperPlace, subscriber: Subscriber, relief: Subscriber | None = None
    ) -> None:
        """Read nothing before the first step. With a `relief` subscriber, its own too, the relief lane is looked through."""
        self._book, self._place, self._clock = book, place, place.clock
        self._lists = OwnLists(subscriber, place.jurisdiction, place.clock)
        self._judge = Judge(place.directory, place.jurisdiction, place.courts | book.courts())
        self._verifier = Verifier(place.directory)
        ports = None if relief is None else ReliefPorts(relief, place.directory, place.clock)
        self._relief = None if ports is None else OwnRelief(place.jurisdiction, ports, book, self._judge)
        self._suspects = Suspects(book, place.clock)
        self._clocks = ClockCheck()
        self._covered: dict[TopicPartition, frozenset[bytes]] = {}
        """By partition the keys that a barrier read there covers: behind it they change no copy."""
        self._findings = KeeperFindings(book, self._judge, place.clock)
        self._follows = self._is_live = False
        self.compared = False
        """Whether the register was compared with everything that stood in the lists when this began."""
        self._retry_at = self._noted_at = 0.0
        self._keys_version = -1
        compares = "held against the register"
        self._outage = OutageLog(
            __name__, f"the lists cannot be {compares} now", f"the lists are {compares} again", place.clock
        )
        self.failure: TransportError | None = None
        """Why the lists cannot be read now."""
        self.sent_again = 0
        """Records that did not stand last and were sent again."""

    def step(self) -> float:
        """Read what is new, and send again what does not stand last."""
        now = self._clock.monotonic()
        if now < self._retry_at:
            return self._retry_at - now
        if not self._place.directory.loaded:
            return _PAUSE
        try:
            more = self._work()
        except (TransportError, DatabaseFault) as failed:
            return self._fail(failed)
        self.failure = None
        self._outage.works()
        return AT_ONCE if more else _PAUSE

    def wait(self, seconds: float) -> bool:
        """Wait for a record in the lists."""
        return self._follows and self._lists.wait(seconds)

    def counts(self, key_id: bytes) -> bool:
        """Whether what is signed with a key now counts, by the register of keys as far as it was read; one that is not in it yet
        may still come.
        """
        key = self._place.directory.known.get(key_id)
        return key is None or key.usable_at(self._clock.now())

    def close(self) -> None:
        """Note how far the lists were read, and let go."""
        try:
            if self._follows:
                self._note()
        except DatabaseFault as failed:
            logger.warning("how far the lists were read was not noted: %s", failed.message)
        finally:
            self._lists.close()
            if self._relief is not None:
                self._relief.close()

    def _fail(self, failed: TransportError | DatabaseFault) -> float:
        self._outage.fails(failed.code, failed.message, awaited=isinstance(failed, RegisterAwaited))
        if self.compared and isinstance(failed, TransportError):
            self._note_compared()
        self.failure = failed if isinstance(failed, TransportError) else None
        self._follows, self._retry_at = False, self._clock.monotonic() + _RETRY
        return _RETRY

    def _work(self) -> bool:
        self._follows = self._follows and not self._lists.are_others()
        if not self._follows:
            self._begin()
        if self.compared and self._book.register.outbox.backlog()["state"].rows > _BUSY_ROWS:
            return False
        messages = self._lists.read()
        self._take(messages)
        relief_came = self._relief is not None and self._relief.look(self._findings)
        self.compared = self.compared or self._lists.compared
        self._is_live = self._lists.compared and not messages  # an empty poll on the way to the end says nothing
        sent = self._suspects.settle(self._lists.marks, self._findings.ahead_keys) if self.compared else 0
        if sent:
            self.sent_again += sent
            logger.warning("records that did not stand last under their keys were sent again: %d", sent)
        self._findings.clock_off(self._clocks.off_ms // 1000)
        if self._keys_version != self._place.directory.version:
            self._keys_version = self._place.directory.version
            for void in self._findings.look_again():
                self._suspect_what_was_read(void.entry_id, void.list)
        if self._clock.monotonic() - self._noted_at >= _NOTE_EVERY:
            self._note()
        return bool(messages) or relief_came

    def _note_compared(self) -> None:
        """Note that the register is still the one that was compared, while the log cannot be read."""
        try:
            self._book.note({}, self._clock.now())
        except DatabaseFault as failed:
            logger.warning("the register cannot be written: %s", failed.message)

    def _begin(self) -> None:
        for lane in self._lists.begin(self._book.marks(), self._book.sent_through()):
            self._findings.shrunk(lane, self._lists.marks[lane].topic_id)
        self._follows, self._is_live = True, False

    def _note(self) -> None:
        marks = dict(self._lists.marks)
        for lane, offset in self._suspects.lowest().items():
            marks[lane] = marks[lane]._replace(next_offset=min(offset, marks[lane].next_offset))
        self._book.note(marks, self._clock.now() if self.compared else 0)
        self._noted_at = self._clock.monotonic()
        self._findings.contested(self._suspects.contested())
        self._findings.forget_outbid()

    def _take(self, messages: Sequence[tuple[TopicPartition, Message]]) -> None:
        own = []
        for lane, message in messages:
            key = message.key() or b""
            if may_be_entry(key):
                if partition_of(key, self._lists.partitions[lane.topic]) == lane.partition:
                    own.append((key, lane, message, self._covered.get(lane, _NO_KEYS)))
            elif key.startswith(BARRIER_KEY):
                self._hear_barrier(lane, message)
        entries = self._book.entries(sorted({key for key, *_ in own})) if own else {}
        for key, lane, message, covered in own:
            if entries.get(key) is None:
                self._take_unknown(key, lane, message, covered)
            else:
                self._take_own(key, lane, message, entries[key])
        self._findings.flush()

    def _take_unknown(self, key: bytes, lane: TopicPartition, message: Message, covered: frozenset[bytes]) -> None:
        """Take a message under a key that is no entry of this register; `covered` are the keys that change no copy there."""
        meaning = self._judge.meaning(message, None)
        if meaning is UnderKey.AHEAD:
            self._findings.ahead(*unwrap(message), lane.topic, None)
        elif meaning is UnderKey.STRANGE:
            stolen = self._judge.stolen(*unwrap(message), key, None)
            if stolen is not None and stolen.key_id not in covered:
                self._findings.strange(*unwrap(message), lane.topic, stolen)

    def _take_own(self, key: bytes, lane: TopicPartition, message: Message, entry: OwnEntry) -> None:
        """Take a message under the key of an entry, where it belongs."""
        meaning = self._judge.meaning(message, entry)
        if meaning is UnderKey.OTHER:
            self._suspects.add(key, lane, message.offset())
        elif meaning is UnderKey.AHEAD:
            if not self._findings.ahead(*unwrap(message), lane.topic, entry):
                self._suspects.add(key, lane, message.offset())
        elif meaning is UnderKey.STOLEN:
            if (stolen := self._judge.stolen(*unwrap(message), key, entry)) is not None:
                self._findings.stolen(key, entry, lane.topic, stolen)
        else:
            self._suspects.drop(key)
            if meaning is UnderKey.REFUSED:
                self._findings.refused(key, entry, lane.topic)
            else:
                self._findings.stands(key, entry)

    def _suspect_what_was_read(self, key: bytes, topic: str) -> None:
        """Note that something else may stand last under a key, as far as the lists were read."""
        lane = TopicPartition(topic, partition_of(key, self._lists.partitions[topic]))
        self._suspects.add(key, lane, self._lists.marks[lane].next_offset - 1)

    def _hear_barrier(self, lane: TopicPartition, message: Message) -> None:
        """Compare the clock with a notary's: with one from the future always, with others as they come."""
        try:
            fingerprint, body = unwrap(message)
            barrier = decode(fingerprint, body)
            now = self._clock.now()
            tells_time, tells_keys = (
                self._is_live or barrier["issued_at"] > now + TOLERANCE_MS,
                self._awaits_cover(lane),
            )
            if tells_time or tells_keys:
                self._verifier.barrier(body, barrier, lane, self._place.jurisdiction)
            if tells_time:
                self._clocks.hear(barrier["notary"], barrier["issued_at"], now)
            if tells_keys:
                self._covered[lane] = self._covered.get(lane, _NO_KEYS) | self._verifier.covered_by(barrier)
        except (FramingError, Undecodable, SignatureInvalid, KeyError, TypeError):
            return  # nobody's barrier
        except RegisterBehind:
            return  # a later one covers the same

    def _awaits_cover(self, lane: TopicPartition) -> bool:
        """Whether a key of a court is revoked and no barrier read in a partition has said so."""
        covered = self._covered.get(lane, _NO_KEYS)
        return any(each.key_id not in covered for each in self._place.directory.revoked("court"))
