"""What stands in the log, read by the world itself: where each version and each barrier is, and a hash over all of it.

Two runs of one seed must write the same log. What is sealed differs in its bytes, since HPKE draws its ephemeral keys from
the cryptographic library, so the hash takes contents as the audit escrow opens them, and of proofs the key.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from liandong.schemas.wire.avro_schemas import schema_of
from liandong.schemas.wire.codec import Undecodable, decode
from liandong.schemas.wire.control import sealing_context
from liandong.schemas.wire.framing import FramingError
from liandong.schemas.wire.sealing import CannotOpen, SealingKey, open_sealed
from liandong.topics.transport.memory.log import MemoryMessage
from liandong.topics.transport.ports import TopicPartition
from liandong.topics.transport.received import unwrap

_HANDLES = {"interception": "event_id", "control-feedback": "feedback_id", "control-command": "command_id"}
_HANDLES |= dict.fromkeys(("asset-event", "whereabouts-event"), "event_id")


BEFORE = -1
"""The offset of what stood in a topic that was deleted since: before everything in the one that was made again."""


@dataclass(frozen=True)
class Written:
    """A record in the log as the world reads it."""

    at: TopicPartition
    offset: int
    key: bytes | None
    schema: str
    """Empty if nobody can read it."""
    fields: dict[str, Any]
    body: bytes
    value: bytes | None
    framed: str = ""
    """The schema its framing names, whether the body can be read by it or not."""
    time: int = 0
    """When it was written by the log's clock or its sender's, as its topic has it, ms UTC."""


@dataclass
class Logbook:
    """Everything ever appended, also what retention and compaction have taken since."""

    written: list[Written] = field(default_factory=list)
    messages: list[MemoryMessage] = field(default_factory=list)
    """As they were appended, for whoever replays them."""
    records: dict[tuple[str, bytes], Written] = field(default_factory=dict)
    """List records by topic and body: the first of each."""
    barriers: dict[tuple[str, int, TopicPartition], int] = field(default_factory=dict)
    """By notary, number and partition: the offset of the first."""
    first: dict[bytes, Written] = field(default_factory=dict)
    """By body: where it stood first."""
    by_place: dict[TopicPartition, list[Written]] = field(default_factory=dict)
    by_schema: dict[str, list[Written]] = field(default_factory=dict)
    whole_receipts: dict[tuple[object, ...], list[dict[str, Any]]] = field(default_factory=dict)
    """By key and number: the lanes of receipts that are not in the short form."""

    def take(self, message: MemoryMessage) -> Written:
        """Read one record that was appended."""
        at = TopicPartition(message.topic(), message.partition())
        one = _read(at, message)
        self.written.append(one)
        self.messages.append(message)
        self.first.setdefault(one.body, one)
        self.by_place.setdefault(at, []).append(one)
        self.by_schema.setdefault(one.schema, []).append(one)
        if one.schema == "list-record":
            place = at.topic, one.body
            known = self.records.get(place)
            if known is None or known.offset == BEFORE:
                self.records[place] = one
        elif one.schema == "barrier":
            self.barriers.setdefault((one.fields["notary"], one.fields["number"], at), one.offset)
        elif one.schema == "receipt" and not one.fields["unchanged_since"]:
            self.whole_receipts.setdefault(_number(one.body, one.fields, "sequence"), one.fields["lanes"])
        return one

    def lanes_of(self, receipt: Written) -> list[dict[str, Any]]:
        """What a receipt says of its lanes, in the short form too."""
        if not receipt.fields["unchanged_since"]:
            return list(receipt.fields["lanes"])
        lanes = self.whole_receipts.get(_number(receipt.body, receipt.fields, "unchanged_since"), [])
        return [{**lane, "applied_offset": at} for lane, at in zip(lanes, receipt.fields["offsets"], strict=False)]

    def forget(self, topic: str) -> None:
        """Take note that a topic is deleted: places in it mean nothing any more, what was written there does."""
        for at in [one for one in self.by_place if one.topic == topic]:
            del self.by_place[at]
        for place, one in self.records.items():
            if place[0] == topic:
                self.records[place] = replace(one, offset=BEFORE)
        self.barriers = {place: offset for place, offset in self.barriers.items() if place[2].topic != topic}

    def hash(self, escrow: Sequence[SealingKey]) -> str:
        """Sixteen digits that differ for two different logs."""
        digest = sha256()
        for one in self.written:
            key = b"" if one.schema == "control-feedback" else one.key
            digest.update(repr((one.at, one.offset, key, one.schema, sorted(_plain(one, escrow)))).encode())
        return digest.hexdigest()[:16]


def _number(body: bytes, receipt: Mapping[str, Any], field_name: str) -> tuple[object, ...]:
    start = receipt["agency"], receipt["node"], receipt["incarnation"]
    return body[:8], *start, receipt["notary"], receipt[field_name]


def _read(at: TopicPartition, message: MemoryMessage) -> Written:
    place, value, (_, time) = (at, message.offset(), message.key()), message.value(), message.timestamp()
    try:
        fingerprint, body = unwrap(message)
    except FramingError:
        return Written(*place, "", {}, b"", value, time=time)
    schema = schema_of(fingerprint)
    name = schema.name if schema else ""
    try:
        fields = decode(fingerprint, body)
    except Undecodable:
        return Written(*place, "", {}, body, value, name, time)
    return Written(*place, name, fields, body, value, name, time)


def _plain(one: Written, escrow: Sequence[SealingKey]) -> Iterable[tuple[str, object]]:
    if not one.schema:
        yield "", one.value
        return
    for name, value in one.fields.items():
        if name == "proof":
            yield name, bytes(value)[:8]
        elif name == "sealed":
            yield name, _opened(one, value, escrow)
        elif name != "feedback_id":  # made from the sealed bytes of what it answers
            yield name, value


def _opened(one: Written, sealed: bytes, escrow: Sequence[SealingKey]) -> object:
    context = sealing_context(one.schema, one.fields[_HANDLES[one.schema]])
    try:
        return sorted(open_sealed(sealed, context, *escrow).items(), key=repr)
    except (CannotOpen, Undecodable, FramingError):
        return len(sealed)
