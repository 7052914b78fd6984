"""Every reader believes a record exactly if the table of `topics.keys.signatures` says that its signer may have signed it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from liandong.consumers.acts_db.messages import Origin, Received
from liandong.consumers.acts_db.outcomes import Poison
from liandong.consumers.commands.handling import handle
from liandong.consumers.effects.routing import handle_any
from liandong.consumers.inbox.verdicts import Verdicts
from liandong.consumers.interceptions import recent_releases
from liandong.monitoring.notary.checkpoints import PublisherCheckpoint
from liandong.monitoring.notary.classify import ListMessage, Marker, MessageClassifier
from liandong.schemas.law.decisions import Trust
from liandong.schemas.law.listing import Change, RecordClass
from liandong.schemas.wire.codec import decode, decode_prefix, encode, to_wire
from liandong.schemas.wire.feedback import FeedbackCode
from liandong.schemas.wire.rules import CANARY, RULES, Rule
from liandong.schemas.wire.sealing import Recipient, SealingKey
from liandong.schemas.wire.signing import Ed25519Signer, PublicKey, encode_signed
from liandong.tests.worlds.clock import DAY_MS, NOW, HandClock
from liandong.tests.worlds.forgeries import EXAMPLES, FINGERPRINTS
from liandong.tests.worlds.list_copy import ListCopy
from liandong.tests.worlds.receipts import WatchRoom
from liandong.tests.worlds.records import FINGERPRINT, Keys, registered
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import COURT, RAILWAY, TownAgency
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.keys.entitlement import ListPlace
from liandong.topics.keys.supervision import SupervisionActs
from liandong.topics.transport.memory.log import MemoryMessage
from liandong.topics.transport.ports import BEGINNING, OutgoingRecord, TopicPartition

SIGNER = Ed25519Signer(bytes(range(1, 33)))
NAMED = "who-is-named"
LANE = TopicPartition(names.debtor_list("js"), 0)
PLACE = ListPlace(*LANE, 1, "js")
VALIDITY: dict[str, dict[str, int]] = {
    "open": {},
    "not yet": {"valid_from": NOW + 1},
    "not on that day": {"valid_from": NOW + DAY_MS},
    "ended": {"valid_until": NOW},
    "revoked before": {"revoked_at": NOW},
    "revoked since": {"revoked_at": NOW + 1},
}
"""Of a key, for what was signed at `NOW`; it is read a second later."""


@dataclass(frozen=True)
class Case:
    """Who signed, and what the record says of them."""

    kind: str
    jurisdiction: str = "js"
    participant: str = NAMED
    validity: str = "open"
    place: str = "js"
    """The jurisdiction the record names; it is read in js."""

    @property
    def key(self) -> PublicKey:
        public = SIGNER.public_key
        times = VALIDITY[self.validity]
        key = PublicKey(SIGNER.key_id, self.participant, self.kind, self.jurisdiction, "sign", public)
        return replace(
            key,
            valid_from=times.get("valid_from", 0),
            valid_until=times.get("valid_until", 0),
            revoked_at=times.get("revoked_at", 0),
        )

    def allowed(self, rule: Rule, *, anywhere: bool, in_copy: bool = False) -> bool:
        """What the table says; a copy asks barriers for revocations, and whoever stops or frees a person the newest register."""
        place = self.place if rule.place else "js"
        acts_in = [self.jurisdiction] if rule.alone else self.jurisdiction.split(",")
        valid = {"open", "revoked since"} if rule.outlives_revocation else {"open"}
        if rule.revoked_by_barrier:
            valid = {"open", "revoked since", "revoked before"} if in_copy else {"open"}
        valid |= {"not yet"} if rule.by_day else set()
        return (
            self.kind in rule.kinds
            and self.participant == NAMED
            and self.validity in valid
            and place in acts_in
            and place != ""
            and (anywhere or place == "js")
        )


def cases(kind: str) -> list[Case]:
    """The right case, and every one that differs from it in one or two ways."""
    ways: dict[str, tuple[str, ...]] = {
        "kind": tuple({"court", "agency", "notary", "approver", "supervisor"} - {kind}),
        "jurisdiction": ("cq", "js,cq", ""),
        "participant": ("somebody-else",),
        "validity": tuple(VALIDITY)[1:],
        "place": ("cq", ""),
    }
    single = [{name: value} for name, values in ways.items() for value in values]
    double = [one | other for one, other in combinations(single, 2) if not one.keys() & other.keys()]
    return [replace(Case(kind), **changes) for changes in ({}, *single, *double)]


class Ring(Keys):
    """Keys to check by and one to seal to."""

    def recipients(self, participant: str, retention: str) -> list[Recipient]:
        del participant, retention
        key = SealingKey(bytes(32))
        return [Recipient(key.key_id, key.public_key)]


def body_of(schema: str, **fields: Any) -> bytes:
    """A record that `SIGNER` signed, made from an example of its schema."""
    example = next(each for each in EXAMPLES if each.schema == schema)
    record = decode(FINGERPRINTS[schema, example.version], example.body)
    own = {
        "court": NAMED,
        "agency": NAMED,
        "notary": NAMED,
        "supervisor": NAMED,
        "publisher": NAMED,
        "sender": NAMED,
        "issued_at": NOW,
        "at": NOW,
        "recorded_at": NOW,
    }
    record |= {name: value for name, value in own.items() if name in record} | fields
    return encode_signed(schema, record, LANE.topic if schema == "list-record" else schema, SIGNER)


class Stage:
    """Every reader there is, with one ring of keys."""

    def __init__(self, directory: Path) -> None:
        self.wire = MemoryWire()
        self.town = Town(self.wire, directory / "town")
        self.town.clock.time = NOW + 1000
        self.ring = Ring()
        self.agency = TownAgency(self.town, RAILWAY)
        self.agency.context = replace(self.agency.context, directory=self.ring)
        self.inbox = self.town.court.inbox()
        self.inbox._context = replace(self.inbox._context, directory=self.ring, court=NAMED)
        self.inbox._verdicts = Verdicts(self.inbox._context)
        self.copy = ListCopy(directory / "copy")
        self.watch = WatchRoom(directory)
        self.watch.wire.broker.clock = HandClock(NOW)
        self.watch.publisher = self.watch.wire.publisher()
        self.number = 0

    def know(self, case: Case) -> None:
        """Only the case's key and those of the copy's own court are known."""
        self.number += 1
        for ring in (self.ring, self.copy.keys, self.watch.keys):
            ring.known[SIGNER.key_id] = case.key

    def message(self, topic: str, key: bytes | None, schema: str, body: bytes) -> MemoryMessage:
        record = OutgoingRecord(topic, key, to_wire(schema, body))
        return MemoryMessage(TopicPartition(topic, 0), 0, record, NOW)

    def listed(self, case: Case, record_class: RecordClass) -> tuple[bytes, bytes]:
        """An entry of whoever is named, and its revocation by `SIGNER`."""
        self.know(case)
        court = self.copy.court
        court.court, kind = NAMED, "notary" if record_class == RecordClass.CANARY else "court"
        self.copy.keys.known[court.signer.key_id] = registered(court.signer, NAMED, kind, "js")
        first = court.include(record_class=int(record_class))
        entry = decode_prefix(first)["entry_id"]
        self.copy.publish(first)
        record = decode(FINGERPRINT, court.change(entry, Change.REVOKE))
        return entry, encode_signed("list-record", record, LANE.topic, SIGNER)


def replicator(stage: Stage, case: Case, record_class: RecordClass) -> bool:
    entry, body = stage.listed(case, record_class)
    stage.copy.publish(body)
    return stage.copy.node.newest_body(entry) == body


def relief(stage: Stage, case: Case, record_class: RecordClass) -> bool:
    entry, body = stage.listed(case, record_class)
    stage.copy.send(stage.copy.court.relief(body))
    found = stage.copy.node.view.entry(entry)
    return found is not None and found.body == body


def gate(stage: Stage, case: Case, record_class: RecordClass) -> bool:
    entry, _ = stage.listed(case, record_class)
    found = stage.copy.node.view.entry(entry)
    assert found is not None
    body = body_of("list-record", entry_id=entry, record_class=int(record_class))
    return stage.copy.node.view.trust(replace(found, body=body, prefix=decode_prefix(body))) is Trust.PROVEN


def notary(stage: Stage, case: Case, record_class: RecordClass) -> bool:
    entry, body = stage.listed(case, record_class)
    message = stage.message(LANE.topic, entry, "list-record", body)
    classified = MessageClassifier("js", stage.ring).classify(PLACE, message)
    assert isinstance(classified, ListMessage)
    return not classified.alarm


def releases(stage: Stage, case: Case, record_class: RecordClass) -> bool:
    entry, body = stage.listed(case, record_class)
    received = Received(Origin(names.relief("js"), 0, 0), entry, to_wire("list-record", body), ())
    with stage.agency.engine.connect() as connection:
        handle_any(connection, stage.agency.context, received)
        stopped = recent_releases.HandledVersion(entry, 0, NAMED)
        signers = recent_releases.SignersNow(str.__eq__, lambda _key_id: True)
        return recent_releases.freed_by(connection, stopped, "anybody", signers) is not None


def list_barrier(stage: Stage, case: Case) -> bool:
    return _lane_barrier(stage, case, LANE.topic)


def relief_barrier(stage: Stage, case: Case) -> bool:
    return _lane_barrier(stage, case, names.relief("js"))


def _lane_barrier(stage: Stage, case: Case, topic: str) -> bool:
    stage.know(case)
    body = body_of("barrier", jurisdiction=case.place, topic=topic, partition=0, number=stage.number)
    stage.copy.send(OutgoingRecord(topic, b"barrier/" + NAMED.encode(), to_wire("barrier", body)))
    if topic == LANE.topic:
        marks = stage.copy.node.store.marks()
        return any((mark.notary, mark.mark.number) == (NAMED, stage.number) for mark in marks)
    return stage.copy.node.relief.lanes()[0].newest.get(NAMED) == stage.number


def notarys_marker(stage: Stage, case: Case) -> bool:
    stage.know(case)
    body = body_of("barrier", jurisdiction=case.place, topic=LANE.topic, partition=0)
    message = stage.message(LANE.topic, b"barrier/x", "barrier", body)
    return isinstance(MessageClassifier("js", stage.ring).classify(PLACE, message), Marker)


def notarys_checkpoint(stage: Stage, case: Case) -> bool:
    stage.know(case)
    body = body_of("court-checkpoint", jurisdiction=case.place, topic=LANE.topic, partition=0)
    message = stage.message(LANE.topic, b"checkpoint/x", "court-checkpoint", body)
    return isinstance(MessageClassifier("js", stage.ring).classify(PLACE, message), PublisherCheckpoint)


def copys_head(stage: Stage, case: Case) -> bool:
    stage.know(case)
    body = body_of("list-head", jurisdiction=case.place, number=stage.number)
    stage.copy.send(OutgoingRecord(names.heads("js"), None, to_wire("list-head", body), partition=0))
    waiting = stage.copy.node.replicator._proof._waiting  # until its barrier was passed
    return any(stage.number in heads for row, heads in waiting.items() if row.endswith(NAMED))


def evidence(topic: str, schema: str) -> Callable[[Stage, Case], bool]:
    def heard(stage: Stage, case: Case) -> bool:
        stage.know(case)
        fields: dict[str, Any] = {"number": stage.number} if schema in {"list-head", "notary-report"} else {}
        body = body_of(schema, jurisdiction=case.place, **fields)
        before = stage.watch.refused(topic, "signature")
        stage.watch.hear(OutgoingRecord(topic, None, to_wire(schema, body)))
        return stage.watch.refused(topic, "signature") == before

    return heard


def inbox(schema: str) -> Callable[[Stage, Case], bool]:
    def judged(stage: Stage, case: Case) -> bool:
        stage.know(case)
        body = body_of(schema, jurisdiction=case.place)
        item = stage.inbox._judge(stage.message(names.feedback("js"), None, schema, body))
        assert item is not None
        return item.refused not in {"SIGNATURE_INVALID", "SIGNER_MISMATCH", "SIGNER_UNKNOWN", "WRONG_JURISDICTION"}

    return judged


def command(stage: Stage, case: Case) -> bool:
    stage.know(case)
    body = body_of("control-command", jurisdiction=case.place, agency=RAILWAY, kind="unheard-of")
    received = Received(Origin(names.commands(RAILWAY), 0, 0), None, to_wire("control-command", body), ())
    with stage.agency.engine.connect() as connection:
        try:
            return handle(connection, stage.agency.context, received) is FeedbackCode.RETURNED
        except Poison:
            return False


def acts(stage: Stage, case: Case) -> bool:
    stage.know(case)
    body = body_of("supervision-act", jurisdiction=case.place, kind="MEASURE_OFF", act_id=stage.number.to_bytes(16))
    topic = names.supervision_acts(case.place or "js")
    reader = SupervisionActs(("js",), stage.wire.subscriber(), stage.ring, stage.town.clock)
    reader._unread = {}
    reader._subscriber.assign({TopicPartition(topic, 0): BEGINNING})
    reader._take(stage.message(topic, None, "supervision-act", body))
    reader._look_anew()
    reader.close()
    return bool(reader.acts())


OF_LISTS = (replicator, relief, gate, notary, releases)
OTHERS: dict[str, list[Callable[[Stage, Case], bool]]] = {
    "barrier": [list_barrier, relief_barrier, notarys_marker],
    "court-checkpoint": [notarys_checkpoint],
    "list-head": [copys_head, evidence(names.heads("js"), "list-head")],
    "notary-report": [evidence(names.notary_reports("js"), "notary-report")],
    "receipt": [evidence(names.RECEIPTS, "receipt")],
    "interception": [inbox("interception")],
    "control-feedback": [inbox("control-feedback")],
    "asset-event": [inbox("asset-event")],
    "whereabouts-event": [inbox("whereabouts-event")],
    "court-notice": [inbox("court-notice")],
    "control-command": [command],
    "supervision-act": [acts],
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = Stage(tmp_path_factory.mktemp("stage"))
    yield made
    made.copy.node.close()


@pytest.mark.parametrize("rule", ["list-record", CANARY])
@pytest.mark.parametrize("reader", OF_LISTS, ids=lambda one: one.__name__)
def test_a_list_record_is_believed_as_the_table_says(
    stage: Stage, reader: Callable[[Stage, Case, RecordClass], bool], rule: str
) -> None:
    record_class = RecordClass.CANARY if rule == CANARY else RecordClass.REAL
    (kind,) = RULES[rule].kinds
    for case in cases(kind):
        allowed = case.allowed(RULES[rule], anywhere=False, in_copy=reader in {replicator, notary})
        assert reader(stage, case, record_class) == allowed, case


@pytest.mark.parametrize("schema", OTHERS)
def test_a_record_is_believed_as_the_table_says(stage: Stage, schema: str) -> None:
    (kind,) = RULES[schema].kinds
    for reader in OTHERS[schema]:
        believed = 0
        for case in cases(kind):
            allowed = case.allowed(RULES[schema], anywhere=schema in {"receipt", "court-notice"})
            assert reader(stage, case) == allowed, (reader, case)
            believed += allowed
        assert believed


@pytest.mark.parametrize("signer", [COURT, RAILWAY, "root"])
def test_keys_are_believed_of_the_root_alone(stage: Stage, signer: str) -> None:
    participants = stage.town.participants
    key = participants.root_signer() if signer == "root" else participants.signer(signer)
    example = next(each for each in EXAMPLES if each.schema == "participant-key")
    record = decode(FINGERPRINTS["participant-key", example.version], example.body)
    new = Ed25519Signer(signer.encode().ljust(32))
    record |= {"key_id": new.key_id, "public_key": new.public_key, "participant": f"new-{signer}"}
    body = encode_signed("participant-key", record, "participant-key", key)
    stage.town.send(OutgoingRecord(names.KEYS, None, to_wire("participant-key", body)))
    directory = KeyDirectory(participants.root_public_key, stage.wire.subscriber(), stage.town.clock)
    while directory.step() == 0:
        pass
    assert (directory.key(new.key_id) is not None) == (signer == "root")


def test_every_rule_is_about_a_schema_and_has_a_reader_here() -> None:
    alone = {"list-record", CANARY, "participant-key", "key-register", "root-change", "enforcement-count"}
    assert RULES.keys() - OTHERS.keys() == alone
    for schema, rule in RULES.items():
        if schema != CANARY:
            example = next(each for each in EXAMPLES if each.schema == schema)
            record = decode(FINGERPRINTS[schema, example.version], example.body)
            assert encode(schema, record)
            assert {rule.signer, rule.valid_at, rule.place} - {""} <= record.keys()
