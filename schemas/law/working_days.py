"""Working days of the State Council's yearly calendar, make-up workdays (调休上班) included.

The arrangement of a year is announced in November before it. Days of a year this installation does not know yet are counted by
weekdays, Monday to Friday, and what is counted so is an estimate (暂估): a clock that stops at New Year watches over nobody.
"""

from datetime import date, timedelta
from typing import NamedTuple, Self

import chinese_calendar

RELIEF_WORKING_DAYS = 3
"""Working days for revoking, correcting and deleting (法释〔2017〕7号 arts. 9, 10, 12)."""
_WEEKEND = 5
_ESTIMATED = "~"
"""ISO 8601-2 (EDTF) writes a date that is approximate so: `2027-01-06~`."""


class DueDay(NamedTuple):
    """The last day of a term in working days."""

    day: date
    is_estimated: bool = False
    """Whether holidays of a year counted through are not known here."""

    def __str__(self) -> str:
        return self.day.isoformat() + (_ESTIMATED if self.is_estimated else "")

    @classmethod
    def of(cls, text: str) -> Self:
        """Read what `str` writes."""
        return cls(date.fromisoformat(text.removesuffix(_ESTIMATED)), text.endswith(_ESTIMATED))


def is_calendar_known(year: int) -> bool:
    """Whether the holidays of a year are known to this installation."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def is_working_day(day: date) -> bool:
    """Whether offices work on a day; in a year whose holidays are not known, whether it is one of Monday to Friday."""
    return bool(chinese_calendar.is_workday(day)) if is_calendar_known(day.year) else day.weekday() < _WEEKEND


def add_working_days(day: date, count: int) -> DueDay:
    """Return the day on which the `count`-th working day after `day` falls; `day` itself is not counted."""
    current = day
    for _ in range(count):
        current += timedelta(days=1)
        while not is_working_day(current):
            current += timedelta(days=1)
    counted = range((day + timedelta(days=1)).year, current.year + 1)
    return DueDay(current, not all(map(is_calendar_known, counted)))


def relief_due(trigger: date) -> DueDay:
    """Return the last day for a relief the law wants within three working days of its trigger."""
    return add_working_days(trigger, RELIEF_WORKING_DAYS)
