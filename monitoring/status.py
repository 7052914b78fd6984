"""`liandong status`: delivery, lag, freshness and proof as one document."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from hdrh.histogram import HdrHistogram

from ..schemas import ids
from ..schemas.errors import WrongUsage
from .deliveries import Deliveries
from .evidence_tables import HeadStand, NodeStand
from .evidence_views import EvidenceView, Holdings, NodeReport
from .ledger import standing

_CHINA = timezone(timedelta(hours=8))
RECENT_BATCHES = 5


@dataclass(frozen=True, slots=True)
class Terms:
    """What is called late, stale and gone; ms."""

    now: int
    late_after: int
    stale_after: int
    gone_after: int


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked for; empty means everything."""

    agency: str = ""
    update: str = ""
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the document comes from."""

    view: EvidenceView
    obliged: Mapping[str, frozenset[str]]
    """Agency → jurisdictions it must obey."""
    deliveries: Sequence[Deliveries]
    dead_letters: Mapping[str, int]
    """Agency → messages put aside; missing if its topic is not there."""


def rfc3339(ms: int) -> str | None:
    """A time as people and programs read it, +08:00; None for 0."""
    return datetime.fromtimestamp(ms / 1_000, _CHINA).isoformat(timespec="milliseconds") if ms else None


class Status:
    """One look at everything; every part is computed from the same evidence."""

    def __init__(self, sources: Sources, terms: Terms) -> None:
        self._s, self._terms = sources, terms
        self.nodes = sources.view.nodes(terms.now, terms.gone_after)
        self.heads = sources.view.heads()

    def document(self, scope: Scope) -> dict[str, Any]:
        """What `--json` prints. UPDATE_UNKNOWN, BATCH_UNKNOWN, AGENCY_UNKNOWN."""
        agencies = [self._agency(name) for name in self._agencies(scope)]
        found = {
            "at": rfc3339(self._terms.now),
            "jurisdictions": [self._jurisdiction(name) for name in sorted({head.jurisdiction for head in self.heads})],
            "agencies": agencies,
            "batches": self._batches(scope),
            "updates": [self._update(scope)] if scope.update else [],
        }
        findings = list(self._findings(agencies))
        return {**found, "findings": findings, "healthy": not findings}

    # -- agencies -----------------------------------------------------------------------------------------------------

    def _agencies(self, scope: Scope) -> list[str]:
        known = sorted({*self._s.obliged, *(each.stand.agency for each in self.nodes)})
        if not scope.agency:
            return known
        if scope.agency not in known:
            raise WrongUsage(
                "AGENCY_UNKNOWN", f"nobody knows an agency {scope.agency!r}", "see `liandong participant list`"
            )
        return [scope.agency]

    def _agency(self, name: str) -> dict[str, Any]:
        mine = [each for each in self.nodes if each.stand.agency == name]
        return {
            "agency": name,
            "jurisdictions": sorted(self._s.obliged.get(name, ())),
            "silent_in": sorted(
                self._s.obliged.get(name, frozenset()) - {each.stand.jurisdiction for each in mine if each.serving}
            ),
            "late_updates": sum(self._overdue(each, name) for each in self._s.deliveries),
            "dead_letters": self._s.dead_letters.get(name),
            "parked": None,
            "latency": latency([each.stand for each in mine]),
            "nodes": [self._node(each) for each in mine],
        }

    def _node(self, report: NodeReport) -> dict[str, Any]:
        stand = report.stand
        age = max(0, self._terms.now - stand.barrier_issued_at)
        return {
            "node": stand.node,
            "jurisdiction": stand.jurisdiction,
            "serving": report.serving,
            "notary": stand.notary,
            "barrier": stand.barrier,
            "fresh_as_of": rfc3339(stand.barrier_issued_at),
            "age_seconds": age / 1_000,
            "stale": age > self._terms.stale_after,
            "lag_records": lag_records(stand, self.heads),
            "lag_seconds": lag_seconds(stand, self.heads),
            "proof": proof_of(stand),
            "receipts_missing": report.receipts_missing,
            "applied": stand.applied,
            "ignored_as_stale": stand.stale,
            "opaque": stand.opaque,
            "position": {f"{lane.topic}/{lane.partition}": lane.applied for lane in stand.lanes},
            "latency": latency([stand]),
        }

    def holdings(self, agency: str, jurisdiction: str) -> Holdings:
        """What each serving node of an agency holds of a jurisdiction."""
        return {
            each.stand.node: self._s.view.holding(each.stand)
            for each in self.nodes
            if each.serving and (each.stand.agency, each.stand.jurisdiction) == (agency, jurisdiction)
        }

    def _overdue(self, deliveries: Deliveries, agency: str) -> int:
        if deliveries.jurisdiction not in self._s.obliged.get(agency, ()):
            return 0
        jurisdiction, view = deliveries.jurisdiction, self._s.view
        nodes = self.holdings(agency, jurisdiction)
        known = view.settled(jurisdiction, agency, nodes)
        late, settled = deliveries.overdue(nodes, self._terms.now - self._terms.late_after, known)
        if settled > known:
            view.settle(jurisdiction, agency, nodes, settled)
        return late

    # -- updates ------------------------------------------------------------------------------------------------------

    def _batches(self, scope: Scope) -> list[dict[str, Any]]:
        if scope.update:
            return []
        found = []
        for deliveries in self._s.deliveries:
            wanted = [scope.batch] if scope.batch else deliveries.recent_batches(RECENT_BATCHES)
            found += [self._batch(deliveries, each, scope) for each in wanted if deliveries.register.batch(each)]
        if scope.batch and not found:
            raise WrongUsage(
                "BATCH_UNKNOWN", f"no register here has the batch {scope.batch}", "ask where it was published"
            )
        return found

    def _batch(self, deliveries: Deliveries, batch_id: str, scope: Scope) -> dict[str, Any]:
        jurisdiction = deliveries.jurisdiction
        agencies = [name for name in self._agencies(scope) if jurisdiction in self._s.obliged.get(name, ())]
        counts = deliveries.of_batch(batch_id, {name: self.holdings(name, jurisdiction) for name in agencies})
        batch = deliveries.register.batch(batch_id)
        return {
            "batch_id": batch_id,
            "jurisdiction": jurisdiction,
            "court": batch.court if batch else "",
            "started_at": rfc3339(batch.started_at if batch else 0),
            "accepted": counts.accepted,
            "sent": counts.sent,
            "applied": dict(counts.applied),
            "complete": all(applied == counts.accepted for applied in counts.applied.values()),
        }

    def _update(self, scope: Scope) -> dict[str, Any]:
        wanted = ids.parse(scope.update, "upd")
        for deliveries in self._s.deliveries:
            found = deliveries.update(wanted)
            if found is None:
                continue
            record, update = found
            agencies = [name for name in self._agencies(scope) if update.jurisdiction in self._s.obliged.get(name, ())]
            terms = self._terms
            standings = {
                name: standing(update, self._s.view.agency(update, name, self.nodes), terms.now, terms.late_after)
                for name in agencies
            }
            return {
                "update_id": scope.update,
                "version": update.version,
                "change": record.change.name.lower(),
                "court": record.court,
                "batch_id": record.batch_id,
                "accepted_at": rfc3339(update.accepted_at),
                "positions": [
                    {"topic": at.lane.topic, "partition": at.lane.partition, "offset": at.offset}
                    for at in update.positions
                ],
                "agencies": [
                    {"agency": name, "state": one.state, "level": one.level.name.lower(), "since": rfc3339(one.since)}
                    for name, one in standings.items()
                ],
            }
        raise WrongUsage(
            "UPDATE_UNKNOWN", f"no register here has the update {scope.update}", "ask where it was published"
        )

    # -- lists --------------------------------------------------------------------------------------------------------

    def _jurisdiction(self, name: str) -> dict[str, Any]:
        heads = [head for head in self.heads if head.jurisdiction == name]
        newest = max(heads, key=lambda head: head.issued_at)
        live: dict[str, int] = defaultdict(int)
        for lane, (_, _, _, count) in newest.lanes.items():
            live[lane.rsplit("/", 1)[0]] += count
        return {
            "jurisdiction": name,
            "live": dict(live),
            "notaries": [
                {
                    "notary": head.notary,
                    "barrier": head.number,
                    "issued_at": rfc3339(head.issued_at),
                    "valid": head.valid_until > self._terms.now,
                }
                for head in heads
            ],
            "courts": [
                {"list": topic, "court": court, "contiguous": contiguous, "highest": highest, "live": count}
                for topic, court, contiguous, highest, count in newest.courts
            ],
        }

    def _findings(self, agencies: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
        for head in self.heads:
            if head.valid_until <= self._terms.now:
                yield {"kind": "head-expired", "jurisdiction": head.jurisdiction, "notary": head.notary}
        for agency in agencies:
            name = agency["agency"]
            if agency["late_updates"]:
                yield {"kind": "late", "agency": name, "updates": agency["late_updates"]}
            for jurisdiction in agency["silent_in"]:
                yield {"kind": "stale", "agency": name, "jurisdiction": jurisdiction, "node": None}
            for node in agency["nodes"]:
                where = {"agency": name, "jurisdiction": node["jurisdiction"], "node": node["node"]}
                if node["serving"] and node["stale"]:
                    yield {"kind": "stale", **where}
                if node["serving"] and node["proof"]["state"] == "unequal":
                    yield {"kind": "unequal", **where, "lanes": node["proof"]["lanes"]}
                if node["receipts_missing"]:
                    yield {"kind": "receipts-missing", **where, "count": node["receipts_missing"]}


def proof_of(stand: NodeStand) -> dict[str, Any]:
    """The newest comparison of a node's receipts with a signed head."""
    state = "none" if stand.compared_barrier < 0 else "unequal" if stand.unequal else "equal"
    return {
        "state": state,
        "notary": stand.compared_notary,
        "barrier": stand.compared_barrier,
        "at": rfc3339(stand.compared_at),
        "lanes": stand.unequal,
        "unequal_since": rfc3339(stand.unequal_since),
    }


