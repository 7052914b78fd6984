"""Taking verified receipts, heads and reports into the cache, some thousands in one transaction."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Table, delete, func, select

from ...consumers.replication.latency import ApplyLatency, added_up
from ...topics.storage.database import insert_once
from ..log.heads import SignedHead
from .evidence_rows import EvidenceRows, HeadKey, NodeKey
from .evidence_tables import EvidenceTables
from .holding import HeldClaim, HeldLane, hold
from .short_forms import lanes_of
from .stands import Claim, CourtCount, HeadLane, HeadStand, HeldBackClaim, LastStep, NodeStand, ReportStand
from .trusted_floors import TrustedFloors

_NO_DIGEST = bytes(32).hex()
_NO_LATENCY = ApplyLatency().take()
_HEADS_KEPT = 2_000
"""Per notary; receipts that come later than that cannot be compared any more."""
_CLAIMS_KEPT = 600
"""Per node: what waits for a head that never comes is let go."""
_FORKS_KEPT = 1_000
"""Per notary."""
_FINDINGS_KEPT = 200
_RELIEF_PARTITIONS = 64
_RELIEF_STEP = 1_000
"""The relief lane has no digest that tells whether anything came: a step is kept once per second at most."""

_CODE = re.compile(r"[A-Za-z0-9_]{1,64}")
"""What an agency may call the reason of a pause."""


class Judging(NamedTuple):
    """What heads are judged by."""

    vouched: Callable[[int], bool]
    """Whether a head that was issued at an instant (ms UTC) may prove anything (`Verifier.vouched`)."""
    floors: TrustedFloors
    topic_ids: Mapping[str, bytes]
    """By list the id of its topic as it is read here, as far as it is known."""


def lane_name(topic: str, partition: int) -> str:
    """Return the name of a lane inside stored rows."""
    return f"{topic}/{partition}"


class EvidenceBatch:
    """One transaction's worth of evidence; `write` puts what was collected into the database."""

    def __init__(self, connection: Connection, tables: EvidenceTables, judging: Judging) -> None:
        self._connection, self._t = connection, tables
        self._vouched, self._floors, self._topic_ids = judging
        self._rows = EvidenceRows(connection, tables)
        self._steps: list[dict[str, Any]] = []
        self._markers: dict[HeadKey, Mapping[int, int]] = {}
        self._arrived = self._last_arrival()

    def add_head(self, head: SignedHead, appended_at: int) -> str:
        """Take a head; return why it does not count: `fork`, if its notary has signed another one for this barrier,
        `old`, if it is older than what is kept; empty if it does. The broker took it at `appended_at`, ms UTC.
        """
        stand = _head_stand(head, self._arrival(), appended_at)
        key = HeadKey(stand.jurisdiction, stand.notary, stand.number)
        earlier = self._rows.head(key)
        if earlier is not None:
            if earlier.hash == stand.hash:
                return ""
            self._note_fork(key, [earlier.hash, stand.hash], appended_at)
            return "fork"
        if self._is_forgotten(key):
            return "old"
        stand.clock = self._rows.newest_head_clock(key)
        stand.clock.hear(stand.issued_at, appended_at)
        stand.shortfalls = self._floors.lacking(stand, self._topic_ids)
        self._rows.add_head(key, stand)
        self._hold_awaiting(stand)
        self._forget(stand)
        return ""

    def add_report(self, report: Mapping[str, Any], appended_at: int) -> None:
        """Take a notary's report."""
        key = {"jurisdiction": report["jurisdiction"], "notary": report["notary"]}
        arrived = self._arrival()
        for row in report["relief"]:
            marker = {**key, "number": report["number"], **row, "arrived": arrived}
            insert_once(self._connection, self._t.relief_markers, marker)
        if arrived % 100 == 0:
            markers = self._t.relief_markers.c
            mine = (markers.jurisdiction == key["jurisdiction"]) & (markers.notary == key["notary"])
            self._prune(self._t.relief_markers, mine, markers.arrived, _HEADS_KEPT * max(1, len(report["relief"])))
        findings = [dict(row) for row in report["findings"][:_FINDINGS_KEPT]]
        stand = ReportStand(**key, appended_at=appended_at, findings=findings)
        self._rows.put(self._t.reports, key, {"stand": msgspec.json.encode(stand)})

    def add_receipt(self, receipt: Mapping[str, Any], appended_at: int) -> None:
        """Take a receipt, whatever the order receipts come in."""
        key = NodeKey(receipt["agency"], receipt["node"], receipt["jurisdiction"])
        node = self._rows.node(key)
        if self._rows.sequence(key.agency, key.node).add(receipt["sequence"]) and appended_at >= node.heard_at:
            node.clock.hear(receipt["at"], appended_at)
            node.held_back = _held_back(receipt, appended_at, node.held_back)
        node.heard_at = max(node.heard_at, appended_at)
        if receipt["latency"] != _NO_LATENCY:
            node.latency = added_up(node.latency, receipt["latency"])
        node.starts.hear(receipt["incarnation"].hex(), receipt["at"])
        for answer in receipt["canaries"]:
            self._canary(key, answer, appended_at)
        lanes = lanes_of(node, receipt)
        if lanes is None:
            return
        fields = {
            name: receipt[name] for name in ("sequence", "notary", "barrier", "suite", "applied", "stale", "opaque")
        }
        claim = Claim(*key, at=min(receipt["at"], appended_at), lanes=lanes, **fields)
        head = self._rows.head(HeadKey(key.jurisdiction, claim.notary, claim.barrier))
        if head is None:
            self._await(claim)
        elif head.suite == claim.suite:
            self._take(hold(claim, head, self._relief(head)))

    def write(self) -> None:
        """Write everything collected."""
        for row in self._steps:
            insert_once(self._connection, self._t.steps, row)
        self._rows.write()

    # -- pieces -------------------------------------------------------------------------------------------------------

    def _take(self, held: HeldClaim) -> None:
        """Keep what a receipt shows, and if it is the newest of its node how that stands."""
        claim, head = held.claim, held.head
        node = self._rows.node(NodeKey(claim.agency, claim.node, claim.jurisdiction))
        for each in held.lanes:
            self._step(node, held, each)
        if not held.unequal and self._vouched(head.issued_at):
            self._floors.raise_to(head, self._topic_ids)
        newer = (head.arrived, claim.sequence) > (node.head_arrived, node.sequence)
        if newer and (held.unequal or self._vouched(head.issued_at)):  # else nothing new is proven
            _note_newest(node, held)

    def _step(self, node: NodeStand, held: HeldClaim, each: HeldLane) -> None:
        """Keep what a receipt shows of a lane if something came in it since the last step kept."""
        lane, at, last = each.lane, held.claim.at, node.last_steps.get(each.lane.name)
        soon = lane.digest != _NO_DIGEST or (last is not None and abs(at - last.at) < _RELIEF_STEP)
        if last is not None and (lane.digest, each.contradicted) == (last.digest, last.contradicted) and soon:
            return
        node.last_steps[lane.name] = LastStep(at, lane.digest, each.contradicted)
        self._steps.append(
            {
                "agency": node.agency, "node": node.node, "topic": lane.topic, "partition": lane.partition, "at": at,
                "received": lane.received, "applied": lane.applied, "contradicted": each.contradicted,
            }
        )  # fmt: skip

    def _canary(self, key: NodeKey, answer: Mapping[str, Any], appended_at: int) -> None:
        at = min(answer["at"], appended_at)
        row = {"agency": key.agency, "node": key.node, "entry_id": answer["entry_id"], "at": at}
        insert_once(self._connection, self._t.canaries, row | {"right": answer["got"] == answer["expected"]})

    def _await(self, claim: Claim) -> None:
        awaiting, arrived = self._t.awaiting, self._arrival()
        row = {name: getattr(claim, name) for name in ("jurisdiction", "notary", "barrier", "agency", "node")}
        insert_once(self._connection, awaiting, {**row, "arrived": arrived, "claim": msgspec.json.encode(claim)})
        if arrived % 100 == 0:
            mine = (awaiting.c.agency == claim.agency) & (awaiting.c.node == claim.node)
            self._prune(awaiting, mine, awaiting.c.arrived, _CLAIMS_KEPT)

    def _hold_awaiting(self, head: HeadStand) -> None:
        awaiting = self._t.awaiting.c
        where = (awaiting.jurisdiction == head.jurisdiction) & (awaiting.notary == head.notary)
        where &= awaiting.barrier == head.number
        claims = self._connection.scalars(select(awaiting.claim).where(where)).all()
        for claim in (msgspec.json.decode(raw, type=Claim) for raw in claims):
            if claim.suite == head.suite:
                self._take(hold(claim, head, self._relief(head)))
        self._connection.execute(delete(self._t.awaiting).where(where))

    def _relief(self, head: HeadStand) -> Mapping[int, int]:
        """Return where the markers of a barrier, or the newest before it, stand in the partitions of the relief lane."""
        key = HeadKey(head.jurisdiction, head.notary, head.number)
        if key not in self._markers:
            markers = self._t.relief_markers.c
            mine = (markers.jurisdiction == head.jurisdiction) & (markers.notary == head.notary)
            newest = select(markers.partition, markers.offset).where(mine, markers.number <= head.number)
            rows = self._connection.execute(newest.order_by(markers.number.desc()).limit(_RELIEF_PARTITIONS)).all()
            self._markers[key] = {row.partition: row.offset for row in reversed(rows)}
        return self._markers[key]

    def _note_fork(self, key: HeadKey, hashes: list[str], appended_at: int) -> None:
        forks = self._t.forks
        mine = (forks.c.jurisdiction == key.jurisdiction) & (forks.c.notary == key.notary)
        known = self._connection.scalar(select(func.count()).select_from(forks).where(mine))
        if (known or 0) < _FORKS_KEPT:
            row = {**key._asdict(), "hashes": json.dumps(sorted(hashes)), "at": appended_at}
            insert_once(self._connection, forks, row)

    def _is_forgotten(self, key: HeadKey) -> bool:
        """Return whether a head is older than those kept, so that nobody can say whether it is one of them again."""
        heads = self._t.heads.c
        mine = (heads.jurisdiction == key.jurisdiction) & (heads.notary == key.notary)
        kept = select(func.min(heads.number), func.count()).where(mine)
        oldest, count = self._connection.execute(kept).one()
        return bool(count >= _HEADS_KEPT and key.number < oldest)

    def _forget(self, head: HeadStand) -> None:
        if head.arrived % 100 == 0:
            heads = self._t.heads.c
            mine = (heads.jurisdiction == head.jurisdiction) & (heads.notary == head.notary)
            self._prune(self._t.heads, mine, heads.arrived, _HEADS_KEPT)

    def _prune(self, table: Table, mine: Any, order: Any, kept: int) -> None:
        """Delete all but so many of the newest rows."""
        newest_to_go = select(order).where(mine).order_by(order.desc()).limit(1).offset(kept)
        if (oldest := self._connection.scalar(newest_to_go)) is not None:
            self._connection.execute(delete(table).where(mine, order <= oldest))

    def _last_arrival(self) -> int:
        t = self._t
        columns = t.heads.c.arrived, t.relief_markers.c.arrived, t.awaiting.c.arrived
        return max(self._connection.scalar(select(func.max(column))) or 0 for column in columns)

    def _arrival(self) -> int:
        """Return the next number in the order in which this cache took records: no time, number or offset says it as well."""
        self._arrived += 1
        return self._arrived


