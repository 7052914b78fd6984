"""The topics of the broker in memory: made, deleted, made again."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...workers.chance import Chance
from ..errors import TopicMissing
from ..ports import TopicPartition
from .log import Log
from .policy import TopicPolicy


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic; made again it is another one."""

    id: bytes
    logs: list[Log]
    policy: TopicPolicy


class Topics:
    """All of them, by name. The broker's lock guards them."""

    def __init__(self, partitions: int, chance: Chance, *, creating: bool) -> None:
        """Take how many `partitions` a topic has unless told, and whether a topic that is named comes into being."""
        self._partitions = partitions
        self._creating = creating
        self._topics: dict[str, Topic] = {}
        self._deleted: set[str] = set()
        """These do not come back by being named: who deletes a topic makes it again."""
        self.chance = chance
        self.counts: dict[str, int] = {}
        """How many partitions each topic has, or had: clients know a deleted one's for a while."""

    def create(self, name: str, partitions: int | None, configuration: Mapping[str, str] | None) -> bool:
        """Make a topic unless it exists; return whether it was made."""
        if name in self._topics:
            return False
        self._deleted.discard(name)
        count = self.counts[name] = partitions or self._partitions
        policy = TopicPolicy() if configuration is None else TopicPolicy.of(configuration)
        self._topics[name] = Topic(self.chance.random_id(), [Log() for _ in range(count)], policy)
        return True

    def delete(self, name: str) -> None:
        """Forget a topic and its records. Raises TopicMissing."""
        if self._topics.pop(name, None) is None:
            raise TopicMissing(f"there is no topic {name}")
        self._deleted.add(name)

    def named(self, name: str) -> Topic:
        """Return a topic. Raises TopicMissing."""
        topic = self._topics.get(name)
        if topic is not None:
            return topic
        if not self._creating or name in self._deleted:
            raise TopicMissing(f"there is no topic {name}")
        self.create(name, None, None)
        return self._topics[name]

    def log(self, at: TopicPartition) -> Log:
        """Return one partition's log. Raises TopicMissing."""
        logs = self.named(at.topic).logs
        if not 0 <= at.partition < len(logs):
            raise TopicMissing(f"{at.topic} has no partition {at.partition}")
        return logs[at.partition]

    def known(self, at: TopicPartition) -> Log | None:
        """Return one partition's log, None if there is none: readers of it wait, as Kafka's do."""
        topic = self._topics.get(at.topic)
        if topic is None or not 0 <= at.partition < len(topic.logs):
            return None
        return topic.logs[at.partition]

    def clean(self, now: int) -> None:
        """Apply every topic's policy."""
        for topic in self._topics.values():
            for log in topic.logs:
                topic.policy.clean(log, now)
