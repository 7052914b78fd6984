"""Who lives in the town: courts that command and agencies that obey, each with its store and its keys."""

import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select

from liandong.consumers.acts_db.context import AgencyContext
from liandong.consumers.acts_db.database import OUTBOX_LANES, open_acts
from liandong.consumers.acts_db.tables import handled_positions, metadata, outbox
from liandong.consumers.effects.intake import group_of, topics_of
from liandong.consumers.effects.loop import Effects
from liandong.consumers.events.reports import report
from liandong.consumers.events.sightings import Sighting
from liandong.consumers.inbox.court import CourtContext
from liandong.consumers.inbox.inbox import Inbox
from liandong.consumers.inbox.store import InboxStore
from liandong.producers.commands.commands import CommandingCourt, Commands
from liandong.producers.commands.files import WatchRequest
from liandong.producers.commands.sent import CommandRegister
from liandong.producers.register.register import open_register
from liandong.schemas import ids
from liandong.schemas.law.retention import COMMAND
from liandong.schemas.law.watch import WatchOrder
from liandong.schemas.law.watch_kinds import DAY_MS, held_by
from liandong.schemas.wire.control import COMMAND_CONTEXT, sealing_context
from liandong.schemas.wire.sealing import seal
from liandong.schemas.wire.signing import encode_signed
from liandong.tests.worlds.batches import let_leave
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.people import Person
from liandong.tests.worlds.relays import drain
from liandong.tests.worlds.subscribers import Polled
from liandong.tests.worlds.waiting import PATIENCE
from liandong.topics.catalogue import names
from liandong.topics.keys.erasure import erased_ids
from liandong.topics.storage.database import sqlite_url
from liandong.topics.storage.outbox import SqlOutbox
from liandong.topics.transport.envelope import outgoing
from liandong.topics.transport.ports import OutgoingRecord
from liandong.topics.workers.threads import work_until
from liandong.topics.workers.worker import AT_ONCE, Part

if TYPE_CHECKING:
    from liandong.tests.worlds.town import Town

COURT, OTHER_COURT, HIGH_COURT, FOREIGN_COURT = "court-su0505", "court-su0506", "court-js", "court-yu0101"
RAILWAY, POLICE = "railway-js", "police-js"
KINDS = {RAILWAY: "railway", POLICE: "police-lodging"}


class TownAgency:
    """One node of an agency."""

    def __init__(self, town: "Town", participant: str, node: str = "1") -> None:
        self.town, self.id = town, participant
        path = town.directory / "agencies" / participant / "acts.db"
        self.path = path
        self.engine = open_acts(sqlite_url(path))
        store = SqlOutbox(self.engine, OUTBOX_LANES, tables=outbox, clock=town.clock)
        self.context = AgencyContext(
            participant,
            frozenset({"js"}),
            held_by(KINDS[participant]),
            town.participants.signer(participant),
            town.participants.sealing_keys(participant),
            town.key_directory(),
            town.participants.matching_keys(),
            store,
            town.clock,
            CHANCE,
            interceptions_every_seconds=1.0,
        )
        self.node = node
        self._polled: dict[Effects, Polled] = {}
        self.effects = self.new_effects()

    def new_effects(self, group: str | None = None) -> Effects:
        """Effects on this store; another group reads everything again, as after the loss of how far it was handled."""
        if group:
            with self.engine.begin() as connection:
                connection.execute(delete(handled_positions))
        subscriber = Polled(self.town.wire.subscriber(group or group_of(self.id)))
        effects = Effects(self.context, lambda: subscriber, self.engine, node=self.node)
        self._polled[effects] = subscriber
        return effects

    def settle(self, effects: Effects | None = None) -> None:
        """Handles everything that stands in the topics it reads, and sends what came of it."""
        running = effects or self.effects
        due = self.town.count(*topics_of(self.context))
        deadline = time.monotonic() + PATIENCE
        while self._polled[running].count < due:
            assert time.monotonic() < deadline, f"{due - self._polled[running].count} messages did not come"
            if running.step() > 0:
                running.wait(0.2)
        while running.step() == AT_ONCE:
            pass
        self.relay()

    def relay(self) -> None:
        """Send what waits: what is held for the next batch, and the outbox."""
        let_leave(self.context, self.engine, self.town.clock)
        drain(self.context.outbox, self.town.publisher)

    def rows(self) -> dict[str, int]:
        """How many rows each table of the acts store has."""
        with self.engine.begin() as connection:
            return {
                table.name: connection.scalar(select(func.count()).select_from(table)) or 0
                for table in metadata.sorted_tables
            }

    def meet(self, person: Person, *, at: int | None = None, kind: str = "TRAVEL", source: str = "") -> list[bytes]:
        """The agency met somebody; handles of what it told."""
        when = self.town.clock.now() if at is None else at
        fields = {"place": "苏州站", "service_number": "G7001", "phone_position": "31.3,120.6"}
        sighting = Sighting("whereabouts", kind, (person.certificate,), person.name, when, fields, source)
        with self.engine.begin() as connection:
            told = report(connection, self.context, sighting)
        self.relay()
        return told


