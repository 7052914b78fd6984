"""The adversary's pen: what they write is framed like the genuine, under a key they hold, one they made, or none."""

from collections.abc import Mapping
from random import Random
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from liandong.schemas.law.retention import retention_of
from liandong.schemas.wire.codec import encode
from liandong.schemas.wire.control import sealing_context
from liandong.schemas.wire.sealing import seal
from liandong.schemas.wire.signing import Ed25519Signer, encode_signed
from liandong.tests.simulation.founding import AGENCIES, NOTARIES, founding
from liandong.tests.simulation.logbook import Written
from liandong.tests.simulation.people import SIBLING
from liandong.topics.keys.participants import ESCROW
from liandong.topics.transport.envelope import outgoing

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World

NO_KEY, OWN_KEY = "no key", "a key nobody registered"
STOLEN = (SIBLING, *NOTARIES, *AGENCIES)
"""Whose keys the adversary holds: everybody's but those of the courts at the publisher and of their superior."""
HANDS = (NO_KEY, OWN_KEY, *STOLEN)
_PROOF = 72
_AUTHORS = {"list-record": "court", "control-command": "court", "barrier": "notary", "list-head": "notary"}
"""The field that says who signed a record; all else is told by agencies."""


def signed(world: "World", by: str, schema: str, fields: Mapping[str, Any], context: str = "") -> bytes:
    """The body of a record under the proof these hands can make; without a key it is the proof of another record."""
    if by == NO_KEY:
        proof = _borrowed(world, schema, fields).body[:_PROOF]
        return proof + encode(schema, {**fields, "proof": bytes(_PROOF)})[_PROOF:]
    signer = Ed25519Signer(b"adversary".ljust(32)) if by == OWN_KEY else founding().signers[by]
    return encode_signed(schema, fields, context or schema, signer)


def _borrowed(world: "World", schema: str, fields: Mapping[str, Any]) -> Written:
    """A record like the one to be forged, of the author it claims if there is one: its proof names their key."""
    name = _AUTHORS.get(schema, "agency")
    like = world.log.by_schema.get(schema) or world.log.by_schema["participant-key"]
    return next((one for one in like if name in fields and one.fields.get(name) == fields[name]), like[0])


def sealed(world: "World", schema: str, number: bytes, content: tuple[str, Mapping[str, Any]], to: str) -> bytes:
    """Content of a schema of its own, sealed for a record with this handle: whom it is for is all one has to know."""
    retention, now = retention_of(*content), world.time.now()
    readers = [reader for each in (to, ESCROW) for reader in world.register.readers(each, retention, now)]
    return seal(*content, sealing_context(schema, number), readers)


def write(world: "World", schema: str, body: bytes, topic: str, key: bytes, partition: int | None = None) -> None:
    """Put it into a topic, where its key leads or elsewhere."""
    record = outgoing(
        schema, body, topic, key, event_id=f"evt_{body[8:24].hex()}", source="adversary", time_ms=world.time.now()
    )
    world.forge(replace(record, partition=partition))


def handle(number: int) -> bytes:
    """Sixteen bytes that differ for every number."""
    return Random(number).randbytes(16)


def model(world: "World", schema: str, **named: object) -> Written | None:
    """The newest record of a schema in the log with these fields, which a forgery starts from; None if there is none."""
    for one in reversed(world.log.by_schema.get(schema, [])):
        if all(one.fields[name] == value for name, value in named.items()):
            return one
    world.count(f"no {schema} to forge after")
    return None
