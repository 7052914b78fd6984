"""What anybody can write to a topic that an agency's effects read, and what stands behind it, on whichever transport."""

import pytest
from sqlalchemy import Connection

from liandong.consumers.acts_db.context import AgencyContext
from liandong.consumers.acts_db.messages import Received
from liandong.consumers.commands import parked
from liandong.consumers.effects import attempts
from liandong.consumers.effects.dead_letters import FIRST_BYTES, original, read_dead_letters, redrive
from liandong.consumers.effects.fuse import FUSE, FuseBlown
from liandong.consumers.effects.routing import handle_any
from liandong.schemas.law.watch import WatchOrder
from liandong.schemas.wire.codec import to_wire
from liandong.schemas.wire.control import COMMAND_CONTEXT
from liandong.schemas.wire.framing import frame
from liandong.schemas.wire.intl import Ed25519Signer
from liandong.schemas.wire.signing import prove
from liandong.tests.suites.town import TownSuite
from liandong.tests.worlds.people import invented
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import OTHER_COURT, RAILWAY, TownAgency, TownCourt, order_for
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import OutgoingRecord

COMMANDS, RELIEF = names.commands(RAILWAY), names.relief("js")
LARGEST = 999_900
"""Bytes of a value that a record can just carry."""
STRANGER = Ed25519Signer(b"stranger".ljust(32))
LATER = b"\x0f" * 8
"""Fingerprint of a schema that this release does not know."""


def later_command(court: TownCourt, content: bytes, key: bytes = b"handle") -> OutgoingRecord:
    """What a court of a later release signs."""
    body, _ = prove(content, COMMAND_CONTEXT, court.desk.signer)
    return OutgoingRecord(COMMANDS, key, frame(LATER, body))


def parked_reasons(agency: TownAgency) -> list[str]:
    with agency.engine.begin() as connection:
        return [each.reason for each in parked.waiting(connection)]


