"""The metrics a notary keeps."""

from collections.abc import Iterator
from typing import NamedTuple

from ...topics.metrics import definitions
from ...topics.metrics.definitions import Signals
from .findings import FindingKind
from .tally import Tally, TallyResult

_ALARMS = {
    TallyResult.CONFLICT: "conflict",
    TallyResult.HEALED: "conflict",
    TallyResult.KEPT: "tombstone",
    TallyResult.NOT_ITS_COURT: "court",
    TallyResult.UNREADABLE: "opaque",
    TallyResult.REVOKED: "revoked",
}


class CheckpointFinding(NamedTuple):
    """A court of which the log holds something else than the publisher's newest checkpoint says."""

    topic: str
    court: str
    published: int
    """Highest sequence by the checkpoint."""
    highest: int
    """Highest sequence seen."""
    live_missing: int
    """Live entries by the checkpoint beyond those counted at it."""

    @property
    def reason(self) -> str:
        """The alarm: records are missing at the end of the log, or what is live differs."""
        return "lost-tail" if self.highest < self.published else "live"


def checkpoint_findings(tally: Tally, topic: str) -> Iterator[CheckpointFinding]:
    """List the courts of a list of which the log holds something else than the newest checkpoint says."""
    for court, said in tally.checkpoints.lists[topic].courts.items():
        highest = tally.highest_of(topic, court)
        if highest < said.published or said.live_missing:
            yield CheckpointFinding(topic, court, said.published, highest, said.live_missing)


class NotarySignals:
    """The metrics of one notary."""

    def __init__(self, process: Signals, jurisdiction: str, notary: str) -> None:
        self._process = process
        self._labels = {"jurisdiction": jurisdiction, "notary": notary}
        self._issued_at: int | None = None
        self._outcomes = {
            outcome: process.counter(definitions.NOTARY_RECORDS, **self._labels, result=outcome.value)
            for outcome in TallyResult
        }

    def barrier(self) -> None:
        """Count an issued barrier."""
        self._process.counter(definitions.NOTARY_BARRIERS, **self._labels).inc()

    def foreign(self, reason: str) -> None:
        """Count a message that is neither record nor marker."""
        self._process.counter(definitions.NOTARY_RECORDS, **self._labels, result="foreign").inc()
        self._process.counter(definitions.NOTARY_ALARMS, **self._labels, reason=reason).inc()

    def record(self, outcome: TallyResult, alarm: str) -> None:
        """Count a record by what became of it, and ring if something is wrong with it."""
        self._outcomes[outcome].inc()
        if outcome is TallyResult.LOWER:
            self._process.counter(definitions.LOWER_VERSIONS, **self._labels).inc()
        reason = alarm or _ALARMS.get(outcome, "")
        if reason:
            self._process.counter(definitions.NOTARY_ALARMS, **self._labels, reason=reason).inc()

    def checkpoint(self, finding: CheckpointFinding) -> None:
        """Ring for a court of which the log lacks what the publisher says."""
        self._process.counter(definitions.NOTARY_ALARMS, **self._labels, reason=finding.reason).inc()

    def finding(self, kind: FindingKind) -> None:
        """Ring for what its reports tell."""
        self._process.counter(definitions.NOTARY_ALARMS, **self._labels, reason=kind.value).inc()

    def head(self, tally: Tally, number: int, issued_at: int) -> None:
        """Show the head just signed, with what the tally holds."""
        self._issued_at = issued_at
        self._process.counter(definitions.NOTARY_HEADS, **self._labels).inc()
        self._process.gauge(definitions.NOTARY_BARRIER, **self._labels).set(number)
        for topic in {lane.topic for lane in tally.lanes}:
            live = sum(sum(counted.live.values()) for lane, counted in tally.lanes.items() if lane.topic == topic)
            self._process.gauge(definitions.LIVE_ENTRIES, **self._labels, topic=topic).set(live)
        for (topic, court), missing in tally.missing().items():
            gaps = self._process.gauge(definitions.COURT_SEQUENCE_GAPS, **self._labels, court=court, topic=topic)
            gaps.set(sum(high - low + 1 for low, high in missing.gaps))
        for topic, court in tally.checkpoints.courts():
            lost = self._process.gauge(definitions.COURT_TAIL_LOST, **self._labels, court=court, topic=topic)
            said = tally.checkpoints.said_of(topic, court)
            lost.set(max(0, said.published - tally.highest_of(topic, court)))

    def head_age(self, now: int) -> None:
        """Set the age of the newest head; `now` in ms UTC."""
        if self._issued_at is not None:
            self._process.gauge(definitions.NOTARY_HEAD_AGE, **self._labels).set(max(0, now - self._issued_at) / 1_000)
