"""Whatever crashes, whenever: nothing is lost, and the highest version of a key is its last record in the log."""

from collections.abc import Callable, Sequence
from itertools import count

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool

from liandong.producers.relay.relay import Pace, Relay
from liandong.tests.worlds.clock import HandClock
from liandong.topics.storage.outbox import SqlOutbox
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.ports import Delivered, Lease, OutboxRow, OutgoingRecord
from liandong.topics.workers.clock import SystemClock

TOPICS = {"state": "list", "relief": "relief"}
_owners = count()
Done = Callable[[Delivered | Exception], None]


class Crash(BaseException):
    """The process is gone: nothing that would run on an error runs."""


class Steps:
    """Counts every step of a relay towards the outside and crashes at a given one."""

    def __init__(self, crash_at: int) -> None:
        self._left = crash_at
        self.dead = False

    def step(self) -> None:
        self._left -= 1
        if self._left == 0:
            self.dead = True
            raise Crash


class CrashingOutbox:
    """An outbox whose user dies before or after a call."""

    def __init__(self, inner: SqlOutbox, steps: Steps) -> None:
        self._inner = inner
        self._steps = steps

    def lanes(self) -> Sequence[str]:
        return self._inner.lanes()

    def sent_through(self, lane: str) -> int:
        return self._inner.sent_through(lane)

    def unsent(self, lane: str, after: int, limit: int) -> list[OutboxRow]:
        return self._inner.unsent(lane, after, limit)

    def acquire(self, owner: str, seconds: float, over: Lease | None = None) -> int | None:
        return self._inner.acquire(owner, seconds, over)

    def holder(self) -> Lease:
        return self._inner.holder()

    def release(self, owner: str) -> None:
        if not self._steps.dead:
            self._inner.release(owner)

    def mark_sent(self, lane: str, epoch: int, delivered: Sequence[tuple[int, Delivered]]) -> None:
        self._steps.step()
        self._inner.mark_sent(lane, epoch, delivered)
        self._steps.step()


class LossyPublisher:
    """Delivers in order, late, some records only after the process that sent them is dead, and dies itself."""

    def __init__(self, broker: MemoryBroker, steps: Steps, lag: int) -> None:
        self._inner = broker.publisher()
        self._steps = steps
        self._lag = lag
        self._queue: list[tuple[OutgoingRecord, Done]] = []

    def send(self, record: OutgoingRecord, done: Done | None = None) -> None:
        assert done is not None
        self._queue.append((record, done))
        self._steps.step()

    def poll(self, timeout: float = 0.0) -> None:
        while len(self._queue) > (self._lag if timeout == 0 else 0):
            record, done = self._queue.pop(0)
            self._inner.send(record, done)
            self._steps.step()
            self._inner.poll(0)

    def flush(self, timeout: float = -1) -> int:
        self.poll(timeout)
        return len(self._queue)

    def close(self) -> None:
        self.flush()

    def partitions(self, topic: str) -> list[int]:
        raise AssertionError(f"{topic} is asked for by checkpoints alone")

    def purge(self) -> None:
        if not self._steps.dead:
            self._queue.clear()

    def die(self, wire: int) -> None:
        """Of what was queued the first few were on the wire already and arrive."""
        for record, _ in self._queue[:wire]:
            self._inner.send(record)


def _engine() -> Engine:
    return create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})


Batches = st.lists(
    st.tuples(st.sampled_from(sorted(TOPICS)), st.lists(st.integers(0, 4), min_size=1, max_size=8)),
    min_size=1,
    max_size=6,
)
Lives = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 6), st.integers(0, 5)), max_size=8)


@given(Batches, Lives)
def test_a_relay_that_crashes_anywhere_loses_nothing_and_keeps_the_order_of_every_key(
    batches: list[tuple[str, list[int]]], lives: list[tuple[int, int, int]]
) -> None:
    engine, broker = _engine(), MemoryBroker(partitions=2)
    outbox = SqlOutbox(engine, ("relief", "state"), clock=SystemClock())
    versions: dict[tuple[str, int], int] = {}
    written: dict[str, list[bytes]] = {lane: [] for lane in TOPICS}
    waiting = list(batches)

    def accept() -> None:
        lane, keys = waiting.pop(0)
        records = []
        for key in keys:
            versions[lane, key] = versions.get((lane, key), 0) + 1
            value = f"{key}:{versions[lane, key]}".encode()
            written[lane].append(value)
            records.append(OutgoingRecord(TOPICS[lane], str(key).encode(), value))
        with engine.begin() as connection:
            outbox.append(connection, lane, records)

    for crash_at, lag, wire in lives:
        if waiting:
            accept()
        _live_and_die(outbox, broker, Steps(crash_at), lag, wire)
        _prefix_is_in_the_log(outbox, broker, written)
    while waiting:
        accept()
    _live_and_die(outbox, broker, Steps(-1), 0, 0)
    _prefix_is_in_the_log(outbox, broker, written)
    for lane, topic in TOPICS.items():
        assert outbox.sent_through(lane) == len(written[lane])
        last = {message.key(): message.value() for message in broker.records(topic)}
        wanted = {str(key).encode(): f"{key}:{top}".encode() for (on, key), top in versions.items() if on == lane}
        assert last == wanted
    engine.dispose()


def _live_and_die(outbox: SqlOutbox, broker: MemoryBroker, steps: Steps, lag: int, wire: int) -> None:
    mortal, publisher = CrashingOutbox(outbox, steps), LossyPublisher(broker, steps, lag)
    pace = Pace(lease_seconds=60, batch=3, window=5, mark=2, idle_seconds=0.001)
    relay = Relay(mortal, publisher, HandClock(), f"relay-{next(_owners)}", pace)
    try:
        while any(outbox.sent_through(lane) < outbox.accepted_through(lane) for lane in TOPICS):
            if relay.step():
                publisher.poll(0.001)
        relay.close()
    except Crash:
        publisher.die(wire)
    # the dead one's lease runs out before the next life
    holder = outbox.holder().owner
    if holder:
        outbox.release(holder)


def _prefix_is_in_the_log(outbox: SqlOutbox, broker: MemoryBroker, written: dict[str, list[bytes]]) -> None:
    """What is marked as sent is in the log, at the place that was noted."""
    for lane, topic in TOPICS.items():
        through = outbox.sent_through(lane)
        log = {(one.partition(), one.offset()): one.value() for one in broker.records(topic)} if through else {}
        places = outbox.positions(lane, list(range(1, through + 1)))
        assert sorted(places) == list(range(1, through + 1))
        for number, place in places.items():
            assert log[place.partition, place.offset] == written[lane][number - 1]
