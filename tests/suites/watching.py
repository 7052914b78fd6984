"""What watches, commands, events and inboxes must do, on whichever transport."""

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from liandong.consumers.acts_db.tables import metadata
from liandong.consumers.commands import parked
from liandong.consumers.effects import loop
from liandong.consumers.effects.dead_letters import read_dead_letters, redrive
from liandong.consumers.effects.loop import FUSE, MAX_ATTEMPTS, FuseBlown
from liandong.consumers.effects.routing import handle_any
from liandong.consumers.events import watches
from liandong.consumers.events.intake import publish_events
from liandong.consumers.events.reports import NoLiveWatch
from liandong.consumers.inbox.inbox import OpenedItem
from liandong.producers.commands.commands import CommandRefused
from liandong.producers.commands.files import StopRequest, WatchRequest
from liandong.schemas import ids
from liandong.schemas.dates import rfc3339
from liandong.schemas.law.watch import WatchOrder
from liandong.schemas.law.watch_kinds import DAY_MS
from liandong.schemas.wire.codec import to_wire
from liandong.schemas.wire.control import COMMAND_CONTEXT, sealing_context
from liandong.schemas.wire.sealing import CannotOpen, open_sealed, seal
from liandong.schemas.wire.signing import encode_signed
from liandong.tests.worlds.privacy import file_blobs, planted, search, topic_blobs
from liandong.tests.worlds.town import (
    COURT,
    FOREIGN_COURT,
    HIGH_COURT,
    OTHER_COURT,
    POLICE,
    RAILWAY,
    Agency,
    Court,
    Person,
    Town,
    order_for,
)
from liandong.topics.catalogue import names
from liandong.topics.keys.directory import publish_keys
from liandong.topics.keys.participants import ESCROW
from liandong.topics.transport.envelope import outgoing
from liandong.topics.transport.ports import OutgoingRecord

COMMANDS = names.commands(RAILWAY)


@pytest.fixture
def railway(town: Town) -> Agency:
    return Agency(town, RAILWAY)


def codes(town: Town) -> list[str]:
    """Feedback codes in the order they were written."""
    found = sorted(town.records(names.feedback("js")), key=lambda record: record["at"])
    return [record["code"] for record in found]


def rows(agency: Agency) -> dict[str, int]:
    """How many rows each table of the acts store has."""
    with agency.engine.begin() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }


def seen(opened: list[OpenedItem]) -> list[tuple[str, str]]:
    return [(each.item.schema, each.item.refused) for each in opened]


def signed_command(court: Court, order: WatchOrder, **changes: Any) -> OutgoingRecord:
    """A command as a court's key signs it, with any field changed before signing."""
    handle, now = ids.new_random(), court.town.clock.now()
    readers = court.town.key_directory().recipients(RAILWAY)
    record = {
        "command_id": handle,
        "jurisdiction": court.jurisdiction,
        "court": court.id,
        "agency": RAILWAY,
        "kind": "watch",
        "issued_at": now,
        "due_at": now + 3_600_000,
        "sealed": seal("watch-order", order.as_record(), sealing_context("control-command", handle), readers),
    }
    body = encode_signed("control-command", record | changes, COMMAND_CONTEXT, court.desk.signer)
    return outgoing(
        "control-command", body, COMMANDS, handle, event_id=ids.text("cmd", handle), source=court.id, time_ms=now
    )


def send(town: Town, *records: OutgoingRecord) -> None:
    for record in records:
        town.publisher.send(record)
    assert town.publisher.flush(30) == 0


