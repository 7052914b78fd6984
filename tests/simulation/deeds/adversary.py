"""What an adversary does who may write to every topic: replays, nulls, garbage, and records under keys that are not the court's."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from liandong.topics.transport.ports import OutgoingRecord, TopicPartition

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World


@dataclass(frozen=True)
class Replays:
    """A record of the log, by number, is written again: where it stood, or into another partition or topic."""

    record: int
    to: TopicPartition | None = None

    def __str__(self) -> str:
        place = "where it stood" if self.to is None else f"into {self.to.topic} [{self.to.partition}]"
        return f"the adversary replays record {self.record} {place}"

    def do(self, world: "World") -> None:
        old = world.log.messages[self.record]
        to = self.to or TopicPartition(old.topic(), old.partition())
        world.count("replays" if self.to is None else "replays elsewhere")
        world.forge(OutgoingRecord(to.topic, old.key(), old.value(), old.headers() or (), to.partition))


@dataclass(frozen=True)
class Nulls:
    """A null value is written under the key of a record."""

    record: int

    def __str__(self) -> str:
        return f"the adversary writes a null under the key of record {self.record}"

    def do(self, world: "World") -> None:
        old = world.log.messages[self.record]
        world.count("nulls")
        world.forge(OutgoingRecord(old.topic(), old.key(), None, (), old.partition()))


@dataclass(frozen=True)
class Scribbles:
    """Bytes of any kind are written under any key."""

    to: TopicPartition
    key: bytes | None
    value: bytes

    def __str__(self) -> str:
        return f"the adversary writes {len(self.value)} bytes into {self.to.topic} [{self.to.partition}]"

    def do(self, world: "World") -> None:
        world.count("garbage")
        world.forge(OutgoingRecord(self.to.topic, self.key, self.value, (), self.to.partition))


@dataclass(frozen=True)
class Twists:
    """A record is written again with one bit of its value flipped."""

    record: int
    bit: int

    def __str__(self) -> str:
        return f"the adversary writes record {self.record} again with bit {self.bit} flipped"

    def do(self, world: "World") -> None:
        old = world.log.messages[self.record]
        value = bytearray(old.value() or b"\0")
        at = self.bit % (len(value) * 8)
        value[at // 8] ^= 1 << at % 8
        world.count("twisted records")
        world.forge(OutgoingRecord(old.topic(), old.key(), bytes(value), old.headers() or (), old.partition()))
