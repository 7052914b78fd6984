"""A node of an agency as a simulated process: its copy, its gate, its effects, and what its counters ask."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import Engine, Table, func, select

from liandong.consumers.acts_db.tables import commands_handled, dead_letters
from liandong.consumers.effects.loop import Effects
from liandong.consumers.gate.decision import CheckRequest, Decision
from liandong.consumers.gate.subjects import Subject
from liandong.consumers.interceptions.answers import Answer
from liandong.consumers.interceptions.interceptions import strongest
from liandong.consumers.node.assembly import NodeConnections, OpenAgency, open_agency
from liandong.consumers.node.desk import Machine as NodeMachine
from liandong.consumers.replication.list_view import ListView
from liandong.consumers.store.layout import LANE_LENGTH, TrustedHead
from liandong.consumers.store.values import body_of, opaque_of
from liandong.producers.relay.relay import Relay
from liandong.schemas.wire.digest import SetDigest
from liandong.tests.simulation.calling import Reply
from liandong.tests.simulation.counter import WHOLE, ApiCounter, trace_at
from liandong.tests.simulation.deeds.staff import COUNTERS
from liandong.tests.simulation.process import Process
from liandong.tests.simulation.promises import audit_receipts
from liandong.tests.simulation.recount import Standing
from liandong.tests.simulation.truth import ACTIVE, KeptHit
from liandong.tests.worlds.keeping import OwnKeeper
from liandong.tests.worlds.people import Person
from liandong.tests.worlds.railway import NODE_PARTS
from liandong.topics.storage.faults import DatabaseFault
from liandong.topics.storage.outbox import SqlOutbox
from liandong.topics.transport.ports import Publisher, TopicPartition
from liandong.topics.workers.clock import Clock
from liandong.topics.workers.worker import Part

if TYPE_CHECKING:
    from liandong.tests.simulation.machine import SimulatedMachine
    from liandong.tests.simulation.world import World

CALLER = "counter"


@dataclass(frozen=True)
class Copied:
    """What a node's store holds of one partition."""

    standing: dict[bytes, Standing]
    index: dict[bytes, set[bytes]]
    digest: bytes