class WatchingSuite:
    """Give it a fixture `wire`."""

    @pytest.fixture
    def town(self, wire: Any, tmp_path: Path) -> Town:
        return Town(wire, tmp_path / "town")

    # -- from the command to the court's inbox -----------------------------------------------------------------------

    def test_a_court_that_watches_is_told_and_reads_it(self, town: Town, railway: Agency) -> None:
        debtor = Person(1)
        command = town.court.watch(debtor)
        railway.settle()
        railway.meet(debtor)
        inbox = town.court.inbox()
        assert inbox.catch_up(0.2) == 2
        answer, told = sorted(inbox.unshown(), key=lambda each: each.item.schema)
        assert (answer.record["code"], answer.content["message"]) == ("00", "watching")
        assert told.content["command_id"] == command
        assert told.content["certificate"]["number"] == debtor.certificate.number
        assert (told.content["kind"], told.content["place"]) == ("TRAVEL", "苏州站")
        assert told.content["details"] == {"service_number": "G7001", "match": "CERTIFICATE_AND_NAME"}
        sent = town.court.commands.sent_commands()[0]
        assert (sent.code, sent.is_overdue(town.clock.now() + DAY_MS)) == ("00", False)

    def test_without_a_live_watch_nothing_is_stored_and_publishing_is_refused(
        self, town: Town, railway: Agency
    ) -> None:
        town.court.watch(Person(1))
        railway.settle()
        stranger, before = Person(2), rows(railway)
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
        assert rows(railway) == before
        assert town.count(names.whereabouts_events("js")) == 0

    def test_a_published_event_goes_out_once_under_its_watch(self, town: Town, railway: Agency) -> None:
        debtor = Person(1)
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

    def test_kinds_purpose_and_term_limit_what_is_told(self, town: Town, railway: Agency) -> None:
        debtor, now = Person(1), town.clock.now()
        town.court.watch(debtor, until=now + 10 * DAY_MS)
        railway.settle()
        assert railway.meet(debtor, kind="HOTEL_STAY") == []
        assert railway.meet(debtor, at=now - 1) == []
        assert len(railway.meet(debtor, at=now)) == 1

    def test_a_watch_ends_at_its_millisecond_and_its_subject_is_erased(self, town: Town, railway: Agency) -> None:
        debtor, end = Person(1), town.clock.now() + DAY_MS
        town.court.watch(debtor, until=end)
        railway.settle()
        town.clock.time = end - 1
        assert len(railway.meet(debtor, source="last")) == 1
        town.clock.time = end
        assert railway.meet(debtor, at=end - 1, source="late") == []
        railway.effects.step(0)
        assert rows(railway)["watch_subjects"] == 0

    def test_a_stop_ends_a_watch_and_its_replayed_command_does_not_bring_it_back(
        self, town: Town, railway: Agency
    ) -> None:
        debtor = Person(1)
        command = town.court.watch(debtor)
        railway.settle()
        (old,) = town.messages(COMMANDS)
        town.clock.time += 1000
        assert town.court.commands.give(StopRequest(command, 1000)).new
        assert not town.court.commands.give(StopRequest(command, 1000)).new
        town.court.relay()
        railway.settle()
        assert railway.meet(debtor) == []
        send(town, OutgoingRecord(COMMANDS, old.key(), old.value(), old.headers() or []))
        railway.settle()
        assert railway.meet(debtor) == []
        assert rows(railway)["watch_subjects"] == 0
        assert codes(town) == ["00", "00"]

    def test_a_stop_that_comes_first_wins(self, town: Town, railway: Agency) -> None:
        debtor = Person(1)
        watch = signed_command(town.court, order_for(town, debtor))
        handle = watch.key or b""
        stop = signed_command(town.court, WatchOrder("（2026）苏0505执1234号", stops=handle), kind="stop-watch")
        send(town, stop)
        railway.settle()
        town.clock.time += 1
        send(town, watch)
        railway.settle()
        assert codes(town) == ["00", "06"]
        assert railway.meet(debtor) == []

    # -- once -----------------------------------------------------------------------------------------------------

    def test_the_same_order_twice_is_one_command(self, town: Town) -> None:
        debtor = Person(1)
        assert town.court.watch(debtor) == town.court.watch(debtor)
        assert town.count(COMMANDS) == 1
        assert town.court.watch(debtor) != town.court.watch(debtor, document_hash=bytes(range(1, 33)))
        with pytest.raises(CommandRefused, match="WATCH_DIFFERS"):
            town.court.watch(debtor, until=town.clock.now() + DAY_MS)
        town.court.commands.give(StopRequest(town.court.watch(debtor), 1000))
        with pytest.raises(CommandRefused, match="WATCH_WAS_STOPPED"):
            town.court.watch(debtor)

    def test_a_redelivered_command_has_one_effect_and_one_answer(self, town: Town, railway: Agency) -> None:
        for seed in range(5):
            town.court.watch(Person(seed))
        railway.settle()
        once = rows(railway)
        railway.settle(railway.new_effects("railway-js.effects-again"))
        assert rows(railway) == once
        assert town.count(names.feedback("js")) == 5

    def test_the_same_occurrence_is_told_once_for_each_watch(self, town: Town, railway: Agency) -> None:
        debtor = Person(1)
        town.court.watch(debtor)
        Court(town, OTHER_COURT).watch(debtor)
        railway.settle()
        assert len(railway.meet(debtor, source="booking-1")) == 2
        assert railway.meet(debtor, source="booking-1") == []
        assert len(railway.meet(debtor, source="booking-2")) == 2

    def test_an_inbox_takes_each_event_once_over_restarts(self, town: Town, railway: Agency) -> None:
        debtor = Person(1)
        town.court.watch(debtor)
        railway.settle()
        for number in range(3):
            railway.meet(debtor, source=f"booking-{number}")
        new = [town.court.inbox().catch_up(0.2) for _ in range(3)]
        assert new == [4, 0, 0]
        for message in town.messages(names.whereabouts_events("js")):
            send(
                town,
                OutgoingRecord(names.whereabouts_events("js"), message.key(), message.value(), message.headers() or []),
            )
        again = town.court.inbox()
        assert again.catch_up(0.2) == 0
        assert len(again.all_items()) == 4

    # -- who may what ---------------------------------------------------------------------------------------------

    def test_only_the_asking_court_its_superior_and_the_escrow_can_open_a_report(
        self, town: Town, railway: Agency
    ) -> None:
        debtor = Person(1)
        town.court.watch(debtor)
        railway.settle()
        railway.meet(debtor)
        (record,) = town.records(names.whereabouts_events("js"))
        where = sealing_context("whereabouts-event", record["event_id"])
        people = town.participants
        for may in (people.sealing_key(COURT), people.sealing_key(HIGH_COURT), people.escrow):
            assert open_sealed(record["sealed"], where, may)["name"] == debtor.name
        for participant in (OTHER_COURT, FOREIGN_COURT, RAILWAY, POLICE):
            with pytest.raises(CannotOpen):
                open_sealed(record["sealed"], where, people.sealing_key(participant))
        other = Court(town, OTHER_COURT).inbox()
        assert (other.catch_up(0.2), other.all_items()) == (0, [])
        assert ESCROW not in {each.id for each in people.list()}

    def test_another_agency_cannot_read_a_command(self, town: Town) -> None:
        town.court.watch(Person(1))
        (record,) = town.records(COMMANDS)
        where = sealing_context("control-command", record["command_id"])
        assert open_sealed(record["sealed"], where, town.participants.sealing_key(RAILWAY))["judge"] == "王明远"
        for participant in (POLICE, OTHER_COURT):
            with pytest.raises(CannotOpen):
                open_sealed(record["sealed"], where, town.participants.sealing_key(participant))

    def test_a_court_refuses_events_it_did_not_ask_for(self, town: Town, railway: Agency) -> None:
        debtor = Person(1)
        town.court.watch(debtor)
        railway.settle()
        (watch,) = town.court.commands.sent_commands()
        # the agency goes on although the court has stopped the watch
        town.court.commands.give(StopRequest(watch.command_id, 1000))
        town.clock.time += 1
        railway.meet(debtor, source="after the stop")
        # another agency claims that watch; a third one invents a command
        self._invent(town, POLICE, watch.command_id)
        self._invent(town, RAILWAY, ids.new_random())
        self._invent(town, RAILWAY, watch.command_id, signer=POLICE)
        inbox = town.court.inbox()
        inbox.catch_up(0.2)
        events = [each for each in inbox.all_items() if each.item.schema == "whereabouts-event"]
        refusals = sorted(each.item.refused for each in events)
        assert refusals == ["NO_SUCH_COMMAND", "NO_SUCH_COMMAND", "OUTSIDE_THE_WATCH", "SIGNER_MISMATCH"]
        assert [each.item.body for each in events] == [None] * 4

    def _invent(self, town: Town, agency: str, command: bytes, signer: str = "") -> None:
        """An event nobody's adapter would make."""
        handle, now = ids.new_random(), town.clock.now()
        content = {
            "command_id": command,
            "case_number": "（2026）苏0505执1234号",
            "kind": "TRAVEL",
            "occurred_at": now,
            "name": "某某",
            "certificate": {"certificate_type": 1, "number": Person(9).certificate.number, "country": ""},
            "place": "",
            "keep_until": 0,
            "details": {},
        }
        readers = town.key_directory().recipients(COURT)
        sealed = seal("whereabouts-report", content, sealing_context("whereabouts-event", handle), readers)
        record = {"event_id": handle, "jurisdiction": "js", "court": COURT, "agency": agency, "day": "2026-01-01"}
        key = town.participants.signer(signer or agency)
        body = encode_signed("whereabouts-event", record | {"sealed": sealed}, "whereabouts-event", key)
        topic, event_id = names.whereabouts_events("js"), ids.text("evt", handle)
        send(town, outgoing("whereabouts-event", body, topic, handle, event_id=event_id, source=agency, time_ms=now))

    def test_bad_commands_are_answered_with_their_code(self, town: Town, railway: Agency) -> None:
        debtor, now = Person(1), town.clock.now()
        other = Court(town, OTHER_COURT)
        cases = {
            "06": order_for(town, debtor, until=now + 1),
            "07": order_for(town, debtor, document_hash=bytes(32)),
            "08": order_for(town, debtor, certificates=()),
            "10": order_for(town, debtor, kinds=("HOTEL_STAY",)),
        }
        town.clock.time += 1
        for code, order in cases.items():
            send(town, signed_command(town.court, order))
            railway.settle()
            assert codes(town)[-1] == code
            town.clock.time += 1
        unknown = signed_command(town.court, order_for(town, debtor), kind="arrest")
        send(town, unknown)
        railway.settle()
        assert codes(town)[-1] == "10"
        town.clock.time += 1
        watched = town.court.watch(debtor)
        railway.settle()
        town.clock.time += 1
        send(town, signed_command(other, WatchOrder("（2026）苏0505执1234号", stops=watched), kind="stop-watch"))
        railway.settle()
        assert codes(town)[-1] == "09"
        assert len(railway.meet(debtor)) == 1

    def test_a_forged_command_has_no_effect_and_does_not_use_up_the_genuine_id(
        self, town: Town, railway: Agency
    ) -> None:
        debtor = Person(1)
        genuine = signed_command(town.court, order_for(town, debtor))
        value = bytearray(genuine.value or b"")
        value[40] ^= 1  # inside the signature
        send(town, OutgoingRecord(COMMANDS, genuine.key, bytes(value), genuine.headers))
        railway.settle()
        railway.settle(railway.new_effects("railway-js.effects-again"))
        assert (codes(town), railway.meet(debtor)) == (["07"], [])
        town.clock.time += 1
        send(town, genuine)
        railway.settle()
        assert codes(town) == ["07", "00"]
        assert len(railway.meet(debtor)) == 1

    def test_a_command_under_a_revoked_key_is_refused(self, town: Town, railway: Agency) -> None:
        debtor = Person(1)
        stolen = signed_command(town.court, order_for(town, debtor))
        town.clock.time += 1000
        town.participants.rotate(COURT, compromised_since=town.clock.now())
        publish_keys(town.publisher, town.participants, COURT)
        town.until(lambda: town.is_revoked(railway.context.directory, COURT))
        send(town, stolen)
        railway.settle()
        assert (codes(town), railway.meet(debtor)) == (["07"], [])

    def test_a_court_the_agency_does_not_obey_is_not_answered_but_put_aside(self, town: Town, railway: Agency) -> None:
        foreign = Court(town, FOREIGN_COURT, "cq")
        send(town, signed_command(foreign, order_for(town, Person(1))))
        send(town, signed_command(foreign, order_for(town, Person(1)), jurisdiction="js"))
        railway.settle()
        letters = list(read_dead_letters(town.wire.subscriber(), RAILWAY))
        assert [each.failure for each in letters] == ["AUTHORITY_MISMATCH", "AUTHORITY_MISMATCH"]
        assert (town.count(names.feedback("js")), town.count(names.feedback("cq"))) == (0, 0)
        assert railway.meet(Person(1)) == []

    def test_an_agency_is_told_to_watch_only_what_it_holds(self, town: Town) -> None:
        request = WatchRequest(RAILWAY, order_for(town, Person(1), kinds=("HOTEL_STAY",)), 1000)
        with pytest.raises(Exception, match="WATCH_KIND_NOT_HELD"):
            town.court.commands.give(request, frozenset({"TRAVEL"}))
        nobody = WatchRequest("nobody", order_for(town, Person(1)), 1000)
        with pytest.raises(CommandRefused, match="AGENCY_UNKNOWN"):
            town.court.commands.give(nobody)

    # -- what goes wrong ------------------------------------------------------------------------------------------

    def test_poison_is_put_aside_with_its_bytes_and_the_rest_flows(self, town: Town, railway: Agency) -> None:
        debtor = Person(1)
        headers = [("traceparent", b"00-abc"), ("ce_id", b"x")]
        send(
            town,
            OutgoingRecord(COMMANDS, b"key", b"no avro at all", headers),
            OutgoingRecord(COMMANDS, b"key", None),
            OutgoingRecord(COMMANDS, b"key", to_wire("barrier", b"\x00" * 90)),
        )
        town.court.watch(debtor)
        railway.settle()
        railway.settle(railway.new_effects("railway-js.effects-again"))
        letters = list(read_dead_letters(town.wire.subscriber(), RAILWAY))
        assert sorted(each.failure for each in letters) == ["EMPTY", "UNDECODABLE", "WRONG_SCHEMA"]
        (bad,) = [each for each in letters if each.failure == "UNDECODABLE"]
        assert (bad.message.key, bad.message.value) == (b"key", b"no avro at all")
        assert (list(bad.message.headers), bad.attempts, bad.message.origin.topic) == (headers, 1, COMMANDS)
        assert len(railway.meet(debtor)) == 1

    def test_a_command_of_a_court_not_yet_registered_waits_with_its_key_while_others_flow(
        self, town: Town, railway: Agency
    ) -> None:
        late, other = Person(1), Person(2)
        town.join("court-su0507", "court", publish=False, jurisdictions=("js",))
        court = Court(town, "court-su0507")
        watch = signed_command(court, order_for(town, late))
        handle = watch.key or b""
        stop = signed_command(court, WatchOrder("（2026）苏0505执1234号", stops=handle), kind="stop-watch")
        send(town, watch, OutgoingRecord(COMMANDS, handle, stop.value, stop.headers))
        town.court.watch(other)
        railway.settle()
        with railway.engine.begin() as connection:
            waiting = parked.waiting(connection)
        assert [each.reason for each in waiting] == ["SIGNER_UNKNOWN", "BEHIND_ANOTHER"]
        assert len(railway.meet(other)) == 1
        publish_keys(town.publisher, town.participants, "court-su0507")
        town.until(lambda: railway.effects.step(0) == 0 and rows(railway)["commands_parked"] == 0)
        railway.relay()
        assert codes(town) == ["00", "00", "00"]
        assert railway.meet(late) == []

    def test_a_dead_letter_is_redriven_once_what_was_missing_is_there(self, town: Town, railway: Agency) -> None:
        debtor = Person(1)
        town.join("court-su0507", "court", publish=False, jurisdictions=("js",))
        send(town, signed_command(Court(town, "court-su0507"), order_for(town, debtor)))
        railway.settle()
        town.until(lambda: railway.effects.step(0) == 0 and rows(railway)["commands_parked"] == 0, pace=100_000)
        railway.relay()
        (letter,) = read_dead_letters(town.wire.subscriber(), RAILWAY)
        assert (letter.failure, letter.attempts) == ("SIGNER_UNKNOWN", MAX_ATTEMPTS)
        assert redrive(railway.engine, railway.context, letter).startswith("fails for now")
        publish_keys(town.publisher, town.participants, "court-su0507")
        town.until(lambda: redrive(railway.engine, railway.context, letter, dry_run=True) == "answered with 00")
        assert railway.meet(debtor) == []
        assert redrive(railway.engine, railway.context, letter) == "answered with 00"
        assert redrive(railway.engine, railway.context, letter) == "had its effect before"
        assert len(railway.meet(debtor)) == 1

    def test_nothing_but_poison_blows_the_fuse_and_a_restart_goes_on_behind_it(
        self, town: Town, railway: Agency
    ) -> None:
        send(town, *(OutgoingRecord(COMMANDS, b"key", b"bad %d" % number) for number in range(FUSE + 5)))
        with pytest.raises(FuseBlown, match="dead-letters"):
            railway.effects.run(threading.Event())
        again = railway.new_effects()
        town.until(lambda: again.step(0.2) == 0 and rows(railway)["dead_letters"] == FUSE + 5)
        railway.relay()
        assert town.count(names.dead_letters(RAILWAY)) == FUSE + 5

    def test_a_store_that_does_not_answer_is_waited_for(
        self, town: Town, railway: Agency, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        debtor, failures = Person(1), iter([True, True])
        monkeypatch.setattr(loop, "_RETRY_SECONDS", 0.01)

        def handle(*of: Any) -> str:
            if next(failures, False):
                raise OperationalError("INSERT", {}, Exception("disk I/O error"))
            return handle_any(*of)

        monkeypatch.setattr(loop, "handle_any", handle)
        town.court.watch(debtor)
        railway.settle()
        assert (codes(town), len(railway.meet(debtor))) == (["00"], 1)

    # -- privacy --------------------------------------------------------------------------------------------------

    def test_no_number_and_no_name_is_on_any_topic_or_in_the_acts_store(self, town: Town, railway: Agency) -> None:
        debtor = Person(1)
        town.court.watch(debtor)
        railway.settle()
        railway.meet(debtor)
        numbers = [debtor.certificate.number]
        blobs = [*topic_blobs(town.wire.subscriber(), town.all_topics()), *file_blobs(railway.path.parent)]
        blobs += [*file_blobs(town.settings.state_dir / "publisher")]
        assert len(blobs) > 20
        assert search(numbers, blobs) == []
        assert search(numbers, [*blobs, planted(numbers[0])])
        assert not [where for where, blob in blobs if debtor.name.encode() in blob]

    def test_nothing_clear_differs_between_two_watched_people(self, town: Town, railway: Agency) -> None:
        for seed in (1, 2):
            town.court.watch(Person(seed))
        railway.settle()
        for seed in (1, 2):
            railway.meet(Person(seed))
        for topic in (COMMANDS, names.feedback("js"), names.whereabouts_events("js")):
            secret = {"proof", "sealed", "event_id", "command_id", "feedback_id"}
            one, other = [{k: v for k, v in record.items() if k not in secret} for record in town.records(topic)]
            assert one == other
            assert len({len(record["sealed"]) for record in town.records(topic)}) <= 2

    def test_a_watch_touches_no_topic_but_its_agencys_and_the_courts(self, town: Town, railway: Agency) -> None:
        before = {topic: town.count(topic) for topic in town.all_topics()}
        town.court.watch(Person(1))
        railway.settle()
        railway.meet(Person(1))
        changed = {topic for topic in town.all_topics() if town.count(topic) != before[topic]}
        assert changed == {COMMANDS, names.feedback("js"), names.whereabouts_events("js")}

    def test_whereabouts_are_erased_when_their_time_is_over(self, town: Town, railway: Agency) -> None:
        debtor = Person(1)
        town.court.watch(debtor)
        railway.settle()
        for number in range(12):
            railway.meet(debtor, source=f"booking-{number}")
        town.court.inbox().catch_up(0.2)
        town.clock.time += 30 * DAY_MS - 1
        kept = [each for each in town.court.inbox().all_items() if each.item.schema == "whereabouts-event"]
        assert [each.content["place"] for each in kept] == ["苏州站"] * 12
        ends = [each.record["sealed"][-64:] for each in kept]
        town.clock.time += 1
        gone = [each for each in town.court.inbox().all_items() if each.item.schema == "whereabouts-event"]
        assert [(each.item.body, each.content) for each in gone] == [(None, {})] * 12
        files = list(file_blobs(town.directory / "courts"))
        assert not [where for where, blob in files if any(end in blob for end in ends)]

    def test_gauges_count_watches_by_kind(self, town: Town, railway: Agency) -> None:
        town.court.watch(Person(1))
        railway.settle()
        with railway.engine.begin() as connection:
            assert watches.count_live(connection, town.clock.now()) == {"TRAVEL": 1}
            assert watches.count_live(connection, town.clock.now() + 31 * DAY_MS) == {}
