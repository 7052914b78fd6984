"""Reading a publisher's own relief lane for what its register never said: it frees, or names people, before any list holds it.

The relay alone writes there, and every court's record stands in the register first. The lane keeps its records for some days,
so it is read from its beginning at each start; nothing of it is sent again. Whoever may not read it, or cannot now, keeps the lists all
the same.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ...schemas.wire.codec import Undecodable, decode, decode_prefix
from ...schemas.wire.framing import FramingError
from ...schemas.wire.signing import SignatureInvalid
from ...schemas.wire.suites import KEY_ID_LENGTH
from ...topics.catalogue import names
from ...topics.keys.directory import KeyDirectory
from ...topics.keys.register_ends import RegisterAwaited, RegisterBehind
from ...topics.keys.signatures import Verifier
from ...topics.transport.errors import AuthorizationFailed, TopicMissing, TransportError
from ...topics.transport.known_topics import KnownTopics
from ...topics.transport.partitioner import partition_of
from ...topics.transport.ports import BEGINNING, Message, Subscriber, TopicPartition
from ...topics.transport.reading import lane_of, topic_lanes
from ...topics.transport.received import BARRIER_KEY, may_be_entry, unwrap
from ...topics.workers.clock import Clock
from ...topics.workers.outages import OutageLog
from .book import OwnEntry, UpkeepBook
from .findings import KeeperFindings
from .judging import Judge, UnderKey

_BATCH = 2_000
_RETRY = 2.0


class ReliefPorts(NamedTuple):
    """What the relief lane is read with."""

    subscriber: Subscriber
    """Of its own."""
    directory: KeyDirectory
    """Not closed with it."""
    clock: Clock


class OwnRelief:
    """The relief lane of a jurisdiction, looked through for what its register does not know."""

    def __init__(self, jurisdiction: str, ports: ReliefPorts, book: UpkeepBook, judge: Judge) -> None:
        """Read nothing before the first look."""
        self._jurisdiction, self._topic, self._ports = jurisdiction, names.relief(jurisdiction), ports
        self._verifier, self._book, self._judge = Verifier(ports.directory), book, judge
        self._lanes: list[TopicPartition] = []
        self._ids = KnownTopics(ports.clock)
        self._covered: dict[TopicPartition, set[bytes]] = {}
        """By partition the keys whose revocation a barrier read there covers: behind it no node takes what they sign."""
        self._retry_at = 0.0
        held = "held against the register"
        self._outage = OutageLog(
            __name__, f"the relief lane cannot be {held} now", f"the relief lane is {held} again", ports.clock
        )

    def look(self, findings: KeeperFindings) -> bool:
        """Find what came; return whether anything did. Raises DatabaseFault."""
        now = self._ports.clock.monotonic()
        if now < self._retry_at:
            return False
        try:
            messages = self._read()
            self._take(messages, findings)
        except TransportError as failed:
            self._outage.fails(failed.code, failed.message, awaited=isinstance(failed, RegisterAwaited))
            if isinstance(failed, (AuthorizationFailed, TopicMissing)):
                findings.relief_unread(failed.code, self._topic)
            self._lanes, self._retry_at = [], now + _RETRY
            return False
        self._outage.works()
        findings.relief_unread("", self._topic)
        return bool(messages)

    def close(self) -> None:
        """Let go of the subscriber."""
        self._ports.subscriber.close()

    def _read(self) -> Sequence[Message]:
        subscriber = self._ports.subscriber
        if not self._lanes or self._ids.others(subscriber):
            topic_id, lanes = subscriber.topic_id(self._topic), topic_lanes(subscriber, self._topic)
            subscriber.assign(dict.fromkeys(lanes, BEGINNING))
            self._ids.note({self._topic: topic_id})
            self._lanes, self._covered = lanes, {}
        return subscriber.poll(_BATCH, 0.0)

    def _take(self, messages: Sequence[Message], findings: KeeperFindings) -> None:
        own = []
        for message in messages:
            key, lane = message.key() or b"", lane_of(self._ports.subscriber, message)
            if key.startswith(BARRIER_KEY):
                self._hear_barrier(lane, message)
            elif may_be_entry(key) and partition_of(key, len(self._lanes)) == lane.partition:
                own.append((key, message, frozenset(self._covered.get(lane, ()))))
        entries = self._book.entries(sorted({key for key, *_ in own})) if own else {}
        for key, message, covered in own:
            self._take_one(key, message, entries.get(key), covered, findings)
        findings.flush()

    def _take_one(
        self,
        key: bytes,
        message: Message,
        entry: OwnEntry | None,
        covered: frozenset[bytes],
        findings: KeeperFindings,
    ) -> None:
        try:
            fingerprint, body = unwrap(message)
            prefix = decode_prefix(body)
        except (FramingError, Undecodable):
            return
        if body[:KEY_ID_LENGTH] in covered:
            return
        if entry is not None and (prefix["version"] < entry.version or body == entry.body):
            return  # nearly all there is, and nothing of it has to be verified
        of_list = names.state_topic(prefix["instrument"], self._jurisdiction)
        meaning = self._judge.meaning(message, entry)
        if meaning is UnderKey.AHEAD:
            findings.ahead(fingerprint, body, of_list, entry)
        elif meaning in {UnderKey.STOLEN, UnderKey.STRANGE}:
            stolen = self._judge.stolen(fingerprint, body, key, entry)
            if stolen is not None and entry is None:
                findings.strange(fingerprint, body, of_list, stolen)
            elif stolen is not None and entry is not None:
                findings.stolen(key, entry, of_list, stolen)

    def _hear_barrier(self, lane: TopicPartition, message: Message) -> None:
        """Take from a notary's barrier which revoked keys it covers, as long as there are others."""
        covered = self._covered.setdefault(lane, set())
        try:
            fingerprint, body = unwrap(message)
            if all(each.key_id in covered for each in self._ports.directory.revoked("court")):
                return
            barrier = decode(fingerprint, body)
            self._verifier.barrier(body, barrier, lane, self._jurisdiction)
            covered |= self._verifier.covered_by(barrier)
        except (FramingError, Undecodable, SignatureInvalid, KeyError, TypeError):
            return  # nobody's barrier
        except RegisterBehind:
            return  # a later one covers the same
