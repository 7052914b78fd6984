"""What a file is: its encoding by strict decoding, and the things people send instead of text.

Nothing is guessed by frequencies. A byte order mark decides; else the header, if its Chinese names are known in exactly
one encoding; else which encoding the first lines are valid in. UTF-8 and GB 18030 text are practically never valid in
each other's place for more than a line. Every line is then decoded strictly: one that fails is rejected, not repaired.
"""

import codecs
from dataclasses import dataclass
from typing import BinaryIO, Literal, NamedTuple

from ....schemas.problems import Language
from ..findings.findings import IntakeError
from ..rows.columns import column_of

Encoding = Literal["utf-8", "gb18030"]
HEAD = 256 * 1024
"""Bytes that are looked at to tell what a file is."""


class _Content(NamedTuple):
    """What a file is, in words for people."""

    en: str
    zh: str


_SIGNATURES = {
    b"PK\x03\x04": _Content("an Excel workbook or zip archive", "Excel 工作簿或压缩包"),
    b"\xd0\xcf\x11\xe0": _Content("an old Excel or Word file", "旧版 Excel 或 Word 文件"),
    b"%PDF": _Content("a PDF document", "PDF 文档"),
    b"\x1f\x8b": _Content("a gzip archive", "gzip 压缩包"),
    b"{\\rtf": _Content("a rich-text document", "RTF 文档"),
}
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BLANK = b" \t\r\n\x00"


@dataclass(frozen=True, slots=True)
class FileStart:
    """The first bytes of a file without a byte order mark, and how to decode all of it."""

    data: bytes
    is_whole: bool
    encoding: Encoding


def look_at(stream: BinaryIO, kind: Literal["CSV", "JSON"], lang: Language) -> FileStart:
    """Read the first bytes and tell what they are. Raises IntakeError for whatever is no text of the kind wanted."""
    data = _read_head(stream)
    if data.startswith(_UTF16):
        raise IntakeError("ENCODING_UTF16", lang)
    marked = data.startswith(codecs.BOM_UTF8)
    data = data.removeprefix(codecs.BOM_UTF8)
    if not data.strip(_BLANK):
        raise IntakeError("EMPTY_FILE", lang)
    is_whole = len(data) < HEAD - len(codecs.BOM_UTF8)
    other = _other_content(data, kind)
    if other is not None:
        raise IntakeError(f"NOT_{kind}", lang, found=other.zh if lang == "zh" else other.en)
    return FileStart(data, is_whole, "utf-8" if marked else _encoding(data, is_whole))


def _read_head(stream: BinaryIO) -> bytes:
    """Read up to HEAD bytes; pipes give less at a time."""
    parts, size = [], 0
    while size < HEAD and (part := stream.read(HEAD - size)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _other_content(data: bytes, kind: str) -> _Content | None:
    """Tell what a file is if it is not of the kind wanted."""
    for signature, content in _SIGNATURES.items():
        if data.startswith(signature):
            return content
    start = data.lstrip(_BLANK)[:1]
    if start == b"<":
        return _Content("a web page (HTML or XML)", "网页（HTML 或 XML）")
    if kind == "CSV" and start in (b"{", b"["):
        return _Content("JSON", "JSON")
    if kind == "JSON" and start not in (b"{", b"["):
        return _Content("something that starts with neither { nor [", "不以 { 或 [ 开头的内容")
    return None


def _encoding(data: bytes, is_whole: bool) -> Encoding:
    lines = data.splitlines()
    if not is_whole and len(lines) > 1:
        lines.pop()
    by_header = [encoding for encoding in ("utf-8", "gb18030") if _knows_header(lines[0], encoding)]
    if by_header == ["gb18030"]:
        return "gb18030"
    if by_header == ["utf-8"]:
        return "utf-8"
    not_ascii = [line for line in lines if not line.isascii()]
    utf8 = sum(_is_valid(line, "utf-8") for line in not_ascii)
    gb18030 = sum(_is_valid(line, "gb18030") for line in not_ascii)
    return "gb18030" if gb18030 > utf8 and utf8 * 2 < len(not_ascii) else "utf-8"


def _knows_header(line: bytes, encoding: str) -> bool:
    if line.isascii() or not _is_valid(line, encoding):
        return False
    text = line.decode(encoding)
    cells = text.replace('"', "").replace(";", ",").replace("\t", ",").replace("|", ",").split(",")
    return any(column_of(cell) is not None for cell in cells if not cell.isascii())


def _is_valid(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
