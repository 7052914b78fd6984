"""The notary: writes barriers, reads the lists itself, and signs what stands in them.

Every interval it puts a marker into every partition of both lists and the relief lane. When it has read its own markers in
all partitions of the lists, it signs a head: digests, counts and court sequences exactly below those markers. A copy with
the same digests at that barrier is proven equal. Several notaries of one jurisdiction do not know of each other.

After a start it reads to where the logs ended before it issues anything; heads are only signed for barriers issued since.
A number is on disk before a marker carries it, and a head before it is sent, so no number ever gets two digests. Compaction
keeps the newest marker of every partition, so a notary that lost its disk still finds the numbers it has used.
"""

import threading
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from ...schemas.errors import LiandongError
from ...topics.catalogue import names
from ...topics.keys.directory import RefreshingKeyring
from ...topics.metrics.definitions import Signals
from ...topics.transport.ports import BEGINNING, Message, Subscriber, TopicPartition
from ..log.heads import last_heads
from ..log.reading import topic_lanes
from .classify import ClassifiedMessage, ForeignMessage, ListMessage, Marker, MessageClassifier, Tombstone
from .cut import Alignment
from .metrics import NotarySignals
from .signing import Announcer, HeadFields, NotaryIdentity
from .tally import TallyEntry
from .tally_store import TallyStore

_BATCH = 5_000
_HELD_BACK = 200_000
"""Records kept in memory behind markers at most, see `Alignment`."""
_COMMIT_ENTRIES = 50_000
_WAIT = 0.2
"""Longest wait in the transport, seconds: `stop` is seen after this."""


class _ReadMessage(NamedTuple):
    lane: TopicPartition
    offset: int
    content: ClassifiedMessage


class NotaryDuplicated(LiandongError):
    """Somebody else writes barriers under this name; two heads of one number could differ."""

    def __init__(self, notary: str, number: int) -> None:
        super().__init__(
            "NOTARY_DUPLICATED",
            f"barrier {number} carries the name {notary} and was not issued here",
            "run each notary once; give a second one a name and key of its own (`liandong participant new`)",
        )


@dataclass(frozen=True, slots=True)
class NotaryConfig:
    """What a notary is and how often it speaks; durations in ms."""

    jurisdiction: str
    notary: str
    directory: Path
    """Where its tally lies; nobody else's."""
    interval: int = 1_000
    head_valid: int = 60_000
    evidence_window: int = 400 * 86_400_000
    """Logs are complete for this long; a copy older than that must rebuild itself."""


@dataclass(frozen=True, slots=True)
class NotaryPorts:
    """What a notary works with."""

    identity: NotaryIdentity
    subscriber: Subscriber
    keyring: RefreshingKeyring
    signals: Signals


