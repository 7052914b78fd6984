"""What an adversary does who may write to every topic: replays, nulls, garbage, and records under keys that are not the court's."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from liandong.tests.simulation.founding import JURISDICTION
from liandong.tests.simulation.promises import audit_copies, state_topic
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import OutgoingRecord, TopicPartition

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World

NULL, ODD = "no value", "a name that is not UTF-8"


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
        world.forge(OutgoingRecord(to.topic, old.key(), old.value(), old.record.headers, to.partition))


@dataclass(frozen=True)
class ReplaysVersion:
    """A version of the entry of this number is written again, where it stood, into another partition, or into another list."""

    entry: int
    version: int
    elsewhere: bool = False
    topic: str = ""
    """Of the other list."""

    def __str__(self) -> str:
        where = f" into {self.topic}" * bool(self.topic) + " into another partition" * self.elsewhere
        return f"the adversary replays version {self.version} of entry {self.entry}{where}"

    def do(self, world: "World") -> None:
        said = world.truth.versions[world.truth.entry(self.entry)][self.version - 1]
        old = world.log.records.get((state_topic(said), said.body))
        if old is None:
            return
        partition = old.at.partition
        if self.elsewhere:
            partition = next(each for each in world.partitions(old.at.topic) if each != partition)
        world.count("replays elsewhere" if self.elsewhere or self.topic else "replays")
        world.forge(OutgoingRecord(self.topic or old.at.topic, old.key, old.value, (), partition))


@dataclass(frozen=True)
class Rewinds:
    """An older version of the entry of this number is written again where it stands, and then the newest one, so that compaction
    keeps what it would have kept; in between every copy is looked at.
    """

    entry: int
    version: int

    def __str__(self) -> str:
        return f"the adversary rewinds entry {self.entry} to version {self.version} and back"

    def do(self, world: "World") -> None:
        history = world.truth.versions[world.truth.entry(self.entry)]
        old, newest = (
            world.log.records.get((state_topic(said), said.body)) for said in (history[self.version - 1], history[-1])
        )
        if old is None or newest is None:
            return
        world.count("rewinds")
        for one in (old, newest):
            world.forge(OutgoingRecord(one.at.topic, one.key, one.value, (), one.at.partition))
            for node in world.nodes.values():
                node.work("list", 2)
                world.ask_everybody(node.name)
            audit_copies(world)


@dataclass(frozen=True)
class ReplaysBarrier:
    """The newest barrier of a notary in a list is written again where it stands."""

    notary: str

    def __str__(self) -> str:
        return f"the adversary replays the newest barrier of {self.notary}"

    def do(self, world: "World") -> None:
        barriers = [one for one in world.log.by_schema.get("barrier", ()) if one.fields["notary"] == self.notary]
        own = [one for one in barriers if one.at.topic in names.state_topics(JURISDICTION)]
        if own:
            world.count("replays")
            world.forge(OutgoingRecord(own[-1].at.topic, own[-1].key, own[-1].value, (), own[-1].at.partition))


@dataclass(frozen=True)
class NullsEntry:
    """A null value is written under the key of the entry of this number, in its list."""

    entry: int

    def __str__(self) -> str:
        return f"the adversary writes a null under the key of entry {self.entry}"

    def do(self, world: "World") -> None:
        said = world.truth.versions[world.truth.entry(self.entry)][0]
        world.count("nulls")
        world.forge(OutgoingRecord(state_topic(said), said.entry_id, None))


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
        world.forge(OutgoingRecord(old.topic(), old.key(), bytes(value), old.record.headers, old.partition()))


@dataclass(frozen=True)
class SpoilsHeaders:
    """A record is written again with a header that has no value, or a name that is not UTF-8."""

    record: int
    how: str

    def __str__(self) -> str:
        return f"the adversary writes record {self.record} again with a header of {self.how}"

    def do(self, world: "World") -> None:
        old = world.log.messages[self.record]
        spoilt: list[Any] = [("avro-fingerprint", None)] if self.how == NULL else [("\udcff", b"x")]
        world.count("spoilt headers")
        headers = [*spoilt, *old.record.headers]
        world.forge(OutgoingRecord(old.topic(), old.key(), old.value(), headers, old.partition()))


@dataclass(frozen=True)
class Garbles:
    """Bytes nobody can read are written under the key of the entry of this number, where it stands."""

    entry: int
    value: bytes = b"garbage"

    def __str__(self) -> str:
        return f"the adversary writes {len(self.value)} bytes of garbage under the key of entry {self.entry}"

    def do(self, world: "World") -> None:
        if self.entry < len(world.truth.versions):
            said = world.truth.versions[world.truth.entry(self.entry)][0]
            if (state_topic(said), said.body) in world.log.records:
                world.count("garbled entries")
                world.forge(OutgoingRecord(state_topic(said), said.entry_id, self.value))


@dataclass(frozen=True)
class Floods:
    """Many records of junk, all of one size, are written into a partition."""

    to: TopicPartition
    records: int
    size: int
    keyed: bool = True

    def __str__(self) -> str:
        return f"the adversary writes {self.records} × {self.size} bytes into {self.to.topic} [{self.to.partition}]"

    def do(self, world: "World") -> None:
        world.count("floods")
        for number in range(self.records):
            key = b"junk%d" % number if self.keyed else None
            world.forge(OutgoingRecord(self.to.topic, key, b"\xff" * self.size, (), self.to.partition))
