"""How far updates and batches are at each agency: the registers of this machine against what receipts show."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...producers.register.register import Update
from ...schemas import ids
from ...schemas.dates import rfc3339
from ...schemas.errors import WrongUsage
from ...schemas.law.listing import Instrument
from ...topics.catalogue import names
from ..ledger import rules
from ..ledger.evidence_views import EvidenceView, Holdings, NodeReport
from .register_counts import Deliveries

_ELSEWHERE = "ask where it was published"


@dataclass(frozen=True, slots=True)
class LatenessLimits:
    """What is called late, stale and gone; ms."""

    now: int
    late_after: int
    stale_after: int
    gone_after: int


@dataclass(frozen=True, slots=True)
class DeliverySources:
    """Where the document comes from."""

    view: EvidenceView
    obliged: Mapping[str, frozenset[str]]
    """Agency → jurisdictions it must obey."""
    deliveries: Sequence[Deliveries]
    dead_letters: Mapping[str, int]
    """Agency → messages put aside; missing if its topic is not there."""


def moment(ms: int) -> str | None:
    """A time as people and programs read it, +08:00; None for 0."""
    return rfc3339(ms) if ms else None


class DeliveryProgress:
    """Deliveries as of one look."""

    def __init__(self, sources: DeliverySources, terms: LatenessLimits, nodes: Sequence[NodeReport]) -> None:
        self._s, self._terms, self._nodes = sources, terms, nodes

    @property
    def has_registers(self) -> bool:
        """Whether any register can be read from this machine."""
        return bool(self._s.deliveries)

    # -- agencies -----------------------------------------------------------------------------------------------------

    def holdings(self, agency: str, jurisdiction: str) -> Holdings:
        """What each serving node of an agency holds of a jurisdiction."""
        return {
            each.stand.node: self._s.view.holding(each.stand)
            for each in self._nodes
            if each.serving and (each.stand.agency, each.stand.jurisdiction) == (agency, jurisdiction)
        }

    def totals(self, agency: str) -> dict[str, int]:
        """Of everything ever accepted for an agency: how much it has applied, what is late, whose relief waits."""
        totals = {"accepted": 0, "applied": 0, "late_updates": 0, "relief_waiting": 0}
        for deliveries in self._s.deliveries:
            if (jurisdiction := deliveries.jurisdiction) not in self._s.obliged.get(agency, ()):
                continue
            nodes = self.holdings(agency, jurisdiction)
            known = self._s.view.settled(jurisdiction, agency, nodes)
            found = deliveries.outstanding(nodes, self._terms.now - self._terms.late_after, known)
            if found.settled > known:
                self._s.view.settle(jurisdiction, agency, nodes, found.settled)
            counts = (found.accepted, found.applied, found.late, found.relief)
            totals = {key: totals[key] + count for key, count in zip(totals, counts, strict=True)}
        return totals

    def _obliged(self, agencies: Iterable[str], jurisdiction: str) -> list[str]:
        return [name for name in agencies if jurisdiction in self._s.obliged.get(name, ())]

    # -- batches ------------------------------------------------------------------------------------------------------

    def recent_batches(self, count: int, agencies: Sequence[str]) -> list[dict[str, Any]]:
        """The newest batches of each jurisdiction."""
        found = ((each, batch_id) for each in self._s.deliveries for batch_id in each.recent_batches(count))
        return [self._batch(deliveries, batch_id, agencies) for deliveries, batch_id in found]

    def batch(self, batch_id: str, agencies: Sequence[str]) -> dict[str, Any]:
        """Exact counts of one batch. BATCH_UNKNOWN."""
        for deliveries in self._s.deliveries:
            if deliveries.register.batch(batch_id):
                return self._batch(deliveries, batch_id, agencies)
        raise WrongUsage("BATCH_UNKNOWN", f"no register here has the batch {batch_id}", _ELSEWHERE)

    def _batch(self, deliveries: Deliveries, batch_id: str, agencies: Sequence[str]) -> dict[str, Any]:
        jurisdiction = deliveries.jurisdiction
        obliged = self._obliged(agencies, jurisdiction)
        counts = deliveries.of_batch(batch_id, {name: self.holdings(name, jurisdiction) for name in obliged})
        batch = deliveries.register.batch(batch_id)
        return {
            "batch_id": batch_id,
            "jurisdiction": jurisdiction,
            "court": batch.court if batch else "",
            "started_at": moment(batch.started_at if batch else 0),
            "accepted": counts.accepted,
            "sent": counts.sent,
            "applied": dict(counts.applied),
            "complete": all(applied == counts.accepted for applied in counts.applied.values()),
        }

    # -- updates ------------------------------------------------------------------------------------------------------

    def newest_updates(self, count: int, per_batch: int, agencies: Sequence[str]) -> list[dict[str, Any]]:
        """The updates accepted last in any jurisdiction, newest first, of each batch `per_batch` at most."""
        found = [(each, update) for each in self._s.deliveries for update in each.newest_updates(count, per_batch)]
        found.sort(key=lambda pair: (pair[1].accepted_at, pair[1].state_row), reverse=True)
        return [self._update(deliveries, update, agencies) for deliveries, update in found[:count]]

    def update(self, update_id: str, agencies: Sequence[str]) -> dict[str, Any]:
        """Where one update stands. UPDATE_UNKNOWN, ID_INVALID."""
        wanted = ids.parse(update_id, "upd")
        for deliveries in self._s.deliveries:
            if found := deliveries.register.update(wanted):
                return self._update(deliveries, found, agencies)
        raise WrongUsage("UPDATE_UNKNOWN", f"no register here has the update {update_id}", _ELSEWHERE)

    def entry(self, entry_id: str, agencies: Sequence[str]) -> list[dict[str, Any]]:
        """Where each update of a list entry or order stands, oldest first. ENTRY_UNKNOWN, ID_INVALID."""
        wanted = ids.parse(entry_id, "ent", "ord")
        for deliveries in self._s.deliveries:
            if found := deliveries.register.updates_of_entry(wanted):
                return [self._update(deliveries, update, agencies) for update in found]
        raise WrongUsage("ENTRY_UNKNOWN", f"no register here has the entry {entry_id}", _ELSEWHERE)

    def _update(self, deliveries: Deliveries, record: Update, agencies: Iterable[str]) -> dict[str, Any]:
        update = deliveries.for_ledger(record)
        at_agencies = self._obliged(agencies, update.jurisdiction)
        is_entry = record.list == names.state_topic(Instrument.LIST_ENTRY, update.jurisdiction)
        return {
            "update_id": ids.text("upd", record.update_id),
            "entry_id": ids.text("ent" if is_entry else "ord", record.entry_id),
            "version": update.version,
            "change": record.change.name.lower(),
            "court": record.court,
            "batch_id": record.batch_id,
            "accepted_at": moment(update.accepted_at),
            "positions": [
                {"topic": at.lane.topic, "partition": at.lane.partition, "offset": at.offset} for at in update.positions
            ],
            "agencies": list(self._standings(update, at_agencies)),
        }

    def _standings(self, update: rules.LedgerUpdate, agencies: Iterable[str]) -> Iterator[dict[str, Any]]:
        for name in agencies:
            evidence = self._s.view.agency(update, name, self._nodes)
            one = rules.standing(update, evidence, self._terms.now, self._terms.late_after)
            yield {
                "agency": name,
                "state": one.state,
                "level": one.level.name.lower(),
                "since": moment(one.since),
                "after_seconds": max(0, one.since - update.accepted_at) / 1_000,
            }
