"""What an agency cannot read, could not handle or holds back is a finding with numbers; what is not known is not none."""

from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, cast

import fastavro
import pytest
from rich.console import Console

from liandong.consumers.acts_db.database import open_acts_of
from liandong.consumers.acts_db.held_back import HeldBack, HeldBackNote, count_held_back
from liandong.consumers.acts_db.messages import Origin, Received
from liandong.consumers.commands.parked import park
from liandong.consumers.effects.dead_letters import note_once
from liandong.monitoring.page.summary import sentences
from liandong.monitoring.page.words import Words
from liandong.monitoring.service.acts_here import ActsHere
from liandong.monitoring.service.disk_space import full_places
from liandong.monitoring.status.document import StatusDocument, StatusQuery
from liandong.monitoring.status.positions import DeliverySources, LatenessLimits, Parked, Paused
from liandong.monitoring.status.text import StatusText
from liandong.schemas.dates import rfc3339
from liandong.schemas.wire.avro_schemas import versions_of
from liandong.schemas.wire.codec import from_wire
from liandong.schemas.wire.framing import frame
from liandong.schemas.wire.signing import PROOF_LENGTH, Signer, prove
from liandong.tests.worlds.clock import NOW, VirtualClock
from liandong.tests.worlds.receipts import WatchRoom
from liandong.topics.settings import Settings
from liandong.topics.transport.ports import OutgoingRecord

RAILWAY = "railway-js"


@pytest.fixture
def room(tmp_path: Path) -> WatchRoom:
    return WatchRoom(tmp_path)


def document(
    room: WatchRoom, letters: int | None = 0, parked: Parked | None = None, *, counted: bool = True
) -> dict[str, Any]:
    held = {} if parked is None else {RAILWAY: parked}
    in_log = {} if letters is None else {RAILWAY: letters}
    sources = DeliverySources(room.view, {RAILWAY: frozenset({"js"})}, [], in_log, parked=held, counted_letters=counted)
    limits = LatenessLimits(room.clock.now(), 60_000, 10**10, 10**10)
    return StatusDocument(sources, limits).document(StatusQuery())


def found(made: dict[str, Any]) -> dict[str, dict[str, Any]]:
    kinds = {"unreadable", "dead-letters", "parked"}
    return {each["kind"]: each for each in made["findings"] if each["kind"] in kinds}


def test_each_is_named_with_its_number_where_it_is_and_what_to_type_in_both_languages(room: WatchRoom) -> None:
    room.hear(room.head(1), room.agency.receipt(1, opaque=4))
    since = room.clock.now() - 60_001
    made = document(room, letters=3, parked=Parked(2, since))
    told = found(made)
    assert {kind: each["count"] for kind, each in told.items()} == {"unreadable": 4, "dead-letters": 3, "parked": 2}
    assert told["unreadable"]["node"] == "1"
    assert told["dead-letters"]["next"] == "liandong dead-letters list --agency railway-js"
    assert told["parked"]["next"] == "liandong parked list --agency railway-js"
    assert not made["healthy"]
    for lang in ("en", "zh"):
        console = Console(file=StringIO(), width=300)
        StatusText(made, lang).print(console)
        printed = cast("StringIO", console.file).getvalue()
        said = {each.key.partition("/")[0]: each for each in sentences(made, Words(lang))}
        for kind, finding in told.items():
            assert finding["next"] in printed
            assert said[kind].command == finding["next"]
            assert str(finding["count"]) in said[kind].text
        assert told["parked"]["since"] in printed


def test_nothing_aside_is_no_finding_and_what_waits_a_moment_is_none(room: WatchRoom) -> None:
    room.hear(room.head(1), room.agency.receipt(1))
    made = document(room, parked=Parked(2, room.clock.now() - 1_000))
    assert found(made) == {}
    assert made["agencies"][0]["parked"] == 2


def test_what_is_not_known_is_said_to_be_not_known(room: WatchRoom) -> None:
    (agency,) = document(room)["agencies"]
    assert (agency["parked"], agency["parked_since"]) == (None, None)


