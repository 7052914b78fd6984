"""The acts of supervisors as a process knows them: a worker keeps what `supervision.acts.<jurisdiction>.v1` says.

An act counts if a supervisor signed it whom the root admitted for that jurisdiction, with a key valid when it was issued;
what switches a measure on counts no longer once that key is revoked, what withdraws it does. Before the topic was read to its
end nothing is on: whoever is asked about then is let go.
"""

import logging
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ...schemas.dates import date_of_ms
from ...schemas.fingerprints import fingerprint
from ...schemas.law.supervision import NOTHING_ON, ActKind, SupervisionAct, SwitchedOn, acts_in_force, read_act
from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import Undecodable, decode
from ...schemas.wire.framing import FramingError
from ...schemas.wire.signing import PublicKey, SignatureInvalid
from ..catalogue import names
from ..transport.errors import TransportError
from ..transport.ports import BEGINNING, Message, Subscriber, TopicPartition
from ..transport.reading import lane_of, topic_lanes
from ..transport.received import unwrap
from ..workers.clock import Clock
from ..workers.threads import work_until
from ..workers.worker import AT_ONCE, Part
from .entitlement import Reading, is_refused_for_good, require
from .keyrings import Directory

SCHEMA = "supervision-act"
"""Schema, and context of the signature."""
_BATCH = 1_000
_LOOK_SECONDS = 5.0
_RETRY_SECONDS = 5.0
_PATIENCE = 30.0
_MOST_KEPT = 100_000
"""Records of unknown keys are kept while all together are fewer: supervisors alone may write, and write little."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A record as it stands in the log."""

    act: SupervisionAct
    record: Mapping[str, Any] = field(repr=False)
    body: bytes = field(repr=False)
    written_at: int
    """By the broker's clock, ms UTC."""


@dataclass(frozen=True, slots=True)
class _Verified:
    """A record and the key under it."""

    kept: _Kept
    key: PublicKey | None

    def counts(self, now: int) -> bool:
        """Whether the act still counts: what switches on does not outlive its key's revocation."""
        revoked = self.key is not None and self.key.revoked_at != 0 and now >= self.key.revoked_at
        return not (revoked and self.kept.act.kind == ActKind.MEASURE_ON)


