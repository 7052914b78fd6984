"""Whose word counts about an entry, and where: its own court's, in its own list and partition; on the relief lane too."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from liandong.schemas.law.decisions import Trust
from liandong.schemas.law.listing import Change, Instrument
from liandong.schemas.wire.signing import Ed25519Signer
from liandong.tests.worlds.clock import DAY_MS, NOW
from liandong.tests.worlds.copying import CopyInMemory
from liandong.tests.worlds.list_copy import LIST, entry_of
from liandong.tests.worlds.records import CourtScribe, new_surrogate, registered
from liandong.topics.catalogue import names
from liandong.topics.transport.partitioner import partition_of
from liandong.topics.transport.ports import OutgoingRecord

PARTITIONS = 3


class Neighbours(CopyInMemory):
    """A court, its sibling and the court above both."""

    def __init__(self, directory: Path) -> None:
        self.sibling, self.above = CourtScribe(court="court-su0106"), CourtScribe(court="court-su05")
        super().__init__(directory, self.sibling.public_key, self.above.public_key, partitions=PARTITIONS)
        self.keys.superiors[self.court.court] = [self.above.court]
        # keys of yesterday: how high a version may be hangs on that
        self.keys.known = {name: replace(key, valid_from=NOW - DAY_MS) for name, key in self.keys.known.items()}
        self.surrogate = new_surrogate()
        self.body = self.court.include(self.surrogate)

    def said_by(self, other: CourtScribe, change: Change) -> bytes:
        """What another court says of the entry, under its own name."""
        other.entries[entry_of(self.body)] = self.court.entries[entry_of(self.body)] | {"court": other.court}
        return other.change(entry_of(self.body), change)

    def listed(self) -> list[int]:
        """The versions under which somebody is found with trust."""
        found = self.node.view.find([self.surrogate])
        return [each.prefix["version"] for each in found if self.node.view.trust(each) is Trust.PROVEN]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Neighbours]:
    made = Neighbours(tmp_path)
    yield made
    made.node.close()


@pytest.mark.parametrize("fast", [True, False])
def test_a_sibling_court_frees_nobody(world: Neighbours, fast: bool) -> None:
    world.send(world.court.message(world.body))
    freed = world.said_by(world.sibling, Change.REVOKE)
    world.send(world.sibling.relief(freed) if fast else world.sibling.message(freed))
    assert world.listed() == [1]


@pytest.mark.parametrize("fast", [True, False])
def test_the_court_above_frees(world: Neighbours, fast: bool) -> None:
    world.send(world.court.message(world.body))
    freed = world.said_by(world.above, Change.REVOKE)
    world.send(world.above.relief(freed) if fast else world.above.message(freed))
    assert world.listed() == []


@pytest.mark.parametrize("fast", [True, False])
def test_what_was_taken_with_a_stolen_key_of_the_court_above_is_given_back_by_that_court_alone(
    world: Neighbours, fast: bool
) -> None:
    """`fast`: what the court says behind it comes on the relief lane first."""
    entry, court, above = entry_of(world.body), world.court, world.above
    world.send(court.message(world.body), above.message(world.said_by(above, Change.REVOKE)))
    stolen = above.signer.key_id
    world.keys.known[stolen] = replace(world.keys.known[stolen], revoked_at=NOW)
    shown = [world.keys.revoking(stolen)]
    world.send(*(world.notary.barrier(LIST, each, 1, NOW, revocations=shown) for each in range(PARTITIONS)))
    world.send(court.message(court.include(world.surrogate, entry_id=entry, version=3)))
    assert world.listed() == []
    again = CourtScribe(court=court.court, entries=court.entries)
    world.keys.known[again.signer.key_id] = replace(
        registered(again.signer, above.court, "court", "js"), valid_from=NOW
    )
    world.send(again.message(again.include(world.surrogate, entry_id=entry, version=4)))
    assert world.listed() == [4]
    freed = court.change(entry, Change.REVOKE)
    world.send(court.relief(freed) if fast else court.message(freed))
    assert world.listed() == []


def test_a_siblings_relief_ahead_of_the_list_frees_nobody_and_hides_no_relief(world: Neighbours) -> None:
    world.send(world.sibling.relief(world.said_by(world.sibling, Change.REVOKE)))
    world.send(world.court.message(world.body))
    assert world.listed() == [1]
    world.send(world.court.relief(world.court.change(entry_of(world.body), Change.REVOKE)))
    assert world.listed() == []


@pytest.mark.parametrize("siblings_first", [True, False])
@pytest.mark.parametrize("ahead", [1, 1 << 40])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_siblings_relief_and_the_courts_ahead_of_the_list_do_not_hide_each_other(
    world: Neighbours, siblings_first: bool, ahead: int, at_once: bool
) -> None:
    """Whose the entry is the list says, when it comes."""
    entry = entry_of(world.body)
    world.sibling.entries[entry] = world.court.entries[entry] | {"court": world.sibling.court, "version": ahead}
    foreign = world.sibling.change(entry, Change.REVOKE)
    reliefs = [world.sibling.relief(foreign), world.court.relief(world.court.change(entry, Change.REVOKE))]
    reliefs = reliefs if siblings_first else reliefs[::-1]
    if at_once:
        world.send(*reliefs)
    else:
        for each in reliefs:
            world.send(each)
    world.send(world.court.message(world.body))
    assert world.listed() == []


def test_a_row_of_several_courts_goes_when_the_list_has_caught_up(world: Neighbours) -> None:
    entry = entry_of(world.body)
    foreign, ended = world.said_by(world.sibling, Change.REVOKE), world.court.change(entry, Change.REVOKE)
    world.send(world.sibling.relief(foreign), world.court.relief(ended))
    world.send(world.court.message(world.body))
    world.node.follower.sweep()
    with world.node.relief.snapshot() as overlay:
        assert overlay.count() == 1
    world.send(world.court.message(ended))
    world.node.follower.sweep()
    with world.node.relief.snapshot() as overlay:
        assert overlay.count() == 0


def test_a_forged_record_of_a_huge_version_hides_no_relief(world: Neighbours) -> None:
    forger = CourtScribe(signer=Ed25519Signer(os.urandom(32)), entries=dict(world.court.entries))
    forger.entries[entry_of(world.body)] |= {"version": 1 << 40}
    world.send(forger.message(forger.change(entry_of(world.body), Change.CORRECT)))
    world.send(world.court.relief(world.court.change(entry_of(world.body), Change.REVOKE)))
    world.send(world.court.message(world.body))
    assert world.listed() == []
    world.node.follower.sweep()
    assert world.listed() == []


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("above", [0, 1])
def test_a_version_higher_than_its_key_may_say_frees_nobody_and_the_next_key_outbids_the_highest(
    world: Neighbours, fast: bool, above: int
) -> None:
    entry, court = entry_of(world.body), world.court
    world.send(court.message(world.body))
    signer = court.signer
    highest = 1000 * world.keys.known[signer.key_id].valid_from + 999
    court.entries[entry] |= {"version": highest + above - 1}
    ended = court.change(entry, Change.REVOKE)
    world.send(court.relief(ended) if fast else court.message(ended))
    assert world.listed() == ([1] if above else [])
    court.signer = Ed25519Signer(os.urandom(32))
    world.keys.known[court.signer.key_id] = replace(court.public_key, valid_from=NOW - DAY_MS + 1)
    court.entries[entry] |= {"version": highest, "status": 1, "identities": court.entries[entry]["identities"]}
    again = court.include(world.surrogate, entry_id=entry, version=highest + 1)
    world.send(court.message(again))
    assert world.listed() == [highest + 1]


def test_a_copy_in_another_partition_means_nothing(world: Neighbours) -> None:
    message = world.court.message(world.body)
    ended = world.court.change(entry_of(world.body), Change.REVOKE)
    world.send(message, world.court.message(ended))
    own = partition_of(entry_of(world.body), PARTITIONS)
    for other in {0, 1, 2} - {own}:
        world.send(OutgoingRecord(LIST, message.key, message.value, partition=other))
    assert world.listed() == []
    found = world.node.view.entry(entry_of(world.body))
    assert found is not None
    assert found.body == ended


def test_a_relief_in_another_partition_frees_nobody(world: Neighbours) -> None:
    world.send(world.court.message(world.body))
    relief = world.court.relief(world.court.change(entry_of(world.body), Change.REVOKE))
    own = partition_of(entry_of(world.body), PARTITIONS)
    world.send(OutgoingRecord(relief.topic, relief.key, relief.value, partition=(own + 1) % PARTITIONS))
    assert world.listed() == [1]
    world.send(relief)
    assert world.listed() == []


def test_an_order_on_the_debtor_list_means_nothing(world: Neighbours) -> None:
    order = world.court.include(world.surrogate, instrument=Instrument.CONSUMPTION_ORDER)
    message = world.court.message(order)
    assert message.topic == names.orders("js")
    world.send(OutgoingRecord(LIST, message.key, message.value))
    assert world.listed() == []
    world.send(message)
    assert world.listed() == [1]


def test_an_agencys_canary_frees_nobody_and_becomes_no_entry(world: Neighbours) -> None:
    agency = Ed25519Signer(os.urandom(32))
    world.keys.known[agency.key_id] = registered(agency, "air-js", "agency", "js")
    scribe = CourtScribe(court="air-js", signer=agency, entries=dict(world.court.entries))
    scribe.entries[entry_of(world.body)] |= {"court": "air-js", "record_class": 1}
    world.send(world.court.message(world.body), scribe.message(scribe.change(entry_of(world.body), Change.REVOKE)))
    assert world.listed() == [1]
    world.send(scribe.message(scribe.include(new := new_surrogate(), record_class=1)))
    assert [world.node.view.trust(each) for each in world.node.view.find([new])] == [Trust.NOBODYS]
