"""After erasure nothing in the log opens any more, whoever tries whatever key is left on whatever copy; what is due later does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.consumers.inbox.store import InboxStore
from liandong.schemas.law.retention import Period, kept_until
from liandong.schemas.wire.codec import to_wire
from liandong.schemas.wire.control import sealing_context
from liandong.schemas.wire.intl import INTL
from liandong.schemas.wire.sealing import CannotOpen, open_sealed
from liandong.schemas.wire.signing import Ed25519Signer, Signer, encode_signed
from liandong.tests.worlds.people import invented
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import COURT, HIGH_COURT, RAILWAY, TownAgency, caught_up
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.keys.barrier_times import BarrierTimes, newest_barrier
from liandong.topics.keys.erasure import KeyErasure, erased_ids
from liandong.topics.keys.participants import ESCROW
from liandong.topics.transport.ports import OutgoingRecord

NOTARY = "notary-js-1"
READERS = (COURT, HIGH_COURT, ESCROW)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    made = Town(MemoryWire(), tmp_path)
    made.join(NOTARY, "notary", jurisdictions=["js"])
    return made


@pytest.fixture
def railway(town: Town) -> Iterator[TownAgency]:
    made = TownAgency(town, RAILWAY)
    yield made
    made.engine.dispose()


def whereabouts_on_the_log(town: Town, railway: TownAgency) -> list[dict[str, object]]:
    """A debtor was met under a watch: a copy of what stands in the topic, as somebody saved it then."""
    town.court.watch(invented(1))
    railway.settle()
    railway.meet(invented(1))
    saved = town.records(names.whereabouts_events("js"))
    assert len(saved) == 1
    return saved


def opened(town: Town, saved: list[dict[str, object]], *owners: str) -> int:
    """How often any key that is left anywhere opens one of the saved records."""
    tried = 0
    for owner in owners:
        for one in saved:
            handle = one["event_id"]
            assert isinstance(handle, bytes)
            sealed = one["sealed"]
            assert isinstance(sealed, bytes)
            try:
                open_sealed(
                    sealed, sealing_context("whereabouts-event", handle), *town.participants.sealing_keys(owner)
                )
            except CannotOpen:
                continue
            tried += 1
    return tried


def test_no_key_that_is_left_opens_a_saved_copy_of_the_log(town: Town, railway: TownAgency) -> None:
    saved = whereabouts_on_the_log(town, railway)
    everybody = [*READERS, *(one.id for one in town.participants.list() if one.id not in READERS)]
    month = Period.at(town.clock.now())
    assert opened(town, saved, *everybody) == len(READERS)
    town.clock.time = kept_until("whereabouts", month.end) - 1
    for owner in everybody:
        KeyErasure(town.participants, owner, town.clock).erase_due(town.clock.time)
    assert opened(town, saved, *everybody) == len(READERS)
    town.clock.time += 1
    for owner in everybody:
        KeyErasure(town.participants, owner, town.clock).erase_due(town.clock.time)
    assert opened(town, saved, *everybody) == 0


def test_an_inbox_shows_what_was_erased_as_erased_and_one_made_anew_raises_no_alarm(
    town: Town, railway: TownAgency
) -> None:
    whereabouts_on_the_log(town, railway)
    month = Period.at(town.clock.now())
    inbox = town.court.inbox()
    caught_up(inbox)
    (item,) = [each for each in inbox.all_items() if each.item.schema == "whereabouts-event"]
    assert item.content["place"] == "苏州站"
    town.clock.time = kept_until("whereabouts", month.end)
    KeyErasure(town.participants, COURT, town.clock).erase_due(town.clock.time)
    (item,) = [each for each in inbox.all_items() if each.item.schema == "whereabouts-event"]
    assert (item.item.body, item.content, item.item.refused) == (None, {}, "")
    for path in (town.directory / "courts" / COURT).glob("inbox.db*"):
        path.unlink()
    again = town.court.inbox()
    caught_up(again)
    (item,) = [each for each in again.all_items() if each.item.schema == "whereabouts-event"]
    assert (item.item.body, item.content, item.item.refused) == (None, {}, "")
    assert isinstance(again._store, InboxStore)
    assert erased_ids(town.participants.file(COURT, "sealing.key").parent)


def head(signer: Signer, notary: str, issued_at: int) -> OutgoingRecord:
    record = {
        "jurisdiction": "js", "notary": notary, "number": 1, "issued_at": issued_at, "valid_until": issued_at + 1,
        "suite": INTL, "previous": bytes(32), "lanes": [], "courts": [], "snapshot_barrier": 0, "snapshot": [], "floor_at": 0,
    }  # fmt: skip
    body = encode_signed("list-head", record, "list-head", signer)
    return OutgoingRecord(names.heads("js"), None, to_wire("list-head", body), partition=0)


def test_the_time_is_the_newest_a_notary_signed_whatever_else_stands_there(town: Town) -> None:
    now, people = town.clock.now() + 60_000, town.participants
    town.wire.create(names.heads("js"), partitions=1)
    genuine = people.signer(NOTARY)
    town.send(
        head(genuine, NOTARY, now - 5_000),
        head(genuine, NOTARY, now - 9_000),
        head(people.signer(COURT), COURT, now + 10**9),
        head(people.signer(COURT), NOTARY, now + 10**9),
        head(Ed25519Signer(bytes(32)), NOTARY, now + 10**9),
        OutgoingRecord(names.heads("js"), None, b"\xc3\x01nonsense", partition=0),
        OutgoingRecord(names.heads("js"), None, None, partition=0),
    )
    times = BarrierTimes(town.wire.subscriber(), town.key_directory(), ("js",), town.clock)
    assert newest_barrier(times) == now - 5_000
    town.send(head(genuine, NOTARY, now))
    while times.step() == 0:
        pass
    assert times.newest() == now
