"""Who may command, read and report a watch, on whichever transport."""

import pytest

from liandong.consumers.effects.dead_letters import read_dead_letters
from liandong.producers.commands.commands import CommandRefused
from liandong.producers.commands.files import StopRequest, WatchRequest
from liandong.schemas import ids
from liandong.schemas.law.retention import WHEREABOUTS
from liandong.schemas.law.watch import WatchOrder
from liandong.schemas.wire.control import sealing_context
from liandong.schemas.wire.sealing import CannotOpen, open_sealed, seal
from liandong.schemas.wire.signing import encode_signed
from liandong.tests.suites.town import TownSuite
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.people import invented
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import (
    COURT,
    FOREIGN_COURT,
    HIGH_COURT,
    OTHER_COURT,
    POLICE,
    RAILWAY,
    TownAgency,
    TownCourt,
    caught_up,
    order_for,
)
from liandong.topics.catalogue import names
from liandong.topics.keys.key_records import publish_keys
from liandong.topics.keys.participants import ESCROW
from liandong.topics.transport.envelope import outgoing
from liandong.topics.transport.ports import OutgoingRecord

COMMANDS = names.commands(RAILWAY)


class WatchAuthoritySuite(TownSuite):
    """Commands and reports of those who may not."""

    def test_only_the_asking_court_its_superior_and_the_escrow_can_open_a_report(
        self, town: Town, railway: TownAgency
    ) -> None:
        debtor = invented(1)
        town.court.watch(debtor)
        railway.settle()
        railway.meet(debtor)
        (record,) = town.records(names.whereabouts_events("js"))
        where = sealing_context("whereabouts-event", record["event_id"])
        people = town.participants
        for may in (COURT, HIGH_COURT, ESCROW):
            assert open_sealed(record["sealed"], where, *people.sealing_keys(may))["name"] == debtor.name
        for participant in (OTHER_COURT, FOREIGN_COURT, RAILWAY, POLICE):
            with pytest.raises(CannotOpen):
                open_sealed(record["sealed"], where, *people.sealing_keys(participant))
        other = TownCourt(town, OTHER_COURT).inbox()
        assert (caught_up(other), other.all_items()) == (0, [])
        assert ESCROW not in {each.id for each in people.list()}

    def test_another_agency_cannot_read_a_command(self, town: Town) -> None:
        town.court.watch(invented(1))
        (record,) = town.records(COMMANDS)
        where = sealing_context("control-command", record["command_id"])
        assert open_sealed(record["sealed"], where, *town.participants.sealing_keys(RAILWAY))["judge"] == "王明远"
        for participant in (POLICE, OTHER_COURT):
            with pytest.raises(CannotOpen):
                open_sealed(record["sealed"], where, *town.participants.sealing_keys(participant))

    def test_a_court_refuses_events_it_did_not_ask_for(self, town: Town, railway: TownAgency) -> None:
        debtor = invented(1)
        town.court.watch(debtor)
        railway.settle()
        (watch,) = town.court.commands._sent.commands()
        # the agency goes on although the court has stopped the watch
        town.court.commands.give(StopRequest(watch.command_id, 1000))
        town.clock.time += 1
        railway.meet(debtor, source="after the stop")
        # another agency claims that watch; a third one invents a command
        self._invent(town, POLICE, watch.command_id)
        self._invent(town, RAILWAY, CHANCE.random_id())
        self._invent(town, RAILWAY, watch.command_id, signer=POLICE)
        inbox = town.court.inbox()
        caught_up(inbox)
        events = [each for each in inbox.all_items() if each.item.schema == "whereabouts-event"]
        refusals = sorted(each.item.refused for each in events)
        assert refusals == ["NO_SUCH_COMMAND", "NO_SUCH_COMMAND", "OUTSIDE_THE_WATCH", "SIGNER_MISMATCH"]
        assert [each.item.body for each in events] == [None] * 4

    def _invent(self, town: Town, agency: str, command: bytes, signer: str = "") -> None:
        """An event nobody's adapter would make."""
        handle, now = CHANCE.random_id(), town.clock.now()
        content = {
            "command_id": command,
            "case_number": "（2026）苏0505执1234号",
            "kind": "TRAVEL",
            "occurred_at": now,
            "name": "某某",
            "certificate": {"certificate_type": 1, "number": invented(9).certificate.number, "country": ""},
            "place": "",
            "keep_until": 0,
            "details": {},
            "traceparent": "",
            "padding": b"",
        }
        readers = town.key_directory().recipients(COURT, WHEREABOUTS)
        sealed = seal("whereabouts-report", content, sealing_context("whereabouts-event", handle), readers)
        record = {"event_id": handle, "jurisdiction": "js", "court": COURT, "agency": agency, "day": "2026-01-01"}
        key = town.participants.signer(signer or agency)
        body = encode_signed("whereabouts-event", record | {"sealed": sealed}, "whereabouts-event", key)
        topic, event_id = names.whereabouts_events("js"), ids.text("evt", handle)
        town.send(outgoing("whereabouts-event", body, topic, handle, event_id=event_id, source=agency, time_ms=now))

    def test_bad_commands_are_answered_with_their_code(self, town: Town, railway: TownAgency) -> None:
        debtor, now = invented(1), town.clock.now()
        other = TownCourt(town, OTHER_COURT)
        cases = {
            "06": order_for(town, debtor, until=now + 1),
            "07": order_for(town, debtor, document_hash=bytes(32)),
            "08": order_for(town, debtor, certificates=()),
            "10": order_for(town, debtor, kinds=("HOTEL_STAY",)),
        }
        town.clock.time += 1
        for code, order in cases.items():
            town.send(town.court.signed_command(order))
            railway.settle()
            assert town.codes()[-1] == code
            town.clock.time += 1
        unknown = town.court.signed_command(order_for(town, debtor), kind="arrest")
        town.send(unknown)
        railway.settle()
        assert town.codes()[-1] == "10"
        town.clock.time += 1
        watched = town.court.watch(debtor)
        railway.settle()
        town.clock.time += 1
        town.send(other.signed_command(WatchOrder("（2026）苏0505执1234号", stops=watched), kind="stop-watch"))
        railway.settle()
        assert town.codes()[-1] == "09"
        assert len(railway.meet(debtor)) == 1

    def test_a_forged_command_has_no_effect_and_does_not_use_up_the_genuine_id(
        self, town: Town, railway: TownAgency
    ) -> None:
        debtor = invented(1)
        genuine = town.court.signed_command(order_for(town, debtor))
        value = bytearray(genuine.value or b"")
        value[40] ^= 1  # inside the signature
        town.send(OutgoingRecord(COMMANDS, genuine.key, bytes(value), genuine.headers))
        railway.settle()
        railway.settle(railway.new_effects("railway-js.effects-again"))
        assert (town.codes(), railway.meet(debtor)) == ([], [])
        town.clock.time += 1
        town.send(genuine)
        railway.settle()
        assert town.codes() == ["00"]
        assert self.put_aside(town) == ["SIGNATURE_INVALID"]
        assert len(railway.meet(debtor)) == 1

    def test_a_command_under_a_revoked_key_is_refused(self, town: Town, railway: TownAgency) -> None:
        debtor = invented(1)
        stolen = town.court.signed_command(order_for(town, debtor))
        town.clock.time += 1000
        town.participants.rotate(COURT, compromised_since=town.clock.now())
        publish_keys(town.publisher, town.participants, COURT)
        town.until(lambda: town.is_revoked(railway.context.directory, COURT))
        town.send(stolen)
        railway.settle()
        assert (town.codes(), railway.meet(debtor)) == ([], [])
        assert self.put_aside(town) == ["SIGNATURE_INVALID"]

    def put_aside(self, town: Town) -> list[str]:
        """Why messages were put aside: nobody is answered whose signature does not hold."""
        return [each.failure for each in read_dead_letters(town.wire.subscriber(), RAILWAY, town.clock)]

    def test_a_court_the_agency_does_not_obey_is_not_answered_but_put_aside(
        self, town: Town, railway: TownAgency
    ) -> None:
        foreign = TownCourt(town, FOREIGN_COURT, "cq")
        town.send(foreign.signed_command(order_for(town, invented(1))))
        town.send(foreign.signed_command(order_for(town, invented(1)), jurisdiction="js"))
        railway.settle()
        assert self.put_aside(town) == ["AUTHORITY_MISMATCH", "AUTHORITY_MISMATCH"]
        assert (town.count(names.feedback("js")), town.count(names.feedback("cq"))) == (0, 0)
        assert railway.meet(invented(1)) == []

    def test_an_agency_is_told_to_watch_only_what_it_holds(self, town: Town) -> None:
        request = WatchRequest(RAILWAY, order_for(town, invented(1), kinds=("HOTEL_STAY",)), 1000)
        with pytest.raises(Exception, match="WATCH_KIND_NOT_HELD"):
            town.court.commands.give(request, frozenset({"TRAVEL"}))
        nobody = WatchRequest("nobody", order_for(town, invented(1)), 1000)
        with pytest.raises(CommandRefused, match="AGENCY_UNKNOWN"):
            town.court.commands.give(nobody)