def test_what_an_agency_elsewhere_says_it_holds_back_is_a_finding(room: WatchRoom) -> None:
    since = room.clock.now() - 3_000_000
    room.hear(room.head(1), room.agency.receipt(1, parked=2, parked_since=since, dead_letters=3, refused=5))
    made = document(room, letters=None)
    told = found(made)
    assert {kind: each["count"] for kind, each in told.items()} == {"dead-letters": 3, "parked": 2}
    assert (told["parked"]["agency"], told["parked"]["since"]) == (RAILWAY, rfc3339(since))
    (agency,) = made["agencies"]
    assert (agency["parked"], agency["dead_letters"], agency["nodes"][0]["refused"]) == (2, 3, 5)
    room.hear(room.agency.receipt(2, parked=0, dead_letters=0))
    assert found(document(room, letters=None)) == {}
    assert document(room, letters=None)["agencies"][0]["parked"] == 0


def test_a_receipt_of_before_says_nothing_of_what_is_held_back_and_nothing_is_not_none(room: WatchRoom) -> None:
    room.hear(room.head(1), earlier(room.agency.receipt(1), room.agency.signer))
    (agency,) = document(room, letters=None)["agencies"]
    assert [node["barrier"] for node in agency["nodes"]] == [1], "it counts for all else"
    assert (agency["parked"], agency["dead_letters"], agency["nodes"][0]["refused"]) == (None, None, None)


def earlier(sent: OutgoingRecord, signer: Signer) -> OutgoingRecord:
    """The receipt as the release before wrote it, signed again."""
    writer = next(each for each in versions_of("receipt") if each.version == 1)
    record = from_wire(sent.value or b"")
    out = BytesIO()
    fastavro.schemaless_writer(out, writer.parsed, record)
    body, _ = prove(out.getvalue()[PROOF_LENGTH:], "receipt", signer)
    return OutgoingRecord(sent.topic, sent.key, frame(writer.fingerprint, body))


def test_what_is_looked_into_and_what_waits_is_named_by_what_receipts_say(room: WatchRoom) -> None:
    kinds = {"unexamined", "effects-paused"}
    since = room.clock.now() - 3_000
    saying: dict[str, Any] = {"unexamined": 2, "paused": "DATABASE_UNAVAILABLE", "paused_since": since}
    room.hear(room.head(1), room.agency.receipt(1, **saying))
    made = document(room)
    told = {each["kind"]: each for each in made["findings"] if each["kind"] in kinds}
    assert (told["unexamined"]["node"], told["unexamined"]["count"]) == ("1", 2)
    assert (told["effects-paused"]["what"], told["effects-paused"]["since"]) == (saying["paused"], rfc3339(since))
    assert made["agencies"][0]["nodes"][0]["unexamined"] == 2
    for lang in ("en", "zh"):
        said = {each.key.partition("/")[0]: each.text for each in sentences(made, Words(lang))}
        assert "UNKNOWN" in said["unexamined"]
        assert "DATABASE_UNAVAILABLE" in said["effects-paused"]
    room.hear(room.agency.receipt(2))
    made = document(room)
    assert not [each for each in made["findings"] if each["kind"] in kinds]
    assert (made["agencies"][0]["paused"], made["agencies"][0]["paused_since"]) == (None, None)
    room.hear(earlier(room.agency.receipt(3), room.agency.signer))
    assert document(room)["agencies"][0]["nodes"][0]["unexamined"] is None


@pytest.mark.parametrize("since", [0, NOW + 10**10, -5])
@pytest.mark.parametrize("why", ["<b>", "x" * 65, "没有"])
def test_a_reason_nobody_would_give_is_shown_as_none_and_from_no_later_than_now(
    room: WatchRoom, why: str, since: int
) -> None:
    room.hear(room.head(1), room.agency.receipt(1, paused=why, paused_since=since, unexamined=-(1 << 40)))
    heard = room.clock.now()
    room.clock.pass_seconds(3)
    made = document(room)
    (paused,) = (each for each in made["findings"] if each["kind"] == "effects-paused")
    assert (paused["what"], paused["since"]) == ("?", rfc3339(heard))
    assert made["agencies"][0]["nodes"][0]["unexamined"] is None


