"""Gathering the evidence: once a second everything the log has gained, in one transaction however many nodes wrote."""

import math
from collections.abc import Mapping
from contextlib import suppress

from ...schemas.errors import LiandongError
from ...topics.catalogue import names
from ...topics.keys.directory import KeyDirectory
from ...topics.keys.register_ends import RegisterBehind
from ...topics.storage.faults import DatabaseFault
from ...topics.transport.errors import TopicMissing, TransportError
from ...topics.transport.ports import Subscriber
from ...topics.transport.reading import LogStalled, topic_lanes
from ...topics.workers.clock import Clock
from ...topics.workers.outages import OutageLog
from ...topics.workers.threads import Doorbell
from ...topics.workers.worker import AT_ONCE
from ..ledger.evidence import Evidence
from ..ledger.evidence_reading import EvidenceReading
from ..log.counts import PublishedCounts

EVERY_SECONDS = 1.0
_SLICE = 0.2


def served(directory: KeyDirectory) -> list[str]:
    """List every jurisdiction a registered court or agency acts in."""
    scopes = [*directory.serving("court").values(), *directory.serving("agency").values()]
    return sorted(frozenset[str]().union(*scopes))


class Gathering:
    """Keeps the evidence, the published counts and those of dead letters current; a `Worker`. What fails is tried again."""

    def __init__(self, evidence: Evidence, directory: KeyDirectory, subscriber: Subscriber, clock: Clock) -> None:
        """Take a subscriber of its own; nothing is read before the first step."""
        self._evidence, self._directory = evidence, directory
        self._subscriber, self._clock = subscriber, clock
        self._reading: EvidenceReading | None = None
        self.counts = PublishedCounts(directory, subscriber, clock)
        """What courts have published of enforcement."""
        self._next_round = -math.inf
        self._pause = Doorbell()
        self.rounds = 0
        """How often everything in the log was read to its end."""
        self.read_at = 0
        """When everything was read to its end last, ms UTC; 0: not yet."""
        self.failure: LiandongError | None = None
        """Why nothing can be read now."""
        self.failing_since = 0
        """Since when nothing can be read, ms UTC; 0 if it can."""
        self._outage = OutageLog(__name__, "evidence cannot be read, trying again", "evidence is read again", clock)
        self.dead_letters: Mapping[str, int] = {}
        """Agency → messages put aside; missing if its topic is not there."""

    def step(self) -> float:
        """Read what there is now; return when to be called again."""
        left = self._next_round - self._clock.monotonic()
        if left > 0:
            return left
        try:
            return self._read()
        except (TransportError, LogStalled, DatabaseFault) as failed:
            return self._fail(failed)

    def wait(self, seconds: float) -> bool:
        """Wait for a record while a round lasts and nothing waits for a key, otherwise for the time to go on; return
        whether there is a record.
        """
        return (self._pause if self._reading is None or self._reading.waits else self._subscriber).wait(seconds)

    def close(self) -> None:
        """Do nothing: what was taken is kept, the subscriber is its owner's."""

    def _read(self) -> float:
        if self._reading is None:
            self._directory.refresh()
            jurisdictions = served(self._directory)
            self._reading = EvidenceReading(self._evidence, self._subscriber, jurisdictions, self._clock)
        try:
            if not self._reading.done and not self._reading.step():
                return _SLICE
        except RegisterBehind:
            return _SLICE
        if not self._reading.done:
            return AT_ONCE
        if not self.counts.read(served(self._directory)):
            return _SLICE
        letters = ((agency, self._count(agency)) for agency in self._directory.serving("agency"))
        self.dead_letters = {agency: number for agency, number in letters if number is not None}
        self.rounds += 1
        self.read_at = self._clock.now()
        self.failure, self.failing_since = None, 0
        self._outage.works()
        return self._rest()

    def _count(self, agency: str) -> int | None:
        """Count the messages an agency has put aside; None if its topic does not exist."""
        with suppress(TopicMissing):
            marks = [
                self._subscriber.watermarks(at) for at in topic_lanes(self._subscriber, names.dead_letters(agency))
            ]
            return sum(high - low for low, high in marks)
        return None

    def _fail(self, failed: LiandongError) -> float:
        self.failure = failed
        self.failing_since = self.failing_since or self.read_at or self._clock.now()
        self._outage.fails(failed.code, failed.message)
        return self._rest()

    def _rest(self) -> float:
        self._reading = None
        self._next_round = self._clock.monotonic() + EVERY_SECONDS
        return EVERY_SECONDS
