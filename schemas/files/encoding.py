"""How a file of text is encoded, told by strict decoding; nothing is guessed by frequencies.

UTF-16 is read where a byte order mark says so.

The header decides if its Chinese names are known in exactly one encoding; else which encoding the first lines are valid
in. UTF-8 and GB 18030 text are practically never valid in each other's place for more than a line. Every line is then
decoded strictly: one that fails is rejected, not repaired.
"""

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Literal, cast

from .gb18030 import with_assigned

Encoding = Literal["utf-8", "gb18030"]
HEAD = 256 * 1024
"""Bytes that are looked at to tell what a file is."""


@dataclass(frozen=True, slots=True)
class FileStart:
    """The first bytes of a file without a byte order mark, and how to decode all of it."""

    data: bytes
    is_whole: bool
    encoding: Encoding


_UTF16: dict[bytes, Literal["utf-16-le", "utf-16-be"]] = {
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_NO_CHARACTER = b"\xff"
"""A byte that never stands in UTF-8."""


class _Recoded:
    """A stream as it is, or one of UTF-16 as UTF-8; half a character becomes bytes that are no UTF-8, so its line is refused."""

    def __init__(self, first: bytes, stream: BinaryIO) -> None:
        self._stream = stream
        encoding = _UTF16.get(first)
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogatepass") if encoding else None
        self._ready = codecs.BOM_UTF8 if encoding else first
        self._is_at_end = False

    def read(self, size: int) -> bytes:
        while not self._ready and not self._is_at_end:
            self._ready = self._recoded(self._stream.read(size))
        given, self._ready = self._ready[:size], self._ready[size:]
        return given

    def _recoded(self, data: bytes) -> bytes:
        self._is_at_end = not data
        if self._decoder is None:
            return data
        try:
            text = self._decoder.decode(data, final=self._is_at_end)
        except UnicodeDecodeError:  # the file ends between the two bytes of a unit
            return _NO_CHARACTER
        return text.encode("utf-8", "surrogatepass")


def without_utf16(stream: BinaryIO) -> BinaryIO:
    """Return a stream that gives UTF-8 for UTF-16 with a byte order mark (“Unicode text” of spreadsheets), all else as it is.

    Nothing but `read` may be called of it.
    """
    first = stream.read(2)
    if first not in _UTF16 and stream.seekable():
        stream.seek(-len(first), 1)
        return stream
    return cast("BinaryIO", _Recoded(first, stream))


def read_head(stream: BinaryIO) -> bytes:
    """Read up to HEAD bytes; pipes give less at a time."""
    parts, size = [], 0
    while size < HEAD and (part := stream.read(HEAD - size)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def as_of_2022(text: str, encoding: Encoding) -> str:
    """Return text as GB 18030-2022 has it: Python's codec is older, and eight ideographs of names are private there."""
    return with_assigned(text) if encoding == "gb18030" else text


def decoded(data: bytes) -> str:
    """Return a whole small file as text: UTF-8, UTF-16 with a byte order mark, or GB 18030. Raises UnicodeDecodeError."""
    encoding = _UTF16.get(data[:2])
    if encoding is not None:
        return data[2:].decode(encoding)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return as_of_2022(data.decode("gb18030"), "gb18030")


def encoding_of(data: bytes, is_whole: bool, knows_title: Callable[[str], bool]) -> Encoding:
    """Return how text is encoded by its first bytes; `knows_title` tells the title of a column, as it stands in a header."""
    lines = data.splitlines()
    if not is_whole and len(lines) > 1:
        lines.pop()
    by_header = [encoding for encoding in ("utf-8", "gb18030") if _knows_header(lines[0], encoding, knows_title)]
    if by_header == ["gb18030"]:
        return "gb18030"
    if by_header == ["utf-8"]:
        return "utf-8"
    not_ascii = [line for line in lines if not line.isascii()]
    utf8 = sum(_is_valid(line, "utf-8") for line in not_ascii)
    gb18030 = sum(_is_valid(line, "gb18030") for line in not_ascii)
    return "gb18030" if gb18030 > utf8 and utf8 * 2 < len(not_ascii) else "utf-8"


def _knows_header(line: bytes, encoding: str, knows_title: Callable[[str], bool]) -> bool:
    if line.isascii() or not _is_valid(line, encoding):
        return False
    text = line.decode(encoding)
    cells = text.replace('"', "").replace(";", ",").replace("\t", ",").replace("|", ",").split(",")
    return any(knows_title(cell) for cell in cells if not cell.isascii())


def _is_valid(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
