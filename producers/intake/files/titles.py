"""Which column stands where: the titles of a table, whether it is a CSV file or a sheet of a workbook."""

from collections.abc import Sequence
from dataclasses import dataclass

from ....schemas.problems import Language
from ..findings.findings import IntakeError, Notice, notice
from ..mapping.export_mapping import ExportMapping
from ..rows.columns import (
    COLUMN_NAMES,
    REJECT_COLUMNS,
    REJECT_COLUMNS_ZH,
    REQUIRED,
    column_of,
    headers,
    is_passed_over,
)

_LEADING = 20
"""Rows among which an export's titles stand; other systems put a name and a date above them."""


@dataclass(frozen=True, slots=True)
class TitleBook:
    """What titles mean: this product's own, or those a mapping names."""

    mapping: ExportMapping | None = None

    @property
    def rows(self) -> int:
        """Among how many rows at the beginning the titles stand."""
        return 1 if self.mapping is None else _LEADING

    def column_of(self, header: str) -> str | None:
        """Return the column a title means, or None."""
        return column_of(header) if self.mapping is None else self.mapping.column_of(header)

    def is_title(self, cell: str) -> bool:
        """Tell whether a cell is the title of a column."""
        return self.column_of(cell) is not None

    def count(self, titles: Sequence[str]) -> int:
        """Count the titles that mean a column."""
        return sum(self.is_title(title) for title in titles)

    def is_passed_over(self, header: str) -> bool:
        """Tell whether a title is known and its column deliberately not read."""
        return is_passed_over(header) if self.mapping is None else self.mapping.is_passed_over(header)

    def known(self, lang: Language) -> str:
        """Name all columns, for people."""
        return ", ".join(headers(lang)) if self.mapping is None else self.mapping.known()

    def check(self, titles: Sequence[str], found: set[str], lang: Language) -> None:
        """Raise HEADER_INCOMPLETE or MAPPING_TITLE_MISSING where a title is missing; `found` are the columns that are there."""
        if self.mapping is not None:
            self.mapping.check_titles(titles)
            return
        missing = [name for name in REQUIRED if name not in found]
        if missing:
            shown = ", ".join(headers(lang)[COLUMN_NAMES.index(name)] for name in missing)
            raise IntakeError("HEADER_INCOMPLETE", lang, missing=shown, known=self.known(lang))


OWN_TITLES = TitleBook()


@dataclass(frozen=True, slots=True)
class KnownTitles:
    """Position and name of each column that is read, what is said of the others, and where unread text of before stands."""

    columns: list[tuple[int, str]]
    notices: list[Notice]
    leftover: int
    """Position of `reject_line` (退回原文), -1 if there is none."""


def known_titles(titles: Sequence[str], row: int, lang: Language, book: TitleBook = OWN_TITLES) -> KnownTitles:
    """Read the titles that stand in a row. Raises IntakeError HEADER_TWICE, HEADER_INCOMPLETE, HEADER_MISSING; MappingProblem."""
    positions: dict[str, int] = {}
    notices: list[Notice] = []
    for position, title in enumerate(titles):
        name = book.column_of(title)
        if name is None:
            if not book.is_passed_over(title):
                shown = title[:40]
                notices.append(notice(row, shown, "COLUMN_UNKNOWN", lang, column=shown, known=book.known(lang)))
        elif name in positions:
            raise IntakeError("HEADER_TWICE", lang, twice=f"{titles[positions[name]]}, {title}")
        else:
            positions[name] = position
    if not positions and book.mapping is None:
        raise IntakeError("HEADER_MISSING", lang, known=book.known(lang))
    book.check(titles, set(positions), lang)
    unread = {REJECT_COLUMNS[-1], REJECT_COLUMNS_ZH[-1]}
    leftover = next((i for i, title in enumerate(titles) if title.strip() in unread), -1)
    return KnownTitles([(position, name) for name, position in positions.items()], notices, leftover)
