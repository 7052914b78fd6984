# mypyc: compile
"""Lines of a file as bytes, one at a time, whatever ends them and however long they are."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from .encoding import FileStart, as_of_2022

CHUNK = 64 * 1024
LINE_LIMIT = 1 << 20
"""Bytes; a longer line has lost its line ends and is not kept in memory."""


class Line(NamedTuple):
    """One line. `damage` is the code of what is wrong with it; its text is then as readable as it can be made."""

    text: str
    is_terminated: bool
    damage: str = ""


class ByteLines:
    """Cuts a stream into lines and counts the bytes read, for progress bars."""

    def __init__(self, head: FileStart, stream: BinaryIO) -> None:
        """Go on after the head that was read to tell what the file is."""
        self.bytes_read = len(head.data)
        self._head = head
        self._stream = stream
        self._separator = b"\r" if b"\r" in head.data and b"\n" not in head.data else b"\n"

    def __iter__(self) -> Iterator[Line]:
        """Each line without its end."""
        for raw, is_terminated in self._cut():
            yield self._line(raw, is_terminated)

    def _chunks(self) -> Iterator[bytes]:
        yield self._head.data
        if self._head.is_whole:
            return
        while chunk := self._stream.read(CHUNK):
            self.bytes_read += len(chunk)
            yield chunk

    def _cut(self) -> Iterator[tuple[bytes, bool]]:
        rest = b""
        for chunk in self._chunks():
            pieces = (rest + chunk).split(self._separator)
            rest = pieces.pop()
            for piece in pieces:
                yield piece, True
            if len(rest) > LINE_LIMIT:
                # Keep enough to know that it is too long, not all of it.
                rest = rest[: LINE_LIMIT + 1]
        if rest:
            yield rest, False

    def _line(self, raw: bytes, is_terminated: bool) -> Line:
        raw = raw.removesuffix(b"\r")
        if len(raw) > LINE_LIMIT:
            return Line(raw[:200].decode(self._head.encoding, "replace"), is_terminated, "LINE_TOO_LONG")
        if b"\x00" in raw:
            return Line(raw.replace(b"\x00", b"").decode(self._head.encoding, "replace"), is_terminated, "NUL_BYTE")
        try:
            text = raw.decode(self._head.encoding)
            return Line(as_of_2022(text, self._head.encoding), is_terminated)
        except UnicodeDecodeError:
            damage = "ENCODING" if is_terminated else "TRUNCATED_ROW"
            return Line(raw.decode(self._head.encoding, "backslashreplace"), is_terminated, damage)
