"""`liandong status`: delivery, lag, freshness and proof as one document."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hdrh.histogram import HdrHistogram

from ...schemas.errors import WrongUsage
from ..ledger.evidence_tables import HeadStand, NodeStand
from ..ledger.evidence_views import NodeReport
from .positions import DeliveryProgress, DeliverySources, LatenessLimits, moment

RECENT_BATCHES = 5
CANARY_WINDOW = 3_600_000
"""How far back a gate's answers to canaries count in the status, ms."""


@dataclass(frozen=True, slots=True)
class StatusQuery:
    """What is asked for; empty means everything."""

    agency: str = ""
    update: str = ""
    batch: str = ""
    entry: str = ""


class StatusDocument:
    """One look at everything; every part is computed from the same evidence."""

    def __init__(self, sources: DeliverySources, terms: LatenessLimits) -> None:
        self._s, self._terms = sources, terms
        self.nodes = sources.view.nodes(terms.now, terms.gone_after)
        self.heads = sources.view.heads()
        self.progress = DeliveryProgress(sources, terms, self.nodes)

    def document(self, scope: StatusQuery) -> dict[str, Any]:
        """What `--json` prints. UPDATE_UNKNOWN, ENTRY_UNKNOWN, BATCH_UNKNOWN, AGENCY_UNKNOWN, ID_INVALID."""
        wanted = self.agencies(scope.agency)
        agencies = [self._agency(name) for name in wanted]
        found = {
            "at": moment(self._terms.now),
            "jurisdictions": [self._jurisdiction(name) for name in sorted({head.jurisdiction for head in self.heads})],
            "agencies": agencies,
            "batches": self._batches(scope, wanted),
            "updates": self._updates(scope, wanted),
        }
        findings = list(self._findings(agencies))
        return {**found, "findings": findings, "healthy": not findings}

    # -- agencies -----------------------------------------------------------------------------------------------------

    def agencies(self, only: str = "") -> list[str]:
        """All that must obey or have sent a receipt, or one of them. AGENCY_UNKNOWN."""
        known = sorted({*self._s.obliged, *(each.stand.agency for each in self.nodes)})
        if not only:
            return known
        if only not in known:
            raise WrongUsage("AGENCY_UNKNOWN", f"nobody knows an agency {only!r}", "see `liandong participant list`")
        return [only]

    def _agency(self, name: str) -> dict[str, Any]:
        mine = [each for each in self.nodes if each.stand.agency == name]
        return {
            "agency": name,
            "jurisdictions": sorted(self._s.obliged.get(name, ())),
            "silent_in": sorted(
                self._s.obliged.get(name, frozenset()) - {each.stand.jurisdiction for each in mine if each.serving}
            ),
            **self.progress.totals(name),
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
            "fresh_as_of": moment(stand.barrier_issued_at),
            "age_seconds": age / 1_000,
            "stale": age > self._terms.stale_after,
            "lag_records": lag_records(stand, self.heads),
            "lag_seconds": lag_seconds(stand, self.heads),
            "proof": proof_of(stand),
            "canaries": self._canaries(stand),
            "receipts_missing": report.receipts_missing,
            "applied": stand.applied,
            "ignored_as_stale": stand.stale,
            "opaque": stand.opaque,
            "position": {f"{lane.topic}/{lane.partition}": lane.applied for lane in stand.lanes},
            "latency": latency([stand]),
        }

    def _canaries(self, stand: NodeStand) -> dict[str, Any]:
        """What the gate said to canaries lately; neither right nor wrong where none was asked."""
        found = self._s.view.canaries(stand, self._terms.now - CANARY_WINDOW)
        (right, right_at), (wrong, wrong_at) = (found.get(each, (0, 0)) for each in (True, False))
        return {"right": right, "wrong": wrong, "at": moment(max(right_at, wrong_at))}

    # -- deliveries ---------------------------------------------------------------------------------------------------

    def _batches(self, scope: StatusQuery, agencies: list[str]) -> list[dict[str, Any]]:
        if scope.batch:
            return [self.progress.batch(scope.batch, agencies)]
        return [] if scope.update or scope.entry else self.progress.recent_batches(RECENT_BATCHES, agencies)

    def _updates(self, scope: StatusQuery, agencies: list[str]) -> list[dict[str, Any]]:
        one = [self.progress.update(scope.update, agencies)] if scope.update else []
        return one + (self.progress.entry(scope.entry, agencies) if scope.entry else [])

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
                    "issued_at": moment(head.issued_at),
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
        "at": moment(stand.compared_at),
        "lanes": stand.unequal,
        "unequal_since": moment(stand.unequal_since),
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
