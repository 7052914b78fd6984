"""The relief lane: freed at once, verified before effect, gone from the overlay when the list has caught up."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.schemas.law.listing import Change
from liandong.schemas.wire.codec import decode_prefix
from liandong.tests.worlds.clock import NOW
from liandong.tests.worlds.copying import CopyingNode
from liandong.tests.worlds.records import CourtScribe, Keys, NotaryScribe, identity, new_surrogate
from liandong.topics.catalogue import names
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.ports import TopicPartition

RELIEF = names.relief("js")


@pytest.fixture
def broker() -> MemoryBroker:
    return MemoryBroker(partitions=1)


@pytest.fixture
def court() -> CourtScribe:
    return CourtScribe()


@pytest.fixture
def notary() -> NotaryScribe:
    return NotaryScribe()


@pytest.fixture
def node(tmp_path: Path, broker: MemoryBroker, court: CourtScribe, notary: NotaryScribe) -> Iterator[CopyingNode]:
    made = CopyingNode(tmp_path, broker.subscriber, Keys(court.public_key, notary.public_key))
    yield made
    made.close()


def entry_of(body: bytes) -> bytes:
    return decode_prefix(body)["entry_id"]


def waiting(node: CopyingNode) -> int:
    with node.relief.snapshot() as overlay:
        return overlay.count()


def test_relief_frees_before_the_state_lane_says_anything(
    node: CopyingNode, broker: MemoryBroker, court: CourtScribe
) -> None:
    surrogate = new_surrogate()
    body = court.include(surrogate)
    broker.publisher().send(court.message(body))
    node.drain()
    revoked = court.change(entry_of(body), Change.REVOKE)
    broker.publisher().send(court.relief(revoked))
    node.drain_relief()
    assert node.view.find([surrogate]) == []
    found = node.view.entry(entry_of(body))
    assert found is not None
    assert (found.source, found.body) == ("relief", revoked)
    assert node.newest_body(entry_of(body)) == body


def test_the_row_goes_when_the_list_has_the_same_version(
    node: CopyingNode, broker: MemoryBroker, court: CourtScribe
) -> None:
    body = court.include()
    revoked = court.change(entry_of(body), Change.REVOKE)
    broker.publisher().send(court.relief(revoked))
    node.drain()
    assert waiting(node) == 1
    for one in (body, revoked):
        broker.publisher().send(court.message(one))
    node.drain_lists()
    assert node.follower.sweep() == 1
    assert waiting(node) == 0
    broker.publisher().send(court.relief(revoked))
    node.drain()
    assert waiting(node) == 0


def test_a_revoked_entry_that_is_not_in_the_list_yet_never_blocks(
    node: CopyingNode, broker: MemoryBroker, court: CourtScribe
) -> None:
    surrogate = new_surrogate()
    body = court.include(surrogate)
    broker.publisher().send(court.relief(court.change(entry_of(body), Change.REVOKE)))
    node.drain()
    broker.publisher().send(court.message(body))
    node.drain()
    assert node.view.find([surrogate]) == []


def test_a_correction_on_the_fast_lane_frees_the_old_identity_and_finds_the_new(
    node: CopyingNode, broker: MemoryBroker, court: CourtScribe
) -> None:
    old, new = new_surrogate(), new_surrogate()
    body = court.include(old)
    broker.publisher().send(court.message(body))
    broker.publisher().send(court.relief(court.change(entry_of(body), Change.CORRECT, identities=[identity(new)])))
    node.drain_lists()
    node.drain_relief()
    assert node.view.find([old]) == []
    assert [found.source for found in node.view.find([old, new])] == ["relief"]


def test_a_forged_relief_record_has_no_effect_and_is_kept(
    node: CopyingNode, broker: MemoryBroker, court: CourtScribe
) -> None:
    surrogate = new_surrogate()
    body = court.include(surrogate)
    broker.publisher().send(court.message(body))
    forged = court.forged(court.change(entry_of(body), Change.REVOKE), reason="forged")
    broker.publisher().send(court.relief(forged))
    node.drain()
    assert len(node.view.find([surrogate])) == 1
    with node.relief.snapshot() as overlay:
        assert [one.kind for one in overlay.incidents()] == ["wrong-signature"]
        assert overlay.lanes()[0].refused == 1


def test_relief_goes_on_where_it_was_after_a_restart(
    node: CopyingNode, broker: MemoryBroker, court: CourtScribe
) -> None:
    bodies = [court.include() for _ in range(3)]
    for body in bodies:
        broker.publisher().send(court.relief(court.change(entry_of(body), Change.REVOKE)))
    node.drain()
    node.restart()
    positions = node.follower.positions(node.relief_subscriber)
    assert positions == {TopicPartition(RELIEF, 0): 3}
    assert waiting(node) == 3


def test_relief_trimmed_by_retention_is_read_from_what_is_left(
    node: CopyingNode, broker: MemoryBroker, court: CourtScribe
) -> None:
    first, second = court.include(), court.include()
    broker.publisher().send(court.relief(court.change(entry_of(first), Change.REVOKE)))
    node.drain()
    for _ in range(3):
        broker.publisher().send(court.relief(court.change(entry_of(second), Change.CORRECT)))
    broker.truncate(TopicPartition(RELIEF, 0), 3)
    node.follower.out_of_range(TopicPartition(RELIEF, 0))
    node.restart()
    node.drain()
    found = node.view.entry(entry_of(second))
    assert found is not None
    assert found.prefix["version"] == 4


def test_freshness_is_that_of_the_lane_furthest_behind(
    node: CopyingNode, broker: MemoryBroker, notary: NotaryScribe
) -> None:
    for marker in notary.barriers(1, 1, NOW - 5000):
        broker.publisher().send(marker)
    node.drain()
    assert node.view.position().fresh_as_of == NOW - 5000
    for marker in notary.barriers(1, 2, NOW - 3000):
        if marker.topic != RELIEF:
            broker.publisher().send(marker)
    node.drain()
    assert node.view.position().fresh_as_of == NOW - 5000
    broker.publisher().send(notary.barrier(RELIEF, 0, 2, NOW - 3000))
    node.drain()
    assert node.view.position().fresh_as_of == NOW - 3000


def test_a_notarys_clock_ahead_of_ours_makes_nothing_fresher(
    node: CopyingNode, broker: MemoryBroker, notary: NotaryScribe
) -> None:
    for marker in notary.barriers(1, 1, NOW + 60_000):
        broker.publisher().send(marker)
    node.drain()
    assert node.view.position().fresh_as_of == NOW


def test_a_backlog_of_barriers_counts_once(node: CopyingNode, broker: MemoryBroker, notary: NotaryScribe) -> None:
    for number in range(300):
        broker.publisher().send(notary.barrier(RELIEF, 0, number, NOW + number - 1000))
    checked: list[None] = []
    verify = node.follower._verifier.barrier
    node.follower._verifier.barrier = lambda *given: checked.append(verify(*given))  # type: ignore[method-assign]
    node.drain_relief()
    assert len(checked) == 1
    assert node.relief.lanes()[0].newest == {notary.notary: 299}


def test_a_copy_that_never_passed_a_barrier_is_as_old_as_can_be(node: CopyingNode) -> None:
    node.drain()
    position = node.view.position()
    assert (position.barrier, position.fresh_as_of, position.proven) == (-1, 0, False)
