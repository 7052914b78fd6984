"""What a notary says: signs barriers and heads and puts them on their topics."""

from dataclasses import dataclass
from hashlib import sha256

from msgspec.structs import replace

from ...schemas import ids
from ...schemas.wire.signing import Signer, encode_signed
from ...topics.catalogue import names
from ...topics.transport.envelope import SchemaIds, outgoing
from ...topics.transport.ports import Clock, Publisher, TopicPartition
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


@dataclass(frozen=True, slots=True)
class NotaryIdentity:
    """What a notary signs and sends with."""

    signer: Signer
    publisher: Publisher
    clock: Clock
    registry: SchemaIds | None = None
    """With one, values carry Confluent framing."""


class Announcer:
    """Signs and sends for one notary of one jurisdiction."""

    def __init__(self, jurisdiction: str, notary: str, voice: NotaryIdentity) -> None:
        self._who = {"jurisdiction": jurisdiction, "notary": notary}
        self._jurisdiction, self._notary = jurisdiction, notary
        self._voice = voice

    def send_barrier(self, number: int, issued_at: int, lane: TopicPartition) -> None:
        """Puts the marker of a barrier into one partition."""
        content = {**self._who, "number": number, "issued_at": issued_at}
        content |= {"topic": lane.topic, "partition": lane.partition}
        body = encode_signed("barrier", content, "barrier", self._voice.signer)
        self._send("barrier", body, lane, b"barrier/" + self._notary.encode())

    def sign_head(self, tally: Tally, terms: HeadFields) -> tuple[bytes, str]:
        """The body of the head for what the tally holds now, and its hash."""
        content = {
            **self._who,
            "number": terms.number,
            "issued_at": terms.issued_at,
            "valid_until": terms.valid_until,
            "previous": bytes.fromhex(terms.previous) or NO_HEAD,
            "lanes": lane_rows(tally),
            "courts": court_rows(tally),
            "floor_at": terms.floor_at,
        }
        body = encode_signed("list-head", content, "list-head", self._voice.signer)
        return body, sha256(body).hexdigest()

    def send_head(self, body: bytes) -> None:
        """Puts a signed head on the topic of heads; all heads of one notary keep their order."""
        self._send("list-head", body, names.heads(self._jurisdiction), self._notary.encode())

    def _send(self, schema: str, body: bytes, to: TopicPartition | str, key: bytes) -> None:
        topic = to if isinstance(to, str) else to.topic
        record = outgoing(
            schema,
            body,
            topic,
            key,
            event_id=ids.text("evt", ids.new_random()),
            source=self._notary,
            time_ms=self._voice.clock.now(),
            registry=self._voice.registry,
        )
        self._voice.publisher.send(record if isinstance(to, str) else replace(record, partition=to.partition))
