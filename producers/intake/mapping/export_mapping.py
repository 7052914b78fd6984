"""A mapping once it is read: titles become columns, codes become values, days become days; what it does not know is refused."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from ....schemas.problems import Language
from ....schemas.spelling import says_nothing
from ..findings.findings import Reject, reject
from ..rows.columns import header_form, is_passed_over
from ..rows.model import RawRow
from .day_patterns import DayPattern
from .problems import MappingProblem

_BETWEEN_CODES = re.compile(r"[,，;；、|/\s]+")
_SHOWN = 8
"""Characters of an unknown code that are shown: a longer text is no code, and may be a number of a person."""


@dataclass(frozen=True, slots=True)
class Titled:
    """The export's title of a column, and the line of the mapping that says so."""

    column: str
    title: str
    line: int


@dataclass(frozen=True, slots=True)
class CodeTable:
    """The codes of a column, and where the mapping begins to name them."""

    values: Mapping[str, str]
    line: int


@dataclass(frozen=True, slots=True)
class ExportMapping:
    """What a court's own export means."""

    titles: Mapping[str, Titled]
    """By the title's form without blanks, brackets and case."""
    codes: Mapping[str, CodeTable] = field(default_factory=dict)
    days: Mapping[str, DayPattern] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()

    def column_of(self, header: str) -> str | None:
        """Return the column a title of the export means, or None."""
        titled = self.titles.get(header_form(header))
        return None if titled is None else titled.column

    def is_passed_over(self, header: str) -> bool:
        """Tell whether a title is known and deliberately not read."""
        return header_form(header) in self.ignored or is_passed_over(header)

    def known(self) -> str:
        """Name all titles that are read, for people."""
        return ", ".join(titled.title for titled in self.titles.values())

    def check_titles(self, found: Sequence[str]) -> None:
        """Raise MAPPING_TITLE_MISSING for a title that does not stand in the export."""
        forms = {header_form(title) for title in found}
        for form, titled in self.titles.items():
            if form not in forms:
                shown = ", ".join(title.strip()[:40] for title in found if title.strip())
                raise MappingProblem(
                    "MAPPING_TITLE_MISSING", line=str(titled.line), title=titled.title, found=shown[:2000] or "-"
                )

    def applied(self, row: RawRow, lang: Language) -> RawRow:
        """Return a row with values in this product's own terms; one with an unknown code or day is damaged."""
        if row.damage is not None:
            return row
        values = dict(self.constants)
        damage: Reject | None = None
        for column, text in row.values.items():
            value, refused = self._value(row.number, column, text, lang)
            damage = damage or refused
            values[column] = value
        return replace(row, values=values, damage=damage)

    def _value(self, number: int, column: str, text: str, lang: Language) -> tuple[str, Reject | None]:
        written = text.strip()
        if says_nothing(written):
            return text, None
        if (table := self.codes.get(column)) is not None:
            value = _translated(written, table.values)
            if value is None:
                shown = f"“{written}”" if len(written) <= _SHOWN else "…"
                details = {"code_found": shown, "line": str(table.line)}
                return text, reject(number, column, "MAPPING_CODE_UNKNOWN", lang, **details)
            return value, None
        if (pattern := self.days.get(column)) is not None:
            day = pattern.day_of(written)
            if day is None:
                details = {"pattern": pattern.pattern, "line": str(pattern.line)}
                return text, reject(number, column, "MAPPING_DAY_UNREADABLE", lang, **details)
            return day, None
        return text, None


def _translated(written: str, values: Mapping[str, str]) -> str | None:
    """Translate a code, or several that stand in one cell; None if one of them is not known."""
    if written in values:
        return values[written]
    codes = [code for code in _BETWEEN_CODES.split(written) if code]
    if not codes or any(code not in values for code in codes):
        return None
    return ";".join(dict.fromkeys(values[code] for code in codes))
