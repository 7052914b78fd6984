"""What the state lanes of a jurisdiction are known to be, from what was passed and what was compared."""

from collections.abc import Iterable, Mapping, Sequence

from ...schemas.wire.intl import INTL
from ..store.layout import LIST_SHRUNK, Mark, StoredPosition, TrustedHead
from .floors import ComparedCopy, Lanes
from .proof import LaneDigest, list_digest


def position(copy: ComparedCopy, heads: Iterable[TrustedHead], made_again: Sequence[str] = ()) -> StoredPosition:
    """Return the newest proven barrier; without proof the newest barrier passed everywhere.

    Freshness is that of the lane that is furthest behind. One notary that finds the copy unequal is an alarm; it takes the proof
    away only where no other has found it equal since, or not long enough before for its head to be valid still.
    `made_again` are topics that are others than those a copy was proven in.
    """
    barriers, lanes = copy.barriers, copy.lanes
    fresh = min((lane.fresh_as_of for lane in lanes.values()), default=0)
    passed_at = barriers.newest_everywhere()
    suite = next((lane.suite for lane in lanes.values()), INTL)
    heads = [head for head in heads if head.suite == suite]
    objected_at = max((head.unequal_at for head in heads if head.objects), default=0)
    equal = [head for head in heads if head.proven_number >= 0 and not head.objects]
    proving = [head for head in equal if head.proven_until >= objected_at]
    if proving and copy.complete:
        head = max(proving, key=lambda one: one.proven_until)
        at = head.notary, head.proven_number, head.proven_digest
        return StoredPosition(*at, fresh, head.proven_until, proven=True, barrier_at=passed_at)
    finding = LIST_SHRUNK if made_again or any(head.shortfalls for head in heads) else ""
    complete = [(notary, barriers.newest(notary)) for notary in barriers.notaries()]
    passed = [(barriers.at(notary, number), notary, number) for notary, number in complete if number >= 0]
    if not passed:
        return StoredPosition(fresh_as_of=fresh, barrier_at=passed_at, finding=finding)
    marks, notary, number = max(passed, key=lambda one: min(mark.issued_at for mark in one[0].values()))
    digest = digest_at(marks, lanes, suite)
    return StoredPosition(notary, number, digest, fresh, barrier_at=passed_at, finding=finding)


def digest_at(marks: Mapping[int, Mark], lanes: Lanes, suite: str) -> str:
    """Return the digest of the whole list at a barrier."""
    own = (LaneDigest(*lanes[lane].name, mark.digest) for lane, mark in marks.items() if lane in lanes)
    return list_digest(own, suite)
