# mypyc: compile
"""One row while it is being checked: its values, and what was found out so far."""

from collections.abc import Mapping
from datetime import date

from ....schemas.dates import DateProblem, parse_date
from ....schemas.problems import FactProblem
from ....schemas.spelling import hides_text, is_spreadsheet_error, says_nothing
from ..findings.findings import Notice, Reject, notice, reject, reject_of_problem
from .model import IntakeContext, RawRow
from .words import Coded, allowed, meaning

_EDGES = " \t\r\n\v\f\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff"
_NO_DAYS_UNTIL, _NO_DAYS_FROM = date(1900, 1, 1), date(2200, 1, 1)
"""Days outside are what databases and spreadsheets write where there is none: 0001-01-01, 1899-12-30, 1900-01-01, 9999-12-31."""
TEXT_LIMIT = 300
"""Characters; longer texts mean shifted columns, and free text of judgments never travels."""


def is_given(raw: RawRow, column: str) -> bool:
    """Tell whether a row says something in a column."""
    return not says_nothing(raw.values.get(column, "").strip(_EDGES))


class RowUnderCheck:
    """Reads a row's values by column and collects rejects and notices, so that a clerk sees all of them at once."""

    def __init__(self, raw: RawRow, context: IntakeContext) -> None:
        """Start with nothing found."""
        self.context = context
        self.is_public = raw.is_public
        self.rejects: list[Reject] = []
        self.notices: list[Notice] = []
        self._values = raw.values
        self._number = raw.number

    def reject(self, column: str, code: str, **details: str) -> None:
        """Note that the row cannot be taken because of a column."""
        self.rejects.append(reject(self._number, column, code, self.context.lang, **details))

    def reject_problem(self, column: str, problem: FactProblem) -> None:
        """Note that the row cannot be taken because of what a fact's own rules say about a column."""
        self.rejects.append(reject_of_problem(self._number, column, problem, self.context.lang))

    def notice(self, column: str, code: str, **details: str) -> None:
        """Note that something is unusual about a column."""
        self.notices.append(notice(self._number, column, code, self.context.lang, **details))

    def raw(self, column: str) -> str:
        """Return a value without blanks at its edges; words for nothing stay."""
        return self._values.get(column, "").strip(_EDGES)

    def gives(self, column: str) -> bool:
        """Tell whether the row says something in a column."""
        return not says_nothing(self.raw(column))

    def text(self, column: str) -> str:
        """Return a value without blanks at its edges; words for nothing (暂无, -, null) become empty."""
        value = self._values.get(column)
        if value is None or says_nothing(value := value.strip(_EDGES)):
            return ""
        if is_spreadsheet_error(value):
            self.reject(column, "SPREADSHEET_ERROR")
            return ""
        if len(value) > TEXT_LIMIT:
            self.reject(column, "TEXT_TOO_LONG", limit=str(TEXT_LIMIT))
        if hides_text(value):
            self.reject(column, "TEXT_CONTROL")
        return value

    def day(self, column: str) -> date | None:
        """Read a day; None if the column is empty or its text is rejected."""
        value = self.text(column)
        if not value:
            return None
        try:
            day = parse_date(value)
        except DateProblem as problem:
            self.reject_problem(column, problem)
            return None
        if not _NO_DAYS_UNTIL < day < _NO_DAYS_FROM:
            self.reject(column, "DATE_ZERO")
            return None
        return day

    def past_day(self, column: str) -> date | None:
        """Read a day that must not lie in the future."""
        day = self.day(column)
        if day is not None and day > self.context.today:
            self.reject(column, "DATE_FUTURE")
        return day

    def coded(self, column: str, table: Mapping[str, Coded], default: Coded) -> Coded:
        """Read a coded value; an unknown word is rejected and gives the default."""
        word = self._values.get(column)
        if word is None:
            return default
        coded = table.get(word)  # nearly always; the long way knows other spellings and rejects
        if coded is None:
            coded = self.coded_or_none(column, table)
        return default if coded is None else coded

    def coded_or_none(self, column: str, table: Mapping[str, Coded]) -> Coded | None:
        """Read a coded value; None if the column is empty or its word is rejected."""
        value = self.text(column)
        if not value:
            return None
        coded = meaning(table, value)
        if coded is None:
            self.reject(column, "VALUE_UNKNOWN", allowed=allowed(table))
        return coded
