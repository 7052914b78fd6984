"""What an agency cannot read, could not handle or holds back is a finding with numbers; what is not known is not none."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console

from liandong.consumers.acts_db.database import open_acts_of
from liandong.consumers.acts_db.messages import Origin, Received
from liandong.consumers.commands.parked import park
from liandong.monitoring.page.summary import sentences
from liandong.monitoring.page.words import Words
from liandong.monitoring.service.acts_here import ActsHere
from liandong.monitoring.status.document import StatusDocument, StatusQuery
from liandong.monitoring.status.positions import DeliverySources, LatenessLimits, Parked
from liandong.monitoring.status.text import StatusText
from liandong.tests.worlds.receipts import WatchRoom
from liandong.topics.settings import Settings

RAILWAY = "railway-js"


@pytest.fixture
def room(tmp_path: Path) -> WatchRoom:
    return WatchRoom(tmp_path)


def document(room: WatchRoom, letters: int = 0, parked: Parked | None = None) -> dict[str, Any]:
    held = {} if parked is None else {RAILWAY: parked}
    sources = DeliverySources(room.view, {RAILWAY: frozenset({"js"})}, [], {RAILWAY: letters}, parked=held)
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


@pytest.fixture
def here(tmp_path: Path) -> Iterator[ActsHere]:
    made = ActsHere(Settings(state_dir=tmp_path))
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
