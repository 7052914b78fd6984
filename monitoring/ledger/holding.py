"""What a receipt's claims are worth: as much as the signed head of its barrier bears out, and nothing before there is one.

A digest speaks of what stands below the marker of its barrier. So a node has read and applied a lane of the lists up to there and
no further, if its digest is the head's; of the relief lane, which has no digest, up to where the notary says its marker stands,
if all its lists are equal. What a node claims beyond that the receipt of a later barrier must show.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ...topics.catalogue import names
from .stands import Claim, HeadStand, LaneStand


class HeldLane(NamedTuple):
    """A lane as a receipt shows it."""

    lane: LaneStand
    contradicted: bool
    """It differs from the head, so that what was applied there is not what the courts wrote."""


class HeldClaim(NamedTuple):
    """A claim that was held against the head of its barrier."""

    claim: Claim
    head: HeadStand
    lanes: list[HeldLane]
    unequal: list[str]
    """Lanes of the lists whose digest is not the signed one, or missing."""


def hold(claim: Claim, head: HeadStand, relief: Mapping[int, int]) -> HeldClaim:
    """Hold a claim against the head of its barrier; `relief` has where the barrier's markers, or older ones of the same
    notary, stand in the partitions of the relief lane.
    """
    digests = {lane.name: lane.digest for lane in claim.lanes}
    unequal = [name for name, lane in head.lanes.items() if digests.get(name) != lane.digest]
    return HeldClaim(claim, head, list(_lanes(claim, head, relief, unequal)), unequal)


def _lanes(claim: Claim, head: HeadStand, relief: Mapping[int, int], unequal: list[str]) -> Iterator[HeldLane]:
    relief_lane = names.relief(claim.jurisdiction)
    for lane in claim.lanes:
        if lane.name in head.lanes:
            yield HeldLane(_up_to(lane, head.lanes[lane.name].offset), lane.name in unequal)
        elif lane.topic == relief_lane and lane.partition in relief:
            yield HeldLane(_up_to(lane, relief[lane.partition]), bool(unequal))


def _up_to(lane: LaneStand, marker: int) -> LaneStand:
    received, applied = min(lane.received, marker + 1), min(lane.applied, marker + 1)
    return LaneStand(lane.topic, lane.partition, received, applied, lane.digest, lane.records)