def test_what_can_be_counted_goes_before_what_is_said(room: WatchRoom) -> None:
    long_ago = room.clock.now() - 3_000_000
    room.hear(room.head(1), room.agency.receipt(1, parked=0, dead_letters=0))
    told = found(document(room, letters=4, parked=Parked(2, long_ago)))
    assert {kind: each["count"] for kind, each in told.items()} == {"dead-letters": 4, "parked": 2}
    room.hear(room.agency.receipt(2, parked=7, parked_since=long_ago, dead_letters=9))
    assert found(document(room, letters=0, parked=Parked(0, 0))) == {}, "dropped since, and handled"


@pytest.mark.parametrize("parked_since", [0, NOW + 10**10, -5])
def test_nothing_waits_since_later_than_the_broker_heard_of_it(room: WatchRoom, parked_since: int) -> None:
    room.hear(room.head(1), room.agency.receipt(1, parked=2, parked_since=parked_since))
    assert document(room)["agencies"][0]["parked_since"] == rfc3339(room.clock.now())


def test_a_number_below_zero_and_an_old_receipt_again_say_nothing(room: WatchRoom) -> None:
    old = room.agency.receipt(1, parked=5, parked_since=NOW, dead_letters=5)
    room.hear(room.head(1), old, room.agency.receipt(1, parked=1, parked_since=NOW), old)
    assert document(room)["agencies"][0]["parked"] == 1
    room.hear(room.agency.receipt(1, parked=-7, dead_letters=-7))
    (agency,) = document(room, letters=None)["agencies"]
    assert (agency["parked"], agency["dead_letters"]) == (None, None)


def test_where_the_log_was_not_read_letters_are_not_taken_for_dropped_or_not(room: WatchRoom) -> None:
    room.hear(room.head(1), room.agency.receipt(1, dead_letters=3))
    (agency,) = document(room, letters=None, counted=False)["agencies"]
    assert agency["dead_letters"] is None
    room.hear(room.agency.receipt(2, dead_letters=0))
    assert document(room, letters=None, counted=False)["agencies"][0]["dead_letters"] == 0


def test_what_an_agency_refuses_is_told_for_a_while_where_no_register_is(room: WatchRoom) -> None:
    room.hear(room.head(1), room.agency.receipt(1, refused=3))
    assert refused(document(room)) == [], "nobody knows since when"
    room.hear(room.agency.receipt(2, refused=5))
    at = room.clock.now()
    room.clock.pass_seconds(60)
    room.hear(room.agency.receipt(3, refused=5))
    (finding,) = refused(document(room))
    assert (finding["agency"], finding["jurisdiction"], finding["count"]) == (RAILWAY, "js", 2)
    assert (finding["since"], finding["escalate"]) == (rfc3339(at), "kafka")
    room.hear(room.agency.receipt(4, refused=0))
    room.hear(room.agency.receipt(5, refused=-1))
    room.clock.pass_seconds(600)
    room.hear(room.agency.receipt(6, refused=9))
    assert refused(document(room)) == [], "a store that was made again has counted anew"


def refused(made: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in made["findings"] if each["kind"] == "records-refused"]


def test_a_node_that_was_not_heard_for_long_says_nothing_any_more(room: WatchRoom) -> None:
    room.hear(room.head(1), room.agency.receipt(1, parked=2, parked_since=NOW))
    room.clock.pass_seconds(2 * 10**7)
    (agency,) = document(room)["agencies"]
    assert (agency["nodes"][0]["serving"], agency["parked"]) == (False, None)


