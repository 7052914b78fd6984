"""One partition of a list counted again, as it stood at a barrier, and what came of one entry since then."""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from ...schemas.errors import LiandongError
from ...schemas.wire import merkle
from ...schemas.wire.suites import Suite
from ...topics.keys.entitlement import ListPlace
from ...topics.keys.keyrings import RefreshingKeyring
from ...topics.keys.register_ends import RegisterBehind
from ...topics.transport.ports import Message, Subscriber, TopicPartition
from ...topics.transport.reading import ReadToEnd
from ...topics.transport.received import Framed, unwrap
from ...topics.workers.clock import Clock
from ...topics.workers.threads import Doorbell
from ...topics.workers.worker import AT_ONCE
from ..notary.classify import ListMessage, Marker, MessageClassifier
from ..notary.tally import ENTRY_ID, SignedBy, Tally, TallyEntry, TallyResult
from .document import LeafProof

_WAIT = 0.5


class RootDiffers(LiandongError):
    """What is in the log now is not what the notary signed."""

    def __init__(self, lane: TopicPartition, barrier: int) -> None:
        super().__init__(
            "TRACE_ROOT_DIFFERS",
            f"{lane.topic}/{lane.partition} counted again does not give the root in the head of barrier {barrier}",
            "the log or the head is not what it was: compare with another notary and an archive; see `liandong status`",
            f"{lane.topic}/{lane.partition} 重新计算的结果与第 {barrier} 号校验点名单签名摘要中的根不符",
            "消息日志或者名单签名摘要已与原来不同：请与其他见证节点及存档比较，并看 `liandong status`",
        )


class CountPlace(NamedTuple):
    """What is counted: an entry in its partition, up to the offset of a barrier's marker."""

    lane: TopicPartition
    partitions: int
    """How many the list has."""
    entry_id: bytes
    marker: int
    suite: Suite
    """Of the notary's leaves and roots."""


class CountPorts(NamedTuple):
    """What a count works with."""

    subscriber: Subscriber
    keyring: RefreshingKeyring
    clock: Clock


class _OwnRecord(NamedTuple):
    said: ListMessage
    framed: Framed


class LaneCount:
    """Counts a partition by the notary's own rule, from its beginning; a `Worker`.

    The log is read on to where it ends now: there stand the entry's later records.
    """

    def __init__(
        self, place: CountPlace, jurisdiction: str, ports: CountPorts, progress: Callable[[int, int], None]
    ) -> None:
        """Begin to read; `progress` is told the offset reached, and the last one. Raises TransportError."""
        self.place, self._progress = place, progress
        self._classifier = MessageClassifier(jurisdiction, ports.keyring, place.suite)
        self._reached, self._end = ports.subscriber.watermarks(place.lane)
        self._reading = ReadToEnd(ports.subscriber, {place.lane: self._reached}, ports.clock)
        self._waiting = deque[Message]()
        """What was read and waits for the register of participants."""
        self._subscriber, self._pause = ports.subscriber, Doorbell()
        self._list_place = ListPlace(place.lane.topic, place.lane.partition, place.partitions, jurisdiction)
        self._tally = Tally([place.lane], lambda _: None, place.suite)
        self._tally.may_follow = self._classifier.may_follow
        self._leaves: list[bytes] | None = None
        self._before = 0
        self._own: list[_OwnRecord] = []
        """The records of the entry that the count took and a court has signed, oldest first."""
        self._at_barrier: TallyEntry | None = None
        self.refused = 0
        """Messages under the entry's id that no court of the jurisdiction has signed, or that cannot be read."""

    def done(self) -> bool:
        """Return whether everything was counted."""
        return self._reading.done and not self._waiting

    def step(self) -> float:
        """Count what is there now. Raises TransportError, LOG_STALLED."""
        if not self._waiting:
            self._waiting.extend(self._reading.read())
            self._classifier.begin_batch()
        if not self._waiting:
            return _WAIT
        with suppress(RegisterBehind):
            while self._waiting:
                self._take(self._waiting[0])
                self._reached = self._waiting.popleft().offset() + 1
        self._progress(self._reached, self._end)
        return _WAIT if self._waiting else AT_ONCE

    def wait(self, seconds: float) -> bool:
        """Wait for a record, or while something waits for a key for the time to look again; return whether there is one."""
        return (self._pause if self._waiting else self._subscriber).wait(seconds)

    def close(self) -> None:
        """Do nothing: a reading that is done holds nothing."""

    def leaves(self) -> list[bytes]:
        """Return the leaves of the entries that were live at the barrier, by entry id."""
        if self._leaves is None:
            self._cut()
        return self._leaves or []

    def proofs(self) -> list[LeafProof]:
        """Prove the entry's own leaf, or that it is missing between its neighbours."""
        leaves = self.leaves()
        found = [at for at, leaf in enumerate(leaves) if leaf[:ENTRY_ID] == self.place.entry_id]
        behind = sum(leaf[:ENTRY_ID] < self.place.entry_id for leaf in leaves)
        places = found or [at for at in (behind - 1, behind) if 0 <= at < len(leaves)]
        hashing = self.place.suite.content_hash
        paths = [[each.hex() for each in merkle.inclusion(leaves, at, hashing)] for at in places]
        return [LeafProof(leaves[at].hex(), at, path) for at, path in zip(places, paths, strict=True)]

    def record(self) -> Framed | None:
        """Return the entry's record that stood at the barrier, if it can be read and a court has signed it."""
        self.leaves()
        stood = self._at_barrier
        return next((each.framed for each in self._own if stood and each.said.body_hash == stood.body_hash), None)

    def later(self) -> list[Framed]:
        """Return its records of higher versions, which are those behind the barrier."""
        self.leaves()
        version = self._at_barrier.version if self._at_barrier else 0
        return [each.framed for each in self._own[self._before :] if each.said.version > version]

    def _take(self, message: Message) -> None:
        content = self._classifier.classify(self._list_place, message)
        if self._leaves is None and message.offset() >= self.place.marker:
            self._cut()
        if isinstance(content, Marker):
            self._tally.pass_marker(self.place.lane, content.key_id, content.covered)
        if not isinstance(content, ListMessage):
            return
        fields = content.version, content.status, content.body_hash, content.record_class
        court = self._tally.court_number(content.court if content.sound else "")
        entry = TallyEntry(*fields, court, verified=content.sound)
        result = self._tally.apply(self.place.lane, content.entry_id, entry, SignedBy(content.key_id, content.signer))
        if content.entry_id == self.place.entry_id:
            self._keep(content, message, result)

    def _keep(self, content: ListMessage, message: Message, result: TallyResult) -> None:
        """Keep a record of the entry that counts; the first of its bytes may have come without a signature that holds."""
        is_known = bool(self._own) and self._own[-1].said.body_hash == content.body_hash
        if content.alarm:
            self.refused += 1
        elif not is_known and result in {TallyResult.APPLIED, TallyResult.HEALED, TallyResult.DUPLICATE}:
            self._own.append(_OwnRecord(content, unwrap(message)))

    def _cut(self) -> None:
        """Take the entries as they are now for those at the barrier."""
        packed = sorted((key[-ENTRY_ID:], value) for key, value in self._tally.changed.items())
        entries = [(entry_id, TallyEntry.unpack(value)) for entry_id, value in packed]
        self._leaves = [entry.leaf(entry_id) for entry_id, entry in entries if entry.live]
        self._at_barrier = next((entry for entry_id, entry in entries if entry_id == self.place.entry_id), None)
        self._before = len(self._own)
