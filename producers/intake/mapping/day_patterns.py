"""Days as other systems write them: a pattern of year, month and day, or the day numbers of spreadsheets."""

import re
from datetime import date, timedelta
from typing import NamedTuple

_FIELDS = {
    "yyyy": r"(?P<year>\d{4})",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "dd": r"(?P<day>\d{2})",
    "d": r"(?P<day>\d{1,2})",
    "HH": r"\d{2}",
    "mm": r"\d{2}",
    "ss": r"\d{2}",
    "SSS": r"\d{3}",
}
_FIELD = re.compile("yyyy|MM|M|dd|d|HH|mm|SSS|ss|T|[A-Za-z]+|[^A-Za-z]+")
_ORDERS = ("yMd", "dMy", "Mdy")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}:\d{2}(?:\.\d+)?)?", re.ASCII)
_NUMBER = re.compile(r"[1-9]\d{0,5}(?:\.\d+)?", re.ASCII)
_EXCEL_EPOCH = date(1899, 12, 30)
"""Day 0 of spreadsheets from March 1900 on; they hold 1900 to be a leap year (ECMA-376 part 1, 18.17.4.1)."""
EXCEL = "excel"


class DayPattern(NamedTuple):
    """How a system writes days."""

    pattern: str
    expression: str
    """Empty for day numbers."""
    line: int
    """Where the mapping names it."""

    def day_of(self, text: str) -> str | None:
        """Return the day as yyyy-MM-dd, or None if the text is not of the pattern; a workbook's own day is one in any pattern."""
        if _ISO.fullmatch(text):
            return text[:10]
        try:
            return (self._of_number(text) if self.pattern == EXCEL else self._of_text(text)) or None
        except (ValueError, OverflowError):  # a 31st of April
            return None

    def _of_number(self, text: str) -> str:
        if not _NUMBER.fullmatch(text):
            return ""
        return (_EXCEL_EPOCH + timedelta(days=int(text.partition(".")[0]))).isoformat()

    def _of_text(self, text: str) -> str:
        found = re.fullmatch(self.expression, text, re.ASCII)
        return "" if found is None else date(int(found["year"]), int(found["month"]), int(found["day"])).isoformat()


def day_pattern(pattern: str, line: int) -> DayPattern | None:
    """Read a pattern; None if it names no year, month and day in an order that people use."""
    if pattern == EXCEL:
        return DayPattern(EXCEL, "", line)
    pieces, order = [], ""
    for piece in _FIELD.findall(pattern):
        if piece in _FIELDS:
            pieces.append(_FIELDS[piece])
            order += piece[0] if piece[0] in "yMd" else ""
        elif piece.isascii() and piece.isalpha() and piece != "T":
            return None
        else:
            pieces.append(re.escape(piece))
    return DayPattern(pattern, "".join(pieces), line) if order in _ORDERS else None
