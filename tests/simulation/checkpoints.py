"""Promise: the publisher's newest checkpoint of a list counts what its courts said
below it, in every partition at its place, whether copies take it or not: the court's key may have been revoked meanwhile. Of what
a thief says with their keys the publisher knows nothing.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from liandong.tests.simulation.founding import JURISDICTION
from liandong.tests.simulation.logbook import Written
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import TopicPartition

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World

_LIVE = (1, 2)
Places = Mapping[TopicPartition, Written]


def checkpoints_count_what_stands_below_them(world: "World") -> None:
    """Raises PromiseBroken. Of a topic made again and of a register that was damaged nothing is held."""
    for topic in names.state_topics(JURISDICTION):
        places = _newest(world, topic)
        if places is None or topic in world.made_again or world.publisher.name in world.harmed:
            continue
        said = {row["court"]: (row["highest"], row["live"]) for row in next(iter(places.values())).fields["courts"]}
        below = list(_below(world, places))
        for court in world.courts:
            own = [one.fields for one in below if one.fields["court"] == court]
            newest = {each["entry_id"]: each for each in sorted(own, key=lambda each: each["version"])}
            live = sum(each["status"] in _LIVE and not each["record_class"] for each in newest.values())
            counted = max((each["court_sequence"] for each in own), default=0), live
            world.hold(
                said.get(court, (0, 0)) == counted,
                f"a checkpoint says {said.get(court)} of {court} in {topic}, below it stands {counted}",
            )
        world.count("checkpoints held against the log")


def _newest(world: "World", topic: str) -> Places | None:
    """The places of the newest checkpoint that stands in all partitions of a topic, None if there is none."""
    partitions = [at for at in world.all_partitions if at.topic == topic]
    places: dict[tuple[bytes, int], dict[TopicPartition, Written]] = {}
    for one in world.genuine("court-checkpoint"):
        if one.at.topic == topic:
            places.setdefault((one.fields["epoch"], one.fields["number"]), {})[one.at] = one
    whole = [found for found in places.values() if len(found) == len(partitions)]
    return whole[-1] if whole else None


def _below(world: "World", places: Places) -> Iterator[Written]:
    for at, checkpoint in places.items():
        for one in world.log.by_place.get(at, ())[: checkpoint.offset]:
            if one.schema == "list-record" and world.is_said(one):
                yield one
