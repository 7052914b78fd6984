"""What agencies hold back and have put aside: counted where that can be done, else what their receipts say of it, else not known.

A count goes before what an agency says. Nobody is taken to hold back nothing because they do not say so.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from ..ledger.evidence_views import NodeReport
from .positions import DeliverySources, Parked, Paused, moment

PAUSED_SHOWN_MS = 3_000
"""So long effects may wait, as at every start, before it is told, ms."""
REFUSED_SHOWN_MS = 600_000
"""How long it is told that an agency has refused records, ms."""


def parked_at(agency: str, nodes: Iterable[NodeReport], sources: DeliverySources) -> Parked | None:
    """Return what waits at an agency: by its store where that is here, else by the newest receipt of a node that serves and says it."""
    if (counted := sources.parked.get(agency)) is not None:
        return counted
    said = [node.stand.held_back for node in nodes if node.serving and node.stand.held_back.parked >= 0]
    newest = max(said, key=lambda each: each.at, default=None)
    return None if newest is None else Parked(newest.parked, newest.parked_since)


def paused_at(agency: str, nodes: Iterable[NodeReport], sources: DeliverySources) -> Paused | None:
    """Return what keeps an agency's effects from going on: its store does not answer here, or a node that serves says so."""
    if (away := sources.stores_away.get(agency)) is not None:
        return away
    serving = [node.stand.held_back for node in nodes if node.serving]
    said = (Paused(each.paused, each.paused_since) for each in serving if each.paused)
    return min(said, key=lambda each: each.since, default=None)


def paused_findings(agency: str, paused: Paused | None, now: int) -> Iterator[dict[str, Any]]:
    """Name an agency whose effects wait for longer than a moment."""
    if paused and now - paused.since >= PAUSED_SHOWN_MS:
        yield {"kind": "effects-paused", "agency": agency, "what": paused.code, "since": moment(paused.since)}


def dead_letters_of(agency: str, nodes: Iterable[NodeReport], sources: DeliverySources) -> int | None:
    """Return how many dead letters of an agency nobody has dropped, by the log where they stand.

    Where the log was read and has no such topic, by what its nodes say they have put aside, for nothing of that was dropped; where
    it was not read, none only if all its nodes say that nothing ever was put aside.
    """
    if (counted := sources.dead_letters.get(agency)) is not None:
        return counted
    said = [node.stand.held_back.dead_letters for node in nodes if node.serving]
    if not said or min(said) < 0:
        return None
    return max(said) if not max(said) or sources.counted_letters else None


def refused_findings(nodes: Iterable[NodeReport], sources: DeliverySources, now: int) -> Iterator[dict[str, Any]]:
    """Name the agencies that have refused records of a jurisdiction lately; where its register is, its publisher names the entries."""
    here = {each.jurisdiction for each in sources.deliveries}
    newest: dict[tuple[str, str], NodeReport] = {}
    for node in nodes:
        said, of = node.stand.held_back, (node.stand.agency, node.stand.jurisdiction)
        is_recent = node.serving and said.refused_at and now - said.refused_at < REFUSED_SHOWN_MS
        if (
            is_recent
            and of[1] not in here
            and (of not in newest or newest[of].stand.held_back.refused_at < said.refused_at)
        ):
            newest[of] = node
    for (agency, jurisdiction), node in sorted(newest.items()):
        said = node.stand.held_back
        about = {"agency": agency, "jurisdiction": jurisdiction, "node": node.stand.node}
        yield {"kind": "records-refused", **about, "count": said.refused_last, "since": moment(said.refused_at)}
