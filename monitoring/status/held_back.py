"""What agencies hold back and have put aside: counted where that can be done, else what their receipts say of it, else not known.

A count goes before what an agency says. Nobody is taken to hold back nothing because they do not say so.
"""

from collections.abc import Iterable

from ..ledger.evidence_views import NodeReport
from .positions import DeliverySources, Parked


def parked_at(agency: str, nodes: Iterable[NodeReport], sources: DeliverySources) -> Parked | None:
    """Return what waits at an agency: by its store where that is here, else by the newest receipt of a node that serves and says it."""
    if (counted := sources.parked.get(agency)) is not None:
        return counted
    said = [node.stand.held_back for node in nodes if node.serving and node.stand.held_back.parked >= 0]
    newest = max(said, key=lambda each: each.at, default=None)
    return None if newest is None else Parked(newest.parked, newest.parked_since)


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
