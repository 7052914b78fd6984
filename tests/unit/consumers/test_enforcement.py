"""ENFORCED as a court sees it: from the interceptions its inbox opened, and from nothing else."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from liandong.consumers.acts_db.sending import AgencyEvent, SealedPart, send_or_keep
from liandong.consumers.inbox.enforcement import enforced_on
from liandong.consumers.inbox.store import inbox_file
from liandong.schemas.law.retention import CASE, INTERCEPTION, Period
from liandong.schemas.wire.sealing import Recipient, open_sealed, seal
from liandong.schemas.wire.signing import encode_signed
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import COURT, OTHER_COURT, POLICE, RAILWAY, TownAgency, caught_up
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.keys.participants import ESCROW
from liandong.topics.keys.signatures import SIGNER_UNKNOWN
from liandong.topics.transport.envelope import outgoing
from liandong.topics.transport.ports import TopicPartition

ENTRY, ANOTHER = b"e" * 16, b"f" * 16


class Place:
    """Agencies that tell a court of its entries."""

    def __init__(self, directory: Path) -> None:
        self.town = Town(MemoryWire(), directory)
        self.agencies = {name: TownAgency(self.town, name) for name in (RAILWAY, POLICE)}

    def fields(self, **clear: Any) -> dict[str, Any]:
        return {
            "event_id": self.town.court.desk.chance.random_id(), "jurisdiction": "js", "court": COURT,
            "outcome": "REFUSED", "rule_version": "1", "day": "2026-11-27", "record_class": 0,
        } | clear  # fmt: skip

    def content(self, entry: bytes = ENTRY, version: int = 1) -> dict[str, Any]:
        return {
            "entry_id": entry, "entry_version": version, "measure": "rail-gd-all", "notary": "notary-js-1", "barrier": 1,
            "check_id": "chk_1", "occurred_at": self.town.clock.now(), "transaction": "rail-ticket", "site": "",
            "attributes": {}, "traceparent": "",
        }  # fmt: skip

    def seal_to(self, keys: Sequence[Recipient], name: str, content: dict[str, Any]) -> None:
        """A railway that seals as it likes, and signs it."""
        town, fields = self.town, self.fields()
        handle = fields["event_id"]
        sealed = seal(name, content, f"interception:{handle.hex()}", keys)
        signer = town.participants.signer(RAILWAY)
        body = encode_signed("interception", fields | {"agency": RAILWAY, "sealed": sealed}, "interception", signer)
        topic, now = names.interceptions("js"), town.clock.now()
        town.send(outgoing("interception", body, topic, handle, event_id="evt_x", source=RAILWAY, time_ms=now))

    def refused(self) -> list[tuple[str, bytes | None]]:
        items = [each.item for each in self.town.court.inbox().all_items()]
        return [(item.refused, item.body) for item in items if item.refused]

    def tell(self, agency: str, *, entry: bytes = ENTRY, version: int = 1, **clear: Any) -> None:
        fields, member = self.fields(**clear), self.agencies[agency]
        content = self.content(entry, version)
        event = AgencyEvent(
            "interception",
            names.interceptions("js"),
            fields["event_id"],
            self.town.clock.now(),
            fields,
            SealedPart("interception-detail", content),
        )
        with member.engine.begin() as connection:
            send_or_keep(connection, member.context, [event])
        member.relay()

    def read(self) -> None:
        caught_up(self.town.court.inbox())

    def enforced(
        self, version: int = 1, *, entry: bytes = ENTRY, frees: bool = False, court: str = COURT
    ) -> dict[str, str]:
        return enforced_on(inbox_file(self.town.settings, court), entry, version, frees=frees)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    for each in made.agencies.values():
        each.engine.dispose()


def test_a_court_sees_who_acted_on_its_entry_and_since_which_day(place: Place) -> None:
    place.tell(RAILWAY, day="2026-11-28")
    place.tell(RAILWAY, day="2026-11-27")
    place.tell(POLICE, entry=ANOTHER)
    assert place.enforced() == {}
    place.read()
    assert place.enforced() == {RAILWAY: "2026-11-27"}
    assert place.enforced(entry=ANOTHER) == {POLICE: "2026-11-27"}
    assert place.enforced(court=OTHER_COURT) == {}


def test_acting_on_an_older_version_enforces_nothing_and_a_release_enforces_what_frees(place: Place) -> None:
    place.tell(RAILWAY, version=2)
    place.tell(POLICE, version=3, outcome="RELEASED")
    place.read()
    assert place.enforced(2) == place.enforced(1) == {RAILWAY: "2026-11-27"}
    assert place.enforced(3) == {}
    assert place.enforced(3, frees=True) == {POLICE: "2026-11-27"}


def test_a_canary_enforces_nothing(place: Place) -> None:
    place.tell(RAILWAY, record_class=1)
    place.read()
    assert place.enforced() == {}


def test_something_else_under_the_seal_is_refused_and_the_inbox_goes_on(place: Place) -> None:
    keys = place.town.key_directory().recipients(COURT, INTERCEPTION)
    place.seal_to(keys, "feedback-detail", {"message": "", "details": {}})
    place.tell(RAILWAY)
    place.read()
    assert place.refused() == [("ENVELOPE_UNREADABLE", None)]
    assert place.enforced() == {RAILWAY: "2026-11-27"}


@pytest.mark.parametrize("whose", [COURT, ESCROW])
@pytest.mark.parametrize(("retention", "months"), [(CASE, 0), (INTERCEPTION, 1), (INTERCEPTION, 2)])
def test_what_would_outlive_its_keep_time_is_refused(place: Place, whose: str, retention: str, months: int) -> None:
    """An agency's sender may seal to any key it finds: to one that no timer destroys, or of a month far ahead."""
    month = str(Period.at(place.town.clock.now()).later(months))
    (line,) = [
        each
        for each in place.town.participants.sealing_keys(whose).lines()
        if (each.retention, each.period) == (retention, month)
    ]
    assert line.key is not None
    wrong = Recipient(line.key_id, line.key.public_key)
    keys = place.town.key_directory().recipients(COURT, INTERCEPTION)
    own, *others = keys
    to = [wrong, *others] if whose == COURT else [own, wrong]
    place.seal_to(to, "interception-detail", {**place.content(), "padding": b""})
    place.seal_to(keys, "interception-detail", {**place.content(), "padding": b""})
    place.read()
    assert place.refused() == [("SEALED_TO_WRONG_KEY", None)]
    assert place.enforced() == {RAILWAY: "2026-11-27"}


