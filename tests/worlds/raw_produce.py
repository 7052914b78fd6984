"""Writes a record to Kafka byte by byte, for what no client library lets anybody write: header names that are no text."""

import socket
import struct
from collections.abc import Sequence

RawHeader = tuple[bytes, bytes | None]
_PRODUCE, _VERSION = 0, 3
_CASTAGNOLI = 0x82F63B78


def produce_raw(bootstrap: str, topic: str, key: bytes, value: bytes | None, headers: Sequence[RawHeader]) -> int:
    """Append one record to partition 0 of a physical topic on a cluster of one broker; return its offset."""
    batch = _batch(_record(key, value, headers))
    body = struct.pack(">hhi", _PRODUCE, _VERSION, 1) + _text("raw") + struct.pack(">hhi", -1, -1, 10_000)
    body += struct.pack(">i", 1) + _text(topic) + struct.pack(">iii", 1, 0, len(batch)) + batch
    host, port = bootstrap.split(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        connection.sendall(struct.pack(">i", len(body)) + body)
        (length,) = struct.unpack(">i", _exactly(connection, 4))
        answer = _exactly(connection, length)
    error, offset = struct.unpack_from(">hq", answer, 4 + 4 + 2 + len(topic) + 4 + 4)
    assert error == 0, f"Kafka's error {error}"
    return int(offset)


def _batch(record: bytes) -> bytes:
    covered = struct.pack(">hiqqqhii", 0, 0, 0, 0, -1, -1, -1, 1) + record
    inner = struct.pack(">ibI", -1, 2, _crc(covered)) + covered
    return struct.pack(">qi", 0, len(inner)) + inner


def _record(key: bytes, value: bytes | None, headers: Sequence[RawHeader]) -> bytes:
    content = b"\0" + _varint(0) + _varint(0) + _sized(key) + _sized(value) + _varint(len(headers))
    content += b"".join(_sized(name) + _sized(given) for name, given in headers)
    return _varint(len(content)) + content


def _sized(raw: bytes | None) -> bytes:
    return _varint(-1) if raw is None else _varint(len(raw)) + raw


def _varint(number: int) -> bytes:
    left, written = (number << 1) ^ (number >> 63), b""
    while left > 0x7F:
        written, left = written + bytes([left & 0x7F | 0x80]), left >> 7
    return written + bytes([left])


def _text(text: str) -> bytes:
    return struct.pack(">h", len(text)) + text.encode()


def _crc(content: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in content:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (_CASTAGNOLI if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def _exactly(connection: socket.socket, count: int) -> bytes:
    read = b""
    while len(read) < count:
        more = connection.recv(count - len(read))
        assert more, "the broker hung up"
        read += more
    return read
