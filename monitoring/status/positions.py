"""How far updates and batches are at each agency: the registers of this machine against what receipts show."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ...consumers.inbox.enforcement import enforced_on
from ...producers.register.register import Update
from ...schemas import ids
from ...schemas.dates import rfc3339
from ...schemas.errors import WrongUsage
from ...schemas.law.listing import Instrument
from ...topics.catalogue import names
from ...topics.keys.signed_register import RegisterStanding
from ...topics.storage.faults import DatabaseFault
from ...topics.transport.process_clock import Rehearsal
from ..ledger import rules
from ..ledger.evidence_views import EvidenceView, NodeOffsets, NodeReport, serving_at
from ..log.counts import PublishedCount
from .evidence_age import EvidenceAge
from .register_counts import Deliveries

_ELSEWHERE = "ask where it was published"


@dataclass(frozen=True, slots=True)
class LatenessLimits:
    """From when on an update is late, a copy stale and a node gone; ms."""

    now: int
    """ms UTC."""
    late_after: int
    stale_after: int
    gone_after: int


class Paused(NamedTuple):
    """What keeps an agency's effects from going on."""

    code: str
    since: int
    """ms UTC."""


class Parked(NamedTuple):
    """What waits at an agency because something it needs is missing."""

    waiting: int
    since: int
    """Of the oldest, ms UTC; 0 if nothing waits."""


@dataclass(frozen=True, slots=True)
class DeliverySources:
    """What the status document is computed from."""

    view: EvidenceView
    obliged: Mapping[str, frozenset[str]]
    """Agency → jurisdictions it must obey."""
    deliveries: Sequence[Deliveries]
    dead_letters: Mapping[str, int]
    """Agency → messages put aside; missing if its topic is not there."""
    register: RegisterStanding | None = None
    """The register of keys as it was read, None while it could not be."""
    inboxes: Callable[[str], Path] | None = None
    """Court → where its inbox is, if it is on this machine: what it alone may see of an update. None: nobody may here."""
    months_left: Mapping[str, int] = field(default_factory=dict)
    """Participant → coming months it has sealing keys for; -1: they have run out."""
    enforcement: Sequence[PublishedCount] = ()
    """What courts have published of enforcement."""
    evidence: EvidenceAge = field(default_factory=EvidenceAge)
    """How old all this is."""
    parked: Mapping[str, Parked] = field(default_factory=dict)
    """Agency → what waits there, by its acts store; missing if that is not on this machine."""
    counted_letters: bool = True
    """Whether `dead_letters` was counted in the log, so that an agency that is missing there has no such topic."""
    stores_away: Mapping[str, Paused] = field(default_factory=dict)
    """Agency → why its acts store, which is here, does not answer."""
    full: Sequence[str] = ()
    """Folders of stores on this machine whose disk is full."""
    notaries: Mapping[str, frozenset[str]] | None = None
    """Notary → jurisdictions it counts for, of those that have not ended; None: nobody knows here."""
    trial: Rehearsal | None = None
    """The rehearsal this is the status of."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Participant → its official name, of those whose manifest is on this machine."""


def moment(ms: int) -> str | None:
    """Return a time as people and programs read it, +08:00; None for 0."""
    return rfc3339(ms) if ms else None


