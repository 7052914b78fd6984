"""The notary: writes barriers, reads the lists itself, and signs what stands in them.

Every interval it puts a marker into every partition of both lists and the relief lane. When it has read its own markers in
all partitions of the lists, it signs a head: digests, counts and court sequences exactly below those markers. A copy with
the same digests at that barrier is proven equal. Several notaries of one jurisdiction do not know of each other.

After a start it reads to where the logs ended before it issues anything; heads are only signed for barriers issued since.
A number is on disk before a marker carries it, and a head before it is sent, so no number ever gets two digests. Compaction
keeps the newest marker of every partition, so a notary that lost its disk still finds the numbers it has used.
"""

import math
from collections import deque
from contextlib import suppress
from dataclasses import replace

import structlog

from ...schemas.errors import LiandongError
from ...schemas.wire.suites import suite_of
from ...topics.catalogue import names
from ...topics.keys.entitlement import ListPlace
from ...topics.keys.register_ends import RegisterAwaited, RegisterBehind
from ...topics.keys.signing_time import SigningTime
from ...topics.private_files import DiskFull
from ...topics.transport.errors import PublisherBroken, TopicMissing, TransportError
from ...topics.transport.known_topics import KnownTopics
from ...topics.transport.ports import BEGINNING, Message, TopicPartition
from ...topics.transport.reading import LogStalled, lane_of, topic_lanes
from ...topics.transport.received import unwrap
from ...topics.workers.outages import OutageLog
from ...topics.workers.threads import Doorbell
from ...topics.workers.worker import AT_ONCE
from ..log.heads import NUMBER_LIMIT, LastHeads, LastHeadsSearch, NotaryName
from .applying import ReadMessage, TallyWriter
from .classify import Marker, MessageClassifier
from .config import NotaryConfig, NotaryPorts
from .cut import Alignment
from .metrics import NotarySignals
from .own_markers import MarkerKind, OwnMarkers
from .shown_revocations import KINDS, MarkerPlace
from .signing import Announcer, HeadFields
from .snapshot import HourlySnapshots
from .tally_state import NotaryProgress
from .tally_store import TallyStore

_log = structlog.get_logger(__name__)
_BATCH = 5_000
_HELD_BACK = 200_000
"""Records kept in memory behind markers at most, see `Alignment`."""
_COMMIT_ENTRIES = 50_000
_WAIT = 0.2
"""Seconds after which it looks again while it can issue nothing."""
_RETRY_SECONDS = 1.0
_MARKERS_IN_FLIGHT = 200
"""While the broker has said nothing about so many markers nothing is issued: an outage piles nothing up."""