class PoisonSuite(TownSuite):
    """Nothing that is written ends the effects or holds up what others say."""

    @pytest.mark.parametrize("topic", [COMMANDS, RELIEF])
    def test_commands_behind_a_burst_of_garbage_are_handled(self, topic: str, town: Town, railway: TownAgency) -> None:
        debtor = invented(1)
        watched = town.court.watch(debtor)
        railway.settle()
        junk = [
            b"",
            b"\xff" * 20,
            b"\xc3\x01" + bytes(7),
            to_wire("control-command", bytes(200)),
            to_wire("list-record", b"\x02" * 300),
            to_wire("barrier", b"\xff" * 90),
            frame(LATER, bytes(100)),
        ]
        burst = [OutgoingRecord(topic, b"%d" % number, junk[number % len(junk)]) for number in range(3 * FUSE)]
        town.send(*burst, *(OutgoingRecord(topic, watched, each, [("avro-fingerprint", b"\xff")]) for each in junk))
        town.clock.time += 1
        stop = town.court.signed_command(WatchOrder("（2026）苏0505执1234号", stops=watched), kind="stop-watch")
        town.send(OutgoingRecord(COMMANDS, watched, stop.value, stop.headers))
        railway.settle()
        assert railway.effects.failure is None
        assert town.codes() == ["00", "00"]
        assert railway.meet(debtor) == []

    def test_junk_under_a_watchs_key_delays_no_stop(self, town: Town, railway: TownAgency) -> None:
        debtor = invented(1)
        watched = town.court.watch(debtor)
        railway.settle()
        forged, _ = prove(town.court.signed_command(order_for(town, debtor)).value[82:], COMMAND_CONTEXT, STRANGER)  # type: ignore[index]
        other = TownCourt(town, OTHER_COURT)
        town.send(
            OutgoingRecord(COMMANDS, watched, to_wire("control-command", forged)),
            later_command(other, b"another court's, of a later release", watched),
        )
        railway.settle()
        assert parked_reasons(railway) == ["SIGNER_UNKNOWN", "NOT_UNDERSTOOD"]
        town.clock.time += 1
        stop = town.court.signed_command(WatchOrder("（2026）苏0505执1234号", stops=watched), kind="stop-watch")
        town.send(OutgoingRecord(COMMANDS, watched, stop.value, stop.headers))
        railway.settle()
        assert (town.codes(), railway.meet(debtor)) == (["00", "00"], [])
        assert parked_reasons(railway) == ["SIGNER_UNKNOWN", "NOT_UNDERSTOOD"]

    def test_a_court_waits_behind_what_it_signed_itself_under_the_same_key(
        self, town: Town, railway: TownAgency
    ) -> None:
        debtor, other = invented(1), invented(2)
        watch = town.court.signed_command(order_for(town, debtor))
        town.send(later_command(town.court, b"of a later release", watch.key or b""), watch)
        town.court.watch(other)
        railway.settle()
        assert parked_reasons(railway) == ["NOT_UNDERSTOOD", "BEHIND_ANOTHER"]
        assert (railway.meet(debtor), len(railway.meet(other))) == ([], 1)
        town.until(lambda: railway.effects.step() > 0 and not parked_reasons(railway), pace=100_000)
        railway.relay()
        (letter,) = read_dead_letters(town.wire.subscriber(), RAILWAY, town.clock)
        assert (letter.failure, letter.message.value) == ("WRONG_SCHEMA", frame(LATER, letter.message.value[10:]))  # type: ignore[index]
        assert len(railway.meet(debtor)) == 1

    def test_a_release_that_understands_no_court_blows_the_fuse_and_what_it_understands_goes_on(
        self, town: Town, railway: TownAgency, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        debtors = [invented(seed) for seed in range(3)]
        town.send(*(later_command(town.court, b"later %d" % each, b"%d" % each) for each in range(FUSE)))
        railway.settle()
        town.until(lambda: railway.effects.step() > 0 and railway.effects.failure is not None)
        blown = railway.effects.failure
        assert isinstance(blown, FuseBlown)
        assert (blown.code, f"{FUSE} messages" in blown.message) == ("EFFECTS_FUSE_BLOWN", True)
        town.court.watch(debtors[0])
        railway.settle()
        assert len(railway.meet(debtors[0])) == 1
        for _ in range(15):  # more than an hour: nothing of it is given up
            town.clock.time += 600_000
            while railway.effects.step() == 0:
                pass
        assert (railway.rows()["dead_letters"], len(parked_reasons(railway))) == (0, FUSE)

        def later_release(connection: Connection, context: AgencyContext, message: Received) -> str:
            return "understood" if (message.value or b"")[2:10] == LATER else handle_any(connection, context, message)

        monkeypatch.setattr(attempts, "handle_any", later_release)
        town.until(lambda: railway.effects.step() > 0 and railway.effects.failure is None, pace=600_000)
        town.until(lambda: railway.effects.step() > 0 and not parked_reasons(railway), pace=600_000)
        assert railway.rows()["dead_letters"] == 0

    def test_the_fuse_is_whole_again_when_what_waits_is_given_up_by_command(
        self, town: Town, railway: TownAgency
    ) -> None:
        town.send(*(later_command(town.court, b"later %d" % each, b"%d" % each) for each in range(FUSE + 5)))
        railway.settle()
        town.until(lambda: railway.effects.step() > 0 and railway.effects.failure is not None)
        with railway.engine.begin() as connection:
            assert parked.hasten(connection, town.clock.now(), give_up=True) == FUSE + 5
        town.until(lambda: railway.effects.step() > 0 and not parked_reasons(railway))
        town.until(lambda: railway.effects.step() > 0 and railway.effects.failure is None)
        railway.relay()
        letters = read_dead_letters(town.wire.subscriber(), RAILWAY, town.clock)
        assert {each.failure for each in letters} == {"WRONG_SCHEMA"}
        assert len(letters) == FUSE + 5

    def test_what_a_handler_does_not_expect_is_about_its_message_alone(
        self, town: Town, railway: TownAgency, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        debtor = invented(1)

        def handle(connection: Connection, context: AgencyContext, message: Received) -> str:
            if message.key in (b"garbage", b"genuine"):
                raise KeyError("nobody thought of this")
            return handle_any(connection, context, message)

        monkeypatch.setattr(attempts, "handle_any", handle)
        genuine = town.court.signed_command(order_for(town, invented(2)))
        town.send(
            OutgoingRecord(COMMANDS, b"garbage", b"\xff" * 20),
            OutgoingRecord(COMMANDS, b"genuine", genuine.value, genuine.headers),
        )
        town.court.watch(debtor)
        railway.settle()
        assert len(railway.meet(debtor)) == 1
        (letter,) = read_dead_letters(town.wire.subscriber(), RAILWAY, town.clock)
        assert (letter.failure, letter.reason, letter.message.key) == ("HANDLING_FAILED", "KeyError", b"garbage")
        monkeypatch.undo()
        town.until(lambda: railway.effects.step() > 0 and not parked_reasons(railway))
        railway.relay()
        assert town.codes() == ["00", "00"]

    @pytest.mark.parametrize("part", ["value", "key", "headers"])
    def test_a_megabyte_of_junk_does_not_stop_what_the_agency_sends(
        self, part: str, town: Town, railway: TownAgency
    ) -> None:
        junk = bytes(range(256)) * (LARGEST // 256)
        many = [(f"h{number}", junk[:90]) for number in range(9_900)]
        records = {
            "value": OutgoingRecord(COMMANDS, b"k", junk),
            "key": OutgoingRecord(COMMANDS, junk, b"\xff"),
            "headers": OutgoingRecord(COMMANDS, b"k", b"\xff", many),
        }
        town.send(records[part])
        town.court.watch(invented(1))
        railway.settle()
        assert town.codes() == ["00"]
        (letter,) = read_dead_letters(town.wire.subscriber(), RAILWAY, town.clock)
        assert letter.message.origin.topic == COMMANDS
        kept = letter.message
        assert len(kept.value or b"") <= FIRST_BYTES
        assert (records[part].value or b"").startswith(kept.value or b"-")
        assert redrive(railway.engine, railway.context, letter).startswith("fails: ORIGINAL_GONE")
        whole = original(town.wire.subscriber(), letter, town.clock)
        assert whole is not None
        assert (whole.message.key, whole.message.value) == (records[part].key, records[part].value)
        assert list(whole.message.headers) == list(records[part].headers)
        assert redrive(railway.engine, railway.context, whole) == "fails: UNDECODABLE, FramingError"
        town.wire.truncate(kept.origin.at, kept.origin.offset + 1)
        assert original(town.wire.subscriber(), letter, town.clock) is None