class Notary:
    """One notary of one jurisdiction: `run` it in a thread of its own, or `start`, `step` and `close` it."""

    def __init__(self, config: NotaryConfig, ports: NotaryPorts) -> None:
        """Make a notary that reads nothing and writes nothing until it is started."""
        self._config, self._ports = config, ports
        self._identity = ports.identity
        self._classifier = MessageClassifier(config.jurisdiction, ports.keyring)
        self._announcer = Announcer(config.jurisdiction, config.notary, ports.identity)
        self._signals = NotarySignals(ports.signals, config.jurisdiction, config.notary)
        self._issued_at: dict[int, int] = {}
        """Barriers issued by this process that have no head yet → when, ms UTC."""
        self._newest_own: dict[TopicPartition, int] = {}
        self._first_barrier = self._next_barrier = self._next_commit = 0
        self.live = False
        """True once it has read to where the logs ended when it started."""

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; errors of the transport are raised."""
        self.start()
        try:
            while not stop.is_set():
                self.step()
        finally:
            self.close()

    @property
    def head_number(self) -> int:
        """The newest barrier a head was signed for."""
        return self._progress.head_number

    def start(self) -> None:
        """Open the tally and find where to go on; nothing is issued yet."""
        subscriber = self._ports.subscriber
        self._lanes = topic_lanes(subscriber, *names.state_topics(self._config.jurisdiction))
        self._relief = topic_lanes(subscriber, names.relief(self._config.jurisdiction))
        self._store = TallyStore(self._config.directory, self._config.notary)
        self._tally, self._progress = self._store.load(self._lanes)
        self._reconcile()
        self._alignment: Alignment[TopicPartition, _ReadMessage] = Alignment(self._lanes, _HELD_BACK)
        self._ends = {lane: subscriber.watermarks(lane)[1] for lane in self._lanes}
        subscriber.assign({lane: counted.offset or BEGINNING for lane, counted in self._tally.lanes.items()})

    def step(self) -> int:
        """Issue a barrier if one is due, read what is there, sign what can be signed; return the number of messages read."""
        now = self._identity.clock.now()
        if self.live and now >= self._next_barrier:
            self._issue(now)
        wait = max(0, self._next_barrier - now) / 1_000 if self.live else _WAIT
        messages = self._ports.subscriber.poll(_BATCH, min(wait, _WAIT))
        for message in messages:
            self._read(message)
        self._alignment.take(self._apply, self._cut)
        if not self.live:
            self._first_barrier = self._progress.issued + 1
            self.live = all(self._tally.lanes[lane].offset >= end for lane, end in self._ends.items())
        if len(self._tally.changed) >= _COMMIT_ENTRIES or now >= self._next_commit:
            self._store.commit(self._tally, self._progress)
            self._next_commit = now + max(1_000, self._config.interval)
        self._identity.publisher.poll(0)
        self._signals.head_age(self._identity.clock.now())
        return len(messages)

    def close(self) -> None:
        """Commit what was read, send what is queued and let go of the tally."""
        self._store.commit(self._tally, self._progress)
        self._identity.publisher.flush(10)
        self._store.close()

    def _reconcile(self) -> None:
        """Bring together what is on disk and what the topic of heads says; the one that is further on is right."""
        config, progress = self._config, self._progress
        in_log = last_heads(self._ports.subscriber, config.jurisdiction, config.notary, self._ports.keyring)
        sent = in_log.own.number if in_log.own else 0
        if in_log.own and sent > progress.head_number:
            progress.head_number, progress.head_hash = sent, in_log.own.hash
            progress.issued = max(progress.issued, sent)
        elif sent < progress.head_number and self._store.head:
            self._announcer.send_head(self._store.head)
        if not self._tally.sequences:  # what compaction has removed was counted by whoever signed before
            for floor in in_log.court_floors():
                self._tally.restore_sequence(floor)

    def _issue(self, now: int) -> None:
        self._progress.issued += 1
        self._store.commit(self._tally, self._progress)
        self._next_commit = now + max(1_000, self._config.interval)
        self._issued_at[self._progress.issued] = now
        for lane in (*self._lanes, *self._relief):
            self._announcer.send_barrier(self._progress.issued, now, lane)
        self._next_barrier = max(self._next_barrier + self._config.interval, now + self._config.interval // 2)
        self._signals.barrier()

    def _read(self, message: Message) -> None:
        lane = TopicPartition(self._ports.subscriber.topic_of(message), message.partition())
        content = self._classifier.classify(lane, message)
        number = 0
        if isinstance(content, Marker) and content.notary == self._config.notary:
            number = self._own_marker(lane, content.number)
        self._alignment.put(lane, _ReadMessage(lane, message.offset(), content), number or None)

    def _own_marker(self, lane: TopicPartition, number: int) -> int:
        """Return the number if it is to be cut at, 0 if it is from before this start; NOTARY_DUPLICATED if it is not ours."""
        if not self.live:
            self._progress.issued = max(self._progress.issued, number)
            return 0
        if number < self._first_barrier:
            return 0
        if number > self._progress.issued or number <= self._newest_own.get(lane, 0):
            raise NotaryDuplicated(self._config.notary, number)
        self._newest_own[lane] = number
        return number

    def _apply(self, message: _ReadMessage) -> None:
        lane, offset, content = message
        self._tally.lanes[lane].offset = offset + 1
        if isinstance(content, ForeignMessage):
            self._signals.foreign(content.reason)
        elif isinstance(content, Tombstone):
            self._signals.record(self._tally.remove(lane, content.entry_id), "")
        elif isinstance(content, ListMessage):
            self._apply_record(lane, content)

    def _apply_record(self, lane: TopicPartition, record: ListMessage) -> None:
        court = self._tally.court_number("" if record.alarm else record.court)  # no name is taken from a bad record
        fields = record.version, record.status, record.body_hash, record.record_class
        outcome = self._tally.apply(lane, record.entry_id, TallyEntry(*fields, court, verified=not record.alarm))
        if not record.alarm:
            self._tally.note_sequence(lane.topic, record.court, record.court_sequence)
        self._signals.record(outcome, record.alarm)

    def _cut(self, number: int) -> None:
        """Sign the head of a barrier at whose markers all lanes stand, put it on disk, send it."""
        config, issued_at = self._config, self._issued_at[number]
        floor = max(0, issued_at - config.evidence_window)
        fields = HeadFields(number, issued_at, issued_at + config.head_valid, self._progress.head_hash, floor)
        head = self._announcer.sign_head(self._tally, fields)
        self._progress.head_number, self._progress.head_hash = number, sha256(head).hexdigest()
        self._store.commit(self._tally, self._progress, head)
        self._announcer.send_head(head)
        self._issued_at = {barrier: at for barrier, at in self._issued_at.items() if barrier > number}
        self._signals.head(self._tally, number, issued_at)
