"""A running node's copy, in its own threads, on whichever transport."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from liandong.schemas.law.listing import Change, Instrument
from liandong.schemas.wire.avro_schemas import current_schema
from liandong.schemas.wire.codec import decode, decode_prefix
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import BEGINNING, OutgoingRecord, SystemClock, TopicPartition

from ..worlds.copying import Node, assert_equal
from ..worlds.records import CourtScribe, Keys, Model, NotaryScribe, lane_heads, new_surrogate, recount
from ..worlds.wires import Wire

PARTITIONS = 3
TOPICS = (*names.state_topics("js"), names.relief("js"))


@contextmanager
def running(node: Node) -> Iterator[None]:
    """Replicator and relief follower in threads, ended gracefully."""
    stop = threading.Event()
    failed: list[BaseException] = []

    def guarded(run: Callable[[threading.Event], None]) -> None:
        try:
            run(stop)
        except BaseException as error:  # noqa: BLE001  handed to the test
            failed.append(error)

    runs = (node.replicator.run, node.follower.run)
    threads = [threading.Thread(target=guarded, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        assert not failed


def until(true: Callable[[], object], seconds: float = 30.0) -> None:
    """Waits for something to become true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


class CopyBehaviour:
    """What a node does from the first start to the proof."""

    def test_from_publication_to_proof_relief_and_back(self, wire: Wire, tmp_path: Path) -> None:
        wire.create(*TOPICS, partitions=PARTITIONS)
        wire.create(names.heads("js"), partitions=1)
        court, notary = CourtScribe(), NotaryScribe()
        publisher = wire.publisher()
        node = Node(tmp_path, wire.subscriber, Keys(court.public_key, notary.public_key), clock=SystemClock())  # type: ignore[arg-type]
        surrogates = [new_surrogate() for _ in range(40)]
        bodies = [court.include(one, instrument=Instrument(1 + number % 3)) for number, one in enumerate(surrogates)]

        def send(*records: OutgoingRecord) -> None:
            for record in records:
                publisher.send(record)
            publisher.flush()

        def everyone() -> int:
            return len(node.view.find(surrogates))

        with running(node):
            send(*map(court.message, bodies))
            until(lambda: everyone() == 40)
            assert all(node.view.verify_once(found) for found in node.view.find(surrogates))
            freed = decode_prefix(bodies[0])["entry_id"]
            ended = court.change(freed, Change.REVOKE)
            send(court.relief(ended))
            until(lambda: everyone() == 39)
            send(court.message(ended))
            until(lambda: node.newest_body(freed) == ended)
            until(lambda: _waiting(node) == 0)
            now = node.clock.now()
            send(*notary.barriers(PARTITIONS, 1, now))
            until(lambda: node.receipts)
            models = recount_log(wire)
            send(notary.head(1, lane_heads(models, "js", PARTITIONS)))
            until(lambda: node.view.position().proven)
            assert node.view.position().fresh_as_of == now
        assert_equal(node, models)
        receipt = decode(current_schema("receipt").fingerprint, node.receipts[0])
        assert (receipt["barrier"], receipt["applied"], receipt["stale"]) == (1, 41, 0)
        assert node.incidents() == []
        node.close()

    def test_a_node_that_was_away_goes_on_where_it_was(self, wire: Wire, tmp_path: Path) -> None:
        wire.create(*TOPICS, partitions=PARTITIONS)
        wire.create(names.heads("js"), partitions=1)
        court, publisher = CourtScribe(), wire.publisher()
        node = Node(tmp_path, wire.subscriber, Keys(court.public_key))
        for round_ in range(1, 4):
            for _ in range(30):
                publisher.send(court.message(court.include()))
            publisher.flush()
            with running(node):
                until(lambda expected=30 * round_: _records(node) == expected)  # type: ignore[misc]
            node.restart()
        assert_equal(node, recount_log(wire))
        assert sum(lane.applied for lane in node.lists.status().lanes) == 90
        node.close()


def _records(node: Node) -> int:
    return sum(lane.records for lane in node.lists.status().lanes)


def _waiting(node: Node) -> int:
    with node.relief.snapshot() as overlay:
        return overlay.count()


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