def _head_stand(head: SignedHead, arrived: int, appended_at: int) -> HeadStand:
    content = head.content
    return HeadStand(
        content["jurisdiction"],
        head.notary,
        head.number,
        content["issued_at"],
        content["valid_until"],
        head.hash,
        {
            lane_name(row["topic"], row["partition"]): HeadLane(
                row["offset"], row["digest"].hex(), row["records"], row["live"],
            )
            for row in content["lanes"]
        },
        [
            CourtCount(*(row[name] for name in ("list", "court", "contiguous", "highest", "live", "published", "live_missing")))
            for row in content["courts"]
        ],
        content["suite"],
        arrived,
        appended_at,
        topic_ids={row["topic"]: row["topic_id"].hex() for row in content["lanes"]},
    )  # fmt: skip


def _held_back(receipt: Mapping[str, Any], appended_at: int, before: HeldBackClaim) -> HeldBackClaim:
    """Return what a receipt says is held back; a number below zero says nothing, and nothing waits since later than now."""
    parked, letters, refused = (max(-1, receipt[name]) for name in ("parked", "dead_letters", "refused"))
    since = min(max(0, receipt["parked_since"]) or appended_at, appended_at) if parked > 0 else 0
    rose = refused - before.refused if before.refused >= 0 else 0
    last = (rose, appended_at) if rose > 0 else (before.refused_last, before.refused_at)
    paused = receipt["paused"] if _CODE.fullmatch(receipt["paused"]) else "?" * bool(receipt["paused"])
    paused_since = min(max(0, receipt["paused_since"]) or appended_at, appended_at) if paused else 0
    unexamined = max(-1, receipt["unexamined"])
    return HeldBackClaim(appended_at, parked, since, letters, refused, *last, unexamined, paused, paused_since)


def _note_newest(node: NodeStand, held: HeldClaim) -> None:
    claim, head, unequal = held.claim, held.head, held.unequal
    for name in ("sequence", "at", "notary", "barrier", "applied", "stale", "opaque"):
        setattr(node, name, getattr(claim, name))
    node.head_arrived, node.barrier_issued_at = head.arrived, head.fresh_at
    node.lanes = [each.lane for each in held.lanes]
    node.unequal_since = (node.unequal_since or head.fresh_at) if unequal else 0
    node.unequal = unequal
    node.contradicted = [each.lane.name for each in held.lanes if each.contradicted]
