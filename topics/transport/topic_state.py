"""A topic as a broker keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic as it is, or as it should be; configuration by Kafka's names and in Kafka's spelling."""

    partitions: int
    replication_factor: int
    configuration: Mapping[str, str]
