"""JSON objects of a file, one at a time: JSON lines, or one array of any length read piece by piece."""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from .encoding import FileStart, as_of_2022
from .lines import CHUNK, LINE_LIMIT, ByteLines

_BETWEEN = " \t\r\n,"
_TWICE = "KEY_TWICE"
_NEXT_OBJECT = re.compile(r"\}\s*,\s*(?=\{)")


class KeyTwice(ValueError):
    """An object has a key twice: readers differ about which counts, so none does."""

    def __init__(self, key: str) -> None:
        super().__init__("a key stands twice in one object")
        self.key = key


def with_single_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its keys and values, as `object_pairs_hook` of the json module. Raises KeyTwice."""
    read = dict(pairs)
    if len(read) != len(pairs):
        keys = [key for key, _ in pairs]
        raise KeyTwice(next(key for key in keys if keys.count(key) > 1))
    return read


class Digits(str):
    """A number with a point as its digits stand in the file: a float would be another number for long ones."""

    __slots__ = ()


_ANY_KEYS = json.JSONDecoder()
"""Tells where an object ends whose keys stand twice."""


@dataclass(frozen=True, slots=True)
class JsonValue:
    """One value, or the code of its damage and its text."""

    row: int
    value: object
    damage: str = ""
    text: str = ""


class JsonValues:
    """Reads the objects of JSON lines or of one array; `row` is the line, or the place in the array from 1."""

    def __init__(
        self, head: FileStart, stream: BinaryIO, *, single_keys: bool = False, as_digits: bool = False
    ) -> None:
        """Tell lines and array apart by the first character. With `single_keys` an object that has one twice is damaged;
        with `as_digits` numbers that are no integers are `Digits`, and only NaN and the infinities are floats.
        """
        self._decoder = json.JSONDecoder(
            object_pairs_hook=with_single_keys if single_keys else None, parse_float=Digits if as_digits else None
        )
        self._head = head
        self._stream = stream
        self._lines = ByteLines(head, stream)
        self._array_bytes = len(head.data)
        self.is_array = head.data.lstrip().startswith(b"[")

    @property
    def bytes_read(self) -> int:
        """How far the file is read."""
        return self._array_bytes if self.is_array else self._lines.bytes_read

    def __iter__(self) -> Iterator[JsonValue]:
        """Each value."""
        return self._of_array() if self.is_array else self._of_lines()

    def _of_lines(self) -> Iterator[JsonValue]:
        for number, line in enumerate(self._lines, start=1):
            if line.damage:
                yield JsonValue(number, None, line.damage, line.text)
            elif line.text.strip():
                try:
                    yield JsonValue(number, self._decoder.decode(line.text))
                except KeyTwice:
                    yield JsonValue(number, None, _TWICE, line.text)
                except (ValueError, RecursionError):
                    code = "ROW_UNREADABLE" if line.is_terminated else "TRUNCATED_ROW"
                    yield JsonValue(number, None, code, line.text)

    def _pieces(self) -> Iterator[str]:
        decode = codecs.getincrementaldecoder(self._head.encoding)("replace").decode
        yield as_of_2022(decode(self._head.data, final=self._head.is_whole), self._head.encoding)
        while not self._head.is_whole and (chunk := self._stream.read(CHUNK)):
            self._array_bytes += len(chunk)
            yield as_of_2022(decode(chunk), self._head.encoding)

    def _of_array(self) -> Iterator[JsonValue]:
        pieces = self._pieces()
        buffer = next(pieces).lstrip()[1:]
        at, row, is_end = 0, 0, False
        while True:
            at = _skip(buffer, at)
            if buffer[at : at + 1] == "]":
                return
            value, end, damage = self._decoded(buffer, at)
            # A number or word at the very end of the buffer may go on in the next piece.
            if end > 0 and (end < len(buffer) or is_end):
                row += 1
                yield JsonValue(row, value, damage, buffer[at:end] if damage else "")
                at = end
                continue
            if not is_end and len(buffer) - at <= LINE_LIMIT:
                piece = next(pieces, None)
                is_end = piece is None
                buffer, at = buffer[at:] + (piece or ""), 0
                continue
            row += 1
            if at == len(buffer):
                # Rows may be missing behind a cut; say so even where it fell between two objects.
                yield JsonValue(row, None, "TRUNCATED_ROW")
                return
            stop = _NEXT_OBJECT.search(buffer, at)
            if stop is None:
                yield JsonValue(row, None, "TRUNCATED_ROW", buffer[at : at + LINE_LIMIT])
                return
            yield JsonValue(row, None, "ROW_UNREADABLE", buffer[at : stop.end()].rstrip(_BETWEEN))
            at = stop.end()

    def _decoded(self, buffer: str, at: int) -> tuple[object, int, str]:
        """Decode the value at a place; returns it, where it ends (-1 if none is complete there), and what is wrong with it."""
        try:
            return *self._decoder.raw_decode(buffer, at), ""
        except KeyTwice:
            try:
                return None, _ANY_KEYS.raw_decode(buffer, at)[1], _TWICE
            except (ValueError, RecursionError):
                return None, -1, ""
        except (ValueError, RecursionError):
            return None, -1, ""


def _skip(buffer: str, at: int) -> int:
    while at < len(buffer) and buffer[at] in _BETWEEN:
        at += 1
    return at
