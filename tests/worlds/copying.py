"""One agency's copy of the list on any transport, driven step by step or in threads, and compared with the plain model."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from liandong.consumers.replication.list_view import ListView
from liandong.consumers.replication.receipts import Reporter
from liandong.consumers.replication.relief import ReliefFollower, ReliefStores
from liandong.consumers.replication.replicator import Replicator
from liandong.consumers.replication.replicator_config import ReplicatorConfig
from liandong.consumers.store import power
from liandong.consumers.store.batch import KeptReceipt
from liandong.consumers.store.layout import LANE_LENGTH, LaneState, lane_prefix
from liandong.consumers.store.relief import ReliefStore
from liandong.consumers.store.values import body_of, opaque_of
from liandong.consumers.store.writer import ListStore
from liandong.schemas.wire.digest import SetDigest
from liandong.schemas.wire.signing import Ed25519Signer, PublicKey
from liandong.topics.catalogue import names
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.ports import BEGINNING, OutgoingRecord, Subscriber, TopicPartition
from liandong.topics.workers.threads import Workers
from liandong.topics.workers.worker import AT_ONCE, Part

from .chance import CHANCE
from .clock import NOW, HandClock
from .records import CourtScribe, Keys, Model, NotaryScribe, recount
from .subscribers import Polled
from .waiting import PATIENCE
from .wires import Wire

BOOT = "the only boot"
SEED = bytes(range(32))
PARTITIONS = 3
TOPICS = (*names.state_topics("js"), names.relief("js"))


@dataclass
class CopyingNode:
    """A node's stores in a directory, its replicator and relief follower on subscribers that `subscribe` makes."""

    directory: Path
    subscribe: Callable[[str | None], Subscriber]
    keys: Keys
    clock: HandClock = field(default_factory=HandClock)
    jurisdictions: tuple[str, ...] = ("js",)
    batch: int = 50_000
    receipts: list[bytes] = field(default_factory=list)
    map_size: int = 1 << 24

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """Opens what is in the directory, as after a start."""
        boot = power.boot_id()
        self.store = ListStore.open(self.directory / "list", boot=boot, map_size=self.map_size)
        self.overlay = ReliefStore.open(self.directory / "relief", boot=boot)
        self.lists = self.store.reader()
        self.relief = self.overlay.reader()
        self.view = ListView(self.lists, self.relief, self.keys)
        self.list_subscriber = Polled(self.subscribe("railway-js.n1.list"))
        self.relief_subscriber = Polled(self.subscribe(None))
        config = ReplicatorConfig(self.jurisdictions, batch=self.batch)
        reporter = Reporter(
            "railway-js", "n1", CHANCE.ordered_id(), Ed25519Signer(SEED), self._keep, relief=self.relief
        )
        self.replicator = Replicator(config, self.list_subscriber, self.store, self.keys, self.clock, reporter)
        stores = ReliefStores(self.overlay, self.lists)
        self.follower = ReliefFollower(self.jurisdictions, self.relief_subscriber, stores, self.keys, self.clock)
        self.ended = False
        """Whether threads have closed both workers."""

    def _keep(self, receipt: KeptReceipt) -> None:
        self.receipts.append(receipt.body)

    def close(self) -> None:
        if not self.ended:
            self.replicator.close()
            self.follower.close()
        self.store.close()
        self.overlay.close()

    def restart(self) -> None:
        self.close()
        self.open()

    def drain(self) -> None:
        """Reads to the ends, the relief lane first; then whatever became due."""
        self.drain_relief()
        self.drain_lists()

    def drain_relief(self) -> None:
        while self.follower.step() == AT_ONCE:
            pass
        self.follower.sweep()

    def drain_lists(self, batches: int = 1_000_000) -> None:
        self.replicator.limit = self.batch
        while batches and self.replicator.step() == AT_ONCE:
            batches -= 1

    def parts(self) -> list[Part]:
        return [
            Part("list", self.replicator, self.replicator.wait),
            Part("relief", self.follower, self.follower.wait),
        ]

    def lane(self, topic: str, partition: int) -> LaneState:
        return next(lane for lane in self.lists.status().lanes if lane.name == (topic, partition))

    def bodies(self, topic: str, partition: int) -> dict[bytes, bytes]:
        """Entry id to body of one lane."""
        prefix = lane_prefix(self.lane(topic, partition).number)
        with self.lists.snapshot() as snapshot:
            rows = [(place, body_of(value)) for place, value in snapshot.records()]
        return {place[LANE_LENGTH:]: body for place, body in rows if place.startswith(prefix)}

    def newest_body(self, entry_id: bytes) -> bytes | None:
        """What the list store has of an entry; of an unreadable record the last readable one before it."""
        with self.lists.snapshot() as snapshot:
            stored = snapshot.find(entry_id)
            if stored is None:
                return None
            opaque = opaque_of(stored.value)
            readable = stored.value if opaque is None else opaque.last
            return body_of(readable) if readable else None

    def index(self) -> dict[bytes, set[bytes]]:
        """Surrogate to entry ids."""
        found: dict[bytes, set[bytes]] = {}
        with self.lists.snapshot() as snapshot:
            for surrogate, place in snapshot.index():
                found.setdefault(surrogate, set()).add(place[LANE_LENGTH:])
        return found

    def incidents(self) -> list[str]:
        return [one.kind for one in self.lists.incidents()]


