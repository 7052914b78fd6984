"""The certificate index is proven from the records before a copy first serves, and once a day."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.consumers.store.index_proof import IndexPlace
from liandong.consumers.store.layout import lane_prefix
from liandong.schemas.law.listing import Change
from liandong.tests.worlds.list_copy import ListCopy, entry_of
from liandong.tests.worlds.records import new_surrogate

DAY_MS = 86_400_000


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[ListCopy]:
    made = ListCopy(tmp_path)
    yield made
    made.node.close()


def key_of(copy: ListCopy, surrogate: bytes) -> bytes:
    with copy.node.lists.snapshot() as snapshot:
        return surrogate + snapshot.places(surrogate)[0]


def harm(copy: ListCopy, *, lose: bytes = b"", add: bytes = b"") -> None:
    """Rows of the index go or come behind the writer's back."""
    store = copy.node.store
    table = store._writing.index
    if lose:
        store._environment.write(lambda transaction: transaction.delete(lose, db=table))
    if add:
        store._environment.write(lambda transaction: transaction.put(add, b"", db=table))


def test_a_copy_whose_index_is_right_is_proven_in_two_slices(copy: ListCopy) -> None:
    bodies = [copy.court.include(new_surrogate()) for _ in range(10)]
    copy.publish(*bodies, copy.court.change(entry_of(bodies[0]), Change.REVOKE))
    first = copy.node.store.index_slice(IndexPlace(), 100)
    assert first == (IndexPlace(in_index=True), [])
    assert copy.node.store.index_slice(IndexPlace(in_index=True), 100) == (None, [])


def test_small_slices_find_what_one_large_one_finds(copy: ListCopy) -> None:
    lost, kept = new_surrogate(), new_surrogate()
    copy.publish(*(copy.court.include(each) for each in (lost, kept, new_surrogate())))
    harm(copy, lose=key_of(copy, lost), add=kept[::-1] + lane_prefix(0) + bytes(16))
    place: IndexPlace | None = IndexPlace()
    wrong = []
    while place is not None:
        place, found = copy.node.store.index_slice(place, 1)
        wrong += found
    assert {key[:16] for key in wrong} == {lost, kept[::-1]}


def test_what_the_index_lost_is_found_within_a_day_and_put_right(copy: ListCopy) -> None:
    listed, freed = new_surrogate(), new_surrogate()
    bodies = [copy.court.include(listed), copy.court.include(freed)]
    copy.publish(*bodies)
    key, stray = key_of(copy, listed), key_of(copy, freed)
    copy.publish(copy.court.change(entry_of(bodies[1]), Change.REVOKE))
    copy.prove(1)
    harm(copy, lose=key, add=stray)
    copy.node.clock.time += DAY_MS - 1
    copy.prove(2)
    assert copy.entries(listed) == []
    copy.node.clock.time += 1
    for _ in range(3):
        copy.node.drain()
    assert (len(copy.entries(listed)), copy.node.index().get(freed)) == (1, None)
    assert copy.node.incidents() == ["index"]


def test_no_copy_is_proven_before_its_index_is(copy: ListCopy, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as busy:
        busy.setattr(type(copy.node.replicator._checks), "step", lambda *_: False)
        busy.setattr(type(copy.node.replicator._checks), "urgent", False)
        copy.publish(copy.court.include())
        copy.prove(1)
        assert not copy.node.view.position().proven
    copy.node.drain()
    assert copy.node.view.position().proven