def test_what_was_counted_a_while_ago_is_not_told_as_known(tmp_path: Path) -> None:
    clock = VirtualClock()
    note = HeldBackNote(clock)
    assert note.current() == HeldBack()
    engine = open_acts_of(Settings(state_dir=tmp_path), RAILWAY)
    with engine.begin() as connection:
        message = Received(Origin("control.commands.js.v1", 0, 1), b"key", b"value", [])
        park(connection, message, "", "NO_KEY", 4_000, 5_000)
        note_once(connection, Origin("control.commands.js.v1", 0, 2), "UNDECODABLE", 5_000)
        note.hear(count_held_back(connection))
    engine.dispose()
    clock.pass_seconds(9)
    assert note.current() == HeldBack(1, 4_000, 1)
    clock.pass_seconds(2)
    assert note.current() == HeldBack()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[ActsHere]:
    made = ActsHere(Settings(state_dir=tmp_path), VirtualClock())
    yield made
    made.close()


def test_only_the_stores_of_this_machine_are_counted_and_none_is_made(here: ActsHere, tmp_path: Path) -> None:
    assert here.parked([RAILWAY]) == {}
    assert not list(tmp_path.iterdir())
    engine = open_acts_of(Settings(state_dir=tmp_path), RAILWAY)
    assert here.parked([RAILWAY, "hotel-js"]) == {RAILWAY: Parked(0, 0)}
    with engine.begin() as connection:
        for offset, now in ((1, 5_000), (2, 4_000)):
            message = Received(Origin("control.commands.js.v1", 0, offset), b"key", b"value", [])
            park(connection, message, "", "NO_KEY", now, now)
    assert here.parked([RAILWAY]) == {RAILWAY: Parked(2, 4_000)}
    engine.dispose()


def test_a_store_that_cannot_be_read_is_not_none_either(here: ActsHere, tmp_path: Path) -> None:
    folder = tmp_path / "agencies" / RAILWAY
    folder.mkdir(parents=True)
    (folder / "acts.db").write_bytes(b"no database" * 1_000)
    assert here.parked([RAILWAY]) == {}
    assert here.away[RAILWAY].code.startswith("DATABASE_")
    assert here.parked([RAILWAY]) == {}
    (folder / "acts.db").unlink()
    assert (here.parked([RAILWAY]), here.away) == ({}, {})


def test_a_store_here_that_does_not_answer_is_named_whatever_receipts_say(room: WatchRoom) -> None:
    room.hear(room.head(1), room.agency.receipt(1))
    since = room.clock.now() - 3_000
    away = {RAILWAY: Paused("DATABASE_UNAVAILABLE", since)}
    sources = DeliverySources(room.view, {RAILWAY: frozenset({"js"})}, [], {}, stores_away=away)
    limits = LatenessLimits(room.clock.now(), 60_000, 10**10, 10**10)
    findings = StatusDocument(sources, limits).document(StatusQuery())["findings"]
    (told,) = (each for each in findings if each["kind"] == "effects-paused")
    assert (told["agency"], told["what"], told["since"]) == (RAILWAY, "DATABASE_UNAVAILABLE", rfc3339(since))


def test_a_full_disk_under_a_store_of_this_machine_is_named(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path)
    for place in ("publisher", "agencies/railway-js", "participants"):
        (tmp_path / place).mkdir(parents=True)
    assert full_places(settings) == []
    full = {tmp_path / "agencies" / RAILWAY}
    assert full_places(settings, lambda folder: 0 if folder in full else 1 << 30) == [str(*full)]

    def gone(folder: Path) -> int:
        raise FileNotFoundError(folder)

    assert full_places(settings, gone) == []
    room = WatchRoom(tmp_path)
    sources = DeliverySources(room.view, {}, [], {}, full=[str(*full)])
    made = StatusDocument(sources, LatenessLimits(NOW, 1, 1, 1)).document(StatusQuery())
    (told,) = made["findings"]
    assert (told["kind"], told["place"], told["next"], told["escalate"]) == (
        "disk-full",
        str(*full),
        "df -h",
        "machine",
    )
