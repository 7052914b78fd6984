"""What a copy that was made from another topic of the same name lacks of the one before it."""

from typing import NamedTuple

from .environment import AnyTransaction
from .layout import LANE_LENGTH, ROW_LANE, LaneState
from .reader import decoded_rows
from .tables import GenerationTables
from .values import version_of


class LackingSlice(NamedTuple):
    """What was found behind a place of the copy before."""

    reached: bytes | None
    """Where to look on, None: all of it was looked at, and nothing more is lacking."""
    value: bytes | None
    """Stored value of the record at `reached` that the new copy lacks, None: none yet."""
    lane: LaneState | None = None
    """Where it stood."""


def lacking(
    transaction: AnyTransaction, old: GenerationTables, new: GenerationTables, start: bytes, limit: int
) -> LackingSlice:
    """Look at so many records of the old copy from a place on, to the first that the new one has no such version of."""
    old_lanes = {lane.prefix: lane for lane in decoded_rows(transaction, old.state, ROW_LANE, LaneState)}
    prefixes: dict[str, list[bytes]] = {}
    for lane in decoded_rows(transaction, new.state, ROW_LANE, LaneState):
        prefixes.setdefault(lane.topic, []).append(lane.prefix)
    cursor = transaction.cursor(old.records)
    more = cursor.set_range(start) if start else cursor.first()
    while more and limit:
        key, found = cursor.item()
        place, value = bytes(key), bytes(found)
        lane = old_lanes[place[:LANE_LENGTH]]
        stored = (
            transaction.get(prefix + place[LANE_LENGTH:], db=new.records) for prefix in prefixes.get(lane.topic, ())
        )
        if not any(one is not None and version_of(one) >= version_of(value) for one in stored):
            return LackingSlice(place, value, lane)
        limit -= 1
        more = cursor.next()
    return LackingSlice(bytes(cursor.key()) if more else None, None)
