"""What is told when somebody who was stopped is freed, on whichever transport."""

from typing import Any

import pytest
from sqlalchemy import func, select

from liandong.consumers.acts_db.tables import freed, open_hits
from liandong.consumers.gate.hits import handle_of
from liandong.consumers.interceptions.recent_releases import KEPT_MS
from liandong.consumers.interceptions.releases import OpenHit, note_open
from liandong.schemas import ids
from liandong.schemas.law.listing import Change, Instrument, Status
from liandong.schemas.wire.signing import encode_signed
from liandong.tests.suites.town import TownSuite
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import COURT, OTHER_COURT, RAILWAY, TownAgency, caught_up
from liandong.topics.catalogue import names
from liandong.topics.keys.key_records import publish_keys
from liandong.topics.transport.envelope import outgoing
from liandong.topics.transport.ports import OutgoingRecord

ENTRY = CHANCE.ordered_id()
SUBJECT = bytes(range(16))


def relief(town: Town, version: int, status: Status, change: Change, **changes: Any) -> OutgoingRecord:
    """A record as the court publishes it on the relief lane."""
    identity = {"key_id": 1, "certificate_type": 1, "link": 0, "surrogate": SUBJECT, "name_tag": bytes(16)}
    live = status < Status.EXPIRED
    record: dict[str, Any] = {
        "entry_id": ENTRY,
        "version": version,
        "court": COURT,
        "court_sequence": version,
        "instrument": Instrument.LIST_ENTRY,
        "record_class": 0,
        "status": status,
        "person_kind": 1,
        "person_role": 0,
        "effective_from": 1,
        "effective_until": 0,
        "identities": [identity] if live else [],
        "change": change,
        "update_id": CHANCE.random_id(),
        "reason": "",
        "changed_on": "2026-11-22",
        "recorded_at": town.clock.now(),
        "batch_id": "bat_" + 32 * "0",
        "grounds": [],
        "performance": 0,
        "related_entity": "",
    }
    texts = (
        "name court_name case_number decision_number term_start term_end filing_date publish_date basis_number "
        "basis_maker claim_amount"
    )
    record |= dict.fromkeys(texts.split(), "") | changes
    signer = town.participants.signer(changes.pop("signed_by", record["court"]))
    record.pop("signed_by", None)
    body = encode_signed("list-record", record, names.debtor_list("js"), signer)
    return outgoing(
        "list-record",
        body,
        names.relief("js"),
        ENTRY,
        event_id=ids.text("upd", CHANCE.random_id()),
        source=COURT,
        time_ms=town.clock.now(),
    )


def stopped(agency: TownAgency, version: int = 1, subject: bytes = SUBJECT) -> bytes:
    """Somebody was stopped under a version of the entry; the handle of his interception."""
    handle = CHANCE.random_id()
    hit = OpenHit(
        handle,
        ENTRY,
        version,
        "js",
        COURT,
        "rail-gd-all",
        "v1",
        "notary-js-1",
        7,
        0,
        handle_of(subject),
        "chk_1",
        "rail-ticket",
        "苏州站",
    )
    with agency.engine.begin() as connection:
        note_open(connection, agency.context, [hit])
    return handle


def still_open(agency: TownAgency) -> int:
    with agency.engine.begin() as connection:
        return connection.scalar(select(func.count()).select_from(open_hits)) or 0


def remembered(agency: TownAgency) -> int:
    with agency.engine.begin() as connection:
        return connection.scalar(select(func.count()).select_from(freed)) or 0


def court_key_is_revoked(town: Town, agency: TownAgency) -> None:
    """The key the court has signed with turns out to be in wrong hands; it signs with another one from now on."""
    town.clock.time += 1_000
    town.participants.rotate(COURT, compromised_since=town.clock.now())
    publish_keys(town.publisher, town.participants, COURT)
    town.until(lambda: town.is_revoked(agency.context.directory, COURT))


