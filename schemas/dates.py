"""Dates of the field: three spellings in one record, days that end at midnight in China, terms in calendar years.

China keeps one time, UTC+8, without summer time since 1992; everything here is younger, so the offset is a constant and
no time-zone database is needed.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import ClassVar

from .problems import FactProblem, Text
from .spelling import half_width, trim

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The time of China as a fixed offset."""

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_DAY_MS = 86_400_000
_CHINA_MS = 8 * 3_600_000
_SEPARATED = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?"
)
_PLAIN = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_STAMP = re.compile(r"[0-9]{10}(?:[0-9]{3})?")
_SERIAL = re.compile(r"[0-9]{5}(?:\.0+)?")


class DateProblem(FactProblem):
    """Text that names no day."""

    texts: ClassVar[dict[str, Text]] = {
        "DATE_UNREADABLE": Text(
            "this is no date",
            "write it as 2019-07-13, 20190713 or 2019年07月13日",
            "无法识别的日期",
            "请写成 2019-07-13、20190713 或 2019年07月13日",
        ),
        "DATE_IMPOSSIBLE": Text(
            "there is no such day in the calendar",
            "compare it with the document and correct it",
            "日历中没有这一天",
            "请与文书核对后更正",
        ),
        "DATE_SPOILT": Text(
            "a spreadsheet turned the date into a day count",
            "format the column as a date or as text and write 2019-07-13",
            "日期已被表格软件转成序列数",
            "请将该列设为“日期”或“文本”格式，写成 2019-07-13",
        ),
    }


@lru_cache(maxsize=16384)
def parse_date(text: str) -> date:
    """Read a day written `20190709`, `2019年07月13日`, `2019-07-13`, `2019/7/13`, with midnight behind it, or as a stamp.

    Ten or thirteen digits are seconds or milliseconds as in `publishDateStamp`: midnight in China, which is 16:00 UTC
    of the day before. Raises DateProblem.
    """
    plain = trim(half_width(text))
    parts = _PLAIN.fullmatch(plain) or _SEPARATED.fullmatch(plain)
    if parts is not None:
        try:
            return date(int(parts[1]), int(parts[2]), int(parts[3]))
        except ValueError:
            raise DateProblem("DATE_IMPOSSIBLE") from None
    if _STAMP.fullmatch(plain):
        return date_of_stamp(int(plain[:10]))
    raise DateProblem("DATE_SPOILT" if _SERIAL.fullmatch(plain) else "DATE_UNREADABLE")


@lru_cache(maxsize=1024)
def date_of_stamp(seconds: int) -> date:
    """Return the day in China of a point in time, in seconds since the epoch."""
    return datetime.fromtimestamp(seconds, CHINA).date()


def date_of_ms(milliseconds: int) -> date:
    """Return the day in China of a point in time, in milliseconds since the epoch."""
    return date_of_stamp(milliseconds // 1000)


def start_of_day_ms(day: date) -> int:
    """Return 0:00 in China on a day, in milliseconds since the epoch (UTC)."""
    return (day.toordinal() - _EPOCH_ORDINAL) * _DAY_MS - _CHINA_MS


def start_of_today_ms(milliseconds: int) -> int:
    """Return 0:00 in China of the day a point in time lies on; both in milliseconds since the epoch (UTC)."""
    return start_of_day_ms(date_of_ms(milliseconds))


def end_of_day_ms(day: date) -> int:
    """Return 24:00 in China on a day, in milliseconds since the epoch (UTC): the first moment the day's effect is over."""
    return start_of_day_ms(day) + _DAY_MS


def rfc3339(milliseconds: int) -> str:
    """Write a point in time for people and interfaces: RFC 3339 with +08:00 and milliseconds."""
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC).astimezone(CHINA)
    return moment.replace(microsecond=milliseconds % 1000 * 1000).isoformat(timespec="milliseconds")


def add_years(day: date, years: int) -> date:
    """Return the same calendar day some years later; 29 February becomes the 28th where the year has none."""
    return add_months(day, 12 * years)


def add_months(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day where it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, _length_of_month(year, month + 1)))


def _length_of_month(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day