class SupervisionActs:
    """Reads the acts of jurisdictions; a `Worker`. Its answers may be asked for by several threads."""

    def __init__(
        self, jurisdictions: Collection[str], subscriber: Subscriber, directory: Directory, clock: Clock
    ) -> None:
        """Take a subscriber of its own, which it closes. Nothing is read before the first step."""
        self._jurisdictions, self._subscriber = tuple(sorted(jurisdictions)), subscriber
        self._directory, self._clock = directory, clock
        self._kept: dict[bytes, _Kept] = {}
        """By the hash of the body: the same record twice is one."""
        self._unread: dict[TopicPartition, int] | None = None
        self._following = False
        self._retry_at = -math.inf
        self._verified: tuple[tuple[int, int], list[_Verified]] = ((0, 0), [])
        """What counts by its signature, and for which acts and keys that was found."""
        self._answer: tuple[date | None, SwitchedOn] = (None, NOTHING_ON)
        """What is on, and on which day."""
        self.ignored = 0
        """Records that can be no act of their jurisdiction."""
        self.failure: TransportError | None = None
        """Why the topics cannot be read now."""

    @property
    def loaded(self) -> bool:
        """Whether everything that stood in the topics at the first assignment has been read."""
        return self._unread is not None and not self._unread

    def step(self) -> float:
        """Read what is new; after a failure all of it again, later."""
        self._look_anew()
        left = self._retry_at - self._clock.monotonic()
        if self.failure is not None and left > 0:
            return left
        try:
            if not self._following:
                self._follow()
            messages = self._subscriber.poll(_BATCH, 0.0)
        except TransportError as failed:
            if self.failure is None:
                logger.warning("the acts of supervisors cannot be read: %s: %s", failed.code, failed.message)
            self.failure, self._following = failed, False
            self._retry_at = self._clock.monotonic() + _RETRY_SECONDS
            return _RETRY_SECONDS
        self.failure = None
        for message in messages:
            self._take(message)
        self._look_anew()
        return AT_ONCE if messages else _LOOK_SECONDS

    def wait(self, seconds: float) -> bool:
        """Wait for a record, at most so many seconds; return whether there is one."""
        return self._subscriber.wait(seconds)

    def close(self) -> None:
        """Let go of the subscriber; what is known stays known."""
        self._subscriber.close()

    def on(self, day: date) -> SwitchedOn:
        """Return what is switched on: nothing before all was read, nor on another day than this reader knows of."""
        known_of, switched = self._answer
        return switched if known_of == day else NOTHING_ON

    def acts(self) -> list[SupervisionAct]:
        """Return the acts that count now, in the order they were read."""
        now = self._clock.now()
        return [each.kept.act for each in self._verified[1] if each.counts(now)]

    def _look_anew(self) -> None:
        """Find what is on now."""
        if not self.loaded:
            return
        state = (len(self._kept), self._directory.version)
        if self._verified[0] != state:
            found = (_Verified(each, self._key_under(each)) for each in self._kept.values())
            self._verified = (state, [each for each in found if each.key is not None])
        measures: dict[str, frozenset[str]] = {}
        now = self._clock.now()
        for act in acts_in_force(self.acts(), now):
            measures[act.measure] = measures.get(act.measure, frozenset()) | {act.jurisdiction}
        last = self._answer[1]
        self._answer = (date_of_ms(now), last if last.measures == measures else SwitchedOn(measures))

    def _key_under(self, kept: _Kept) -> PublicKey | None:
        """Return the key of the supervisor who signed an act, None if none did whom the root admitted."""
        try:
            return require(
                self._directory, SCHEMA, kept.body, kept.record, Reading(self._jurisdictions, kept.written_at)
            )
        except (SignatureInvalid, TransportError):
            return None

    def _follow(self) -> None:
        lanes = topic_lanes(self._subscriber, *map(names.supervision_acts, self._jurisdictions))
        ends = {at: self._subscriber.watermarks(at) for at in lanes}
        self._subscriber.assign(dict.fromkeys(lanes, BEGINNING))
        if self._unread is None or self._unread:
            self._unread = {at: end.high for at, end in ends.items() if end.high > end.low}
        self._following = True

    def _take(self, message: Message) -> None:
        lane = lane_of(self._subscriber, message)
        if self._unread and message.offset() + 1 >= self._unread.get(lane, math.inf):
            self._unread = {at: end for at, end in self._unread.items() if at != lane}
        try:
            written_with, body = unwrap(message)
            record = decode(written_with, body)
        except (FramingError, Undecodable):
            self.ignored += 1
            return
        fits = is_version_of(written_with, SCHEMA) and lane.topic == names.supervision_acts(record["jurisdiction"])
        if not fits or not self._may_count(body, record, message.timestamp()[1]):
            self.ignored += 1
            return
        self._kept.setdefault(fingerprint(body), _Kept(read_act(record), record, body, message.timestamp()[1]))

    def _may_count(self, body: bytes, record: Mapping[str, Any], written_at: int) -> bool:
        """Return whether an act counts, or may once its key is known: of those so many are kept at most."""
        if is_refused_for_good(self._directory, SCHEMA, body, record, Reading(self._jurisdictions, written_at)):
            return False
        return len(self._kept) < _MOST_KEPT or self._directory.key(body[:8]) is not None


def await_acts(acts: SupervisionActs, seconds: float = _PATIENCE) -> None:
    """Read to the end of the log, for commands that answer once; what cannot be read is logged and nothing is on."""
    work_until(Part("acts", acts, acts.wait), lambda: acts.loaded or acts.failure is not None, seconds)
    acts.step()
