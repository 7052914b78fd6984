"""Signing barriers and heads for a notary, and sending them to their topics."""

from dataclasses import dataclass

from msgspec.structs import replace

from ...schemas import ids
from ...schemas.wire.signing import Signer, encode_signed
from ...topics.catalogue import names
from ...topics.transport.envelope import SchemaIds, outgoing
from ...topics.transport.ports import Publisher, TopicPartition
from ...topics.workers.chance import Chance
from ...topics.workers.clock import Clock
from ..log.heads import NO_HEAD
from .head_rows import court_rows, lane_rows
from .tally import Tally


@dataclass(frozen=True, slots=True)
class HeadFields:
    """What a head says besides its digests; times in ms UTC."""

    number: int
    issued_at: int
    valid_until: int
    previous: str
    """SHA-256 of this notary's previous head in hex, empty for the first."""
    floor_at: int
    """The logs are complete from here on."""


@dataclass(frozen=True, slots=True)
class NotaryIdentity:
    """The key, publisher, clock and chance a notary signs and sends with."""

    signer: Signer
    publisher: Publisher
    clock: Clock
    chance: Chance
    registry: SchemaIds | None = None
    """With one, values carry Confluent framing."""


class Announcer:
    """Signs and sends for one notary of one jurisdiction."""

    def __init__(self, jurisdiction: str, notary: str, identity: NotaryIdentity) -> None:
        self._author = {"jurisdiction": jurisdiction, "notary": notary}
        self._jurisdiction, self._notary = jurisdiction, notary
        self._identity = identity

    def send_barrier(self, number: int, issued_at: int, lane: TopicPartition) -> None:
        """Put the marker of a barrier into one partition."""
        content = {**self._author, "number": number, "issued_at": issued_at}
        content |= {"topic": lane.topic, "partition": lane.partition}
        body = encode_signed("barrier", content, "barrier", self._identity.signer)
        self._send("barrier", body, lane, b"barrier/" + self._notary.encode())

    def sign_head(self, tally: Tally, fields: HeadFields) -> bytes:
        """Return the signed body of the head for what the tally holds now."""
        content = {
            **self._author,
            "number": fields.number,
            "issued_at": fields.issued_at,
            "valid_until": fields.valid_until,
            "previous": bytes.fromhex(fields.previous) or NO_HEAD,
            "lanes": lane_rows(tally),
            "courts": court_rows(tally),
            "floor_at": fields.floor_at,
        }
        return encode_signed("list-head", content, "list-head", self._identity.signer)

    def send_head(self, body: bytes) -> None:
        """Put a signed head on the topic of heads; all heads of one notary keep their order."""
        self._send("list-head", body, names.heads(self._jurisdiction), self._notary.encode())

    def _send(self, schema: str, body: bytes, to: TopicPartition | str, key: bytes) -> None:
        topic = to if isinstance(to, str) else to.topic
        record = outgoing(
            schema,
            body,
            topic,
            key,
            event_id=ids.text("evt", self._identity.chance.random_id()),
            source=self._notary,
            time_ms=self._identity.clock.now(),
            registry=self._identity.registry,
        )
        self._identity.publisher.send(record if isinstance(to, str) else replace(record, partition=to.partition))
