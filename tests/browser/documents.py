"""Status documents as the page gets them; made up, but in the shape `liandong status --json` has."""

from typing import Any

from liandong.monitoring.page.feed import PageSnapshot, SearchResult
from liandong.monitoring.status.next_steps import with_next_step

NOW = "2026-03-02T10:20:30.000+08:00"
UPDATE, OTHER_UPDATE, LATE_UPDATE = (f"upd_{digit * 32}" for digit in "abc")
ENTRY, BATCH = "ent_" + "e" * 32, "bat_" + "d" * 32
AGENCIES = ("hotel-js", "railway-js", "registry-js")


def at(second: int) -> str:
    """Some seconds after ten past."""
    return f"2026-03-02T10:20:{second:02}.000+08:00"


def node(**changes: Any) -> dict[str, Any]:
    proof = {"state": "equal", "notary": "notary-js-1", "barrier": 41, "at": at(29), "lanes": [], "unequal_since": None}
    return {
        "node": "1",
        "jurisdiction": "js",
        "serving": True,
        "notary": "notary-js-1",
        "barrier": 41,
        "fresh_as_of": at(29),
        "age_seconds": 0.8,
        "stale": False,
        "lag_records": 0,
        "lag_seconds": 0.0,
        "proof": proof,
        "canaries": {"right": 0, "wrong": 0, "at": None},
        "twins": [],
        "receipts_missing": 0,
        "applied": 40,
        "ignored_as_stale": 0,
        "opaque": 0,
        "refused": 0,
        "unexamined": 0,
        "position": {},
        "latency": latency(),
    } | changes


def latency(p99: float = 310.0) -> dict[str, Any]:
    return {"updates": 40, "p50": 146.0, "p95": 251.0, "p99": p99, "max": 500.0, "unit": "ms"}


def agency(name: str, nodes: list[dict[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "agency": name,
        "jurisdictions": ["js"],
        "silent_in": [],
        "accepted": 40,
        "applied": 40,
        "late_updates": 0,
        "relief_waiting": 0,
        "dead_letters": 0,
        "parked": 0,
        "paused": None,
        "latency": latency(),
        "nodes": [node()] if nodes is None else nodes,
    } | changes


def span(counted: int = 12, folded: int = 1, **changes: Any) -> dict[str, Any]:
    """What one court published of a week or month: one count in numbers, the others folded."""
    source = {
        "court": "court-su0505", "measure": "rail-gd-all", "from_day": "2026-02-16", "until_day": "2026-02-22",
        "counted": counted, "revision": 1, "issued_at": at(5), "topic": "enforcement.counts.js.v1", "partition": 0, "offset": 3,
    }  # fmt: skip
    few = source | {"measure": "rail-soft-sleeper", "counted": None, "offset": 4}
    sources = [source] * bool(counted) + [few] * folded
    return {"from_day": "", "until_day": "", "counted": counted, "folded": folded, "from": sources} | changes


def enforced(name: str, week: dict[str, Any] | None = None, month: dict[str, Any] | None = None) -> dict[str, Any]:
    """A row of the published counts."""
    spans = {"week": (week or span()) | {"week": "2026-W08"}, "month": (month or span(40, 2)) | {"month": "2026-02"}}
    return {"agency": name, "jurisdiction": "js", **spans}


def standing(name: str, state: str = "applied", after: float = 0.42) -> dict[str, Any]:
    return {"agency": name, "state": state, "level": state, "since": at(5), "after_seconds": after}


def update(update_id: str = UPDATE, change: str = "include", version: int = 1, **states: str) -> dict[str, Any]:
    """`states`: agency with _ for - → state; the others have applied it."""
    given = {name.replace("_", "-"): state for name, state in states.items()}
    return {
        "update_id": update_id,
        "entry_id": ENTRY,
        "version": version,
        "change": change,
        "court": "court-su0505",
        "batch_id": BATCH,
        "accepted_at": at(5),
        "positions": [{"topic": "court.debtor-list.js.v1", "partition": 2, "offset": 17}],
        "agencies": [standing(name, given.get(name, "applied")) for name in AGENCIES],
    }


def batch(**applied: int) -> dict[str, Any]:
    counts = dict.fromkeys(AGENCIES, 40) | {name.replace("_", "-"): count for name, count in applied.items()}
    return {
        "batch_id": BATCH,
        "jurisdiction": "js",
        "court": "court-su0505",
        "started_at": at(1),
        "accepted": 40,
        "sent": 40,
        "applied": counts,
        "complete": all(count == 40 for count in counts.values()),
    }


def jurisdiction(lost: int = 0) -> dict[str, Any]:
    debtors = "court.debtor-list.js.v1"
    court = {"list": debtors, "court": "court-su0505", "contiguous": 40 - lost, "highest": 40, "live": 38}
    court |= {"published": 40, "live_missing": 0}
    notary = {"notary": "notary-js-1", "barrier": 42, "issued_at": at(30), "valid": True}
    live = {debtors: 38, "court.orders.js.v1": 0}
    return {"jurisdiction": "js", "live": live, "notaries": [notary], "courts": [court]}


def document(*findings: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "at": NOW,
        "trial": None,
        "evidence": {"as_of": NOW, "age_seconds": 0.0, "code": None, "since": None},
        "on_the_way": [],
        "unsent": [],
        "uncounted": [],
        "jurisdictions": [jurisdiction()],
        "agencies": [agency(name) for name in AGENCIES],
        "enforcement": [enforced(name) for name in AGENCIES],
        "batches": [batch()],
        "updates": [],
        "findings": [with_next_step(each) for each in findings],
        "healthy": not findings,
    } | changes


def snapshot(
    *newest: dict[str, Any], status: dict[str, Any] | None = None, results: dict[str, SearchResult] | None = None
) -> PageSnapshot:
    return PageSnapshot(status or document(), newest or (update(),), has_registers=True, results=results or {})
