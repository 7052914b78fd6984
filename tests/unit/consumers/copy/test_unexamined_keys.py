"""Before it is known what a revoked key signed, nobody passes for certain: a thief may have ended what still stands."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from liandong.schemas.law.decisions import Trust
from liandong.schemas.law.listing import Change
from liandong.tests.worlds.list_copy import entry_of
from liandong.tests.worlds.robbed import STOLEN_AT, Robbed


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Robbed]:
    made = Robbed(tmp_path)
    yield made
    made.examiner.close()
    made.node.close()


def passes(world: Robbed, surrogate: bytes) -> bool:
    """Whether somebody is let through for certain."""
    return not world.said(surrogate) and world.node.view.position("js").examined


def test_who_was_ended_before_the_revocation_does_not_pass_once_it_is_known(world: Robbed) -> None:
    world.send(world.thief.message(world.thief.change(entry_of(world.first), Change.REVOKE)))
    assert passes(world, world.freed)  # nobody can know
    world.revoke()
    assert not passes(world, world.freed)
    world.examine()
    assert world.said(world.freed) == [Trust.OPEN]


def test_who_is_ended_before_a_barrier_covers_the_revocation_does_not_pass(world: Robbed) -> None:
    world.tell_revoked()
    world.examine()
    assert not passes(world, world.innocent)
    entry_id = entry_of(world.first)
    moved = [{**world.court.entries[entry_id]["identities"][0], "surrogate": world.innocent}]
    world.send(world.thief.message(world.thief.change(entry_id, Change.CORRECT, identities=moved)))
    assert not passes(world, world.freed)
    world.examine()
    assert world.said(world.freed) == [Trust.OPEN]
    world.send(world.thief.message(world.thief.change(entry_id, Change.REVOKE)))
    assert world.said(world.freed) == [Trust.OPEN]  # whom it meant is known, whatever comes
    assert not passes(world, world.innocent)


def test_who_was_never_listed_passes_again_when_all_is_examined(world: Robbed) -> None:
    world.revoke()
    assert not passes(world, world.innocent)
    world.examine()
    assert passes(world, world.innocent)


def test_a_revocation_as_of_earlier_is_examined_anew(world: Robbed) -> None:
    world.revoke()
    world.examine()
    key_id = world.court.signer.key_id
    world.keys.known[key_id] = replace(world.keys.known[key_id], revoked_at=STOLEN_AT - 1_000)
    assert world.said(world.blocked) == [Trust.OPEN]
    assert not passes(world, world.innocent)
    world.node.clock.time += 1_000
    world.examine()
    assert world.said(world.blocked) == [Trust.PROVEN]
    assert passes(world, world.innocent)


def test_a_revocation_dated_ahead_takes_nothing_until_then(world: Robbed) -> None:
    ahead = world.node.clock.now() + 3_600_000
    world.tell_revoked(ahead)
    assert passes(world, world.innocent)
    world.mark(ahead)  # the own clock is slow
    assert not passes(world, world.innocent)
