"""`liandong status`: delivery, lag, freshness and proof as one document."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hdrh.histogram import HdrHistogram

from ...consumers.replication.latency import latencies_of
from ...producers.commands.sent import unanswered
from ...schemas.errors import WrongUsage
from ...topics.keys.registrar import ENOUGH_MONTHS
from ..ledger.evidence_views import NodeReport
from ..ledger.stands import HeadStand, NodeStand
from .agency_findings import agency_findings
from .enforcement import enforcement
from .held_back import dead_letters_of, parked_at, paused_at, paused_findings, refused_findings
from .list_findings import list_findings, merged, newest_head
from .next_steps import with_next_step
from .positions import DeliveryProgress, DeliverySources, LatenessLimits, moment
from .standing_findings import evidence_findings, put_aside_findings, unsent_findings
from .upkeep import publisher_findings

RECENT_BATCHES = 5
CANARY_WINDOW = 3_600_000
"""How far back a gate's answers to canaries count in the status, ms."""


@dataclass(frozen=True, slots=True)
class StatusQuery:
    """What the document is to be about; empty means everything."""

    agency: str = ""
    update: str = ""
    batch: str = ""
    entry: str = ""


class StatusDocument:
    """The status as of one moment; every part is computed from the same evidence."""

    def __init__(self, sources: DeliverySources, limits: LatenessLimits) -> None:
        self._sources, self._limits = sources, limits
        self.nodes = sources.view.nodes(limits.now, limits.gone_after)
        self.heads = sources.view.heads()
        self.progress = DeliveryProgress(sources, limits, self.nodes)
        heard = (*(head.appended_at for head in self.heads), *(node.stand.heard_at for node in self.nodes))
        self.evidence = sources.evidence.as_dict(limits.now, max(heard, default=0))

    def document(self, query: StatusQuery) -> dict[str, Any]:
        """Make what `--json` prints. UPDATE_UNKNOWN, ENTRY_UNKNOWN, BATCH_UNKNOWN, AGENCY_UNKNOWN, ID_INVALID."""
        names = self.agencies(query.agency)
        agencies = [self._agency(name) for name in names]
        findings = [with_next_step(finding) for finding in (*self._findings(agencies), *self._keys_run_out())]
        return {
            "at": moment(self._limits.now),
            "trial": self._sources.trial.shown() if self._sources.trial else None,
            "evidence": self.evidence,
            "jurisdictions": [self._jurisdiction(name) for name in sorted({head.jurisdiction for head in self.heads})],
            "register": self._register(),
            "names": dict(self._sources.names),
            "agencies": agencies,
            "enforcement": enforcement(self._sources.enforcement, self._limits.now, names),
            "batches": self._batches(query, names),
            "updates": self._updates(query, names),
            "on_the_way": [
                {"agency": each["agency"], "count": each["accepted"] - each["applied"], "since": each["waiting_since"]}
                for each in agencies
                if each["accepted"] > each["applied"]
            ],
            "unsent": self.progress.unsent(),
            "uncounted": self.progress.uncounted(names),
            "findings": findings,
            "healthy": not findings,
        }

    # -- agencies -----------------------------------------------------------------------------------------------------

    def agencies(self, only: str = "") -> list[str]:
        """List all agencies that must obey or have sent a receipt, or `only` one of them. AGENCY_UNKNOWN."""
        agencies = sorted({*self._sources.obliged, *(node.stand.agency for node in self.nodes)})
        if not only:
            return agencies
        if only not in agencies:
            raise WrongUsage(
                "AGENCY_UNKNOWN",
                f"nobody knows an agency {only!r}",
                "see `liandong participant list`",
                f"没有协助单位 {only}",
                "请看 `liandong participant list`",
            )
        return [only]

    def _agency(self, name: str) -> dict[str, Any]:
        nodes = [node for node in self.nodes if node.stand.agency == name]
        obliged, parked = self._sources.obliged.get(name, frozenset()), parked_at(name, nodes, self._sources)
        paused = paused_at(name, nodes, self._sources)
        return {
            "agency": name,
            "jurisdictions": sorted(obliged),
            "silent_in": sorted(obliged - {node.stand.jurisdiction for node in nodes if node.serving}),
            **self.progress.totals(name),
            "dead_letters": dead_letters_of(name, nodes, self._sources),
            "parked": parked.waiting if parked else None,
            "parked_since": moment(parked.since) if parked else None,
            "paused": paused.code if paused else None,
            "paused_since": moment(paused.since) if paused else None,
            "latency": latency([node.stand for node in nodes]),
            "nodes": [self._node(node) for node in nodes],
        }

    def _node(self, report: NodeReport) -> dict[str, Any]:
        stand = report.stand
        age = max(0, self._limits.now - stand.barrier_issued_at)
        return {
            "node": stand.node,
            "jurisdiction": stand.jurisdiction,
            "serving": report.serving,
            "notary": stand.notary,
            "barrier": stand.barrier,
            "fresh_as_of": moment(stand.barrier_issued_at),
            "age_seconds": age / 1_000,
            "stale": age > self._limits.stale_after,
            "lag_records": lag_records(stand, self.heads),
            "lag_seconds": lag_seconds(stand, self.heads),
            "proof": proof_of(stand),
            "canaries": self._canaries(stand),
            "clock_off_seconds": stand.clock.off // 1_000,
            "twins": stand.starts.twins_now(self._limits.now),
            "receipts_missing": report.receipts_missing,
            "applied": stand.applied,
            "ignored_as_stale": stand.stale,
            "opaque": stand.opaque,
            "refused": stand.held_back.refused if stand.held_back.refused >= 0 else None,
            "unexamined": stand.held_back.unexamined if stand.held_back.unexamined >= 0 else None,
            "position": {f"{lane.topic}/{lane.partition}": lane.applied for lane in stand.lanes},
            "latency": latency([stand]),
        }

    def _canaries(self, stand: NodeStand) -> dict[str, Any]:
        """Count what the gate said to canaries lately; neither right nor wrong where none was asked."""
        counts = self._sources.view.canaries(stand, self._limits.now - CANARY_WINDOW)
        return {"right": counts.right, "wrong": counts.wrong, "at": moment(counts.newest_at)}

    # -- deliveries ---------------------------------------------------------------------------------------------------

    def _batches(self, query: StatusQuery, agencies: list[str]) -> list[dict[str, Any]]:
        if query.batch:
            return [self.progress.batch(query.batch, agencies)]
        return [] if query.update or query.entry else self.progress.recent_batches(RECENT_BATCHES, agencies)

    def _updates(self, query: StatusQuery, agencies: list[str]) -> list[dict[str, Any]]:
        updates = [self.progress.update(query.update, agencies)] if query.update else []
        return updates + (self.progress.entry(query.entry, agencies) if query.entry else [])

    # -- lists --------------------------------------------------------------------------------------------------------

    def _jurisdiction(self, name: str) -> dict[str, Any]:
        heads = [head for head in self.heads if head.jurisdiction == name]
        newest = max(heads, key=lambda head: head.fresh_at)
        live: dict[str, int] = defaultdict(int)
        for name_of_lane, lane in newest.lanes.items():
            live[name_of_lane.rsplit("/", 1)[0]] += lane.live
        return {
            "jurisdiction": name,
            "live": dict(live),
            "notaries": [
                {
                    "notary": head.notary,
                    "barrier": head.number,
                    "issued_at": moment(head.fresh_at),
                    "valid": head.fresh_until > self._limits.now,
                }
                for head in heads
                if not self._has_ended(head)
            ],
            "courts": [
                {
                    "list": count.topic,
                    "court": count.court,
                    "contiguous": count.contiguous,
                    "highest": count.highest,
                    "live": count.live,
                    "published": count.published,
                    "live_missing": count.live_missing,
                }
                for count in newest.courts
            ],
        }

    def _keys_run_out(self) -> Iterable[dict[str, Any]]:
        for participant, months in sorted(self._sources.months_left.items()):
            if months < ENOUGH_MONTHS:
                yield {"kind": "keys-run-out", "participant": participant, "months_left": months}

    def _register(self) -> dict[str, Any] | None:
        """Describe the register of keys as it was read, None until it was."""
        standing = self._sources.register
        if standing is None:
            return None
        signed = standing.signed
        return {
            "number": signed.number if signed else None,
            "valid_until": moment(signed.valid_until) if signed else None,
            "signed_keys": signed.keys if signed else None,
            "keys": standing.keys,
            "hash": standing.hash.hex(),
            "root": standing.root.hex(),
        }

    def _register_findings(self) -> Iterable[dict[str, Any]]:
        for problem in self._sources.register.problems if self._sources.register else ():
            yield {"kind": problem.value}

    def _command_findings(self) -> Iterable[dict[str, Any]]:
        """Name the courts of this machine whose commands an agency has not answered, as far as their inboxes know."""
        now = self._limits.now
        for deliveries in self._sources.deliveries:
            for each in unanswered(deliveries.register.engine, now - self._limits.late_after, now):
                about = {"jurisdiction": deliveries.jurisdiction, "court": each.court, "agency": each.agency}
                yield {"kind": "command-unanswered", **about, "count": each.number, "since": moment(each.since)}

    def _findings(self, agencies: Sequence[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
        """List what is amiss, first what other findings may follow from."""
        sources, limits = self._sources, self._limits
        yield from evidence_findings(self.evidence, away=sources.evidence.away)
        yield from ({"kind": "disk-full", "place": place} for place in sources.full)
        yield from self._register_findings()
        yield from self._notary_findings()
        yield from unsent_findings(sources.deliveries, limits.now, limits.late_after)
        of_lists = list_findings(sources.view, self.heads, limits.now)
        yield from merged((*publisher_findings(sources.deliveries), *of_lists))
        yield from self._command_findings()
        for agency in agencies:
            nodes = [node for node in self.nodes if node.stand.agency == agency["agency"]]
            yield from put_aside_findings(agency, parked_at(agency["agency"], nodes, sources), limits)
            yield from paused_findings(agency["agency"], paused_at(agency["agency"], nodes, sources), limits.now)
        shown = [node for node in self.nodes if any(node.stand.agency == agency["agency"] for agency in agencies)]
        yield from refused_findings(shown, sources, limits.now)
        yield from agency_findings(agencies)

    def _notary_findings(self) -> Iterable[dict[str, Any]]:
        """Name the notaries whose clock is off, and those that sign nothing; who has ended is missed by nobody."""
        for head in self.heads:
            where = {"jurisdiction": head.jurisdiction, "notary": head.notary}
            if head.clock.off:
                yield {"kind": "notary-clock", **where, "seconds": head.clock.off // 1_000}
            if head.fresh_until <= self._limits.now and not self._has_ended(head):
                yield {"kind": "head-expired", **where}

    def _has_ended(self, head: HeadStand) -> bool:
        """Whether no key of a head's notary counts there any more: nobody waits for its next head."""
        serving = self._sources.notaries
        return serving is not None and head.jurisdiction not in serving.get(head.notary, ())


def proof_of(stand: NodeStand) -> dict[str, Any]:
    """Describe the newest comparison of a node's receipts with a signed head."""
    state = "none" if stand.barrier < 0 else "unequal" if stand.unequal else "equal"
    return {
        "state": state,
        "notary": stand.notary,
        "barrier": stand.barrier,
        "at": moment(stand.barrier_issued_at),
        "lanes": stand.unequal,
        "unequal_since": moment(stand.unequal_since),
    }


def lag_records(stand: NodeStand, heads: Sequence[HeadStand]) -> int:
    """Count the log positions of the lists up to the newest head's markers that the node has not applied."""
    applied = {f"{lane.topic}/{lane.partition}": lane.applied for lane in stand.lanes}
    newest = newest_head(stand.jurisdiction, heads)
    lanes = newest.lanes.items() if newest else ()
    return sum(max(0, lane.offset + 1 - applied.get(name, 0)) for name, lane in lanes)


def lag_seconds(stand: NodeStand, heads: Sequence[HeadStand]) -> float:
    """Return the seconds between the newest barrier with a head and the newest the node has a receipt for."""
    newest = newest_head(stand.jurisdiction, heads)
    return max(0, newest.fresh_at - stand.barrier_issued_at) / 1_000 if newest else 0.0


def latency(stands: Iterable[NodeStand]) -> dict[str, Any] | None:
    """Merge the histograms of publish to applied of several nodes; milliseconds. None if the receipts held none."""
    merged: HdrHistogram | None = None
    for stand in stands:
        histogram = latencies_of(stand.latency.encode())
        if merged is None:
            merged = histogram
        elif histogram is not None:
            merged.add(histogram)
    if merged is None:
        return None
    quantiles = {f"p{percent:g}": merged.get_value_at_percentile(percent) / 1_000 for percent in (50, 95, 99)}
    return {"updates": merged.get_total_count(), **quantiles, "max": merged.get_max_value() / 1_000, "unit": "ms"}
