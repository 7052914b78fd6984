"""What goes wrong with commands, and what is done about it, on whichever transport."""

import pytest
from sqlalchemy import Connection

from liandong.consumers.acts_db.context import AgencyContext
from liandong.consumers.acts_db.messages import Origin, Received
from liandong.consumers.commands import parked
from liandong.consumers.commands.parking import MAX_ATTEMPTS
from liandong.consumers.effects import attempts
from liandong.consumers.effects.dead_letters import read_dead_letters, redrive
from liandong.consumers.effects.routing import handle_any
from liandong.schemas.law.watch import WatchOrder
from liandong.schemas.wire.codec import to_wire
from liandong.tests.suites.town import TownSuite
from liandong.tests.worlds.people import invented
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import RAILWAY, TownAgency, TownCourt, order_for
from liandong.topics.catalogue import names
from liandong.topics.keys.key_records import publish_keys
from liandong.topics.storage.faults import DatabaseUnavailable
from liandong.topics.transport.ports import OutgoingRecord

COMMANDS = names.commands(RAILWAY)


class WatchFailuresSuite(TownSuite):
    """Poison, late keys, dead letters, a store that does not answer."""

    def test_poison_is_put_aside_with_its_bytes_and_the_rest_flows(self, town: Town, railway: TownAgency) -> None:
        debtor = invented(1)
        headers = [("traceparent", b"00-abc"), ("ce_id", b"x")]
        town.send(
            OutgoingRecord(COMMANDS, b"key", b"no avro at all", headers),
            OutgoingRecord(COMMANDS, b"key", None),
            OutgoingRecord(COMMANDS, b"key", to_wire("barrier", b"\x00" * 90)),
        )
        town.court.watch(debtor)
        railway.settle()
        railway.settle(railway.new_effects("railway-js.effects-again"))
        letters = read_dead_letters(town.wire.subscriber(), RAILWAY, town.clock)
        assert sorted(each.failure for each in letters) == ["EMPTY", "UNDECODABLE", "WRONG_SCHEMA"]
        (bad,) = [each for each in letters if each.failure == "UNDECODABLE"]
        assert (bad.message.key, bad.message.value) == (b"key", b"no avro at all")
        assert (list(bad.message.headers), bad.attempts, bad.message.origin.topic) == (headers, 1, COMMANDS)
        assert len(railway.meet(debtor)) == 1

    def test_commands_of_a_court_not_yet_registered_wait_while_others_flow(
        self, town: Town, railway: TownAgency
    ) -> None:
        late, other = invented(1), invented(2)
        town.join("court-su0507", "court", publish=False, jurisdictions=("js",))
        court = TownCourt(town, "court-su0507")
        watch = court.signed_command(order_for(town, late))
        handle = watch.key or b""
        stop = court.signed_command(WatchOrder("（2026）苏0505执1234号", stops=handle), kind="stop-watch")
        town.send(watch, OutgoingRecord(COMMANDS, handle, stop.value, stop.headers))
        town.court.watch(other)
        railway.settle()
        with railway.engine.begin() as connection:
            waiting = parked.waiting(connection)
        assert [each.reason for each in waiting] == ["SIGNER_UNKNOWN", "SIGNER_UNKNOWN"]
        assert len(railway.meet(other)) == 1
        publish_keys(town.publisher, town.participants, "court-su0507")
        town.until(lambda: railway.effects.step() > 0 and railway.rows()["commands_parked"] == 0)
        railway.relay()
        assert town.codes() == ["00", "00", "00"]
        assert railway.meet(late) == []

    def test_a_dead_letter_is_redriven_once_what_was_missing_is_there(self, town: Town, railway: TownAgency) -> None:
        debtor = invented(1)
        town.join("court-su0507", "court", publish=False, jurisdictions=("js",))
        town.send(TownCourt(town, "court-su0507").signed_command(order_for(town, debtor)))
        railway.settle()
        town.until(lambda: railway.effects.step() > 0 and railway.rows()["commands_parked"] == 0, pace=100_000)
        railway.relay()
        (letter,) = read_dead_letters(town.wire.subscriber(), RAILWAY, town.clock)
        assert (letter.failure, letter.attempts) == ("SIGNER_UNKNOWN", MAX_ATTEMPTS)
        assert redrive(railway.engine, railway.context, letter).startswith("fails for now")
        publish_keys(town.publisher, town.participants, "court-su0507")
        town.until(lambda: redrive(railway.engine, railway.context, letter, dry_run=True) == "answered with 00")
        assert railway.meet(debtor) == []
        assert redrive(railway.engine, railway.context, letter) == "answered with 00"
        assert redrive(railway.engine, railway.context, letter) == "had its effect before"
        assert len(railway.meet(debtor)) == 1

    def test_a_store_that_is_away_in_the_middle_of_a_batch_is_waited_for(
        self, town: Town, railway: TownAgency, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        debtors, away, handled = [invented(seed) for seed in range(5)], iter([0, 0, 1, 1]), list[Origin]()

        def handle(connection: Connection, context: AgencyContext, message: Received) -> str:
            if next(away, False):
                raise DatabaseUnavailable("the database", "disk I/O error")
            handled.append(message.origin)
            return handle_any(connection, context, message)

        monkeypatch.setattr(attempts, "handle_any", handle)
        for debtor in debtors:
            town.court.watch(debtor)
        town.until(lambda: railway.effects.step() > 0 and railway.rows()["commands_handled"] == 5)
        railway.relay()
        first = [*dict.fromkeys(handled)]  # a broker may deliver a message again, which then has no effect
        assert len(first) == 5
        in_order = sorted(first, key=lambda each: each.offset)
        assert sorted(first, key=lambda each: each.partition) == sorted(in_order, key=lambda each: each.partition)
        assert town.codes() == ["00"] * 5
        assert [len(railway.meet(debtor)) for debtor in debtors] == [1] * 5
