"""Where a node's copy stands, for its status page and its metrics."""

from collections.abc import Mapping, Sequence

import msgspec.structs
import structlog

from ...schemas.dates import rfc3339
from ...topics.metrics.definitions import (
    LIST_BARRIER,
    LIST_ENTRIES,
    LIST_FRESHNESS,
    LIST_PROVEN,
    OUTBOX_UNSENT,
    RECORDS_APPLIED,
    RECORDS_OPAQUE,
    RECORDS_REFUSED,
    RECORDS_STALE,
    RELIEF_WAITING,
)
from ...topics.metrics.recorder import Signals
from ...topics.storage.faults import DatabaseFault
from ...topics.storage.outbox import SqlOutbox
from ...topics.workers.clock import Clock
from ..store.reader import ListReader
from ..store.relief import ReliefReader
from .list_view import ListView

_log = structlog.get_logger(__name__)
_EVERY_SECONDS = 1.0
_COUNTED = {"applied": RECORDS_APPLIED, "stale": RECORDS_STALE, "opaque": RECORDS_OPAQUE, "refused": RECORDS_REFUSED}


_LACKING = ("list", "court", "highest", "trusted")
"""What the list has less of a court than was trusted; without a court the list stands in another topic of its name."""


class CopyStatus:
    """Where one node's copy stands, read from its stores; may be asked from any thread."""

    def __init__(
        self,
        agency: str,
        node: str,
        jurisdictions: Sequence[str],
        view: ListView,
        lists: ListReader,
        relief: ReliefReader,
    ) -> None:
        self._place = {"agency": agency, "node": node}
        self._jurisdictions = tuple(jurisdictions)
        self._view = view
        self._lists = lists
        self._relief = relief
        self._counted: dict[tuple[str, str, str], int] = {}

    def synced(self) -> bool:
        """Return whether every list this agency obeys was read up to a barrier once."""
        return all(self._view.position(one).fresh_as_of > 0 for one in self._jurisdictions)

    def unexamined(self, jurisdiction: str) -> int:
        """Return for how many revoked keys it is not known yet what they signed."""
        return self._view.position(jurisdiction).unexamined

    def shown(self, now: int, stale_after_ms: int) -> dict[str, object]:
        """Return the part of the status document that tells of the lists."""
        status = self._lists.status()
        lists = {}
        for jurisdiction in self._jurisdictions:
            position = self._view.position(jurisdiction)
            age = now - position.fresh_as_of if position.fresh_as_of else None
            lanes = [lane for lane in status.lanes if lane.jurisdiction == jurisdiction]
            heads = [head for head in status.heads if head.jurisdiction == jurisdiction]
            lacking = sorted({msgspec.structs.astuple(each) for head in heads for each in head.shortfalls})
            lists[jurisdiction] = {
                "notary": position.notary,
                "barrier": position.barrier,
                "digest": position.digest,
                "fresh_as_of": rfc3339(position.fresh_as_of) if position.fresh_as_of else None,
                "age_seconds": age / 1000 if age is not None else None,
                "stale": not position.proven or age is None or age > stale_after_ms,
                "proven": position.proven,
                "finding": position.finding or (None if position.proven else "UNPROVEN"),
                "unexamined": position.unexamined,
                "rebuilding": status.generation.active != status.generation.writing,
                "unequal": [head.unequal_number for head in heads if head.unequal],
                "lacking": [dict(zip(_LACKING, each, strict=True)) for each in lacking],
                "entries": sum(lane.records for lane in lanes),
                "opaque": sum(lane.opaque for lane in lanes),
            }
        with self._relief.snapshot() as overlay:
            waiting = overlay.count()
        return {**self._place, "lists": lists, "relief_waiting": waiting, "incidents": status.incidents}

    def measure(self, signals: Signals, outbox: SqlOutbox, now: int) -> None:
        """Set every gauge once, and add what was counted since."""
        status = self._lists.status()
        for jurisdiction in self._jurisdictions:
            place = {**self._place, "jurisdiction": jurisdiction}
            position = self._view.position(jurisdiction)
            if position.fresh_as_of:
                signals.gauge(LIST_FRESHNESS, **place).set((now - position.fresh_as_of) / 1000)
                notary = {**place, "notary": position.notary}
                signals.gauge(LIST_BARRIER, **notary).set(position.barrier)
            for head in status.heads:
                if head.jurisdiction == jurisdiction and (head.proven_number >= 0 or head.objects):
                    signals.gauge(LIST_PROVEN, **place, notary=head.notary).set(0 if head.objects else 1)
            lanes = [lane for lane in status.lanes if lane.jurisdiction == jurisdiction]
            signals.gauge(LIST_ENTRIES, **place).set(sum(lane.records for lane in lanes))
            totals = {name: sum(getattr(lane, name) for lane in lanes) for name in _COUNTED}
            self._count(signals, jurisdiction, "state", totals)
        self._measure_relief(signals)
        for lane, backlog in outbox.backlog().items():
            signals.gauge(OUTBOX_UNSENT, participant=self._place["agency"], lane=lane).set(backlog.rows)

    def _measure_relief(self, signals: Signals) -> None:
        with self._relief.snapshot() as overlay:
            lanes = overlay.lanes()
            waiting = [record.jurisdiction for _, record in overlay.waiting()]
        for jurisdiction in self._jurisdictions:
            signals.gauge(RELIEF_WAITING, **self._place, jurisdiction=jurisdiction).set(waiting.count(jurisdiction))
            own = [lane for lane in lanes if lane.jurisdiction == jurisdiction]
            totals = {name: sum(getattr(lane, name) for lane in own) for name in ("applied", "stale", "refused")}
            self._count(signals, jurisdiction, "relief", totals)

    def _count(self, signals: Signals, jurisdiction: str, lane: str, totals: Mapping[str, int]) -> None:
        """Add to the counters what the stores counted since the last time; theirs survive restarts, ours begin at 0."""
        for name, total in totals.items():
            before = self._counted.get((jurisdiction, lane, name), total)
            self._counted[jurisdiction, lane, name] = total
            counter = signals.counter(_COUNTED[name], **self._place, jurisdiction=jurisdiction, lane=lane)
            counter.inc(max(0, total - before))


class CopyGauges:
    """Keeps the gauges of a node's copy up to date, as a `Worker`."""

    def __init__(self, status: CopyStatus, signals: Signals, outbox: SqlOutbox, clock: Clock) -> None:
        self._status = status
        self._signals = signals
        self._outbox = outbox
        self._clock = clock

    def step(self) -> float:
        """Set every gauge once; those of an outbox that does not answer stay as they were."""
        try:
            self._status.measure(self._signals, self._outbox, self._clock.now())
        except DatabaseFault as down:
            _log.warning("the outbox cannot be counted", code=down.code, reason=down.message)
        return _EVERY_SECONDS

    def close(self) -> None:
        """Nothing is in flight."""
