"""Node and notary do with every record what the table of docs/wire.md says, which is read and evaluated here by itself."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import pytest

from liandong.monitoring.notary.classify import ListMessage, MessageClassifier, Tombstone
from liandong.monitoring.notary.tally import SignedBy, Tally, TallyEntry, TallyResult
from liandong.schemas.law.listing import RecordClass
from liandong.schemas.wire.codec import decode, to_wire
from liandong.schemas.wire.rules import RULES_FILE
from liandong.schemas.wire.signing import Ed25519Signer, encode_signed
from liandong.tests.worlds.clock import NOW
from liandong.tests.worlds.list_copy import LIST, ListCopy
from liandong.tests.worlds.records import FINGERPRINT, CourtScribe, registered
from liandong.topics.keys.entitlement import ListPlace
from liandong.topics.transport.memory.log import MemoryMessage
from liandong.topics.transport.ports import OutgoingRecord, TopicPartition

TABLE: list[dict[str, Any]] = json.loads(RULES_FILE.read_text())["copy"]
STAND = {"APPLIED", "HEALED"}
OWN, SIBLING, ABOVE, NOTARY, NOBODY = "court-su0505", "court-su0106", "court-su05", "notary-js-1", "nobody"
UNDER = (OWN, SIBLING)
"""The courts that ABOVE stands above."""
STOLEN = Ed25519Signer(os.urandom(32))
"""A key of the entries' own court."""
SIGNERS = {name: Ed25519Signer(os.urandom(32)) for name in (OWN, SIBLING, ABOVE, NOTARY, NOBODY)}
PLACE = ListPlace(LIST, 0, 1, "js")


def by_the_table(facts: dict[str, Any]) -> str:
    """The first row whose conditions all hold."""
    for row in TABLE:
        if all(facts[name] in wanted for name, wanted in row["if"].items()):
            return str(row["then"])
    raise AssertionError("the last row has no conditions")


@dataclass(frozen=True)
class Said:
    """A record by what it is made of."""

    by: str = OWN
    version: int = 5
    canary: bool = False
    later: bool = False
    """Its schema is one that only a later release knows."""
    amount: str = "1.00"
    """Makes the content another one."""
    named: str = ""
    """The court it names, if not the one that signs."""
    stolen: bool = False
    """Under another key of its court, whose revocation the last barrier covers."""

    @property
    def sound(self) -> bool:
        """Courts sign what means somebody, notaries canaries that can be read."""
        if self.canary:
            return self.by == NOTARY and not self.later and not self.named
        return self.by in {OWN, SIBLING, ABOVE} and self.court in {self.by, *(UNDER if self.by == ABOVE else ())}

    @property
    def court(self) -> str:
        """The court it names."""
        return self.named or (OWN if self.by == NOBODY else self.by)

    def value(self, entry_id: bytes) -> bytes:
        scribe = CourtScribe(court=self.court, signer=STOLEN if self.stolen else SIGNERS[self.by])
        record = decode(FINGERPRINT, scribe.include())
        record |= {"entry_id": entry_id, "version": self.version, "claim_amount": self.amount}
        record |= {"record_class": int(RecordClass.CANARY if self.canary else RecordClass.REAL), "court_sequence": 1}
        record |= {"update_id": bytes(16), "identities": [], "recorded_at": record["recorded_at"]}
        body = encode_signed("list-record", record, LIST, scribe.signer)
        return scribe.later(body) if self.later else to_wire("list-record", body)


def _versions() -> Iterator[Said]:
    for by, version, canary, later, amount in product(SIGNERS, (4, 5, 6), (False, True), (False, True), ("1.00", "2")):
        yield Said(by, version, canary, later, amount)


INCOMING: list[Said | bytes | None] = [None, b"garbage", *_versions(), Said(version=6, stolen=True)]
INCOMING += [Said(version=6, stolen=True, later=True)]
INCOMING += [
    Said(by, 6, later=later, named=named)
    for by, named, later in product((OWN, SIBLING, ABOVE), (OWN, SIBLING, ABOVE), (False, True))
    if by != named
]
HELD = [None, Said(), Said(NOBODY), Said(later=True), Said(NOTARY, canary=True), Said(ABOVE), Said(ABOVE, named=OWN)]


