"""Receipts in their short form: what they leave out stands in an earlier receipt of the same start of the node."""

from collections.abc import Mapping
from typing import Any

from .stands import LaneStand, NodeStand, WholeReceipt


def lanes_of(node: NodeStand, receipt: Mapping[str, Any]) -> list[LaneStand] | None:
    """Return what a receipt says of its lanes; None if it refers to one that was not read.

    A receipt that says all is remembered for those that will refer to it.
    """
    incarnation, notary = receipt["incarnation"].hex(), receipt["notary"]
    whole = node.whole.get(notary)
    if not receipt["unchanged_since"]:
        lanes = [_lane(row) for row in receipt["lanes"]]
        if whole is None or (incarnation, receipt["sequence"]) > (whole.incarnation, whole.sequence):
            node.whole[notary] = WholeReceipt(incarnation, receipt["sequence"], lanes)
        return lanes
    if whole is None or (whole.incarnation, whole.sequence) != (incarnation, receipt["unchanged_since"]):
        return None
    if len(receipt["offsets"]) != len(whole.lanes):
        return None
    return [_moved(lane, offset) for lane, offset in zip(whole.lanes, receipt["offsets"], strict=True)]


def _lane(row: Mapping[str, Any]) -> LaneStand:
    offsets = row["received_offset"], row["applied_offset"]
    return LaneStand(row["topic"], row["partition"], *offsets, row["digest"].hex(), row["records"])


def _moved(lane: LaneStand, offset: int) -> LaneStand:
    return LaneStand(lane.topic, lane.partition, offset, offset, lane.digest, lane.records)
