# mypyc: compile
"""What the store looks at in a list record: a positional reader of the gate prefix, for the hot loop.

The gate prefix never moves, changes or grows, so its fields stand where simple arithmetic finds them: six times faster
than any Avro library we know reads them, and reading is the larger part of applying. Only the plain case is read here
(short strings, small non-negative numbers, ordinary array blocks); everything else, and everything that looks wrong, is
left to `schemas.wire.codec.decode_prefix`. A property test holds both to the same answers.
"""

from typing import TypeAlias

from ...schemas.wire.codec import Undecodable, decode_prefix

Leading: TypeAlias = tuple[bytes, int, bytes, int, int, list[bytes]]
"""Entry id, version, court (UTF-8), court sequence, status, surrogates; a plain tuple, as it is made for every record."""

_VERSION = 88
"""Where the version stands: behind proof (72 bytes) and entry id (16)."""
_LONGEST = 9
"""Bytes of a variable-length number that is read here; the tenth is a sign or an error."""
_ODD = 0x81
"""Bits that make a byte more than a small non-negative number: more bytes follow, or it is negative."""
_ODD_IN_FIVE = 0x8181818181


def leading(body: bytes) -> Leading | None:
    """Read the leading fields of a list record's body; None if it has none that can be read."""
    try:
        return _plain(body) or _any(body)
    except IndexError:
        return _any(body)


def _plain(body: bytes) -> Leading | None:
    """Read the fields of a plain record; None for any other. Raises IndexError where the bytes end too early."""
    version, length = body[_VERSION], body[_VERSION + 1]
    if (version | length) & _ODD:
        return None
    at = _VERSION + 2 + (length >> 1)
    court = body[_VERSION + 2 : at]
    sequence, at = _number(body, at)
    # instrument, record class, status, person kind, person role: one byte each
    small = body[at : at + 5]
    if sequence < 0 or not court.isascii() or len(small) < 5 or int.from_bytes(small, "big") & _ODD_IN_FIVE:
        return None
    start = at = at + 5
    while body[at] > 127:
        at += 1
    until = at = at + 1
    while body[at] > 127:
        at += 1
    at += 1
    if until - start > _LONGEST or at - until > _LONGEST:
        return None
    surrogates: list[bytes] = []
    while count := body[at]:
        if count & _ODD:
            return None
        at += 1
        for _ in range(count >> 1):
            if (body[at] | body[at + 1] | body[at + 2]) & 0x80:
                return None
            surrogates.append(body[at + 3 : at + 19])
            at += 35
    return body[72:_VERSION], version >> 1, court, sequence, small[2] >> 1, surrogates


def _number(body: bytes, at: int) -> tuple[int, int]:
    """Read a non-negative variable-length zigzag number, and return it and where it ends; -1 for any other number."""
    start, value, shift = at, 0, 0
    while (byte := body[at]) > 127:
        value |= (byte & 127) << shift
        shift += 7
        at += 1
    value |= byte << shift
    return (-1 if value & 1 or at - start >= _LONGEST else value >> 1), at + 1


def _any(body: bytes) -> Leading | None:
    try:
        prefix = decode_prefix(body)
    except Undecodable:
        return None
    surrogates = [identity["surrogate"] for identity in prefix["identities"]]
    court, sequence = prefix["court"].encode(), prefix["court_sequence"]
    return prefix["entry_id"], prefix["version"], court, sequence, prefix["status"], surrogates