class NodeProcess(Process):
    """One node. Nodes of one agency share its acts store."""

    part_names = NODE_PARTS
    roles = ("agency",)
    unhurried: Mapping[str, float] = {
        "list": 1,
        "relief": 2,
        "effects": 4,
        "releases": 5,
        "batches": 2,
        "relay": 1,
        "standing": 10,
        "keeping": 600,
        "erasure": 3_600,
    }

    def __init__(self, world: "World", agency: str, node: str, machine: "SimulatedMachine") -> None:
        super().__init__(world, f"{agency} {node}", machine)
        self.agency, self.node = agency, node
        self.kind = machine.participants.load(agency).agency_kind
        self.counted = Counter[str]()
        """What the world has counted of `records`."""
        self._surrogates: dict[Person, frozenset[bytes]] = {}
        self.counter = ApiCounter(self, agency, node)
        self.numbered = 0
        """The number of its last receipt when it was last opened."""
        self.rebuilds = False
        """Whether its next start makes its copy again, as its operator wishes."""
        self._opened: OpenAgency

    @property
    def view(self) -> ListView:
        """The list as the node has it."""
        return self._opened.desk.view

    @property
    def outbox(self) -> SqlOutbox:
        """What waits to be sent."""
        return self._opened.desk.context.outbox

    @property
    def kept(self) -> int:
        """How many messages came to its effects and are not handled yet."""
        effects = self._parts["effects"].worker
        assert isinstance(effects, Effects)
        return effects.kept

    @property
    def acts(self) -> Engine:
        """What the agency did."""
        return self._opened.desk.engine

    @property
    def knows_keys(self) -> bool:
        """Whether the register of keys was read."""
        return self._opened.directory.loaded

    def open(self) -> Sequence[Part]:
        machine = self.machine
        connections = NodeConnections(self.subscriber, self.publisher, self._relay)
        beneath = NodeMachine(machine.clock, machine.chance, machine.disk.boot_id, keeper=OwnKeeper)
        self._opened = open_agency(machine.settings, self.agency, self.node, connections, beneath)
        self.counter.opened(machine.settings, self._opened)
        if self.rebuilds:
            self.rebuilds = False
            self._opened.rebuild()
        return self._opened.parts()

    def look(self) -> None:
        stores = self._opened._stores
        self.numbered = max(stores.lists.receipts().last_sequence, stores.told.sequence)
        audit_receipts(self.world, self)

    def let_go(self) -> None:
        self._opened.close()

    def ask(self, person: Person, *, keeps: bool) -> Answer | None:
        """Have a counter ask; None if the node died over it."""
        transaction, attributes = COUNTERS[self.kind]
        now = self.machine.clock.now()
        subject = Subject((person.certificate,), person.name)
        request = CheckRequest(transaction, subject, attributes, traceparent=trace_at(now))
        checks = self._opened.desk.checks
        answer: list[Answer] = []
        with self.mortal():
            decided = checks.decide(request, now, CALLER)
            if keeps:
                self._keep(person, decided)
            answer.append(decided)
        return answer[0] if answer else None

    def _keep(self, person: Person, decided: Answer) -> None:
        """Keep what was decided, as the API does: what cannot be kept now is asked again later."""
        try:
            self._opened.desk.checks.keep([decided])
        except DatabaseFault:
            self.world.count("answers that could not be kept")
        else:
            self.note_kept(person, decided.decision, decided.decision.check_id)

    def call(self, people: Sequence[Person], token: str, body: str, language: str) -> Reply | None:
        """Have a counter ask about people over the check API; None if the node died over it."""
        transaction, attributes = COUNTERS[self.kind]
        checks = [each.asked(transaction, **attributes) for each in people]
        reply: list[Reply] = []
        with self.mortal():
            reply.append(self.counter.post(checks, token, body, language))
        return reply[0] if reply else None

    def call_keyed(self, person: Person, key: str) -> Reply | None:
        """Have a counter ask about somebody with an Idempotency-Key; None if the node died over it."""
        transaction, attributes = COUNTERS[self.kind]
        check = person.asked(transaction, **attributes) | {"site": key}
        reply: list[Reply] = []
        with self.mortal():
            reply.append(self.counter.post([check], self.counter.token(), WHOLE, "en", key))
        return reply[0] if reply else None

    def meets(self, person: Person, booking: int) -> None:
        """Tell whoever watches for somebody that they were met."""

    def surrogates(self, person: Person) -> frozenset[bytes]:
        """Everything somebody can be listed under."""
        if person not in self._surrogates:
            keys = self.machine.participants.matching_keys()
            self._surrogates[person] = frozenset(each["surrogate"] for each in person.identities(keys=keys))
        return self._surrogates[person]

    def stops(self, surrogates: frozenset[bytes]) -> bool:
        """Whether the copy has a live entry that restricts somebody now."""
        now = self.machine.clock.now()
        for entry in self.view.find(tuple(surrogates)):
            prefix = entry.prefix
            begun, until = now >= prefix["effective_from"], prefix["effective_until"]
            if prefix["status"] == ACTIVE and begun and not (until and now >= until):
                return True
        return False

    def read_through(self, at: TopicPartition) -> int:
        """The offset behind the last record of a partition that is in the copy or the overlay; 0 = none yet."""
        status = self._opened.copy_status
        offsets = {(lane.topic, lane.partition): lane.next_offset for lane in status._lists.status().lanes}
        offsets |= {(lane.topic, lane.partition): lane.next_offset for lane in status._relief.lanes()}
        return max(0, offsets.get(at, 0))

    @property
    def reads_register(self) -> bool:
        """Whether the register of keys has been read and can be."""
        directory = self._opened.directory
        return directory.loaded and directory.failure is None

    @property
    def list_folder(self) -> Path:
        """Where its copy of the list is."""
        return self._opened._stores.lists.path

    def is_replaced(self) -> None:
        """Have the notes of its agency say that a later start of its name is at work."""
        presence = self._opened._presence
        assert presence is not None
        noted = presence._read()
        later = {"number": noted[self.node].number + 1, "incarnation": "f" * 32}
        presence._write({**noted, self.node: msgspec.structs.replace(noted[self.node], **later)})

    def commands_handled(self) -> int:
        """How many commands its agency has handled."""
        with self.acts.connect() as connection:
            return connection.scalar(select(func.count()).select_from(commands_handled)) or 0

    def letters_put_aside(self) -> int:
        """How many messages its agency has put aside."""
        with self.acts.connect() as connection:
            return connection.scalar(select(func.count()).select_from(dead_letters)) or 0

    def places(self, aside: Table) -> set[tuple[str, int, int]]:
        """Topic, partition and offset of what its agency has parked or put aside."""
        with self.acts.connect() as connection:
            rows = connection.execute(select(aside.c.topic, aside.c.log_partition, aside.c.log_offset))
            return {tuple(row) for row in rows}

    @property
    def effects_failure(self) -> str:
        """The code of what hinders its effects, empty if nothing does."""
        effects = self._parts["effects"].worker
        assert isinstance(effects, Effects)
        return "" if effects.failure is None else str(getattr(effects.failure, "code", effects.failure))

    def lose_index(self) -> int:
        """Empty the index of the copy under its process; return how many rows it had."""
        lists = self._opened._stores.lists
        with lists.reader().snapshot() as snapshot:
            rows = sum(1 for _ in snapshot.index())
        lists._environment.write(lambda transaction: transaction.drop(lists._writing.index, delete=False))
        return rows

    def trusted_heads(self) -> Sequence[TrustedHead]:
        """The highest head of each notary that the node trusts."""
        return self._opened._stores.lists.heads()

    def records(self) -> dict[str, int]:
        """How many records the copy and the overlay took or refused, since they were made."""
        status = self._opened.copy_status
        lists, relief = status._lists.status().lanes, status._relief.lanes()
        return {
            "records a list refused": sum(lane.refused for lane in lists),
            "records a list had newer": sum(lane.stale for lane in lists),
            "records nobody could read": sum(lane.opaque for lane in lists),
            "reliefs ahead of their list": sum(lane.applied for lane in relief),
            "reliefs refused": sum(lane.refused for lane in relief),
        }

    def copied(self, at: TopicPartition) -> Copied:
        """What the store holds of a partition of a list."""
        lists = self._opened.copy_status._lists
        lane = next((lane for lane in lists.status().lanes if lane.name == at), None)
        if lane is None:  # nothing was ever read
            return Copied({}, {}, SetDigest().value())
        with lists.snapshot() as snapshot:
            rows = {
                place[LANE_LENGTH:]: _standing(value)
                for place, value in snapshot.records()
                if place.startswith(lane.prefix)
            }
            index: dict[bytes, set[bytes]] = {}
            for surrogate, place in snapshot.index():
                if place.startswith(lane.prefix):
                    index.setdefault(surrogate, set()).add(place[LANE_LENGTH:])
        return Copied(rows, index, SetDigest(lane.digest).value())

    def note_kept(self, person: Person, decision: Decision, check: str) -> None:
        """Remember what courts must now hear of: the agency has kept a decision like this one under this check's id."""
        for ruling in strongest(decision.outcome.rulings):
            entry = ruling.entry
            kept = KeptHit(check, entry.entry_id, entry.version, self.surrogates(person))
            self.world.kept.append(kept)

    def _relay(self, outbox: SqlOutbox, publisher: Publisher, _clock: Clock) -> Relay:
        return self.relay(outbox, publisher, self.machine.folder)


def _standing(value: memoryview) -> Standing:
    raw = bytes(value)
    opaque = opaque_of(raw)
    if opaque is None:
        return Standing(body_of(raw))
    return Standing(body_of(opaque.last) if opaque.last else b"", opaque.raw)
