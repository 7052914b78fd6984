"""What anybody who may write to a topic can write to it: garbage of every kind, in bursts."""

from collections.abc import Iterator
from random import Random

from liandong.schemas.wire.avro_schemas import load_schemas
from liandong.schemas.wire.codec import to_wire
from liandong.schemas.wire.framing import FINGERPRINT_HEADER, frame
from liandong.topics.transport.ports import Message, OutgoingRecord

UNKNOWN_SCHEMA = b"\x0f" * 8
"""Fingerprint of a schema that no release knows."""
_SCHEMAS = sorted({each.name for each in load_schemas()})


def burst(topic: str, genuine: list[Message], records: int) -> Iterator[OutgoingRecord]:
    """Give so many records for a topic: junk, nothing, every schema with nonsense in it, and genuine records with a bit flipped."""
    drawn = Random(topic)
    for number in range(records):
        key, value = b"junk-%d" % number, _value(drawn, genuine)
        if genuine and drawn.random() < 0.3:
            key = drawn.choice(genuine).key() or key
        headers = [(FINGERPRINT_HEADER, drawn.randbytes(4))] if drawn.random() < 0.3 else []
        yield OutgoingRecord(topic, key, value, headers)


def _value(drawn: Random, genuine: list[Message]) -> bytes | None:
    kind = drawn.randrange(6 if genuine else 5)
    if kind == 0:
        return None
    if kind == 1:
        return drawn.randbytes(drawn.choice((0, 1, 2, 9, 200)))
    if kind == 2:
        return frame(UNKNOWN_SCHEMA, drawn.randbytes(100))
    if kind == 3:
        return b"\x00" + drawn.randbytes(80)
    if kind == 4:
        return to_wire(drawn.choice(_SCHEMAS), drawn.randbytes(drawn.choice((0, 80, 600))))
    return _flipped(drawn, drawn.choice(genuine).value() or b"\xff")


def _flipped(drawn: Random, value: bytes) -> bytes:
    spoilt = bytearray(value)
    spoilt[drawn.randrange(len(spoilt))] ^= 1 << drawn.randrange(8)
    return bytes(spoilt)
