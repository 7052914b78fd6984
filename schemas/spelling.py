# mypyc: compile
"""How the same characters get spelled: full width, blanks, invisible characters, hyphens.

Only full-width ASCII is folded in numbers: other look-alikes (①, Arabic-Indic digits) stay and are refused by the rules.
"""

import re
import unicodedata
from functools import lru_cache
from typing import TypeGuard

_SURROGATE = re.compile(f"[{chr(0xD800)}-{chr(0xDFFF)}]")
_HIDING = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]")
"""Control characters but for tabs and line breaks, what turns the direction of writing, and interlinear marks."""
_NOTHING = frozenset(
    (
        *("", "#n/a", "n/a", "#na", "na", "nan", "nat", "none", "null", "nil", "\\n", "undefined", "(null)", "empty"),
        *("无", "無", "暂无", "没有", "空", "空白", "未填", "未填写", "未提供", "暂缺", "待补", "待补充", "待填", "略"),
    )
)
_LONGEST_NOTHING = 16
_AROUND = "-‐‑‒–—―−﹣_/\\.。．｡·・、,，;；:：!！~…|'\"“”‘’`()（）[]【】{}<>《》〈〉"
"""Strokes, stops and brackets that stand around such a word, or alone."""
_SPREADSHEET_ERROR = re.compile(
    r"#{3,}|#(?:N/A|REF|VALUE|DIV/0|NAME|NULL|NUM|SPILL|CALC|FIELD|BLOCKED|CONNECT|BUSY|GETTING_DATA|UNKNOWN|PYTHON)[!?]?"
)
_FULL_WIDTH_FIRST = 0xFF01
_FULL_WIDTH_LAST = 0xFF5E
_FULL_WIDTH_SHIFT = 0xFEE0
_INVISIBLE = ("Cf", "Cc", "Zs", "Zl", "Zp")


def is_invisible(character: str) -> bool:
    """Return whether a character is a blank, a control character, of zero width or a byte order mark."""
    return unicodedata.category(character) in _INVISIBLE


class _CompactTable(dict[int, int | None]):
    """A `str.translate` table that works out each code point when it is first met."""

    def __missing__(self, point: int) -> int | None:
        character = chr(point)
        if is_invisible(character) or unicodedata.category(character) == "Pd":
            folded = None
        elif _FULL_WIDTH_FIRST <= point <= _FULL_WIDTH_LAST:
            folded = point - _FULL_WIDTH_SHIFT
            folded = None if folded == ord("-") else folded
        else:
            folded = point
        self[point] = folded
        return folded


_COMPACT = _CompactTable()


def is_text(value: object) -> TypeGuard[str]:
    """Return whether a value is text that can be written as UTF-8: JSON can carry half a character, a lone surrogate."""
    return isinstance(value, str) and (value.isascii() or not _SURROGATE.search(value))


def hides_text(text: str) -> bool:
    """Return whether control characters or ones that turn the direction of writing stand in a text."""
    return not text.isprintable() and _HIDING.search(text) is not None


@lru_cache(maxsize=16384)
def says_nothing(text: str) -> bool:
    """Return whether a text stands for nothing: empty, strokes and stops alone, or a word people and systems write there.

    Databases, spreadsheets and data frames each have their own (`#N/A`, `nan`, `null`, `undefined`), in any case and width.
    """
    if len(text) > _LONGEST_NOTHING:
        return False
    plain = "".join(half_width(text).casefold().split())
    return plain in _NOTHING or plain.strip(_AROUND) in _NOTHING


def is_spreadsheet_error(text: str) -> bool:
    """Return whether a text is what a spreadsheet shows instead of a value: `#REF!`, `########`."""
    return text[:1] in ("#", "＃") and _SPREADSHEET_ERROR.fullmatch(half_width(text).upper().strip()) is not None


def compact(text: str) -> str:
    """Return a number without blanks, invisible characters and hyphens, in half width and upper case."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return text.translate(_COMPACT).upper()


def half_width(text: str) -> str:
    """Put full-width ASCII and the ideographic blank into half width; everything else stays as it is."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


_HALF_WIDTH = {point: point - _FULL_WIDTH_SHIFT for point in range(_FULL_WIDTH_FIRST, _FULL_WIDTH_LAST + 1)}
_HALF_WIDTH[0x3000] = 0x20


def trim(text: str) -> str:
    """Return text without blanks and invisible characters at its edges."""
    start, end = 0, len(text)
    while start < end and is_invisible(text[start]):
        start += 1
    while end > start and is_invisible(text[end - 1]):
        end -= 1
    return text[start:end]
