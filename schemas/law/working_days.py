"""Working days of the State Council's yearly calendar, make-up workdays (调休上班) included.

The arrangement of a year is announced in November before it; a year the calendar does not know raises, since a guessed
holiday is a broken deadline.
"""

from datetime import date, timedelta

import chinese_calendar

from ..errors import LiandongError

RELIEF_WORKING_DAYS = 3
"""Working days for revoking, correcting and deleting (法释〔2017〕7号 arts. 9, 10, 12)."""


class CalendarUnknown(LiandongError):
    """The holidays of a year have not been published to this installation."""

    def __init__(self, year: int) -> None:
        super().__init__(
            "CALENDAR_UNKNOWN",
            f"the working days of {year} are not known here",
            "update the package chinesecalendar once the State Council has announced that year's holidays",
            f"尚不掌握 {year} 年的工作日安排",
            "国务院公布该年放假安排后，请更新软件包 chinesecalendar",
        )


def is_working_day(day: date) -> bool:
    """Whether offices work on a day. Raises CalendarUnknown."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        raise CalendarUnknown(day.year) from None


def add_working_days(day: date, count: int) -> date:
    """Return the day on which the `count`-th working day after `day` falls; `day` itself is not counted."""
    current = day
    for _ in range(count):
        current += timedelta(days=1)
        while not is_working_day(current):
            current += timedelta(days=1)
    return current


def relief_due(trigger: date) -> date:
    """Return the last day for a relief the law wants within three working days of its trigger."""
    return add_working_days(trigger, RELIEF_WORKING_DAYS)