class Notary:
    """One notary of one jurisdiction; a `Worker`.

    Its first steps open the tally and find where to go on. Whatever the transport fails with, then or later, and a full disk
    is tried again; no record ends it, and only another process with the same tally on this machine keeps it from starting.
    """

    def __init__(self, config: NotaryConfig, ports: NotaryPorts) -> None:
        """Make a notary that opens nothing, reads nothing and writes nothing before its first step. Raises SuiteUnknown."""
        self._config, self._ports, self._suite = config, ports, suite_of(config.suite)
        self._identity, self._clock = ports.identity, ports.identity.clock
        self._classifier = MessageClassifier(config.jurisdiction, ports.keyring, self._suite)
        self._announcer = Announcer(config.jurisdiction, config.notary, ports.identity)
        self._signing = SigningTime(config.notary, ports.identity.signer.key_id, ports.keyring, self._clock)
        self._signals = NotarySignals(ports.signals, config.jurisdiction, config.notary)
        self._pause = Doorbell()
        self._retry_at = -math.inf
        self._topics = KnownTopics(self._clock)
        self._store: TallyStore | None = None
        self._progress = NotaryProgress()
        self._search: LastHeadsSearch | None = None
        self._next_offsets: dict[TopicPartition, int] = {}
        """Where reading goes on; empty until that was found out."""
        self._snapshots = HourlySnapshots(config.snapshot_interval)
        self._reports = False
        """Whether there is a topic for its reports."""
        self._following = False
        """Whether the lists are assigned."""
        self._polled = deque[Message]()
        """What was polled and not read yet: it waits for the register of participants."""
        self._issued_at: dict[int, int] = {}
        """Barriers issued by this process that have no head yet → when, ms UTC."""
        self._own = OwnMarkers()
        self._next_barrier = self._next_commit = -math.inf
        name = config.notary
        self._outage = OutageLog(__name__, f"notary {name} waits", f"notary {name} goes on", self._clock)
        self.live = False
        """True once it has read to where the logs ended when it started."""
        self.failure: LiandongError | None = None
        """Why it cannot read or write now, or signs nothing."""

    @property
    def head_number(self) -> int:
        """The newest barrier a head was signed for."""
        return self._progress.head_number

    def step(self) -> float:
        """Issue a barrier if one is due, read what is there, sign what can be signed; return when to be called again.

        Raises NOTARY_RUNNING, NOTARY_TALLY_DAMAGED.
        """
        left = self._retry_at - self._clock.monotonic()
        if left > 0:
            return left
        try:
            pause = self._work() if self._following else self._prepare()
        except (TransportError, LogStalled, DiskFull) as failed:
            return self._fail(failed)
        self._signing.step()
        self.failure = self._signing.failure
        self._outage.works()
        return pause

    def wait(self, seconds: float) -> bool:
        """Wait for a record, or while nothing can be read for the time to try again; return whether there is one."""
        return (self._pause if self.failure or self._polled else self._ports.subscriber).wait(seconds)

    def close(self) -> None:
        """Commit what was read, send what is queued and let go of the tally."""
        if self._store is None:
            return
        try:
            if self._next_offsets:
                self._store.commit(self._tally, self._progress)
                self._announcer.close()
        except (TransportError, DiskFull) as failed:
            _log.warning("a notary ends with what it has on disk", notary=self._config.notary, code=failed.code)
        finally:
            self._store.close()

    def _prepare(self) -> float:
        """Do what can be done now of finding where to go on; once that is known the lists are followed."""
        if self._next_offsets and self._lists_are_others():
            self._forget_where()
        if not self._next_offsets:
            search = self._search = self._search or self._open()
            if not search.done:
                return AT_ONCE if search.step() else _WAIT
            self._ends = {lane: self._ports.subscriber.watermarks(lane).high for lane in self._lanes}
            self._reconcile(search.newest)
            self._next_offsets = {lane: counted.offset or BEGINNING for lane, counted in self._tally.lanes.items()}
        self._polled.clear()
        with suppress(TopicMissing):
            self._reports = bool(self._ports.subscriber.partitions(names.notary_reports(self._config.jurisdiction)))
        self._ports.subscriber.assign(self._next_offsets)
        self._topics.note(self._tally.topic_ids)
        self._following = True
        return AT_ONCE

    def _open(self) -> LastHeadsSearch:
        """Open the tally, unless an earlier attempt has, and begin to look for the newest heads."""
        config, subscriber = self._config, self._ports.subscriber
        self._ports.keyring.refresh()  # while the register cannot be read, no signature of our own would hold
        self._lanes = topic_lanes(subscriber, *names.state_topics(config.jurisdiction))
        self._relief = topic_lanes(subscriber, names.relief(config.jurisdiction))
        if self._store is None:
            self._store = TallyStore(config.directory, config.notary, self._suite)
        self._places = {
            at: ListPlace(
                at.topic, at.partition, sum(at.topic == each.topic for each in self._lanes), config.jurisdiction
            )
            for at in self._lanes
        }
        self._tally, self._progress = self._store.load(self._lanes)
        if self._lists_are_others():
            _log.warning("the lists are not those that were counted: they are counted anew", notary=config.notary)
            self._tally = self._store.begin_anew(self._tally, self._progress)
        self._tally.topic_ids = self._topic_ids()
        self._tally.may_follow = self._classifier.may_follow
        self._writer = TallyWriter(config.notary, self._tally, self._signals, self._clock)
        self._alignment: Alignment[TopicPartition, ReadMessage] = Alignment(self._lanes, _HELD_BACK)
        name = NotaryName(config.jurisdiction, config.notary)
        return LastHeadsSearch(subscriber, name, self._ports.keyring, self._clock)

    def _topic_ids(self) -> dict[str, bytes]:
        """Ask which topics the lists stand in."""
        return {topic: self._ports.subscriber.topic_id(topic) for topic in {lane.topic for lane in self._lanes}}

    def _lists_are_others(self) -> bool:
        """Return whether a list was made again since it was counted, or its log ends before what was counted."""
        counted = self._tally
        if counted.topic_ids and counted.topic_ids != self._topic_ids():
            return True
        return any(each.offset > self._ports.subscriber.watermarks(lane).high for lane, each in counted.lanes.items())

    def _forget_where(self) -> None:
        """Go on as after a start."""
        self._next_offsets, self._search, self.live = {}, None, False
        self._own, self._issued_at = OwnMarkers(), {}
        self._snapshots = HourlySnapshots(self._config.snapshot_interval)

    def _work(self) -> float:
        now = self._clock.monotonic()
        if self._topics.others(self._ports.subscriber):
            self._following = False
            return AT_ONCE
        may_issue = self.live and self._announcer.markers_in_flight < _MARKERS_IN_FLIGHT and self._signing.may_sign()
        if may_issue and now >= self._next_barrier:
            self._issue(now)
        has_news = self._read_on()
        self._alignment.take(self._writer.apply, self._cut)
        self._snapshots.work()
        if not self.live:
            self._own.first = self._progress.issued + 1
            self.live = all(self._tally.lanes[lane].offset >= end for lane, end in self._ends.items())
        if len(self._tally.changed) >= _COMMIT_ENTRIES or now >= self._next_commit:
            self._commit(now)
        self._announcer.work()
        self._signals.head_age(self._clock.now())
        if self._polled:
            return _WAIT
        if has_news or self._snapshots.is_running:
            return AT_ONCE
        return max(0.0, self._next_barrier - self._clock.monotonic()) if may_issue else _WAIT

    def _fail(self, failed: LiandongError) -> float:
        """Keep what the transport failed with; what was read and signed so far stands."""
        self._outage.fails(failed.code, failed.message, awaited=isinstance(failed, RegisterAwaited))
        self.failure, self._following, self._search = failed, False, None
        if isinstance(failed, PublisherBroken):
            self._identity.publisher.purge()  # its successor takes records again
        self._retry_at = self._clock.monotonic() + _RETRY_SECONDS
        return _RETRY_SECONDS

    def _reconcile(self, in_log: LastHeads) -> None:
        """Bring together what is on disk and what the topic of heads says; the one that is further on is right."""
        progress = self._progress
        sent = in_log.own.number if in_log.own else 0
        if in_log.own and sent > progress.head_number:
            self._writer.note_restored(progress.head_number, sent, names.heads(self._config.jurisdiction))
            progress.head_number, progress.head_hash = sent, in_log.own.hash
            progress.issued = max(progress.issued, sent)
        elif sent < progress.head_number and self._store is not None and self._store.head:
            self._announcer.send_head(self._store.head)
        if not self._tally.sequences:  # what compaction has removed was counted by whoever signed before
            for floor in in_log.court_floors():
                self._tally.restore_sequence(floor)

    def _issue(self, now: float) -> None:
        """Put the next barrier into every partition; `now` is monotonic, what the barrier says is the wall clock's."""
        interval, issued_at = self._config.interval / 1_000, self._clock.now()
        self._next_barrier = max(self._next_barrier + interval, now + interval / 2)
        self._progress.issued += 1
        self._commit(now)
        self._issued_at[self._progress.issued] = issued_at
        keyring = self._ports.keyring
        register, revoking = keyring.mark(), keyring.revoking_records(KINDS, self._config.jurisdiction, issued_at)
        for lane in (*self._lanes, *self._relief):
            place = MarkerPlace(lane, self._progress.issued)
            body = self._announcer.sign_barrier(place, issued_at, register, revoking)
            self._own.note_sent(lane, place.number, body)
            self._announcer.send_barrier(place, body)
        self._signals.barrier()

    def _commit(self, now: float, head: bytes | None = None) -> None:
        """Put the tally on disk, with a new head if there is one."""
        if self._store is not None:
            self._store.commit(self._tally, self._progress, head)
        self._next_commit = now + max(1.0, self._config.interval / 1_000)

    def _read_on(self) -> bool:
        """Read what there is, as far as the keys under it are known or nobody's; return whether there was anything."""
        if not self._polled:
            self._polled.extend(self._ports.subscriber.poll(_BATCH, 0))
            self._classifier.begin_batch()
        has_news = bool(self._polled)
        with suppress(RegisterBehind):
            while self._polled:
                self._read(self._polled[0])
                self._polled.popleft()
        return has_news

    def _read(self, message: Message) -> None:
        lane = lane_of(self._ports.subscriber, message)
        content = self._classifier.classify(self._places[lane], message)
        number = None
        if isinstance(content, Marker) and content.notary == self._config.notary:
            number = self._own_marker(lane, message, content.number)
        self._alignment.put(lane, ReadMessage(lane, message.offset(), content), number)
        self._next_offsets[lane] = message.offset() + 1

    def _own_marker(self, lane: TopicPartition, message: Message, number: int) -> int | None:
        """Return the number of a marker to cut at, None for any other in this notary's name."""
        if not self.live:  # of those before this start the newest number alone matters: it is not used again
            if number < NUMBER_LIMIT:
                self._progress.issued = max(self._progress.issued, number)
            return None
        kind = self._own.judge(lane, number, unwrap(message)[1])
        if kind is MarkerKind.FOREIGN:
            self._writer.note_twin(lane, message.offset(), number)
        elif kind is MarkerKind.OLD:
            self._signals.foreign("replay")
        return number if kind is MarkerKind.OWN else None

    def _cut(self, number: int) -> None:
        """Sign the head of a barrier at whose markers all lanes stand, put it on disk, send it."""
        config, issued_at = self._config, self._issued_at[number]
        floor = max(0, issued_at - config.evidence_window)
        fields = HeadFields(
            number,
            issued_at,
            issued_at + config.head_valid,
            self._progress.head_hash,
            floor,
            self._tally.topic_ids,
            self._snapshots.take_roots(),
        )
        head, before = self._announcer.sign_head(self._tally, fields), self._progress
        self._progress = replace(before, head_number=number, head_hash=self._suite.content_hash(head).hex())
        try:
            self._commit(self._clock.monotonic(), head)
        except DiskFull:
            self._progress = before  # this cut is made again
            self._snapshots.put_back(fields.snapshot)
            raise
        if self._reports:
            self._announcer.report(self._tally, number, issued_at)
        self._announcer.send_head(head)
        if self._store is not None:
            self._snapshots.begin(number, issued_at, self._tally, self._store)
        self._issued_at = {barrier: at for barrier, at in self._issued_at.items() if barrier > number}
        self._signals.head(self._tally, number, issued_at)
