"""What a file is: its encoding, where a byte order mark decides, and the things people send instead of text."""

import codecs
from collections.abc import Callable
from typing import BinaryIO, Literal, NamedTuple

from ....schemas.files.encoding import HEAD, FileStart, encoding_of, read_head
from ....schemas.problems import Language
from ..findings.findings import IntakeError


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
_BLANK = b" \t\r\n\x00"


def look_at(
    stream: BinaryIO, kind: Literal["CSV", "JSON"], lang: Language, is_title: Callable[[str], bool]
) -> FileStart:
    """Read the first bytes and tell what they are; `is_title` knows the titles of columns. Raises IntakeError for whatever is no text of the kind wanted."""
    data = read_head(stream)
    marked = data.startswith(codecs.BOM_UTF8)
    data = data.removeprefix(codecs.BOM_UTF8)
    if not data.strip(_BLANK):
        raise IntakeError("EMPTY_FILE", lang)
    is_whole = len(data) < HEAD - len(codecs.BOM_UTF8)
    other = _other_content(data, kind)
    if other is not None:
        raise IntakeError(f"NOT_{kind}", lang, found=other.zh if lang == "zh" else other.en)
    return FileStart(data, is_whole, "utf-8" if marked else encoding_of(data, is_whole, is_title))


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