class CopyInMemory:
    """A court, a notary, and one agency's copy of what they write, on a broker in memory."""

    def __init__(self, directory: Path, *others: PublicKey, partitions: int = 1) -> None:
        self.broker = MemoryBroker(partitions=partitions)
        self.court, self.notary = CourtScribe(), NotaryScribe()
        self.keys = Keys(self.court.public_key, self.notary.public_key, *others)
        self.node = CopyingNode(directory, self.broker.subscriber, self.keys)
        self.publisher = self.broker.publisher()

    def send(self, *records: OutgoingRecord) -> None:
        """Put records into the log and let the node work."""
        for record in records:
            self.publisher.send(record)
        self.node.drain()

    def prove(self, number: int, issued_at: int = NOW, partitions: int = 1) -> None:
        """A barrier, and a head of a notary that has found what the node has."""
        self.send(*self.notary.barriers(partitions, number, issued_at))
        times = {"issued_at": issued_at, "valid_until": issued_at + 60_000}
        self.send(self.notary.head(number, agreed_lanes(self.node.lists.status().lanes), **times))


def agreed_lanes(lanes: Iterable[LaneState]) -> list[dict[str, Any]]:
    """The lanes of a head that says what a copy holds."""
    return [
        {"topic": lane.topic, "topic_id": bytes(16), "partition": lane.partition, "offset": 0}
        | {"digest": SetDigest(lane.digest).value(), "records": lane.records, "live": 0}
        for lane in lanes
    ]


@contextmanager
def running(node: CopyingNode) -> Iterator[None]:
    """Replicator and relief follower in threads, ended gracefully."""
    workers = Workers()
    workers.start(node.parts())
    try:
        yield
    finally:
        workers.stop.set()
        workers.wait(PATIENCE)
        node.ended = True


def assert_equal(node: CopyingNode, models: dict[tuple[str, int], Model]) -> None:
    """The copy is the model: records byte for byte, index, digest, counts."""
    index: dict[bytes, set[bytes]] = {}
    for (topic, partition), model in models.items():
        lane = node.lane(topic, partition)
        assert node.bodies(topic, partition) == model.newest
        assert SetDigest(lane.digest).value() == model.digest()
        assert (lane.records, lane.stale) == (len(model.newest), model.stale)
        for surrogate, entries in model.by_surrogate().items():
            index.setdefault(surrogate, set()).update(entries)
    assert node.index() == index


def recount_log(wire: Wire) -> dict[tuple[str, int], Model]:
    """The log read from its beginning by somebody else."""
    reader = wire.subscriber()
    lanes = [TopicPartition(topic, number) for topic in names.state_topics("js") for number in range(PARTITIONS)]
    missing = sum(high - low for low, high in map(reader.watermarks, lanes))
    reader.assign(dict.fromkeys(lanes, BEGINNING))
    log = []
    while missing > 0:
        some = reader.poll(1000, 5)
        missing -= len(some)
        log += [
            _Logical(reader.topic_of(message), message.partition(), message.key(), message.value()) for message in some
        ]
    reader.close()
    return recount(log)


class _Logical:
    """A message under its logical topic."""

    def __init__(self, topic: str, partition: int, key: bytes | None, value: bytes | None) -> None:
        self._parts = (topic, partition, key, value)

    def topic(self) -> str:
        return self._parts[0]

    def partition(self) -> int:
        return self._parts[1]

    def key(self) -> bytes | None:
        return self._parts[2]

    def value(self) -> bytes | None:
        return self._parts[3]
