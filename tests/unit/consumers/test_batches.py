"""Batches of interceptions: when they leave, that each leaves once, whoever of an agency's nodes sends it and when it dies."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from liandong.consumers.acts_db.context import AgencyContext
from liandong.consumers.acts_db.sending import AgencyEvent, SealedPart, send_or_keep
from liandong.consumers.interceptions import batches as module
from liandong.consumers.interceptions.batches import Batches
from liandong.schemas.wire.codec import encode
from liandong.schemas.wire.padding import SMALLEST, padded
from liandong.tests.worlds.batches import held
from liandong.tests.worlds.clock import HandClock
from liandong.tests.worlds.gate import CheckDesk
from liandong.topics.catalogue import names
from liandong.topics.storage.faults import DatabaseUnavailable
from liandong.topics.workers.chance import SystemChance, shuffled
from liandong.topics.workers.worker import AT_ONCE

EVERY_MS = 600_000


def detail(**changes: object) -> dict[str, object]:
    return {
        "entry_id": bytes(16), "entry_version": 1, "measure": "rail-gd-all", "notary": "notary-js-1", "barrier": 1,
        "check_id": "chk_1", "occurred_at": 1, "transaction": "rail-ticket", "site": "", "attributes": {},
        "traceparent": "",
    } | changes  # fmt: skip


class Place:
    """An agency's acts store, and nodes that let its interceptions leave."""

    def __init__(self, directory: Path) -> None:
        self.desk = CheckDesk(directory)
        self.clock: HandClock = self.desk.clock
        self.clock.time += EVERY_MS - self.clock.time % EVERY_MS
        self.context = replace(self.desk.context, interceptions_every_seconds=EVERY_MS / 1000)

    def node(self, context: AgencyContext | None = None) -> Batches:
        return Batches(context or self.context, self.desk.engine)

    def tell(self, count: int) -> set[bytes]:
        """So many interceptions are kept; their handles."""
        handles = {self.context.chance.random_id() for _ in range(count)}
        fields = {
            "jurisdiction": "js", "court": "court-su0505", "outcome": "REFUSED", "rule_version": "1",
            "day": "2026-11-18", "record_class": 0,
        }  # fmt: skip
        sealed = SealedPart("interception-detail", detail())
        events = [
            AgencyEvent(
                "interception", names.interceptions("js"), each, self.clock.now(), fields | {"event_id": each}, sealed
            )
            for each in handles
        ]
        with self.desk.engine.begin() as connection:
            send_or_keep(connection, self.context, events)
        return handles

    def sent(self) -> list[bytes]:
        """Keys of what stands in the outbox, in its order."""
        return [row.record.key or b"" for row in self.desk.outbox.unsent("events", 0, 10_000)]

    def steps(self, *nodes: Batches) -> None:
        for node in nodes:
            while node.step() == AT_ONCE:
                pass


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.desk.engine.dispose()


def test_a_batch_leaves_at_its_turn_and_not_before(place: Place) -> None:
    node = place.node()
    handles = place.tell(3)
    place.clock.time += EVERY_MS - 1
    assert node.step() == 0.001
    assert (place.sent(), held(place.desk.engine)) == ([], 3)
    place.clock.time += 1
    place.steps(node)
    assert (set(place.sent()), len(place.sent()), held(place.desk.engine)) == (handles, 3, 0)


def test_what_comes_after_a_long_quiet_waits_for_the_next_turn(place: Place) -> None:
    node = place.node()
    for _ in range(3):
        place.clock.time += EVERY_MS
        place.steps(node)
    place.clock.time += 1_000
    place.tell(1)
    place.steps(node)
    assert place.sent() == []


@pytest.mark.parametrize("page", [1, 2, 7, 200])
def test_everything_held_leaves_once_however_many_pages_it_takes(
    place: Place, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PAGE", page)
    node, handles = place.node(), place.tell(7)
    place.clock.time += EVERY_MS
    place.steps(node)
    assert sorted(place.sent()) == sorted(handles)


def test_nodes_that_share_a_store_send_one_batch_a_turn(place: Place) -> None:
    one, other = place.node(), place.node()
    first = place.tell(4)
    place.clock.time += EVERY_MS
    place.steps(one)
    late = place.tell(2)
    place.steps(other)
    assert set(place.sent()) == first
    place.clock.time += EVERY_MS
    place.steps(other, one)
    assert sorted(place.sent()) == sorted(first | late)


def test_a_node_that_stops_sends_nothing_early_and_another_sends_it_at_its_turn(place: Place) -> None:
    stopping = place.node()
    handles = place.tell(2)
    stopping.close()
    assert place.sent() == []
    place.clock.time += 1_000
    starting = place.node()
    place.steps(starting)
    assert place.sent() == []
    place.clock.time += EVERY_MS
    place.steps(starting)
    assert set(place.sent()) == handles


def test_a_store_that_fails_between_the_pages_loses_and_doubles_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PAGE", 2)
    node, handles = place.node(), place.tell(6)
    failing = [3, 4, 6]  # of the transactions from now on: one takes the turn, three send

    def away(_connection: object) -> None:
        failing[:] = [each - 1 for each in failing]
        if 0 in failing:
            raise DatabaseUnavailable("the database", "the server is away")

    event.listen(place.desk.engine, "begin", away)
    place.clock.time += EVERY_MS
    for _ in range(20):
        node.step()
        place.clock.time += 1_000
    event.remove(place.desk.engine, "begin", away)
    assert max(failing) <= 0
    assert sorted(place.sent()) == sorted(handles)


def test_a_clock_that_is_set_back_by_days_holds_up_nothing(place: Place) -> None:
    node = place.node()
    handles = place.tell(2)
    place.clock.time -= 3 * 86_400_000
    place.steps(node)
    place.clock.time += EVERY_MS
    place.steps(node)
    assert sorted(place.sent()) == sorted(handles)


def test_every_order_is_as_likely_as_any_other() -> None:
    drawn: dict[tuple[int, ...], int] = {}
    for _ in range(6_000):
        order = tuple(shuffled(range(3), SystemChance()))
        drawn[order] = drawn.get(order, 0) + 1
    assert len(drawn) == 6
    chi_square = sum((count - 1_000) ** 2 / 1_000 for count in drawn.values())
    assert chi_square < 32.0  # five degrees of freedom: once in 170,000 runs


@pytest.mark.parametrize("length", [0, 1, 700, 750, *range(760, 830), 1_500, 3_000, 20_000, 200_000])
def test_what_is_sealed_has_one_of_a_few_lengths(length: int) -> None:
    size = len(encode("interception-detail", padded("interception-detail", detail(site="x" * length))))
    assert size in {SMALLEST << doubled for doubled in range(10)}
    assert size == SMALLEST or size < 2 * (length + 300)
