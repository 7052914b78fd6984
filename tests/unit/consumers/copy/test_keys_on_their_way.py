"""A record under a key that was registered a moment ago: it waits for the register, and is never refused for being early."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.schemas.law.listing import Change
from liandong.schemas.wire.signing import Ed25519Signer
from liandong.tests.unit.consumers.copy.test_steps import LIST, VirtualCopy
from liandong.tests.worlds.list_copy import entry_of
from liandong.tests.worlds.records import CourtScribe, new_surrogate


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[VirtualCopy]:
    made = VirtualCopy(tmp_path)
    yield made
    made.node.close()


def rotated(copy: VirtualCopy) -> bytes:
    """The court has listed somebody and got a new key that the node has looked for in vain; the entry's next version."""
    first = copy.court.include(new_surrogate())
    copy.publisher.send(copy.court.message(first))
    copy.node.replicator.step()
    copy.court.signer = Ed25519Signer(os.urandom(32))
    copy.keys.arriving, copy.keys.behind = [copy.court.public_key], True
    return copy.court.change(entry_of(first), Change.REVOKE)


def test_the_list_waits_for_the_register_and_takes_the_record_then(copy: VirtualCopy) -> None:
    ended = rotated(copy)
    copy.publisher.send(copy.court.message(ended))
    for _ in range(3):
        assert copy.node.replicator.step() == pytest.approx(0.05)
        copy.clock.pass_seconds(0.05)
    assert copy.node.newest_body(entry_of(ended)) != ended
    assert copy.node.lane(LIST, 0).next_offset == 1
    copy.keys.behind = False
    copy.node.replicator.step()
    assert copy.node.newest_body(entry_of(ended)) == ended
    assert (copy.node.incidents(), copy.node.lane(LIST, 0).refused) == ([], 0)


def test_relief_waits_for_the_register_and_frees_then(copy: VirtualCopy) -> None:
    ended = rotated(copy)
    copy.publisher.send(copy.court.relief(ended))
    assert copy.node.follower.step() == pytest.approx(0.05)
    entry = copy.node.view.entry(entry_of(ended))
    assert entry is not None
    assert entry.prefix["version"] == 1
    copy.keys.behind = False
    copy.clock.pass_seconds(0.05)
    copy.node.follower.step()
    entry = copy.node.view.entry(entry_of(ended))
    assert entry is not None
    assert (entry.prefix["version"], copy.node.incidents()) == (2, [])


def test_what_comes_while_a_batch_waits_is_taken_behind_it(copy: VirtualCopy) -> None:
    ended = rotated(copy)
    copy.publisher.send(copy.court.message(ended))
    copy.node.replicator.step()
    later = copy.listed()
    assert not copy.node.replicator.wait(0)
    copy.clock.pass_seconds(0.05)
    copy.keys.behind = False
    copy.node.replicator.step()
    assert copy.node.newest_body(entry_of(ended)) == ended
    assert not copy.knows(later)
    copy.node.replicator.step()
    assert copy.knows(later)


def test_a_flood_under_unknown_keys_asks_for_the_register_once_a_batch(copy: VirtualCopy) -> None:
    first = copy.court.include(new_surrogate())
    copy.publisher.send(copy.court.message(first))
    copy.node.replicator.step()
    copy.keys.behind, before = False, copy.keys.asked
    for _ in range(50):
        thief = CourtScribe(entries=dict(copy.court.entries))
        copy.publisher.send(thief.message(thief.change(entry_of(first), Change.REVOKE)))
    copy.node.replicator.step()
    assert copy.node.lane(LIST, 0).refused == 50
    assert copy.keys.asked == before + 1
