"""Registered keys on the bus, as a process knows them: a worker keeps what `participants.keys.v1` says."""

import math
import threading
from collections.abc import Collection
from dataclasses import replace
from datetime import date

from ...schemas.phrases import Phrase
from ...schemas.wire.sealing import Recipient
from ...schemas.wire.signing import PublicKey
from ..catalogue import names
from ..transport.errors import BrokerUnreachable, TransportError
from ..transport.ports import BEGINNING, Subscriber, TopicPartition
from ..workers.clock import Clock
from ..workers.outages import OutageLog
from ..workers.worker import AT_ONCE
from .key_files import StoredKey
from .keyrings import NoSealingKey
from .known_keys import KnownKeys
from .recipients import Recipients
from .register_ends import RegisterBehind, RegisterEnds, unread
from .register_memory import RegisterMemory
from .register_problems import ProblemLog
from .revocations import Revocation
from .signed_register import RegisterMark, RegisterProblem, RegisterStanding

REFRESH_SECONDS = 1.0
"""An unknown key makes a directory look at the topic, at most this often."""
RETRY_SECONDS = 1.0
"""After a failure the register is asked for again."""
_LOOK_SECONDS = 5.0
_BATCH = 10_000


class KeyDirectory:
    """All registered keys; a `Directory` and a `Worker`. Its answers may be asked for by several threads.

    Keys that are not read to the end of the topic yet are not known: a later record may have revoked them. While Kafka is
    away a gate must answer all the same: without keys nobody is refused, a last known hit asks a person.
    """

    def __init__(
        self, root_public_key: StoredKey, subscriber: Subscriber, clock: Clock, memory: RegisterMemory | None = None
    ) -> None:
        """Take a subscriber of the directory's own, which it closes, and what this machine keeps of the register for ever.

        Nothing is read of the topic before the first step.
        """
        self._keys = KnownKeys(root_public_key)
        self._memory = memory
        if memory is not None:
            self._keys.recall(memory.recall())  # known from before this process began
        self._recipients = Recipients(self._keys, clock, self.refresh)
        self._log = ProblemLog(clock)
        self._subscriber = subscriber
        self._clock = clock
        self._reading = threading.Lock()
        """Held for moments only, never while the broker is asked or waited for."""
        self._following = False
        """Whether the topic is assigned, and so may be polled by whoever holds `_reading`."""
        self._waiting = False
        """Whether the worker's thread waits at the topic: whatever comes, it reads."""
        self._unread: dict[TopicPartition, int] = {}
        self._next: dict[TopicPartition, int] = {}
        """The next offset to be read."""
        self._beginning = 0
        """How often it began to read the topic."""
        self._topic_id = b""
        """Of the topic that is read: another one of its name is read from its beginning."""
        self._standing: RegisterStanding | None = None
        """What was known of the register when the topic had been read to its end."""
        self._loaded = self._closed = False
        self._retry_at = self._refreshed_at = -math.inf
        self._outage = OutageLog(
            __name__,
            "the register of participants cannot be read",
            "the register of participants is read again",
            clock,
        )
        self.failure: TransportError | None = None
        """Why the topic cannot be read now."""

    @property
    def loaded(self) -> bool:
        """Whether everything that stood in the topic at the first assignment has been read."""
        return self._loaded

    @property
    def version(self) -> int:
        """How often what is registered has changed; 0 until the topic is loaded, as nothing counts before."""
        return self._keys.version if self._loaded else 0

    @property
    def known(self) -> KnownKeys:
        """All that is known, for who brings the root's books level with it."""
        return self._keys

    @property
    def ignored(self) -> int:
        """How many records did not count: not signed by the root, or against what is registered."""
        return self._keys.ignored

    def step(self) -> float:
        """Read what is new on the topic, from its beginning at first and after every failure."""
        left = self._retry_at - self._clock.monotonic()
        if self.failure is not None and left > 0:
            return left
        try:
            if not self._following:
                self._follow()
            with self._reading:
                more = self._read()
            if not more:
                self._require_same_topic()
        except TransportError as failed:
            self._fail(failed)
            return RETRY_SECONDS
        self.failure = None
        self._outage.works()
        standing = self.standing()
        if standing is not None:
            self._log.tell(standing.problems)
        return AT_ONCE if more else _LOOK_SECONDS

    def wait(self, seconds: float) -> bool:
        """Wait for a record, at most so many seconds; return whether there is one."""
        with self._reading:
            self._waiting = True
        try:
            return self._subscriber.wait(seconds)
        finally:
            self._waiting = False

    def key(self, key_id: bytes) -> PublicKey | None:
        """Return the registered key, None if it is unknown or nothing could be read yet.

        An unknown key is looked for on the topic, at most once a second. Raises TransportError.
        """
        if not self._loaded:
            return None
        if key_id not in self._keys:
            self.refresh()
        return self._keys.get(key_id)

    def above(self, participant: str) -> list[str]:
        """Return everybody above a participant, the next one first; nobody while nothing could be read yet."""
        return self._keys.foundings.above(participant) if self._loaded else []

    def takeover_on(self, court: str) -> date | None:
        """Return the day on which a court's list came here (`KnownKeys`); None while nothing could be read yet."""
        return self._keys.takeover_on(court) if self._loaded else None

    def revoked_for(self, register_offset: int, at: int) -> frozenset[bytes]:
        """Return the ids of the keys that were revoked for whoever had read the register so far at an instant (ms UTC).

        Raises RegisterBehind while it has not been read so far here, BrokerUnreachable if it cannot be read.
        """
        if not self._loaded:
            raise unread(self.failure)
        if self.mark().offset < register_offset:
            self.read_to(RegisterEnds({TopicPartition(names.KEYS, 0): register_offset}, self._beginning))
        return self._keys.revoked_for(register_offset, at)

    def revocation(self, value: bytes) -> Revocation:
        """Return what a record says by which the root revokes a key, wherever it stands; see `KnownKeys.revocation`.

        Raises SignatureInvalid, BrokerUnreachable until it is known which root counts.
        """
        if not self._loaded:
            raise unread(self.failure)
        return self._keys.revocation(value)

    def revoking_records(self, kinds: Collection[str], jurisdiction: str, at: int) -> dict[bytes, bytes]:
        """Return by key the records that revoke signing keys of such participants there as of an instant, ms UTC."""
        return self._keys.revoking_records(kinds, jurisdiction, at) if self._loaded else {}

    def recipients(self, participant: str, retention: str) -> list[Recipient]:
        """Return whom content for a participant is sealed to, as long as `retention` is kept: itself, its superior and the
        escrow, by their keys of this month; by last month's within its grace, if an owner has not renewed.

        NO_SEALING_KEY if the participant or the escrow has none; a superior without one is left out, with a warning.
        """
        if not self._loaded:
            raise NoSealingKey(participant, retention)
        return self._recipients.of(participant, retention)

    def months_left(self) -> dict[str, int]:
        """Return for how many coming months everybody has sealing keys; -1: somebody's have run out (`KnownKeys`)."""
        return self._keys.months_left(self._clock.now()) if self._loaded else {}

    def serving(self, kind: str) -> dict[str, frozenset[str]]:
        """Return the participants of a kind with a signing key that is valid now, and the jurisdictions they act in."""
        return self._keys.serving(kind, self._clock.now()) if self._loaded else {}

    def signing(self, kind: str) -> list[PublicKey]:
        """Return the signing keys of a kind of participants that are valid now."""
        return self._keys.signing(kind, self._clock.now()) if self._loaded else []

    def revoked(self, kind: str) -> list[PublicKey]:
        """Return the signing keys of a kind of participants that were revoked."""
        return self._keys.revoked(kind) if self._loaded else []

    def remembered_revoked(self, kind: str) -> list[PublicKey]:
        """Return the same as far as anything is known, before the topic was read too: nothing undoes a revocation."""
        return self._keys.revoked(kind)

    def standing(self) -> RegisterStanding | None:
        """Hold what was read against what the root says, as of now, or when it had been read last; None until it is loaded."""
        with self._reading:
            if self._loaded and not self._unread:
                known = self._keys.standing(self._clock.now())
                failing = self._memory is not None and self._memory.failing
                unkept = (RegisterProblem.NOT_KEPT,) if failing else ()
                self._standing = replace(known, problems=(*known.problems, *unkept))
            return self._standing

    def vouches(self, at: int) -> bool:
        """Whether the root's word about the register, of the highest number ever read, counts at an instant, ms UTC."""
        return self._keys.vouches(at)

    def mark(self) -> RegisterMark:
        """Return how far the register has been read, and the hash over its keys by then."""
        with self._reading:
            return RegisterMark(self._next.get(TopicPartition(names.KEYS, 0), 0), self._keys.hash)

    def refresh(self) -> None:
        """Read what is new on the topic, at most once a second; call it now and then to hear of revocations.

        Raises BrokerUnreachable while the topic cannot be read, whatever the reason: nobody knows who is registered.
        """
        with self._reading:
            if not self._loaded:
                raise unread(self.failure)
            now = self._clock.monotonic()
            if self._closed or now - self._refreshed_at < REFRESH_SECONDS:
                return
            self._refreshed_at = now
            try:
                while self._following and not self._waiting and self._read():
                    pass
            except TransportError as failed:
                self._fail(failed)
            if self.failure is not None:
                raise unread(self.failure)

    def ends(self) -> RegisterEnds:
        """Ask the broker how far the register reaches now. Raises BrokerUnreachable while it cannot be read."""
        with self._reading:
            if not self._loaded or self._closed:
                raise unread(self.failure)
            partitions, beginning = list(self._next), self._beginning
        try:
            self._require_same_topic()
            return RegisterEnds({at: self._subscriber.watermarks_aside(at).high for at in partitions}, beginning)
        except TransportError as failed:
            raise unread(failed) from failed

    def read_to(self, ends: RegisterEnds) -> None:
        """Read at least so far. Raises RegisterBehind while that has not come, BrokerUnreachable if it cannot be read, or
        was begun anew since then: ask again how far it reaches.

        Unlike `refresh` this is no matter of how long ago the last look was.
        """
        with self._reading:
            try:
                while self._following and not self._waiting and self._is_behind(ends) and self._read():
                    pass
            except TransportError as failed:
                self._fail(failed)
            if not (self._loaded and self._following) or self.failure is not None or ends.beginning != self._beginning:
                raise unread(self.failure)
            if self._is_behind(ends):
                raise RegisterBehind

    def close(self) -> None:
        """Let go of the subscriber; what is known stays known."""
        with self._reading:
            if self._closed:
                return
            self._closed, self._following = True, False
        self._subscriber.close()

    def _follow(self) -> None:
        """Assign the topic from its beginning; keys already known stay."""
        before, self._topic_id = self._topic_id, self._subscriber.topic_id(names.KEYS)
        partitions = [TopicPartition(names.KEYS, number) for number in self._subscriber.partitions(names.KEYS)]
        ends = {at: self._subscriber.watermarks(at) for at in partitions}
        self._subscriber.assign(dict.fromkeys(partitions, BEGINNING))
        self._unread = {at: end.high for at, end in ends.items() if end.high > end.low}
        self._next = {at: end.low for at, end in ends.items()}
        self._beginning += 1
        self._keys.begin(anew=self._topic_id != before)
        self._following = True

    def _require_same_topic(self) -> None:
        """Raise BrokerUnreachable if the topic was made again: what stands below where this one was read to is not known."""
        if self._subscriber.topic_id(names.KEYS) != self._topic_id:
            again = BrokerUnreachable(
                Phrase(
                    f"{names.KEYS} was made again; it is read from its beginning", f"{names.KEYS} 已被重建，正从头读取"
                )
            )
            with self._reading:
                self._fail(again)
            raise again

    def _read(self) -> bool:
        """Take what the topic gives now; return whether it gave anything. The caller holds `_reading`."""
        messages, roots = self._subscriber.poll(_BATCH, 0.0), self._keys.roots.count
        for message in messages:
            self._keys.take(message)
            at = TopicPartition(names.KEYS, message.partition())
            self._next[at] = message.offset() + 1
            if message.offset() + 1 >= self._unread.get(at, math.inf):
                del self._unread[at]
        if self._memory is not None:
            self._memory.keep(self._keys.news())
        if self._keys.roots.count != roots:
            self._following = (
                False  # what the new root signed may stand before the change, where somebody wrote that again
            )
            return True
        self._loaded = self._loaded or not self._unread
        return bool(messages)

    def _is_behind(self, ends: RegisterEnds) -> bool:
        return any(self._next.get(at, end) < end for at, end in ends.partitions.items())

    def _fail(self, failure: TransportError) -> None:
        self._outage.fails(failure.code, failure.message)
        self.failure = failure
        self._retry_at = self._clock.monotonic() + RETRY_SECONDS
        self._following = False
