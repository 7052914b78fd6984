"""One agency's copy of the list on any transport, driven step by step or in threads, and compared with the plain model."""

import json
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from liandong.consumers.replication.list_view import ListView
from liandong.consumers.replication.receipts import Reporter
from liandong.consumers.replication.relief import ReliefFollower, ReliefStores
from liandong.consumers.replication.replicator import Replicator, ReplicatorConfig
from liandong.consumers.store.layout import LANE_LENGTH, LaneState, lane_prefix
from liandong.consumers.store.relief import ReliefStore
from liandong.consumers.store.values import body_of, opaque_of
from liandong.consumers.store.writer import ListStore
from liandong.schemas.wire.digest import SetDigest
from liandong.schemas.wire.signing import Ed25519Signer, PublicKey
from liandong.topics.settings import load_settings
from liandong.topics.transport.ports import Subscriber, SystemClock

from .records import NOW, Keys, Model

SEED = bytes(range(32))


@dataclass
class Hands:
    """A clock set by hand."""

    at: int = NOW

    def now(self) -> int:
        return self.at


@dataclass
class Node:
    """A node's stores in a directory, its replicator and relief follower on subscribers that `subscribe` makes."""

    directory: Path
    subscribe: Callable[[str | None], Subscriber]
    keys: Keys
    clock: Hands = field(default_factory=Hands)
    jurisdictions: tuple[str, ...] = ("js",)
    batch: int = 50_000
    receipts: list[bytes] = field(default_factory=list)
    map_size: int = 1 << 24

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """Opens what is in the directory, as after a start."""
        self.store = ListStore.open(self.directory / "list", map_size=self.map_size)
        self.overlay = ReliefStore.open(self.directory / "relief")
        self.lists = self.store.reader()
        self.relief = self.overlay.reader()
        self.view = ListView(self.lists, self.relief, self.keys)
        self.list_subscriber = self.subscribe("railway-js.n1.list")
        self.relief_subscriber = self.subscribe(None)
        config = ReplicatorConfig(self.jurisdictions, batch=self.batch, wait_seconds=0)
        reporter = Reporter("railway-js", "n1", Ed25519Signer(SEED), self.receipts.append, self.relief)
        self.replicator = Replicator(config, self.list_subscriber, self.store, self.keys, self.clock, reporter)
        stores = ReliefStores(self.overlay, self.lists)
        self.follower = ReliefFollower(self.jurisdictions, self.relief_subscriber, stores, self.keys, self.clock)
        self._assigned = False

    def close(self) -> None:
        self.list_subscriber.close()
        self.relief_subscriber.close()
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
        self._assign()
        while messages := self.relief_subscriber.poll(self.batch, 0):
            self.follower.work(messages)
        self.follower.sweep()

    def drain_lists(self, batches: int = 1_000_000) -> None:
        self._assign()
        while batches and (messages := self.list_subscriber.poll(self.batch, 0)):
            self.replicator.work(messages)
            batches -= 1
        self.replicator.work([])

    def _assign(self) -> None:
        if not self._assigned:
            self.relief_subscriber.assign(self.follower.positions(self.relief_subscriber))
            self.list_subscriber.assign(self.replicator.positions(self.list_subscriber))
            self._assigned = True

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


def assert_equal(node: Node, models: dict[tuple[str, int], Model]) -> None:
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


def keys_as_json(keys: Iterable[PublicKey]) -> str:
    """Public keys for a child process."""
    rows = [(k.key_id.hex(), k.participant, k.kind, k.jurisdiction, k.use, k.public_key.hex()) for k in keys]
    return json.dumps(rows)


def keys_from_json(text: str) -> Keys:
    """The same in the child."""
    return Keys(*(PublicKey(bytes.fromhex(i), p, k, j, u, bytes.fromhex(b)) for i, p, k, j, u, b in json.loads(text)))


def replicate(arguments: Sequence[str]) -> None:
    """A child process that copies until it is killed: bootstrap, topic prefix, directory, keys."""
    from liandong.topics.transport.kafka import KafkaSubscriber

    bootstrap, prefix, directory, keys = arguments
    settings: Any = load_settings(bootstrap=bootstrap, topic_prefix=prefix, state_dir=Path(directory))
    store = ListStore.open(Path(directory) / "list", map_size=1 << 20)
    subscriber = KafkaSubscriber(settings, group="railway-js.n1.list", client_id="chaos")
    config = ReplicatorConfig(("js",), batch=700, commit_seconds=0.2)
    sys.stdout.write("copying\n")
    sys.stdout.flush()
    Replicator(config, subscriber, store, keys_from_json(keys), SystemClock()).run(threading.Event())


if __name__ == "__main__":
    replicate(sys.argv[1:])
