"""What every outbox does, whichever database it is in."""

import threading
import time
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import Engine

from liandong.topics.storage.outbox import SqlOutbox
from liandong.topics.transport.ports import Delivered, LeaseLost, OutgoingRecord
from liandong.topics.workers.clock import SystemClock


def record(number: int, topic: str = "list", partition: int | None = None) -> OutgoingRecord:
    return OutgoingRecord(topic, b"key", f"value {number}".encode(), [("ce_id", b"upd_1"), ("empty", b"")], partition)


def at(number: int) -> Delivered:
    return Delivered("list", number % 3, number * 10, 1_000 + number)


def marks(numbers: Sequence[int]) -> list[tuple[int, Delivered]]:
    return [(number, at(number)) for number in numbers]


class OutboxSuite:
    @pytest.fixture
    def outbox(self, engine: Engine) -> SqlOutbox:
        return SqlOutbox(engine, clock=SystemClock())

    @pytest.fixture
    def append(self, engine: Engine, outbox: SqlOutbox) -> Callable[[str, int], list[int]]:
        def put(lane: str, count: int) -> list[int]:
            with engine.begin() as connection:
                return outbox.append(connection, lane, [record(number) for number in range(count)])

        return put

    def test_rows_of_a_lane_are_numbered_from_one_without_a_gap(
        self, outbox: SqlOutbox, append: Callable[[str, int], list[int]]
    ) -> None:
        assert append("state", 3) == [1, 2, 3]
        assert append("relief", 2) == [1, 2]
        assert append("state", 2) == [4, 5]
        assert outbox.accepted_through("state") == 5

    def test_a_rollback_gives_the_numbers_back(self, engine: Engine, outbox: SqlOutbox) -> None:
        with engine.connect() as connection, connection.begin() as transaction:
            assert outbox.append(connection, "state", [record(1), record(2)]) == [1, 2]
            transaction.rollback()
        with engine.begin() as connection:
            assert outbox.append(connection, "state", [record(3)]) == [1]
        assert [row.record.value for row in outbox.unsent("state", 0, 10)] == [b"value 3"]

    def test_a_record_comes_back_as_it_went_in(self, engine: Engine, outbox: SqlOutbox) -> None:
        given = [record(1, partition=2), OutgoingRecord("list", None, None), record(3)]
        with engine.begin() as connection:
            outbox.append(connection, "events", given)
        got = [row.record for row in outbox.unsent("events", 0, 10)]
        assert [(one.topic, one.key, one.value, list(one.headers), one.partition) for one in got] == [
            (one.topic, one.key, one.value, list(one.headers), one.partition) for one in given
        ]

    def test_unsent_rows_come_oldest_first_and_no_more_than_asked(
        self, outbox: SqlOutbox, append: Callable[[str, int], list[int]]
    ) -> None:
        append("state", 7)
        assert [row.row for row in outbox.unsent("state", 2, 3)] == [3, 4, 5]
        assert outbox.unsent("state", 7, 3) == []
        assert outbox.unsent("relief", 0, 3) == []

    def test_several_writers_at_once_leave_no_gap_and_no_double(self, engine: Engine, outbox: SqlOutbox) -> None:
        taken: list[int] = []

        def write() -> None:
            for _ in range(10):
                with engine.begin() as connection:
                    mine = outbox.append(connection, "state", [record(1), record(2)])
                taken.extend(mine)

        writers = [threading.Thread(target=write) for _ in range(4)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert sorted(taken) == list(range(1, 81))
        assert [row.row for row in outbox.unsent("state", 0, 100)] == list(range(1, 81))

    def test_one_owner_holds_the_lease_until_it_runs_out(self, outbox: SqlOutbox) -> None:
        first = outbox.acquire("one", 0.2)
        assert first is not None
        assert outbox.acquire("two", 0.2) is None
        assert outbox.holder().owner == "one"
        assert outbox.acquire("one", 0.2) == first
        time.sleep(0.3)
        second = outbox.acquire("two", 5)
        assert second == first + 1
        assert outbox.acquire("one", 5) is None

    def test_a_lease_given_back_is_free_at_once_and_only_its_owner_gives_it_back(self, outbox: SqlOutbox) -> None:
        assert outbox.acquire("one", 60) == 1
        outbox.release("two")
        assert outbox.acquire("two", 60) is None
        outbox.release("one")
        assert outbox.holder().owner == ""
        assert outbox.acquire("two", 60) == 2

    def test_only_the_current_epoch_marks(self, outbox: SqlOutbox, append: Callable[[str, int], list[int]]) -> None:
        append("state", 2)
        old = outbox.acquire("one", 60)
        outbox.release("one")
        new = outbox.acquire("two", 60)
        assert old is not None
        assert new is not None
        with pytest.raises(LeaseLost):
            outbox.mark_sent("state", old, marks([1]))
        assert outbox.sent_through("state") == 0
        outbox.mark_sent("state", new, marks([1]))
        assert outbox.sent_through("state") == 1

    @pytest.mark.parametrize("numbers", [[2], [1, 3], [2, 1], [1, 1]])
    def test_a_mark_that_does_not_continue_the_prefix_is_refused(
        self, outbox: SqlOutbox, append: Callable[[str, int], list[int]], numbers: list[int]
    ) -> None:
        append("state", 3)
        epoch = outbox.acquire("one", 60)
        assert epoch is not None
        with pytest.raises(ValueError, match="do not continue"):
            outbox.mark_sent("state", epoch, marks(numbers))
        assert outbox.sent_through("state") == 0

    def test_a_sent_row_leaves_only_where_it_stands(
        self, outbox: SqlOutbox, append: Callable[[str, int], list[int]]
    ) -> None:
        append("state", 4)
        epoch = outbox.acquire("one", 60)
        assert epoch is not None
        outbox.mark_sent("state", epoch, marks([1, 2]))
        outbox.mark_sent("state", epoch, marks([3]))
        assert [row.row for row in outbox.unsent("state", 0, 10)] == [4]
        assert outbox.positions("state", [1, 2, 3, 4]) == {1: at(1), 2: at(2), 3: at(3)}

    def test_the_backlog_says_how_many_wait_and_since_when(
        self, outbox: SqlOutbox, append: Callable[[str, int], list[int]]
    ) -> None:
        append("state", 3)
        epoch = outbox.acquire("one", 60)
        assert epoch is not None
        outbox.mark_sent("state", epoch, marks([1]))
        backlog = outbox.backlog()
        assert backlog["state"].rows == 2
        assert backlog["state"].since is not None
        assert (backlog["relief"].rows, backlog["relief"].since) == (0, None)

    def test_opening_again_finds_everything(self, engine: Engine, append: Callable[[str, int], list[int]]) -> None:
        append("state", 2)
        again = SqlOutbox(engine, ("relief", "state", "events", "more"), clock=SystemClock())
        assert again.accepted_through("state") == 2
        with engine.begin() as connection:
            assert again.append(connection, "more", [record(1)]) == [1]