def test_what_a_later_release_says_beyond_this_one_refuses_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*sealed: Any) -> dict[str, Any]:
        return open_sealed(*sealed) | {"said_later": "more"}

    monkeypatch.setattr("liandong.consumers.inbox.contents.open_sealed", opened)
    place.tell(RAILWAY)
    place.read()
    assert [each.item.refused for each in place.town.court.inbox().all_items()] == [""]
    assert place.enforced() == {RAILWAY: "2026-11-27"}


def test_what_a_key_of_today_signed_counts_once_the_register_has_it(place: Place) -> None:
    box, town, railway = place.town.court.inbox(), place.town, place.agencies[RAILWAY]
    directory = box._context.directory
    assert isinstance(directory, KeyDirectory)
    caught_up(box)
    assert isinstance(town.wire, MemoryWire)
    town.wire.broker.hold(TopicPartition(names.KEYS, 0))
    town.participants.rotate(RAILWAY)
    town.publish(RAILWAY)
    object.__setattr__(railway.context, "signer", town.participants.signer(RAILWAY))
    place.tell(RAILWAY)
    box.step()
    (waiting,) = box.all_items()
    assert (waiting.item.refused, place.enforced()) == (SIGNER_UNKNOWN, {})
    town.wire.broker.release(TopicPartition(names.KEYS, 0))
    directory.step()
    box.step()
    (taken,) = box.all_items()
    key = directory.key((taken.item.body or b"")[:8])
    assert key is not None
    assert taken.item.written_at < key.valid_from  # the message says 0:00, the key began later that day
    assert (taken.item.refused, place.enforced()) == ("", {RAILWAY: "2026-11-27"})
