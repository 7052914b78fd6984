"""A copy in steps and in virtual time: nothing waits, what fails is tried again when it is time and not before."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.consumers.replication.following import RETRY_SECONDS
from liandong.consumers.store.layout import Generation
from liandong.schemas.wire.avro_schemas import current_schema
from liandong.schemas.wire.codec import decode
from liandong.tests.worlds.clock import VirtualClock, run_for
from liandong.tests.worlds.copying import TOPICS, CopyingNode
from liandong.tests.worlds.records import CourtScribe, Keys, NotaryScribe, new_surrogate
from liandong.topics.catalogue import names
from liandong.topics.storage.faults import DatabaseUnavailable
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.ports import TopicPartition
from liandong.topics.workers.worker import AT_ONCE

LIST, RELIEF = names.debtor_list("js"), names.relief("js")
RECEIPT = current_schema("receipt").fingerprint


class VirtualCopy:
    """A court, a notary and one copy; time passes by hand alone."""

    def __init__(self, directory: Path) -> None:
        self.clock = VirtualClock()
        self.broker = MemoryBroker(1, topics=(*TOPICS, names.heads("js")), clock=self.clock)
        self.court, self.notary = CourtScribe(), NotaryScribe()
        self.keys = Keys(self.court.public_key, self.notary.public_key)
        self.node = CopyingNode(directory, self.broker.subscriber, self.keys, self.clock)  # type: ignore[arg-type]
        self.publisher = self.broker.publisher()

    def listed(self) -> bytes:
        """Somebody is listed; the surrogate."""
        surrogate = new_surrogate()
        self.publisher.send(self.court.message(self.court.include(surrogate)))
        return surrogate

    def knows(self, surrogate: bytes) -> bool:
        return len(self.node.view.find([surrogate])) == 1

    def barrier(self, number: int) -> None:
        for marker in self.notary.barriers(1, number, self.clock.now()):
            self.publisher.send(marker)

    def committed(self) -> int:
        return self.broker.group("railway-js.n1.list").offsets.get(TopicPartition(LIST, 0), -1)


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[VirtualCopy]:
    made = VirtualCopy(tmp_path)
    yield made
    made.node.close()


def test_the_first_step_assigns_and_takes_and_the_next_says_how_long_nothing_is_due(copy: VirtualCopy) -> None:
    somebody = copy.listed()
    assert copy.node.replicator.step() == AT_ONCE
    assert copy.knows(somebody)
    assert [copy.node.replicator.step() for _ in range(3)] == [0.1] * 3
    assert copy.node.list_subscriber.assignments == 1


def test_a_broker_that_is_away_is_tried_again_when_it_is_time_and_not_before(copy: VirtualCopy) -> None:
    somebody = copy.listed()
    copy.broker.stop()
    for worker, subscriber in (
        (copy.node.replicator, copy.node.list_subscriber),
        (copy.node.follower, copy.node.relief_subscriber),
    ):
        assert worker.step() == RETRY_SECONDS
        copy.clock.pass_seconds(RETRY_SECONDS / 4)
        assert worker.step() == pytest.approx(RETRY_SECONDS * 3 / 4)
        assert subscriber.polls == 0
    copy.broker.start()
    assert copy.node.replicator.step() > 0
    run_for(copy.clock, RETRY_SECONDS, copy.node.replicator, copy.node.follower)
    assert copy.knows(somebody)
    assert copy.node.list_subscriber.assignments == 1


def test_a_broker_that_goes_away_costs_nothing_that_was_copied(copy: VirtualCopy) -> None:
    first = copy.listed()
    run_for(copy.clock, 1, copy.node.replicator, copy.node.follower)
    copy.broker.stop()
    second = copy.listed()
    run_for(copy.clock, 60, copy.node.replicator, copy.node.follower)
    assert (copy.knows(first), copy.knows(second)) == (True, False)
    copy.broker.start()
    copy.publisher.poll()
    run_for(copy.clock, 2, copy.node.replicator, copy.node.follower)
    assert copy.knows(second)
    assert copy.node.lane(LIST, 0).applied == 2


def test_offsets_are_committed_every_few_seconds_and_at_the_end(copy: VirtualCopy) -> None:
    copy.listed()
    copy.node.drain_lists()
    assert copy.committed() == -1
    copy.clock.pass_seconds(4.95)
    assert copy.node.replicator.step() == pytest.approx(0.05)
    run_for(copy.clock, 0.05, copy.node.replicator)
    assert copy.committed() == 1
    copy.listed()
    copy.node.drain_lists()
    copy.node.restart()
    assert copy.committed() == 2


def test_a_log_trimmed_below_the_position_is_copied_anew_within_a_step_or_two(copy: VirtualCopy) -> None:
    copy.listed()
    copy.node.drain_lists()
    kept = [copy.listed() for _ in range(3)]
    copy.broker.truncate(TopicPartition(LIST, 0), 3)
    assert copy.node.replicator.step() == AT_ONCE
    writing = copy.node.store.generation.writing
    assert (writing, copy.node.store.rebuilding) == (1, True)
    copy.node.drain_lists()
    assert copy.node.store.generation == Generation(1, 1)
    assert [copy.knows(each) for each in kept] == [False, False, True]


def test_a_relief_lane_trimmed_below_the_position_is_read_from_what_is_left(copy: VirtualCopy) -> None:
    copy.publisher.send(copy.court.relief(copy.court.include()))
    copy.node.drain_relief()
    bodies = [copy.court.include() for _ in range(3)]
    for body in bodies:
        copy.publisher.send(copy.court.relief(body))
    copy.broker.truncate(TopicPartition(RELIEF, 0), 3)
    assert copy.node.follower.step() == AT_ONCE
    copy.node.drain_relief()
    with copy.node.relief.snapshot() as overlay:
        assert overlay.count() == 2
        assert overlay.lanes()[0].next_offset == 4


def test_relief_is_swept_once_a_second(copy: VirtualCopy) -> None:
    copy.node.follower.step()
    swept: list[float] = []
    sweep = copy.node.follower.sweep

    def noted() -> int:
        swept.append(copy.clock.monotonic())
        return sweep()

    copy.node.follower.sweep = noted  # type: ignore[method-assign]
    run_for(copy.clock, 3, copy.node.follower)
    assert swept == pytest.approx([1, 2, 3])


def test_receipts_wait_for_an_outbox_that_is_away_while_the_copy_goes_on(copy: VirtualCopy) -> None:
    away = True
    handed_on = copy.node.receipts

    class Outbox(list[bytes]):
        def append(self, body: bytes) -> None:
            if away:
                raise DatabaseUnavailable("the acts database", "disk I/O error")
            handed_on.append(body)

    copy.node.receipts = Outbox()
    copy.node.restart()
    for number in range(1, 4):
        copy.barrier(number)
        somebody = copy.listed()
        run_for(copy.clock, 1, copy.node.follower, copy.node.replicator)
        assert copy.knows(somebody)
    assert handed_on == []
    away = False
    run_for(copy.clock, 2, copy.node.follower, copy.node.replicator)
    assert [decode(RECEIPT, body)["sequence"] for body in handed_on] == [1, 2, 3]
    copy.node.restart()
    run_for(copy.clock, 2, copy.node.follower, copy.node.replicator)
    assert [decode(RECEIPT, body)["sequence"] for body in handed_on] == [1, 2, 3, 4]