class ReleasesSuite(TownSuite):
    """Give it a fixture `wire`."""

    @pytest.mark.parametrize(
        ("status", "change"),
        [
            (Status.DELETED, Change.DELETE),
            (Status.REVOKED, Change.REVOKE),
            (Status.EXPIRED, Change.EXPIRE),
            (Status.SHIELDED, Change.SHIELD),
        ],
    )
    def test_every_open_hit_is_released_once(
        self, town: Town, railway: TownAgency, status: Status, change: Change
    ) -> None:
        handles = {ids.text("evt", stopped(railway)) for _ in range(2)}
        town.send(relief(town, 2, status, change))
        railway.settle()
        town.send(relief(town, 2, status, change), relief(town, 3, Status.DELETED, Change.DELETE))
        railway.settle()
        railway.settle(railway.new_effects("railway-js.effects-again"))
        assert [each["outcome"] for each in town.records(names.interceptions("js"))] == ["RELEASED"] * 2
        inbox = town.court.inbox()
        caught_up(inbox)
        told = [each.content for each in inbox.all_items()]
        assert [(each["measure"], each["entry_id"], each["entry_version"]) for each in told] == [
            ("rail-gd-all", ENTRY, 2),
            ("rail-gd-all", ENTRY, 2),
        ]
        assert {each.content["attributes"]["released"] for each in inbox.all_items()} == handles
        assert still_open(railway) == 0

    def test_a_hit_on_a_newer_version_stays_open(self, town: Town, railway: TownAgency) -> None:
        stopped(railway, version=3)
        town.send(relief(town, 2, Status.SHIELDED, Change.SHIELD))
        railway.settle()
        assert (still_open(railway), town.count(names.interceptions("js"))) == (1, 0)

    def test_a_hit_noted_after_its_release_was_handled_is_released_all_the_same(
        self, town: Town, railway: TownAgency
    ) -> None:
        town.send(relief(town, 2, Status.REVOKED, Change.REVOKE))
        railway.settle()
        stopped(railway, version=2)
        late = stopped(railway)
        railway.settle()
        inbox = town.court.inbox()
        caught_up(inbox)
        assert [each.content["attributes"]["released"] for each in inbox.all_items()] == [ids.text("evt", late)]
        assert still_open(railway) == 1

    def test_what_nobody_may_write_does_not_release_a_late_hit(self, town: Town, railway: TownAgency) -> None:
        town.send(relief(town, 2, Status.DELETED, Change.DELETE, signed_by=OTHER_COURT))
        railway.settle()
        stopped(railway)
        railway.settle()
        assert (still_open(railway), town.count(names.interceptions("js"))) == (1, 0)

    def test_a_late_hit_is_not_released_by_a_key_that_was_revoked_since(self, town: Town, railway: TownAgency) -> None:
        stopped(railway)
        town.send(relief(town, 2, Status.DELETED, Change.DELETE))
        railway.settle()
        assert (still_open(railway), town.count(names.interceptions("js"))) == (0, 1)
        court_key_is_revoked(town, railway)
        stopped(railway)
        railway.settle()
        assert (still_open(railway), town.count(names.interceptions("js"))) == (1, 1)

    def test_what_its_court_says_beside_a_stolen_release_of_the_same_version_releases_a_late_hit(
        self, town: Town, railway: TownAgency
    ) -> None:
        town.send(relief(town, 2, Status.DELETED, Change.DELETE))
        railway.settle()
        court_key_is_revoked(town, railway)
        town.send(relief(town, 2, Status.REVOKED, Change.REVOKE))
        railway.settle()
        stopped(railway)
        railway.settle()
        assert (still_open(railway), town.count(names.interceptions("js"))) == (0, 1)

    def test_a_late_hit_on_somebody_a_correction_still_means_stays_open(self, town: Town, railway: TownAgency) -> None:
        town.send(relief(town, 2, Status.ACTIVE, Change.CORRECT))
        railway.settle()
        stopped(railway)
        stopped(railway, subject=bytes(16))
        railway.settle()
        assert (still_open(railway), town.count(names.interceptions("js"))) == (1, 1)

    def test_what_freed_somebody_is_forgotten_after_a_day(self, town: Town, railway: TownAgency) -> None:
        town.send(relief(town, 2, Status.REVOKED, Change.REVOKE))
        railway.settle()
        assert remembered(railway) == 1
        town.clock.time += KEPT_MS + 1_000
        railway.settle()
        assert remembered(railway) == 0

    def test_a_correction_frees_only_whom_the_entry_does_not_mean_any_more(
        self, town: Town, railway: TownAgency
    ) -> None:
        stopped(railway)
        stopped(railway, subject=bytes(16))
        town.send(relief(town, 2, Status.ACTIVE, Change.CORRECT))
        railway.settle()
        assert (still_open(railway), town.count(names.interceptions("js"))) == (1, 1)

    def test_a_record_nobody_may_write_frees_nobody(self, town: Town, railway: TownAgency) -> None:
        stopped(railway)
        town.send(relief(town, 2, Status.DELETED, Change.DELETE, signed_by=OTHER_COURT))
        railway.settle()
        assert (still_open(railway), town.count(names.interceptions("js"))) == (1, 0)
        assert town.count(names.dead_letters(RAILWAY)) == 1
