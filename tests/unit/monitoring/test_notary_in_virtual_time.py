"""A notary whose time stands still between its steps: it never waits, and whatever is away, no number gets two digests."""

import os
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from liandong.monitoring.notary.config import NotaryConfig, NotaryPorts
from liandong.monitoring.notary.notary import Notary
from liandong.monitoring.notary.signing import NotaryIdentity
from liandong.schemas.wire.signing import Ed25519Signer
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import run_for
from liandong.tests.worlds.jurisdiction import WatchedJurisdiction, assert_chain, assert_equal_to_a_recount
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.transport.errors import AuthorizationFailed, BrokerUnreachable, PublisherBroken, right_to
from liandong.topics.transport.ports import Delivered, Message, OutgoingRecord

Done = Callable[[Delivered | Exception], None]
HOUR = 3600.0


@pytest.fixture
def wire() -> MemoryWire:
    return MemoryWire()


@pytest.fixture
def world(wire: MemoryWire, tmp_path: Path) -> WatchedJurisdiction:
    return WatchedJurisdiction(wire, tmp_path)


class Watched:
    """A client of the transport through which every wait and every record is seen."""

    def __init__(self, inner: object) -> None:
        self._inner = inner
        self.waits: list[float] = []
        self.refuse: Callable[[OutgoingRecord], Exception | None] = lambda _record: None
        self.purged = 0

    def poll(self, *arguments: float) -> list[Message] | None:
        self.waits.append(arguments[-1])
        return self._inner.poll(*arguments)  # type: ignore[attr-defined,no-any-return]

    def flush(self, _timeout: float = -1) -> int:
        return self._inner.flush(0)  # type: ignore[attr-defined,no-any-return]

    def purge(self) -> None:
        self.purged += 1
        self._inner.purge()  # type: ignore[attr-defined]

    def send(self, record: OutgoingRecord, done: Done) -> None:
        if (refused := self.refuse(record)) is None:
            self._inner.send(record, done)  # type: ignore[attr-defined]
        elif isinstance(refused, PublisherBroken):
            raise refused
        else:
            done(refused)

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


class Place:
    """One notary and what passes between it and the broker."""

    def __init__(self, world: WatchedJurisdiction) -> None:
        self.reader, self.writer = Watched(world.wire.subscriber()), Watched(world.wire.publisher())
        name = "notary-js-1"
        identity = NotaryIdentity(world.signers[name], self.writer, world.clock, CHANCE)  # type: ignore[arg-type]
        ports = NotaryPorts(identity, self.reader, world.keys, world.signals)  # type: ignore[arg-type]
        self.notary = Notary(NotaryConfig("js", name, world.directory / "disk"), ports)


def digests_by_number(world: WatchedJurisdiction) -> dict[int, set[bytes]]:
    found: dict[int, set[bytes]] = defaultdict(set)
    for head in world.heads():
        found[head["number"]].add(b"".join(row["digest"] for row in head["lanes"]))
    return found


def test_no_step_waits_and_each_says_when_the_next_barrier_is_due(world: WatchedJurisdiction) -> None:
    place = Place(world)
    world.publish(*(world.court.include() for _ in range(20)))
    run_for(world.clock, 5.05, place.notary)
    assert set(place.reader.waits) == {0}
    assert set(place.writer.waits) <= {0}
    assert [head["number"] for head in world.heads()] == [1, 2, 3, 4, 5, 6]
    assert place.notary.step() == pytest.approx(0.45)


def test_an_hour_without_a_broker_piles_nothing_up_and_the_numbers_go_on(
    world: WatchedJurisdiction, wire: MemoryWire
) -> None:
    place = Place(world)
    world.publish(*(world.court.include() for _ in range(5)))
    run_for(world.clock, 3, place.notary)
    before = place.notary.head_number
    wire.broker.stop()
    run_for(world.clock, HOUR, place.notary)
    wire.broker.start()
    world.publish(world.court.include())
    markers = len(world.log(names.relief("js")))
    run_for(world.clock, 3, place.notary)
    assert len(world.log(names.relief("js"))) - markers < 100
    heads = world.heads()
    assert place.notary.head_number > before
    assert_chain(heads)
    assert_equal_to_a_recount(world, heads[-1])
    assert all(len(digests) == 1 for digests in digests_by_number(world).values())