class DeliveryProgress:
    """How far updates and batches are at the agencies, as of one moment."""

    def __init__(self, sources: DeliverySources, limits: LatenessLimits, nodes: Sequence[NodeReport]) -> None:
        self._sources, self._limits, self._nodes = sources, limits, nodes

    @property
    def has_registers(self) -> bool:
        """Whether any register can be read from this machine."""
        return bool(self._sources.deliveries)

    # -- agencies -----------------------------------------------------------------------------------------------------

    def node_offsets(self, agency: str, jurisdiction: str) -> NodeOffsets:
        """Return the applied offsets of each node of an agency that serves a jurisdiction."""
        stands = serving_at(agency, jurisdiction, self._nodes)
        return {stand.node: self._sources.view.applied_offsets(stand) for stand in stands}

    def totals(self, agency: str) -> dict[str, Any]:
        """Count everything ever accepted for an agency: how much it has applied, what is late, whose relief waits, since when."""
        since: list[int] = []
        totals = {"accepted": 0, "applied": 0, "late_updates": 0, "relief_waiting": 0}
        for deliveries in self._sources.deliveries:
            if (jurisdiction := deliveries.jurisdiction) not in self._sources.obliged.get(agency, ()):
                continue
            nodes = self.node_offsets(agency, jurisdiction)
            settled = self._sources.view.settled_row(jurisdiction, agency, nodes)
            outstanding = deliveries.outstanding(nodes, self._limits.now - self._limits.late_after, settled)
            if outstanding.settled > settled:
                with suppress(DatabaseFault):  # it only saves counting again, and a full disk must not hide the status
                    self._sources.view.settle(jurisdiction, agency, nodes, outstanding.settled)
            counts = (outstanding.accepted, outstanding.applied, outstanding.late, outstanding.relief)
            totals = {key: totals[key] + count for key, count in zip(totals, counts, strict=True)}
            since += [] if outstanding.since is None else [outstanding.since]
        return {**totals, "waiting_since": moment(min(since, default=0))}

    def uncounted(self, agencies: Iterable[str]) -> list[str]:
        """List the jurisdictions these agencies must obey whose registers cannot be read from this machine."""
        counted = {deliveries.jurisdiction for deliveries in self._sources.deliveries}
        obliged = (self._sources.obliged.get(agency, frozenset()) for agency in agencies)
        return sorted(frozenset[str]().union(*obliged) - counted)

    def unsent(self) -> list[dict[str, Any]]:
        """List the lanes of the registers here in which accepted records wait to be sent."""
        return [
            {
                "jurisdiction": each.jurisdiction,
                "lane": lane,
                "count": waiting.rows,
                "since": moment(waiting.since or 0),
            }
            for each in self._sources.deliveries
            for lane, waiting in each.register.outbox.backlog().items()
            if waiting.rows
        ]

    def _obliged(self, agencies: Iterable[str], jurisdiction: str) -> list[str]:
        return [name for name in agencies if jurisdiction in self._sources.obliged.get(name, ())]

    # -- batches ------------------------------------------------------------------------------------------------------

    def recent_batches(self, count: int, agencies: Sequence[str]) -> list[dict[str, Any]]:
        """List the newest batches of each jurisdiction with their counts."""
        return [
            self._batch(deliveries, batch_id, agencies)
            for deliveries in self._sources.deliveries
            for batch_id in deliveries.recent_batches(count)
        ]

    def batch(self, batch_id: str, agencies: Sequence[str]) -> dict[str, Any]:
        """Count one batch exactly. BATCH_UNKNOWN."""
        for deliveries in self._sources.deliveries:
            if deliveries.register.batch(batch_id):
                return self._batch(deliveries, batch_id, agencies)
        raise WrongUsage(
            "BATCH_UNKNOWN",
            f"no register here has the batch {batch_id}",
            _ELSEWHERE,
            f"本机登记簿中没有批次 {batch_id}",
            "请到公布它的机器上查询",
        )

    def _batch(self, deliveries: Deliveries, batch_id: str, agencies: Sequence[str]) -> dict[str, Any]:
        jurisdiction = deliveries.jurisdiction
        obliged = self._obliged(agencies, jurisdiction)
        counts = deliveries.of_batch(batch_id, {name: self.node_offsets(name, jurisdiction) for name in obliged})
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
        """List the updates accepted last in any jurisdiction, newest first, at most `per_batch` of a batch."""
        newest = [
            (deliveries, update)
            for deliveries in self._sources.deliveries
            for update in deliveries.newest_updates(count, per_batch)
        ]
        newest.sort(key=lambda pair: (pair[1].accepted_at, pair[1].state_row), reverse=True)
        return [self._update(deliveries, update, agencies) for deliveries, update in newest[:count]]

    def update(self, update_id: str, agencies: Sequence[str]) -> dict[str, Any]:
        """Say where one update stands. UPDATE_UNKNOWN, ID_INVALID."""
        parsed = ids.parse(update_id, "upd")
        for deliveries in self._sources.deliveries:
            if update := deliveries.register.update(parsed):
                return self._own_update(deliveries, update, agencies)
        raise WrongUsage(
            "UPDATE_UNKNOWN",
            f"no register here has the update {update_id}",
            _ELSEWHERE,
            f"本机登记簿中没有更新 {update_id}",
            "请到公布它的机器上查询",
        )

    def entry(self, entry_id: str, agencies: Sequence[str]) -> list[dict[str, Any]]:
        """Say where each update of a list entry or order stands, oldest first. ENTRY_UNKNOWN, ID_INVALID."""
        parsed = ids.parse(entry_id, "ent", "ord")
        for deliveries in self._sources.deliveries:
            if updates := deliveries.register.updates_of_entry(parsed):
                return [self._own_update(deliveries, update, agencies) for update in updates]
        raise WrongUsage(
            "ENTRY_UNKNOWN",
            f"no register here has the entry {entry_id}",
            _ELSEWHERE,
            f"本机登记簿中没有条目 {entry_id}",
            "请到公布它的机器上查询",
        )

    def _own_update(self, deliveries: Deliveries, record: Update, agencies: Iterable[str]) -> dict[str, Any]:
        """Return an update as its court sees it: with the day from which an agency is known to have enforced it."""
        document, frees = self._update(deliveries, record, agencies), deliveries.for_ledger(record).frees
        days: Mapping[str, str] = {}
        if self._sources.inboxes is not None:
            days = enforced_on(self._sources.inboxes(record.court), record.entry_id, record.version, frees=frees)
        return document | {"agencies": [row | {"enforced_on": days.get(row["agency"])} for row in document["agencies"]]}

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
            evidence = self._sources.view.agency(update, name, self._nodes)
            standing = rules.standing(update, evidence, self._limits.now, self._limits.late_after)
            yield {
                "agency": name,
                "state": standing.state,
                "level": standing.level.name.lower(),
                "since": moment(standing.since),
                "after_seconds": max(0, standing.since - update.accepted_at) / 1_000,
            }
