"""One reading of the log for the evidence: in steps, from where the last one stopped to where the log ends now."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from ...topics.catalogue import names
from ...topics.transport.errors import AuthorizationFailed, TopicMissing
from ...topics.transport.ports import Subscriber
from ...topics.transport.reading import ReadToEnd, lane_of, topic_lanes
from ...topics.workers.clock import Clock
from .evidence import Evidence, LaneMessage

_BATCH = 2_000


class EvidenceReading:
    """Takes everything the log has gained, all topics at once."""

    def __init__(self, evidence: Evidence, subscriber: Subscriber, jurisdictions: Sequence[str], clock: Clock) -> None:
        """Look where the log ends now. Raises TransportError."""
        self._evidence, self._subscriber = evidence, subscriber
        self._handlers = evidence.handlers(jurisdictions)
        reports = {names.notary_reports(each) for each in jurisdictions}
        lanes = topic_lanes(subscriber, *(topic for topic in self._handlers if topic not in reports))
        for topic in sorted(reports):
            with suppress(TopicMissing):  # one that `topics apply` has not made yet
                lanes += topic_lanes(subscriber, topic)
        positions = evidence.positions(lanes)
        self._topic_ids = dict(_topic_ids(subscriber, jurisdictions))
        self._log = ReadToEnd(subscriber, positions, clock, _BATCH)
        self._waiting: list[LaneMessage] = []
        """What was read and waits for the register of participants."""
        self.taken = 0
        """How many records were new."""

    @property
    def done(self) -> bool:
        """Whether everything up to there was taken."""
        return self._log.done and not self._waiting

    @property
    def waits(self) -> bool:
        """Whether something was read that waits for the register of participants."""
        return bool(self._waiting)

    def step(self) -> bool:
        """Take what is there now in one transaction; return whether there was anything. Raises TransportError, LOG_STALLED.

        Of what comes together the receipts are taken last, so that most find their heads. RegisterBehind leaves it to be
        taken by the next step.
        """
        if not self._waiting:
            self._waiting = [LaneMessage(lane_of(self._subscriber, each), each) for each in self._log.read()]
            self._waiting.sort(key=lambda each: each.lane.topic == names.RECEIPTS)
            self._evidence.begin_batch()
        if not self._waiting:
            return False
        self.taken += self._evidence.take(self._waiting, self._handlers, self._topic_ids)
        self._waiting = []
        return True


def _topic_ids(subscriber: Subscriber, jurisdictions: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Ask for the ids of the lists' topics; those that are missing, or closed to who asks, are left out. Raises TransportError."""
    for topic in (each for jurisdiction in jurisdictions for each in names.state_topics(jurisdiction)):
        with suppress(TopicMissing, AuthorizationFailed):
            yield topic, subscriber.topic_id(topic)