def test_a_notary_starts_when_its_broker_and_its_topics_come(world: WatchedJurisdiction, wire: MemoryWire) -> None:
    place = Place(world)
    wire.broker.stop()
    run_for(world.clock, 60, place.notary)
    assert isinstance(place.notary.failure, BrokerUnreachable)
    assert not place.notary.head_number
    wire.broker.start()
    run_for(world.clock, 3, place.notary)
    assert place.notary.head_number


def test_a_head_that_fails_is_sent_again_before_the_next_one(world: WatchedJurisdiction) -> None:
    place = Place(world)
    refusals = [AuthorizationFailed("no write", right_to("WRITE", "a topic"))] * 3

    def refuse(record: OutgoingRecord) -> Exception | None:
        return refusals.pop() if record.topic == names.heads("js") and refusals else None

    place.writer.refuse = refuse
    run_for(world.clock, 10, place.notary)
    heads = world.heads()
    assert [head["number"] for head in heads] == list(range(1, len(heads) + 1))
    assert_chain(heads)


def test_a_marker_that_fails_costs_its_barrier_and_nothing_else(world: WatchedJurisdiction) -> None:
    place = Place(world)
    refusals = [AuthorizationFailed("no write", right_to("WRITE", "a topic"))]

    def refuse(record: OutgoingRecord) -> Exception | None:
        return refusals.pop() if record.topic == names.debtor_list("js") and refusals else None

    place.writer.refuse = refuse
    run_for(world.clock, 5, place.notary)
    numbers = [head["number"] for head in world.heads()]
    assert numbers[0] == 2
    assert len(numbers) >= 4


def test_a_publisher_that_broke_is_made_anew(world: WatchedJurisdiction) -> None:
    place = Place(world)
    broken = [PublisherBroken("fenced")]
    place.writer.refuse = lambda _record: broken.pop() if broken else None
    run_for(world.clock, 5, place.notary)
    assert place.writer.purged == 1
    heads = world.heads()
    assert heads[-1]["number"] >= 3
    assert_chain(heads)


def test_closing_ends_while_the_broker_is_away_and_the_head_is_sent_at_the_next_start(
    world: WatchedJurisdiction, wire: MemoryWire
) -> None:
    place = Place(world)
    run_for(world.clock, 1.5, place.notary)
    place.writer.refuse = lambda record: (
        AuthorizationFailed("no", right_to("WRITE", "a topic")) if record.topic == names.heads("js") else None
    )
    run_for(world.clock, 2, place.notary)
    signed = place.notary.head_number
    wire.broker.stop()
    place.notary.close()
    wire.broker.start()
    assert signed not in digests_by_number(world)
    again = Place(world)
    run_for(world.clock, 3, again.notary)
    assert signed in digests_by_number(world)
    assert again.notary.head_number > signed
    assert all(len(digests) == 1 for digests in digests_by_number(world).values())


def test_a_wall_clock_that_is_set_back_stops_no_barrier(world: WatchedJurisdiction) -> None:
    place = Place(world)
    run_for(world.clock, 3, place.notary)
    before = place.notary.head_number
    world.clock.time -= 3_600_000
    run_for(world.clock, 5, place.notary)
    assert place.notary.head_number >= before + 4


def test_a_record_under_a_key_on_its_way_is_counted_when_the_key_has_come(world: WatchedJurisdiction) -> None:
    place = Place(world)
    run_for(world.clock, 1.05, place.notary)
    world.court.signer = Ed25519Signer(os.urandom(32))
    world.keys.arriving, world.keys.behind = [world.court.public_key], True
    before = len(world.heads())
    world.publish(world.court.include(), world.court.include())
    run_for(world.clock, 3, place.notary)
    assert len(world.heads()) == before
    world.keys.behind = False
    run_for(world.clock, 3, place.notary)
    head = world.heads()[-1]
    assert sum(lane["records"] for lane in head["lanes"]) == 2
    assert world.alarms("signature") == 0
    assert_equal_to_a_recount(world, head)
    assert_chain(world.heads())
