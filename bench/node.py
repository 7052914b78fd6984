"""A node's replicator as the cases run it: product code on the corpus, with a stopwatch around what is done per batch."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..consumers.node.assembly import tuned
from ..consumers.replication.apply.applying import LaneRun
from ..consumers.replication.apply.lane_work import LaneWork
from ..consumers.replication.replicator import Replicator
from ..consumers.replication.replicator_config import ReplicatorConfig
from ..consumers.store.batch import StoreBatch
from ..consumers.store.environment import GIB
from ..consumers.store.power import boot_id
from ..consumers.store.writer import ListStore
from ..topics.settings import Settings
from ..topics.transport.kafka import KafkaSubscriber
from ..topics.transport.ports import Message, TopicPartition
from ..topics.workers.clock import SystemClock
from ..topics.workers.threads import Workers, work
from ..topics.workers.worker import Part
from .corpus.records import JURISDICTION, Keyring
from .corpus.topic import LANES
from .result import Stopwatch

_STOP_SECONDS = 30.0


class SharedSubscriber(KafkaSubscriber):
    """Sees every n-th partition only: how a list is divided among processes."""

    def __init__(self, settings: Settings, share: int, shares: int) -> None:
        super().__init__(settings, group=f"bench.node-{share}.list", client_id=f"bench-{share}")
        self._share, self._shares = share, shares

    def partitions(self, topic: str) -> list[int]:
        """Return the partitions of this share."""
        return [each for each in super().partitions(topic) if each % self._shares == self._share]


class Backlog:
    """Applies what is in the topics, then stops. One a process: it puts timers around the product's own steps."""

    def __init__(self, settings: Settings, store: ListStore, share: int = 0, shares: int = 1) -> None:
        self.watch = Stopwatch()
        self._store = store
        self._reader = store.reader()
        self._subscriber = SharedSubscriber(settings, share, shares)
        self._stop = threading.Event()
        self._started = self._committed = 0.0
        # asked for before anything is fetched: later each answer would stand behind a fetch that waits half a second
        lanes = [TopicPartition(topic, each) for topic in LANES for each in self._subscriber.partitions(topic)]
        self._ends = {lane: self._subscriber.watermarks(lane)[1] for lane in lanes}
        self._time_steps()
        config = ReplicatorConfig((JURISDICTION,))
        self._replicator = Replicator(config, self._subscriber, store, Keyring(), SystemClock())

    def run(self) -> float:
        """Return the seconds from the first records to the last commit, and the sync that makes it durable."""
        with tuned():
            work(Part("list", self._replicator, self._replicator.wait), self._stop)
        return self._committed - self._started + self.watch.seconds["sync"]

    def _time_steps(self) -> None:
        watch, store, subscriber = self.watch, self._store, self._subscriber
        LaneRun.run = watch.timed("decode, guard, leaf", LaneRun.run)  # type: ignore[method-assign]
        LaneWork.digests = watch.timed("digest", LaneWork.digests)  # type: ignore[method-assign]
        store.sync = watch.timed("sync", store.sync)  # type: ignore[method-assign]
        subscriber.wait = watch.timed("poll", subscriber.wait)  # type: ignore[method-assign]
        commit, poll = watch.timed("commit", store.commit), subscriber.poll

        def timed_commit(batch: StoreBatch) -> None:
            commit(batch)
            if batch.lanes:
                self._committed = time.perf_counter()

        def timed_poll(limit: int, timeout: float) -> list[Message]:
            start = time.perf_counter()
            messages = poll(limit, timeout)
            if not messages:
                if self._at_end():
                    self._stop.set()
            elif not self._started:
                watch.seconds.clear()
                self._started = time.perf_counter()
            else:
                watch.seconds["poll"] += time.perf_counter() - start
            return messages

        store.commit, subscriber.poll = timed_commit, timed_poll  # type: ignore[method-assign]

    def _at_end(self) -> bool:
        with self._reader.snapshot() as snapshot:
            lanes = snapshot.lanes()
        return bool(lanes) and all(
            lane.next_offset >= self._ends[TopicPartition(lane.topic, lane.partition)] for lane in lanes
        )


def open_store(folder: Path, entries: int) -> ListStore:
    """Open a store with room for the list, so that growing the map is not what is measured."""
    return ListStore.open(folder, boot=boot_id(), map_size=max(GIB, entries * 1024))


@contextmanager
def running(*parts: Part) -> Iterator[Workers]:
    """Run parts of a node in threads while the block lasts. Raises WorkerFailed at its end if one ended by itself."""
    workers = Workers()
    with tuned():
        workers.start(parts)
        try:
            yield workers
        finally:
            workers.stop.set()
            workers.wait(_STOP_SECONDS)
