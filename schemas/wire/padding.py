"""Padding: what is sealed has one of a few lengths, so that the length does not tell what it says.

A ciphertext is as long as its content, and a rail ticket, a hotel night and a title differ in length. A schema whose last
field is `padding` is filled up to the next of 1, 2, 4 … KiB before it is sealed; nearly everything fits into the first.
"""

from collections.abc import Mapping
from typing import Any

from .codec import encode

SMALLEST = 1024
"""Bytes of the smallest encoded record."""
_LENGTH_BYTES = range(1, 6)
"""Bytes Avro may need for the length of a field."""


def padded(name: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a schema with a `padding` that brings its encoding to SMALLEST, or to that doubled until it fits."""
    bare = len(encode(name, {**content, "padding": b""})) - 1
    size = SMALLEST
    while (zeros := _zeros(size - bare)) is None:
        size *= 2
    return {**content, "padding": bytes(zeros)}


def _zeros(room: int) -> int | None:
    """Return how many zero bytes fill the room together with their own length, None if none do."""
    fitting = (room - taken for taken in _LENGTH_BYTES if room > taken - 1)
    return next((count for count in fitting if count + _length_bytes(count) == room), None)


def _length_bytes(count: int) -> int:
    """Return how many bytes Avro writes a length in: zigzag, seven bits a byte."""
    return max(1, -(-(2 * count).bit_length() // 7))
