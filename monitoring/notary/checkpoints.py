"""What the publisher says it has written, held against what a notary has counted: the end of a log that was lost shows by it.

A checkpoint stands in every partition of a list behind the records it speaks of. Once it was passed in all of them, the live
entries counted as it was passed must be those it names, and no number up to the highest may be missing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from ...topics.transport.ports import TopicPartition

_OPEN_LIMIT = 4
"""Checkpoints of a list that are not passed everywhere yet; older ones are given up for newer."""


@dataclass(frozen=True, slots=True)
class PublisherCheckpoint:
    """A checkpoint of the publisher in one partition, its signature checked."""

    publisher: str
    epoch: str
    """Id of the publisher's register, hexadecimal."""
    number: int
    courts: Mapping[str, tuple[int, int]]
    """Court → highest sequence, live entries."""


class CourtSaid(NamedTuple):
    """What the newest checkpoint passed everywhere says of a court in a list, beside what was counted."""

    published: int
    """Highest sequence."""
    live_missing: int
    """Live entries it names beyond those counted at it; below 0: fewer."""


@dataclass(slots=True)
class OpenCheckpoint:
    """A checkpoint on its way through the partitions of a list."""

    publisher: str
    epoch: str
    number: int
    said: dict[str, tuple[int, int]]
    """Court → highest sequence, live entries."""
    waiting: list[int]
    """Partitions it was not passed in yet."""
    counted: dict[str, int] = field(default_factory=dict)
    """Court → live entries in the partitions it was passed in."""


@dataclass(slots=True)
class ListCheckpoints:
    """Checkpoints of one list."""

    newest: dict[str, tuple[str, int]] = field(default_factory=dict)
    """`partition/publisher` → epoch and number of the newest that was passed."""
    former: dict[str, list[str]] = field(default_factory=dict)
    """`partition/publisher` → epochs of registers that were replaced: what is read of them is an old record again."""
    open: list[OpenCheckpoint] = field(default_factory=list)
    courts: dict[str, CourtSaid] = field(default_factory=dict)
    """By court, from the newest that was passed everywhere."""

    def is_new(self, partition: int, checkpoint: PublisherCheckpoint) -> bool:
        """Take note of a checkpoint in a partition; return whether it is newer than all before it there."""
        place, which = f"{partition}/{checkpoint.publisher}", (checkpoint.epoch, checkpoint.number)
        epoch, number = self.newest.get(place, (checkpoint.epoch, 0))
        former = self.former.setdefault(place, [])
        if checkpoint.epoch in former or (checkpoint.epoch == epoch and checkpoint.number <= number):
            return False
        if checkpoint.epoch != epoch:
            former.append(epoch)
        self.newest[place] = which
        return True


class CheckpointTally:
    """Checkpoints of all lists of a jurisdiction as far as a notary has read."""

    def __init__(self, lanes: Mapping[str, list[int]]) -> None:
        """Begin with none; `lanes` are the partitions of every list by its logical topic."""
        self._lanes = lanes
        self.lists = {topic: ListCheckpoints() for topic in lanes}

    def pass_one(self, lane: TopicPartition, checkpoint: PublisherCheckpoint, live: Mapping[str, int]) -> bool | None:
        """Take a checkpoint as it is passed in a partition, where `live` entries by court are counted.

        Return None if it is an old one again, otherwise whether it has now been passed in all partitions of its list.
        """
        of_list = self.lists[lane.topic]
        if not of_list.is_new(lane.partition, checkpoint):
            return None
        found = next((one for one in of_list.open if _same(one, checkpoint)), None)
        if found is None:
            said = checkpoint.publisher, checkpoint.epoch, checkpoint.number, dict(checkpoint.courts)
            found = OpenCheckpoint(*said, waiting=list(self._lanes[lane.topic]))
            of_list.open = [*of_list.open, found][-_OPEN_LIMIT:]
        found.waiting.remove(lane.partition)
        for court in {*found.said, *live}:
            found.counted[court] = found.counted.get(court, 0) + live.get(court, 0)
        if not found.waiting:
            self._settle(of_list, found)
        return not found.waiting

    def said_of(self, topic: str, court: str) -> CourtSaid:
        """Return what the newest checkpoint passed everywhere says of a court; all 0 if there is none."""
        return self.lists[topic].courts.get(court, CourtSaid(0, 0))

    def courts(self) -> Iterator[tuple[str, str]]:
        """List every court a checkpoint was heard of, with the list."""
        return ((topic, court) for topic, of_list in self.lists.items() for court in of_list.courts)

    def _settle(self, of_list: ListCheckpoints, whole: OpenCheckpoint) -> None:
        of_list.open = of_list.open[of_list.open.index(whole) + 1 :]
        unsaid = {court: (0, 0) for court, live in whole.counted.items() if live}
        of_list.courts = {
            court: CourtSaid(highest, live - whole.counted.get(court, 0))
            for court, (highest, live) in sorted({**unsaid, **whole.said}.items())
        }

    def state(self) -> dict[str, Any]:
        """Return everything as JSON takes it."""
        return {topic: asdict(of_list) for topic, of_list in self.lists.items()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take what `state` gave; of lists there no longer are nothing is taken."""
        for topic in self.lists.keys() & state.keys():
            stored = state[topic]
            self.lists[topic] = ListCheckpoints(
                {place: (epoch, number) for place, (epoch, number) in stored["newest"].items()},
                stored["former"],
                [_open(one) for one in stored["open"]],
                {court: CourtSaid(*numbers) for court, numbers in stored["courts"].items()},
            )


def _same(one: OpenCheckpoint, other: PublisherCheckpoint) -> bool:
    return (one.publisher, one.epoch, one.number) == (other.publisher, other.epoch, other.number)


def _open(stored: Mapping[str, Any]) -> OpenCheckpoint:
    said = {court: (highest, live) for court, (highest, live) in stored["said"].items()}
    return OpenCheckpoint(**{**stored, "said": said})
