"""What is amiss at agencies and their nodes, from their rows of the status document."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_Row = Mapping[str, Any]
_MOST_SAY_SO = 2
"""So many copies that differ from one notary's list, and none that is equal to it, speak against the notary."""


def agency_findings(agencies: Sequence[_Row]) -> Iterator[dict[str, Any]]:
    """Name what is late, stale, unproven, unequal, doubled or missing, agency by agency."""
    doubted = _doubted(agencies)
    for agency in agencies:
        name = agency["agency"]
        for jurisdiction in agency["silent_in"]:
            yield {"kind": "stale", "agency": name, "jurisdiction": jurisdiction, "node": None}
        for node in agency["nodes"]:
            where = {"agency": name, "jurisdiction": node["jurisdiction"], "node": node["node"]}
            yield from _node_findings(node, where, doubted)
        if agency["late_updates"]:
            yield {"kind": "late", "agency": name, "node": _slowest(agency["nodes"]), "updates": agency["late_updates"]}


def _node_findings(node: _Row, where: _Row, doubted: set[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    proof = node["proof"]
    if node["serving"] and node["stale"]:
        yield {"kind": "stale", **where}
    if node["serving"] and proof["state"] == "none":
        yield {"kind": "unproven", **where}
    if node["serving"] and proof["state"] == "unequal":
        vouching = {"notary": proof["notary"], "doubted": (node["jurisdiction"], proof["notary"]) in doubted}
        yield {"kind": "unequal", **where, **vouching, "lanes": proof["lanes"]}
    if node["serving"] and (seconds := node["clock_off_seconds"]):
        yield {"kind": "agency-clock", **where, "seconds": seconds}
    if node["serving"] and node["opaque"]:
        yield {"kind": "unreadable", **where, "count": node["opaque"]}
    if twins := node["twins"]:
        yield {"kind": "twins", **where, "incarnations": twins}
    if node["receipts_missing"]:
        yield {"kind": "receipts-missing", **where, "count": node["receipts_missing"]}
    if node["serving"] and (count := node["unexamined"] or 0) > 0:
        yield {"kind": "unexamined", **where, "count": count}


def _slowest(nodes: Sequence[_Row]) -> str | None:
    """Return the node that is furthest behind: of those that serve, if any does; None if none was ever heard of."""
    candidates = [node for node in nodes if node["serving"]] or nodes
    furthest = max(candidates, key=lambda node: (node["lag_records"], node["age_seconds"]), default=None)
    return None if furthest is None else str(furthest["node"])


def _doubted(agencies: Sequence[_Row]) -> set[tuple[str, str]]:
    """Return the jurisdictions and notaries with whose newest heads every copy that was held against one is unequal."""
    states: dict[tuple[str, str], list[str]] = defaultdict(list)
    for node in (node for agency in agencies for node in agency["nodes"] if node["serving"]):
        states[node["jurisdiction"], node["proof"]["notary"]].append(node["proof"]["state"])
    return {of for of, said in states.items() if len(said) >= _MOST_SAY_SO and set(said) == {"unequal"}}
