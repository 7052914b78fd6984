"""What a list must not fall below: the highest numbers of its courts, and the topics it stands in.

Both are kept with the trusted heads, not with the copy, so that a copy made anew is held to them. They rise with heads that
prove a copy, and no higher than the copy itself: neither a notary nor a writer alone can raise them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..store.layout import LaneState, ListFloor, Shortfall, TopicIds
from .barriers import Barriers

Lanes = Mapping[int, LaneState]
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SaidList:
    """The lists of a jurisdiction as somebody has them who holds heads to what was said before."""

    jurisdiction: str
    courts: Mapping[tuple[str, str], int]
    """Topic and court to the highest sequence held."""
    topic_ids: Mapping[str, bytes] = field(default_factory=dict)
    """By logical topic the id of the one it is read from."""
    holds_last: bool | None = None
    """It holds all that the last proven copy held; None where there is none to hold it against."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedCopy(SaidList):
    """A jurisdiction's part of the copy that is written, as heads are compared with it."""

    barriers: Barriers
    lanes: Lanes
    complete: bool
    """It has read to where the log ended when it was begun, and its index is proven."""
    undecided: bool = False
    """Whether it holds all that the last proven copy held is being looked at: heads wait."""


def shortfalls(floor: ListFloor | None, head: Record, copy: SaidList) -> tuple[Shortfall, ...]:
    """Name what a head, equal to the copy, has less than was trusted before."""
    if floor is None:
        return ()
    counted = {f"{row['list']}/{row['court']}": row for row in head["courts"]}
    found = []
    for name, trusted in sorted(floor.courts.items()):
        highest = counted[name]["highest"] if name in counted else 0
        if highest < trusted:
            topic, court = name.split("/")
            found.append(Shortfall(topic, court, highest, trusted))
    filled = _is_vouched_for(floor, counted) if copy.holds_last is None else copy.holds_last
    if not filled:
        signed = _signed_ids(head)
        others = [
            topic
            for topic, known in sorted(floor.topics.items())
            if signed.get(topic, known.signed) != known.signed or copy.topic_ids.get(topic, known.own) != known.own
        ]
        found += [Shortfall(topic) for topic in others]
    return tuple(found)


def raised(floor: ListFloor | None, head: Record, copy: SaidList) -> ListFloor:
    """Return the floor as it is once a head has proven the copy."""
    courts = dict(floor.courts) if floor else {}
    for row in head["courts"]:
        name = f"{row['list']}/{row['court']}"
        held = copy.courts.get((row["list"], row["court"]), 0)
        if highest := max(courts.get(name, 0), min(row["highest"], held)):
            courts[name] = highest
    topics = {topic: TopicIds(signed, copy.topic_ids.get(topic, b"")) for topic, signed in _signed_ids(head).items()}
    return ListFloor(copy.jurisdiction, courts, topics)


def topics_made_again(floor: ListFloor | None, topic_ids: Mapping[str, bytes]) -> list[str]:
    """Return the topics that are others of their name than those a copy was proven in."""
    known = floor.topics if floor else {}
    return sorted(topic for topic, ids in known.items() if topic_ids.get(topic, ids.own) != ids.own)


def _signed_ids(head: Record) -> dict[str, bytes]:
    return {lane["topic"]: lane["topic_id"] for lane in head["lanes"]}


def _is_vouched_for(floor: ListFloor, counted: Mapping[str, Record]) -> bool:
    """Whether by the publisher's own signed count nothing is missing of any court."""
    return all(
        name in counted and counted[name]["published"] >= trusted and not counted[name]["live_missing"]
        for name, trusted in floor.courts.items()
    )
