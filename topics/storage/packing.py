"""Records of an outbox in parcels: some that follow each other in a lane are one row of its database.

A database takes and gives a row of fifty kilobytes in little more time than one of half a kilobyte, and the headers that
all records of a bulk share stand in a parcel once.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from ..transport.ports import Headers, OutboxRow, OutgoingRecord

SIZE = 100
"""Records of a parcel at most."""


class Parcel(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Records without the headers at their end that all of them have."""

    records: Sequence[OutgoingRecord]
    shared: Headers


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Parcel).decode


class PackedParcel(NamedTuple):
    """A parcel as it lies in the database."""

    records: int
    packed: bytes


def parcels(records: Sequence[OutgoingRecord]) -> Iterator[PackedParcel]:
    """Pack records in parcels, each with how many records it holds."""
    for start in range(0, len(records), SIZE):
        chunk = records[start : start + SIZE]
        yield PackedParcel(len(chunk), _packed(chunk))


def _packed(records: Sequence[OutgoingRecord]) -> bytes:
    shared = records[0].headers
    for each in records:
        while shared and each.headers[-len(shared) :] != shared:
            shared = shared[1:]
    if not shared:
        return _pack(Parcel(records, ()))
    end = -len(shared)
    cut = [_with_headers(each, each.headers[:end]) for each in records]
    return _pack(Parcel(cut, shared))


def unpacked(first: int, packed: bytes) -> list[OutboxRow]:
    """Return the records of a parcel, numbered from `first`."""
    parcel = _unpack(packed)
    shared = parcel.shared
    return [
        OutboxRow(number, _with_headers(each, [*each.headers, *shared]))
        for number, each in enumerate(parcel.records, start=first)
    ]


def _with_headers(record: OutgoingRecord, headers: Headers) -> OutgoingRecord:
    return OutgoingRecord(record.topic, record.key, record.value, headers, record.partition, record.day_only)
