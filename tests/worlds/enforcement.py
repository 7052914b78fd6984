"""Interceptions as an agency tells them, a court's inbox that counts them, and a recount that shares nothing with it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from liandong.consumers.acts_db.sending import AgencyEvent, SealedPart, _as_record, _fields
from liandong.consumers.inbox.counting import Counting, CountingCourt, open_outbox
from liandong.consumers.inbox.counts_store import CountsStore
from liandong.consumers.inbox.inbox import Inbox
from liandong.schemas.wire.avro_schemas import current_schema
from liandong.schemas.wire.codec import from_wire
from liandong.schemas.wire.control import sealing_context
from liandong.schemas.wire.sealing import SealingKey, open_sealed
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.relays import drain
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import COURT, TownAgency
from liandong.tests.worlds.traffic import turn
from liandong.topics.catalogue import names
from liandong.topics.keys.participants import ESCROW
from liandong.topics.transport.ports import OutgoingRecord

ENTRY = bytes(range(16))


def interception(agency: TownAgency, day: str, measure: str = "rail-gd-all", **changes: Any) -> OutgoingRecord:
    """An interception as an agency sends it; whatever the schemas have is sealed or clear as they have it."""
    handle = CHANCE.random_id()
    said: dict[str, Any] = {
        "event_id": handle, "jurisdiction": "js", "court": COURT, "entry_id": ENTRY, "entry_version": 1,
        "measure": measure, "outcome": "REFUSED", "rule_version": "2026-11-20", "notary": "notary-js-1", "barrier": 7,
        "day": day, "record_class": 0, "check_id": f"chk_{CHANCE.ordered_id().hex()}", "occurred_at": 1,
        "transaction": "rail-ticket", "site": "苏州站", "attributes": {}, "traceparent": "",
        "padding": b"",
    } | changes  # fmt: skip
    clear, sealed = (_of(schema, said) for schema in ("interception", "interception-detail"))
    event = AgencyEvent(
        "interception",
        names.interceptions("js"),
        handle,
        agency.town.clock.now(),
        clear,
        SealedPart("interception-detail", sealed),
    )
    return _as_record(agency.context, event, _fields(agency.context, event))


def _of(schema: str, said: dict[str, Any]) -> dict[str, Any]:
    fields = {each["name"] for each in current_schema(schema).definition["fields"]}
    return {name: value for name, value in said.items() if name in fields}


class CountingOffice:
    """The inbox of the town's court with its counting, as one process opens it; another one goes on with its files."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.inbox: Inbox = town.court.inbox()
        self.store = self.inbox._store
        self.outbox = open_outbox(self.store, town.clock)
        self.counts = CountsStore(self.store.engine, COURT, "js")
        court = CountingCourt(
            COURT, "js", town.participants.signer(COURT), self.outbox, town.clock, town.key_directory()
        )
        self.counting = Counting(court, self.inbox, self.counts)

    def work(self) -> None:
        """Read, count, publish and send what is due now."""
        told = len(self.town.messages(names.interceptions("js")))
        turn(lambda: self._read() == told)
        self.counting.publish()
        drain(self.outbox, self.town.publisher)

    def _read(self) -> int:
        """Read on; return how many interceptions were read in all."""
        self.inbox.step()
        positions = self.store.positions().items()
        return sum(offset for at, offset in positions if at.topic == names.interceptions("js"))

    def published(self) -> list[dict[str, Any]]:
        """Every record of a count, as it stands in the log."""
        return sorted(
            self.town.records(names.enforcement_counts("js")),
            key=lambda one: (one["from_day"], one["measure"], one["revision"]),
        )


@dataclass(frozen=True)
class Recounted:
    """What a third party finds for a group."""

    number: int
    events: tuple[tuple[bytes, str], ...]

    def root(self, record: dict[str, Any]) -> bytes:
        """RFC 6962, written from its text, over the leaves the schema describes."""
        about = [record[name] for name in ("jurisdiction", "court", "agency", "measure", "from_day", "until_day")]
        leaves = [
            "\0".join([*about, str(record["revision"])]).encode(),
            *(one + two.encode() for one, two in self.events),
        ]
        return _mth(leaves)


def _mth(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + _mth(leaves[:split]) + _mth(leaves[split:])).digest()


def escrow_keys(town: Town) -> list[SealingKey]:
    """What the escrow opens interceptions with."""
    return town.participants.sealing_keys(ESCROW).opening("interception")


def recounted(town: Town, *keys: SealingKey) -> dict[tuple[str, str, str, str], Recounted]:
    """Open every interception in the log with these keys and count it again: by court, agency, measure and first day."""
    found: dict[tuple[str, str, str, str], list[tuple[bytes, str]]] = defaultdict(list)
    for message in town.messages(names.interceptions("js")):
        record = from_wire(message.value() or b"")
        detail = open_sealed(record["sealed"], sealing_context("interception", record["event_id"]), *keys)
        told = record | detail
        if told["outcome"] in ("REFUSED", "HELD") and not told["record_class"]:
            first = first_day(date.fromisoformat(told["day"])).isoformat()
            group = told["court"], told["agency"], told["measure"], first
            found[group].append((told["event_id"], told["check_id"]))
    return {group: Recounted(len(events), tuple(sorted(events))) for group, events in found.items()}


def first_day(day: date) -> date:
    """The first day of a week's part in a month, day by day."""
    while day.isoweekday() != 1 and day.day != 1:
        day -= timedelta(days=1)
    return day
