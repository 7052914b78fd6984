"""Messages of the log made of bytes, so that whatever mutates the bytes mutates topic, signature, key, header and value.

The first byte chooses the topic, the second who signs the body anew (0: nobody) and whether the fingerprint stands in a header,
the third says how long the key is; then key and value.
"""

from collections.abc import Sequence

from liandong.schemas.wire.avro_schemas import schema_of
from liandong.schemas.wire.framing import FINGERPRINT_HEADER, SINGLE_OBJECT, frame
from liandong.schemas.wire.signing import Signer, prove
from liandong.tests.worlds.clock import NOW
from liandong.topics.transport.memory.log import MemoryMessage
from liandong.topics.transport.ports import Headers, OutgoingRecord, TopicPartition

_HEAD = 10
"""Bytes of a single-object encoding before its body."""
_PROOF = 72
"""Key id and signature, which every signed body begins with."""


def letter_bytes(topic: int, signer: int, key: bytes, value: bytes) -> bytes:
    """The bytes of a letter."""
    return bytes((topic, signer, len(key))) + key + value


def letter(data: bytes, topics: Sequence[str], signers: Sequence[Signer]) -> MemoryMessage:
    """The message some bytes stand for."""
    topic, how, length, rest = _byte(data, 0), _byte(data, 1), _byte(data, 2), data[3:]
    name, key, value = topics[topic % len(topics)], rest[:length], rest[length:]
    if 0 < how % 16 <= len(signers) and value[:2] == SINGLE_OBJECT and len(value) >= _HEAD + _PROOF:
        value = _signed(name, value, signers[how % 16 - 1])
    headers: Headers = []
    if how & 16 and value[:2] == SINGLE_OBJECT:
        headers = [(FINGERPRINT_HEADER, value[2:_HEAD].hex().encode())]
        value = frame(value[2:_HEAD], value[_HEAD:], 7)
    if how & 32:
        headers = [*headers, ("ce_time", value[:8]), (FINGERPRINT_HEADER, value[:9])]
    record = OutgoingRecord(name, key or None, None if how & 64 else value, headers)
    return MemoryMessage(TopicPartition(name, 0), 0, record, NOW)


def _signed(topic: str, value: bytes, signer: Signer) -> bytes:
    schema = schema_of(value[2:_HEAD])
    name = schema.name if schema is not None else ""
    context = topic if name == "list-record" else name
    key_id, signature = prove(value[_HEAD + _PROOF :], context, signer)
    return value[:_HEAD] + key_id + signature + value[_HEAD + _PROOF :]


def _byte(data: bytes, at: int) -> int:
    return data[at] if at < len(data) else 0
