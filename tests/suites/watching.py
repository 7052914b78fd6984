"""What becomes of a watch, from the command to the court's inbox, on whichever transport."""

from typing import Any

import pytest

from liandong.consumers.acts_db.idempotency import KeyReused, keyed_request
from liandong.consumers.events.intake import publish_events
from liandong.consumers.events.reports import NoLiveWatch
from liandong.producers.commands.commands import CommandRefused
from liandong.producers.commands.files import StopRequest
from liandong.schemas.dates import rfc3339
from liandong.schemas.law.watch import WatchOrder
from liandong.schemas.law.watch_kinds import DAY_MS
from liandong.tests.suites.town import TownSuite
from liandong.tests.worlds.people import Person, invented
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import OTHER_COURT, RAILWAY, TownAgency, TownCourt, caught_up, order_for
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import OutgoingRecord

COMMANDS = names.commands(RAILWAY)


def travelled(who: Person, town: Town) -> dict[str, Any]:
    """An event, as an agency's own system sends it."""
    subject = {"name": who.name, "certificates": [{"type": "CN_ID", "number": who.certificate.number}]}
    return {"domain": "whereabouts", "kind": "TRAVEL", "occurred_at": rfc3339(town.clock.now()), "subject": subject}


class WatchingSuite(TownSuite):
    """Reports of watched people, each told once."""

    def test_a_court_that_watches_is_told_and_reads_it(self, town: Town, railway: TownAgency) -> None:
        debtor = invented(1)
        command = town.court.watch(debtor)
        railway.settle()
        railway.meet(debtor)
        inbox = town.court.inbox()
        assert caught_up(inbox) == 2
        answer, told = sorted(inbox.unshown(), key=lambda each: each.item.schema)
        assert (answer.record["code"], answer.content["message"]) == ("00", "watching")
        assert told.content["command_id"] == command
        assert told.content["certificate"]["number"] == debtor.certificate.number
        assert (told.content["kind"], told.content["place"]) == ("TRAVEL", "苏州站")
        assert told.content["details"] == {"service_number": "G7001", "match": "CERTIFICATE_AND_NAME"}
        sent = town.court.commands._sent.commands()[0]
        assert (sent.code, sent.is_overdue(town.clock.now() + DAY_MS)) == ("00", False)

    def test_without_a_live_watch_nothing_is_stored_and_publishing_is_refused(
        self, town: Town, railway: TownAgency
    ) -> None:
        town.court.watch(invented(1))
        railway.settle()
        stranger, before = invented(2), railway.rows()
        assert railway.meet(stranger) == []
        event = {
            "domain": "whereabouts",
            "kind": "TRAVEL",
            "occurred_at": rfc3339(town.clock.now()),
            "subject": {
                "name": stranger.name,
                "certificates": [{"type": "CN_ID", "number": stranger.certificate.number}],
            },
        }
        with pytest.raises(NoLiveWatch):
            publish_events(railway.engine, railway.context, event)
        (result,) = publish_events(railway.engine, railway.context, {"events": [event | {"ref": "r1"}]})["results"]
        assert (result["ref"], result["problem"]["code"], result["problem"]["status"]) == ("r1", "NO_LIVE_WATCH", 409)
        assert railway.rows() == before
        assert town.count(names.whereabouts_events("js")) == 0

    def test_a_published_event_goes_out_once_under_its_watch(self, town: Town, railway: TownAgency) -> None:
        debtor = invented(1)
        town.court.watch(debtor)
        railway.settle()
        event = {
            "domain": "whereabouts",
            "kind": "TRAVEL",
            "occurred_at": rfc3339(town.clock.now()),
            "subject": {"name": debtor.name, "certificates": [{"type": "CN_ID", "number": debtor.certificate.number}]},
            "fields": {"place": "苏州北站"},
            "ref": "booking-1",
        }
        first = publish_events(railway.engine, railway.context, event)
        assert publish_events(railway.engine, railway.context, event) == first
        railway.relay()
        assert town.count(names.whereabouts_events("js")) == 1

    def test_an_event_sent_again_under_its_key_is_told_by_the_same_id_even_when_the_watch_has_ended(
        self, town: Town, railway: TownAgency
    ) -> None:
        debtor, stranger, end = invented(1), invented(2), town.clock.now() + DAY_MS
        town.court.watch(debtor, until=end)
        railway.settle()
        events = {"events": [travelled(debtor, town), travelled(stranger, town)]}
        known = keyed_request(railway.context.matching_keys, ("booking", "/v1/events"), "k", b"two events")
        first = publish_events(railway.engine, railway.context, events, known)
        town.clock.time = end
        assert publish_events(railway.engine, railway.context, events, known) == first
        told, refused = first["results"]
        assert (len(told["event_ids"]), refused["problem"]["code"]) == (1, "NO_LIVE_WATCH")
        assert railway.rows()["idempotent_answers"] == 1
        other = keyed_request(railway.context.matching_keys, ("booking", "/v1/events"), "k", b"one event")
        for payload in (events, events["events"][0]):
            with pytest.raises(KeyReused):
                publish_events(railway.engine, railway.context, payload, other)
        railway.relay()
        assert town.count(names.whereabouts_events("js")) == 1

    def test_kinds_purpose_and_term_limit_what_is_told(self, town: Town, railway: TownAgency) -> None:
        debtor, now = invented(1), town.clock.now()
        town.court.watch(debtor, until=now + 10 * DAY_MS)
        railway.settle()
        assert railway.meet(debtor, kind="HOTEL_STAY") == []
        assert railway.meet(debtor, at=now - 1) == []
        assert len(railway.meet(debtor, at=now)) == 1

    def test_a_watch_ends_at_its_millisecond_and_its_subject_is_erased(self, town: Town, railway: TownAgency) -> None:
        debtor, end = invented(1), town.clock.now() + DAY_MS
        town.court.watch(debtor, until=end)
        railway.settle()
        town.clock.time = end - 1
        assert len(railway.meet(debtor, source="last")) == 1
        town.clock.time = end
        assert railway.meet(debtor, at=end - 1, source="late") == []
        railway.effects.step()
        assert railway.rows()["watch_subjects"] == 0

    def test_a_stop_ends_a_watch_and_its_replayed_command_does_not_bring_it_back(
        self, town: Town, railway: TownAgency
    ) -> None:
        debtor = invented(1)
        command = town.court.watch(debtor)
        railway.settle()
        (old,) = town.messages(COMMANDS)
        town.clock.time += 1000
        assert town.court.commands.give(StopRequest(command, 1000)).new
        assert not town.court.commands.give(StopRequest(command, 1000)).new
        town.court.relay()
        railway.settle()
        assert railway.meet(debtor) == []
        town.send(OutgoingRecord(COMMANDS, old.key(), old.value(), old.headers() or []))
        railway.settle()
        assert railway.meet(debtor) == []
        assert railway.rows()["watch_subjects"] == 0
        assert town.codes() == ["00", "00"]

    def test_a_stop_that_comes_first_wins(self, town: Town, railway: TownAgency) -> None:
        debtor = invented(1)
        watch = town.court.signed_command(order_for(town, debtor))
        handle = watch.key or b""
        stop = town.court.signed_command(WatchOrder("（2026）苏0505执1234号", stops=handle), kind="stop-watch")
        town.send(stop)
        railway.settle()
        town.clock.time += 1
        town.send(watch)
        railway.settle()
        assert town.codes() == ["00", "06"]
        assert railway.meet(debtor) == []

    def test_the_same_order_twice_is_one_command(self, town: Town) -> None:
        debtor = invented(1)
        assert town.court.watch(debtor) == town.court.watch(debtor)
        assert town.count(COMMANDS) == 1
        assert town.court.watch(debtor) != town.court.watch(debtor, document_hash=bytes(range(1, 33)))
        with pytest.raises(CommandRefused, match="WATCH_DIFFERS"):
            town.court.watch(debtor, until=town.clock.now() + DAY_MS)
        town.court.commands.give(StopRequest(town.court.watch(debtor), 1000))
        with pytest.raises(CommandRefused, match="WATCH_WAS_STOPPED"):
            town.court.watch(debtor)

    def test_a_redelivered_command_has_one_effect_and_one_answer(self, town: Town, railway: TownAgency) -> None:
        for seed in range(5):
            town.court.watch(invented(seed))
        railway.settle()
        once = railway.rows()
        railway.settle(railway.new_effects("railway-js.effects-again"))
        assert railway.rows() == once
        assert town.count(names.feedback("js")) == 5

    def test_the_same_occurrence_is_told_once_for_each_watch(self, town: Town, railway: TownAgency) -> None:
        debtor = invented(1)
        town.court.watch(debtor)
        TownCourt(town, OTHER_COURT).watch(debtor)
        railway.settle()
        assert len(railway.meet(debtor, source="booking-1")) == 2
        assert railway.meet(debtor, source="booking-1") == []
        assert len(railway.meet(debtor, source="booking-2")) == 2

    def test_an_inbox_takes_each_event_once_over_restarts(self, town: Town, railway: TownAgency) -> None:
        debtor = invented(1)
        town.court.watch(debtor)
        railway.settle()
        for number in range(3):
            railway.meet(debtor, source=f"booking-{number}")
        new = [caught_up(town.court.inbox()) for _ in range(3)]
        assert new == [4, 0, 0]
        for message in town.messages(names.whereabouts_events("js")):
            town.send(
                OutgoingRecord(names.whereabouts_events("js"), message.key(), message.value(), message.headers() or []),
            )
        again = town.court.inbox()
        assert caught_up(again) == 0
        assert len(again.all_items()) == 4
