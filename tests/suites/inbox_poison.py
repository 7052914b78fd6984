"""What anybody can write to a topic that a court's inbox reads, and what the court is told all the same; on whichever transport."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Connection

from liandong.consumers.inbox.inbox import Inbox
from liandong.consumers.inbox.store import HANDLING_FAILED, InboxStore, Item
from liandong.consumers.inbox.verdicts import Verdicts
from liandong.schemas.wire.codec import to_wire
from liandong.schemas.wire.intl import Ed25519Signer
from liandong.schemas.wire.signing import PROOF_LENGTH, Signer, prove
from liandong.tests.suites.town import TownSuite
from liandong.tests.worlds.people import invented
from liandong.tests.worlds.poison import burst
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import POLICE, TownAgency, caught_up
from liandong.topics.catalogue import names
from liandong.topics.keys.signatures import SIGNER_UNKNOWN
from liandong.topics.transport.ports import OutgoingRecord

STRANGER = Ed25519Signer(b"stranger".ljust(32))
FEEDBACK = names.feedback("js")
DAY_MS = 86_400_000


def verdicts(inbox: Inbox) -> list[str]:
    """Why each item does not count, empty for those that do."""
    return sorted(each.item.refused for each in inbox.all_items())


def signed_by(town: Town, signer: Signer) -> OutgoingRecord:
    """The agency's answer with the same id and somebody else's signature."""
    (genuine,) = town.messages(FEEDBACK)
    body, _ = prove((genuine.value() or b"")[10 + PROOF_LENGTH :], "control-feedback", signer)
    return OutgoingRecord(FEEDBACK, genuine.key(), to_wire("control-feedback", body))


class InboxPoisonSuite(TownSuite):
    """Nothing that is written ends an inbox or takes the place of what an agency tells."""

    def test_what_is_forged_under_an_events_id_does_not_take_its_place(self, town: Town, railway: TownAgency) -> None:
        town.court.watch(invented(1))
        railway.settle()
        (genuine,) = town.messages(FEEDBACK)
        forged = [signed_by(town, STRANGER), signed_by(town, town.participants.signer(POLICE))]
        town.wire.delete(FEEDBACK)
        town.wire.create(FEEDBACK, partitions=1)
        town.send(*forged, *forged, OutgoingRecord(FEEDBACK, genuine.key(), genuine.value(), genuine.headers() or []))
        inbox = town.court.inbox()
        assert caught_up(inbox) == 3
        assert verdicts(inbox) == ["", "SIGNER_MISMATCH", SIGNER_UNKNOWN]
        assert town.court.commands._sent.commands()[0].code == "00"
        town.send(*forged)
        assert (caught_up(town.court.inbox()), verdicts(inbox)) == (0, ["", "SIGNER_MISMATCH", SIGNER_UNKNOWN])

    def test_what_waits_for_a_key_that_does_not_come_is_erased(self, town: Town, railway: TownAgency) -> None:
        town.court.watch(invented(1))
        railway.settle()
        town.send(signed_by(town, STRANGER))
        inbox = town.court.inbox()
        caught_up(inbox)
        waiting = [each.item.body is not None for each in inbox.all_items() if each.item.refused == SIGNER_UNKNOWN]
        town.clock.time += 31 * DAY_MS
        caught_up(town.court.inbox())
        later = [each.item.body is not None for each in inbox.all_items() if each.item.refused == SIGNER_UNKNOWN]
        assert (waiting, later) == ([True], [False])

    def test_what_an_inbox_does_not_expect_is_about_one_item_alone(
        self, town: Town, railway: TownAgency, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(3):
            town.court.watch(invented(number))
        railway.settle()
        (bad, *_) = town.records(FEEDBACK)
        of = Verdicts.of

        def unexpected(self: Verdicts, item: Item, record: Mapping[str, Any]) -> Item:
            if record["feedback_id"] == bad["feedback_id"]:
                raise OverflowError("nobody thought of this")
            return of(self, item, record)

        monkeypatch.setattr(Verdicts, "of", unexpected)
        inbox = town.court.inbox()
        assert caught_up(inbox) == 3
        assert verdicts(inbox) == ["", "", HANDLING_FAILED]

    def test_what_the_store_of_an_inbox_cannot_hold_is_about_one_item_alone(
        self, town: Town, railway: TownAgency, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(3):
            town.court.watch(invented(number))
        railway.settle()
        (bad, *_) = town.records(FEEDBACK)
        put = InboxStore.put

        def unexpected(self: InboxStore, connection: Connection, item: Item) -> bool:
            new = put(self, connection, item)
            if item.event_id == bad["feedback_id"]:
                raise OverflowError("nobody thought of this")
            return new

        monkeypatch.setattr(InboxStore, "put", unexpected)
        inbox = town.court.inbox()
        assert caught_up(inbox) == 3
        assert verdicts(inbox) == ["", "", HANDLING_FAILED]

    @pytest.mark.parametrize(
        "topic", [names.interceptions("js"), FEEDBACK, names.asset_events("js"), names.whereabouts_events("js")]
    )
    def test_what_agencies_tell_behind_a_burst_of_garbage_is_taken(
        self, topic: str, town: Town, railway: TownAgency
    ) -> None:
        debtor = invented(1)
        town.court.watch(debtor)
        railway.settle()
        railway.meet(debtor)
        genuine = [*town.messages(topic), *town.messages(FEEDBACK)]
        town.send(*burst(topic, genuine, 300), OutgoingRecord(topic, b"k", bytes(999_900)))
        town.court.watch(invented(2))
        railway.settle()
        inbox = town.court.inbox()
        caught_up(inbox)
        counting = sorted(each.item.schema for each in inbox.all_items() if not each.item.refused)
        assert counting == ["control-feedback", "control-feedback", "whereabouts-event"]
        assert [sent.code for sent in town.court.commands._sent.commands()] == ["00", "00"]
