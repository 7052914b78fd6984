"""A court's stolen key: what it signed before stays, what it signed since blocks nobody and frees nobody."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from liandong.schemas.law.decisions import Trust
from liandong.schemas.law.listing import Change
from liandong.schemas.wire.signing import Ed25519Signer
from liandong.tests.worlds.clock import NOW
from liandong.tests.worlds.list_copy import entry_of
from liandong.tests.worlds.records import CourtScribe
from liandong.tests.worlds.robbed import REGISTER, STOLEN_AT, Robbed


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Robbed]:
    made = Robbed(tmp_path)
    yield made
    made.examiner.close()
    made.node.close()


def test_what_stood_before_stays(world: Robbed) -> None:
    world.revoke()
    assert world.said(world.blocked) == [Trust.OPEN]  # until the log was looked through
    world.examine()
    assert world.said(world.blocked) == [Trust.PROVEN]


def test_a_revocation_dated_ahead_counts_from_then_on(world: Robbed) -> None:
    ahead = world.node.clock.now() + 3_600_000
    world.revoke(ahead, covered_at=ahead - 1)
    world.send(world.court.message(world.court.include(world.innocent)))
    world.examine()
    assert world.said(world.blocked) == world.said(world.innocent) == [Trust.PROVEN]
    world.mark(ahead)  # the own clock is slow
    assert world.said(world.blocked) == [Trust.OPEN]
    world.node.clock.time += 1_000  # it looks once a second
    world.examine()
    assert world.said(world.blocked) == [Trust.PROVEN]
    assert world.said(world.innocent) == [Trust.OPEN]  # no head from before shows it


@pytest.mark.parametrize("backdated", [0, NOW - 86_400_000])
def test_what_came_before_the_revocation_asks_a_person(world: Robbed, backdated: int) -> None:
    at = backdated or STOLEN_AT + 1
    world.send(world.thief.message(world.thief.change(entry_of(world.first), Change.REVOKE, at=at)))
    world.send(world.thief.message(world.thief.include(world.innocent, at=at)))
    assert world.said(world.freed) == []
    world.revoke()
    world.examine()
    assert world.said(world.freed) == [Trust.OPEN]
    assert world.said(world.innocent) == [Trust.OPEN]
    assert world.said(world.blocked) == [Trust.PROVEN]


def test_a_correction_to_an_innocent_asks_a_person_about_both(world: Robbed) -> None:
    identities = world.court.entries[entry_of(world.first)]["identities"]
    moved = [{**identities[0], "surrogate": world.innocent}]
    world.send(world.thief.message(world.thief.change(entry_of(world.first), Change.CORRECT, identities=moved)))
    world.revoke()
    world.examine()
    assert (world.said(world.freed), world.said(world.innocent)) == ([Trust.OPEN], [Trust.OPEN])


def test_what_was_made_and_ended_while_the_key_was_stolen_asks_a_person(world: Robbed) -> None:
    made = world.thief.include(world.innocent)
    world.send(world.thief.message(made), world.thief.message(world.thief.change(entry_of(made), Change.REVOKE)))
    assert world.said(world.innocent) == []
    world.revoke()
    world.examine()
    assert world.said(world.innocent) == [Trust.OPEN]
    entry = world.node.view.entry(entry_of(made))
    assert entry is not None
    assert entry.asks


def test_behind_the_barrier_that_covers_it_nothing_changes(world: Robbed) -> None:
    world.revoke()
    world.send(world.thief.message(world.thief.change(entry_of(world.first), Change.REVOKE)))
    world.send(world.thief.relief(world.thief.change(entry_of(world.second), Change.REVOKE)))
    world.send(world.thief.message(world.thief.include(world.innocent)))
    world.examine()
    assert world.said(world.freed) == world.said(world.blocked) == [Trust.PROVEN]
    assert world.said(world.innocent) == []
    assert "revoked" in world.node.incidents()


def test_a_barrier_of_version_1_covers_what_stands_below_its_place_in_the_register(world: Robbed) -> None:
    world.revoke(register_offset=REGISTER)
    world.send(world.thief.message(world.thief.change(entry_of(world.first), Change.CORRECT)))
    assert world.node.newest_body(entry_of(world.first)) != world.first
    world.mark(STOLEN_AT + 60_001, register_offset=REGISTER + 1)
    world.send(world.thief.message(world.thief.change(entry_of(world.second), Change.REVOKE)))
    assert world.node.newest_body(entry_of(world.second)) == world.second


def test_a_barrier_shows_a_revocation_to_who_does_not_read_it_in_the_register(world: Robbed) -> None:
    known = dict(world.keys.known)
    world.revoke()
    world.keys.known = known  # the topic of keys was put back
    world.node.restart()
    world.send(world.thief.message(world.thief.change(entry_of(world.first), Change.REVOKE)))
    assert world.node.newest_body(entry_of(world.first)) == world.first


@pytest.mark.parametrize("what", ["dated ahead", "by a notary", "not revoked", "cut", "nothing", "another record"])
def test_a_barrier_that_shows_what_the_root_has_not_revoked_by_then_is_nobodys(world: Robbed, what: str) -> None:
    key_id = world.court.signer.key_id
    revoked, unrevoked = replace(world.court.public_key, revoked_at=STOLEN_AT), world.keys.revoking(key_id)
    world.keys.known[key_id] = revoked
    by_the_root = world.keys.revoking(key_id)
    shown = {
        "by a notary": world.keys.revoking(key_id, world.notary.signer),
        "not revoked": unrevoked,
        "cut": by_the_root[:-1],
        "nothing": b"",
        "another record": world.court.message(world.first).value or b"",
    }
    issued_at = STOLEN_AT - (what == "dated ahead")
    world.mark(issued_at, revocations=[by_the_root, shown.get(what, by_the_root)])
    assert world.node.incidents() == ["barrier", "barrier"]
    ended = world.thief.change(entry_of(world.first), Change.REVOKE)
    world.send(world.thief.message(ended))
    assert world.node.newest_body(entry_of(world.first)) == ended
    world.mark(STOLEN_AT, revocations=[by_the_root])
    world.send(world.thief.message(world.thief.change(entry_of(world.second), Change.REVOKE)))
    assert world.node.newest_body(entry_of(world.second)) == world.second


def test_a_relief_taken_before_frees_nobody_any_more(world: Robbed) -> None:
    world.send(world.thief.relief(world.thief.change(entry_of(world.first), Change.REVOKE)))
    assert world.said(world.freed) == []
    world.revoke()
    world.examine()
    assert world.said(world.freed) == [Trust.PROVEN]


def test_what_a_stolen_key_wrote_to_the_relief_lane_alone_goes_once_it_is_revoked(world: Robbed) -> None:
    invented = world.thief.include(world.innocent)
    world.send(world.thief.relief(invented))
    world.send(world.thief.relief(world.thief.change(entry_of(world.first), Change.REVOKE)))
    world.node.follower.sweep()
    assert (world.waiting(), world.said(world.innocent)) == (2, [Trust.PROVEN])
    world.revoke()
    world.node.follower.sweep()
    assert world.waiting() == 0
    world.examine()
    assert (world.said(world.innocent), world.said(world.freed)) == ([], [Trust.PROVEN])


def test_a_stolen_relief_of_a_higher_version_stands_in_nobodys_way(world: Robbed) -> None:
    world.thief.change(entry_of(world.first), Change.SHIELD)
    world.send(world.thief.relief(world.thief.change(entry_of(world.first), Change.UNSHIELD)))
    world.revoke()
    assert world.said(world.freed) == [Trust.OPEN]
    new = CourtScribe(signer=Ed25519Signer(os.urandom(32)), entries=world.court.entries)
    world.keys.known[new.signer.key_id] = new.public_key
    world.send(new.relief(new.change(entry_of(world.first), Change.REVOKE)))
    assert world.said(world.freed) == []


def test_what_its_court_says_beside_a_stolen_relief_waits_for_the_list(world: Robbed) -> None:
    new = CourtScribe(signer=Ed25519Signer(os.urandom(32)), entries=world.court.entries)
    world.keys.known[new.signer.key_id] = new.public_key
    ended = new.change(entry_of(world.first), Change.REVOKE)
    world.send(new.relief(ended))
    world.revoke()
    assert (world.node.follower.sweep(), world.waiting(), world.said(world.freed)) == (0, 1, [])
    world.send(new.message(ended))
    assert (world.node.follower.sweep(), world.waiting(), world.said(world.freed)) == (1, 0, [])


def test_what_the_court_signs_again_counts(world: Robbed) -> None:
    world.send(world.court.message(world.court.change(entry_of(world.first), Change.REVOKE)))
    world.revoke()
    world.examine()
    assert world.said(world.freed) == [Trust.OPEN]
    new = CourtScribe(signer=Ed25519Signer(os.urandom(32)), entries=world.court.entries)
    world.keys.known[new.signer.key_id] = new.public_key
    again = world.court.entries[entry_of(world.first)]
    again["version"] += 1
    world.send(new.message(new._write(dict(again))))
    assert world.said(world.freed) == []


def test_an_old_barrier_again_proves_nothing(world: Robbed) -> None:
    old = list(world.notary.barriers(1, 1, NOW))
    world.send(world.thief.message(world.thief.include(world.innocent)), *old)
    world.revoke()
    world.examine()
    assert world.said(world.innocent) == [Trust.OPEN]


def test_a_restart_makes_the_same_copy(world: Robbed) -> None:
    world.revoke()
    world.node.restart()
    world.send(world.thief.message(world.thief.change(entry_of(world.first), Change.REVOKE)))
    assert world.node.newest_body(entry_of(world.first)) == world.first


def test_a_barrier_that_speaks_of_a_register_nobody_has_is_waited_for_or_refused(world: Robbed) -> None:
    world.keys.read_through = 100
    world.mark(NOW + 1, register_offset=1_000)
    assert world.node.incidents() == ["barrier", "barrier"]