def facts_of(held: Said | None, new: Said | bytes | None) -> dict[str, Any]:
    """What the table asks, from what the records are made of."""
    if not isinstance(new, Said):
        value = "null" if new is None else "unreadable"
        kept = "nothing" if held is None else "sound" if held.sound else "unsound"
        return {
            "value": value,
            "revoked": False,
            "sound": False,
            "held": kept,
            "own": False,
            "version": "lower",
            "content": "other",
        }
    stood = held or replace(new, version=0, by=NOBODY)
    above = {stood.court, *((ABOVE,) if stood.court in UNDER else ())}
    return {
        "value": "unreadable" if new.later else "record",
        "revoked": new.stolen,
        "sound": new.sound,
        "held": "nothing" if held is None else "sound" if held.sound else "unsound",
        "own": new.by in above and new.canary == stood.canary,
        "version": "higher" if new.version > stood.version else "same" if new.version == stood.version else "lower",
        "content": "same"
        if (new.later, new.amount, new.court) == (stood.later, stood.amount, stood.court)
        else "other",
    }


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ListCopy]:
    made = ListCopy(tmp_path_factory.mktemp("copied"))
    for name, signer in SIGNERS.items():
        if name != NOBODY:
            kind = "notary" if name == NOTARY else "court"
            made.keys.known[signer.key_id] = registered(signer, name, kind, "js")
    stolen = replace(registered(STOLEN, OWN, "court", "js"), revoked_at=NOW)
    made.keys.known[STOLEN.key_id] = stolen
    barrier = made.notary.barrier(LIST, 0, 1, NOW, revocations=[made.keys.revoking(STOLEN.key_id)])
    made.publisher.send(barrier)
    made.node.drain_lists()
    made.keys.superiors = {OWN: [ABOVE], SIBLING: [ABOVE]}
    yield made
    made.node.close()


@pytest.mark.parametrize("held", HELD)
def test_node_and_notary_do_what_the_table_says(copied: ListCopy, held: Said | None) -> None:
    seen = set()
    for new in INCOMING:
        entry_id = os.urandom(16)
        first = None if held is None else held.value(entry_id)
        value = new.value(entry_id) if isinstance(new, Said) else new
        wanted = by_the_table(facts_of(held, new))
        seen.add(wanted)
        assert _notarys(copied, entry_id, first, value) == wanted, (held, new)
        assert _nodes(copied, entry_id, first, value) == (wanted in STAND), (held, new)
    assert len(seen) >= 3


def _nodes(copied: ListCopy, entry_id: bytes, first: bytes | None, value: bytes | None) -> bool:
    """Whether a record stands in the copy after another one."""
    if first is not None:
        copied.put(entry_id, first)
    with copied.node.lists.snapshot() as before:
        stood = before.find(entry_id)
        old = None if stood is None else bytes(stood.value)
    copied.put(entry_id, value)
    with copied.node.lists.snapshot() as after:
        stands = after.find(entry_id)
        return stands is not None and bytes(stands.value) != old


def _notarys(copied: ListCopy, entry_id: bytes, first: bytes | None, value: bytes | None) -> str:
    """What becomes of a record in a tally that holds another one."""
    classifier = MessageClassifier("js", copied.keys)
    lane = TopicPartition(LIST, 0)
    tally = Tally([lane], lambda _: None)
    tally.may_follow = classifier.may_follow
    tally.pass_marker(lane, b"a notary", frozenset({STOLEN.key_id}))
    result = TallyResult.KEPT
    for each in (value,) if first is None else (first, value):
        message = MemoryMessage(lane, 0, OutgoingRecord(LIST, entry_id, each), 0)
        said = classifier.classify(PLACE, message)
        if isinstance(said, Tombstone):
            tally.keep(lane, entry_id)
            result = TallyResult.KEPT
            continue
        assert isinstance(said, ListMessage)
        fields = said.version, said.status, said.body_hash, said.record_class
        court = tally.court_number(said.court if said.sound else "")
        result = tally.apply(
            lane, entry_id, TallyEntry(*fields, court, verified=said.sound), SignedBy(said.key_id, said.signer)
        )
    return result.name
