"""From publish to poll, and from publish to an answer of the gate, at a steady rate."""

import tempfile
import time
from pathlib import Path
from uuid import uuid4

from ...consumers.replication.list_view import ListView
from ...consumers.replication.receipts import Reporter
from ...consumers.replication.replicator import Replicator
from ...consumers.replication.replicator_config import ReplicatorConfig
from ...consumers.store.batch import StoreBatch
from ...consumers.store.power import boot_id
from ...consumers.store.relief import ReliefStore
from ...topics.catalogue import names
from ...topics.settings import Settings
from ...topics.transport.kafka import KafkaSubscriber
from ...topics.transport.ports import BEGINNING, TopicPartition
from ...topics.workers.clock import SystemClock
from ...topics.workers.worker import Part
from ..corpus.people import tags_of
from ..corpus.records import EPOCH, JURISDICTION, WIRE_HEAD, Keyring, signer_of
from ..corpus.topic import LANES, TOPIC, make_topics
from ..node import open_store, running
from ..place import PARTITIONS, Place
from ..result import Result
from ..sending import send_steadily
from ..spread import percentile
from ..workers import working

RATE = 1_000
"""Updates a second."""


def run(place: Place, reader: str) -> Result:
    """Measure p50 in ms; the other percentiles as details. The first second warms up and does not count."""
    settings = place.settings_for(f"bench-latency-{uuid4().hex[:8]}.")
    make_topics(settings, (*LANES, names.heads(JURISDICTION)))
    with tempfile.TemporaryDirectory(dir=place.folder) as scratch:
        start = time.perf_counter()
        if reader == "raw":
            sent, seen = _polled(settings, place.amount)
        else:
            sent, seen = _answered(settings, place.amount, Path(scratch))
        seconds = time.perf_counter() - start
    warm = min(RATE, place.amount // 2)
    return latencies([(seen[entry] - sent[entry]) / 1e6 for entry in range(warm, place.amount)], seconds)


def latencies(milliseconds: list[float], seconds: float, share: float = 0.5) -> Result:
    """Return the percentiles of some latencies; the one at `share` is the figure."""
    shares = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99, "max_ms": 1.0}
    details = {name: round(percentile(milliseconds, each), 3) for name, each in shares.items()}
    return Result(percentile(milliseconds, share), seconds, len(milliseconds), {}, details)


def _polled(settings: Settings, amount: int) -> tuple[list[int], dict[int, int]]:
    subscriber = KafkaSubscriber(settings, client_id="bench-raw")
    subscriber.assign({TopicPartition(TOPIC, each): BEGINNING for each in range(PARTITIONS)})
    seen: dict[int, int] = {}
    with working(send_steadily, settings, amount, RATE) as sender:
        sender.begin()
        while len(seen) < amount:
            messages = subscriber.poll(1000, 0.1)
            now = time.time_ns()
            for message in messages:
                if (message.value() or b"").startswith(WIRE_HEAD):
                    seen[entry_of(message.key() or b"")] = now
            if not messages:
                sender.check()
        subscriber.close()
        return sender.result(), seen


def _answered(settings: Settings, amount: int, scratch: Path) -> tuple[list[int], dict[int, int]]:
    """Ask after every commit of the replicator about its last entry; then all of it is visible."""
    store, relief = open_store(scratch / "list", amount), ReliefStore.open(scratch / "relief", boot=boot_id())
    view = ListView(store.reader(), relief.reader(), Keyring())
    seen: dict[int, int] = {}
    commit = store.commit

    def commit_and_ask(batch: StoreBatch) -> None:
        commit(batch)
        if batch.records:
            entries = [entry_of(place[2:]) for place in batch.records]
            if not view.find((tags_of(entries[-1])[0],)):
                raise AssertionError("the gate does not see what was committed")
            seen.update(dict.fromkeys(entries, time.time_ns()))

    store.commit = commit_and_ask  # type: ignore[method-assign]
    reporter = Reporter("agency-bench", "1", bytes(16), signer_of("agency-bench"), lambda _receipt: None)
    subscriber = KafkaSubscriber(settings, group="bench.node.list", client_id="bench-node")
    config = ReplicatorConfig((JURISDICTION,))
    replicator = Replicator(config, subscriber, store, Keyring(), SystemClock(), reporter)
    with working(send_steadily, settings, amount, RATE) as sender:
        sender.begin()
        with running(Part("list", replicator, replicator.wait)) as workers:
            while len(seen) < amount and workers.alive():
                sender.check()
                time.sleep(0.05)
        store.close()
        return sender.result(), seen


def entry_of(entry_id: bytes) -> int:
    """Return the number of an entry of the corpus: its id starts with its time."""
    return int.from_bytes(entry_id[:6], "big") - EPOCH