def caught_up(inbox: Inbox) -> int:
    """Lets an inbox read to the end of the log; how many items were new."""
    assert work_until(Part("inbox", inbox, inbox.wait), lambda: inbox.caught_up, PATIENCE), inbox.failure
    return inbox.new


class TownCourt:
    """One court: gives commands, reads its inbox."""

    def __init__(self, town: "Town", participant: str, jurisdiction: str = "js") -> None:
        self.town, self.id, self.jurisdiction = town, participant, jurisdiction
        self.register = open_register(town.settings, jurisdiction, town.clock)
        self.desk = CommandingCourt(
            participant,
            jurisdiction,
            town.participants.signer(participant),
            town.key_directory(),
            town.participants.matching_keys(),
            town.clock,
            CHANCE,
        )
        self.commands = Commands(self.desk, self.register)

    def watch(self, person: Person, agency: str = RAILWAY, **changes: Any) -> bytes:
        """Gives a watch command and sends it; its handle."""
        given = self.commands.give(WatchRequest(agency, order_for(self.town, person, **changes), 3_600_000))
        self.relay()
        return given.command.command_id

    def signed_command(self, order: WatchOrder, **changes: Any) -> OutgoingRecord:
        """A command as this court's key signs it, with any field changed before signing."""
        handle, now = CHANCE.random_id(), self.town.clock.now()
        readers = self.town.key_directory().recipients(RAILWAY, COMMAND)
        record = {
            "command_id": handle,
            "jurisdiction": self.jurisdiction,
            "court": self.id,
            "agency": RAILWAY,
            "kind": "watch",
            "issued_at": now,
            "due_at": now + 3_600_000,
            "sealed": seal("watch-order", order.as_record(), sealing_context("control-command", handle), readers),
        }
        body = encode_signed("control-command", record | changes, COMMAND_CONTEXT, self.desk.signer)
        event_id, topic = ids.text("cmd", handle), names.commands(RAILWAY)
        return outgoing("control-command", body, topic, handle, event_id=event_id, source=self.id, time_ms=now)

    def relay(self) -> None:
        """Send what waits in the publisher's outbox."""
        drain(self.register.outbox, self.town.publisher)

    def inbox(self) -> Inbox:
        """This court's inbox, as a process opens it."""
        store = InboxStore(self.town.directory / "courts" / self.id / "inbox.db")
        context = CourtContext(
            self.id,
            self.jurisdiction,
            self.town.participants.sealing_keys(self.id),
            self.town.key_directory(),
            CommandRegister(self.register.engine, self.id),
            self.town.clock,
            lambda: erased_ids(self.town.participants.file(self.id, "sealing.key").parent),
        )
        return Inbox(context, self.town.wire.subscriber(), store)


def order_for(town: "Town", person: Person, **changes: Any) -> WatchOrder:
    """A lawful watch order for a debtor, changed where the test wants it."""
    lawful: dict[str, Any] = {
        "case_number": "（2026）苏0505执1234号",
        "document_number": "（2026）苏0505执1234号之一",
        "document_hash": bytes(range(32)),
        "judge": "王明远",
        "purpose": "LOCATE_DEBTOR",
        "kinds": ("TRAVEL",),
        "until": town.clock.now() + 30 * DAY_MS,
        "name": person.name,
        "certificates": (person.certificate,),
    }
    return WatchOrder(**(lawful | changes))
