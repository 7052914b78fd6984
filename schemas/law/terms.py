"""Terms of list entries (法释〔2017〕7号 art. 2, art. 10 ¶2).

Two years for grounds two to six, one to three more where the court extends; none for ground one. The day it starts is
not counted, the last day runs until 24:00 in China and is not moved by holidays, which favours the debtor.
"""

from datetime import date

from ..dates import add_months, add_years

TERM_YEARS = 2
EXTENSION_MONTHS = (12, 36)
"""Shortest and longest extension."""
RELIST_BAR_MONTHS = 6
"""After a deletion the creditor asked for, their new application is refused this long (art. 10)."""


def term_end(start: date, extension_months: int = 0) -> date:
    """Return the last day of a term that started on `start` (day of the decision or publication)."""
    return extended(add_years(start, TERM_YEARS), extension_months)


def extended(end: date, months: int) -> date:
    """Return the last day of a term that is extended by a number of months; counted from its end, the earlier reading."""
    return add_months(end, months)


def is_extension_lawful(months: int) -> bool:
    """Whether an extension is one to three years, or none."""
    return months == 0 or EXTENSION_MONTHS[0] <= months <= EXTENSION_MONTHS[1]


def relist_bar_until(deleted_on: date) -> date:
    """Return the last day on which creditors may not apply again after they asked for the deletion (reason D3)."""
    return add_months(deleted_on, RELIST_BAR_MONTHS)