def lag_records(stand: NodeStand, heads: Iterable[HeadStand]) -> int:
    """Log positions of the lists up to the newest head's markers that the node has not applied."""
    applied = {f"{lane.topic}/{lane.partition}": lane.applied for lane in stand.lanes}
    newest = _newest(stand.jurisdiction, heads)
    rows = newest.lanes.items() if newest else ()
    return sum(max(0, offset + 1 - applied.get(lane, 0)) for lane, (offset, *_) in rows)


def lag_seconds(stand: NodeStand, heads: Iterable[HeadStand]) -> float:
    """Between the newest barrier with a head and the newest the node has a receipt for."""
    newest = _newest(stand.jurisdiction, heads)
    return max(0, newest.issued_at - stand.barrier_issued_at) / 1_000 if newest else 0.0


def latency(stands: Iterable[NodeStand]) -> dict[str, Any] | None:
    """Publish to applied over several nodes, from their merged histograms; milliseconds. None if nothing was told."""
    merged: HdrHistogram | None = None
    for stand in stands:
        if stand.latency:
            histogram = HdrHistogram.decode(stand.latency.encode())
            if merged is None:
                merged = histogram
            else:
                merged.add(histogram)
    if merged is None:
        return None
    quantiles = {f"p{each:g}": merged.get_value_at_percentile(each) / 1_000 for each in (50, 95, 99)}
    return {"updates": merged.get_total_count(), **quantiles, "max": merged.get_max_value() / 1_000, "unit": "ms"}


def _newest(jurisdiction: str, heads: Iterable[HeadStand]) -> HeadStand | None:
    mine = [head for head in heads if head.jurisdiction == jurisdiction]
    return max(mine, key=lambda head: head.issued_at, default=None)
