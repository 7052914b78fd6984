"""Messages of the log made of bytes, so that whatever mutates the bytes mutates topic, signature, key, header and value.

The first byte chooses the topic, the second who signs the body anew (0: nobody) and what headers there are, the third says how
long the key is; then key and value.
"""

from collections.abc import Sequence

from liandong.consumers.effects.dead_letters import HEADER_PREFIX
from liandong.schemas.wire.avro_schemas import schema_of
from liandong.schemas.wire.framing import FINGERPRINT_HEADER, SINGLE_OBJECT, frame
from liandong.schemas.wire.signing import PROOF_LENGTH, Signer, prove
from liandong.tests.worlds.clock import NOW
from liandong.topics.catalogue import names
from liandong.topics.transport.memory.log import MemoryMessage
from liandong.topics.transport.ports import Headers, OutgoingRecord, TopicPartition

_HEAD = 10
"""Bytes of a single-object encoding before its body."""


def letter_bytes(topic: int, signer: int, key: bytes, value: bytes) -> bytes:
    """The bytes of a letter."""
    return bytes((topic, signer, len(key))) + key + value


def letter(data: bytes, topics: Sequence[str], signers: Sequence[Signer], at: int = NOW) -> MemoryMessage:
    """The message some bytes stand for."""
    topic, how, length, rest = _byte(data, 0), _byte(data, 1), _byte(data, 2), data[3:]
    name, key, value = topics[topic % len(topics)], rest[:length], rest[length:]
    if 0 < how % 16 <= len(signers) and value[:2] == SINGLE_OBJECT and len(value) >= _HEAD + PROOF_LENGTH:
        value = _signed(name, value, signers[how % 16 - 1])
    headers: Headers = []
    if how & 16 and value[:2] == SINGLE_OBJECT:
        headers = [(FINGERPRINT_HEADER, value[2:_HEAD].hex().encode())]
        value = frame(value[2:_HEAD], value[_HEAD:], 7)
    if how & 32:
        told = ("failure", "reason", "topic", "partition", "offset", "attempts", "at")
        parts = zip(told, value.split(b"\n"), strict=False)
        headers = [*headers, *((HEADER_PREFIX + name, part) for name, part in parts), (FINGERPRINT_HEADER, value[:9])]
    record = OutgoingRecord(name, key or None, None if how & 64 else value, headers)
    return MemoryMessage(TopicPartition(name, 0), 0, record, at)


def _signed(topic: str, value: bytes, signer: Signer) -> bytes:
    schema = schema_of(value[2:_HEAD])
    name = schema.name if schema is not None else "list-record"  # of a later release
    if name == "list-record":
        context = topic if topic in names.state_topics("js") else names.debtor_list("js")
    else:
        context = name
    body, _ = prove(value[_HEAD + PROOF_LENGTH :], context, signer)
    return value[:_HEAD] + body


def _byte(data: bytes, at: int) -> int:
    return data[at] if at < len(data) else 0
