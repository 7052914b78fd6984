"""Which column stands where: the titles of a table, whether it is a CSV file or a sheet of a workbook."""

from collections.abc import Sequence
from dataclasses import dataclass

from ....schemas.problems import Language
from ..findings.findings import IntakeError, Notice, notice
from ..rows.columns import (
    COLUMN_NAMES,
    REJECT_COLUMNS,
    REJECT_COLUMNS_ZH,
    REQUIRED,
    column_of,
    headers,
    is_passed_over,
)


@dataclass(frozen=True, slots=True)
class KnownTitles:
    """Position and name of each column that is read, what is said of the others, and where unread text of before stands."""

    columns: list[tuple[int, str]]
    notices: list[Notice]
    leftover: int
    """Position of `reject_line` (退回原文), -1 if there is none."""


def known_titles(titles: Sequence[str], row: int, lang: Language) -> KnownTitles:
    """Read the titles that stand in a row. Raises IntakeError HEADER_TWICE, HEADER_INCOMPLETE, HEADER_MISSING."""
    positions: dict[str, int] = {}
    notices: list[Notice] = []
    for position, title in enumerate(titles):
        name = column_of(title)
        if name is None:
            if not is_passed_over(title):
                shown = title[:40]
                notices.append(notice(row, shown, "COLUMN_UNKNOWN", lang, column=shown, known=known_columns(lang)))
        elif name in positions:
            raise IntakeError("HEADER_TWICE", lang, twice=f"{titles[positions[name]]}, {title}")
        else:
            positions[name] = position
    if not positions:
        raise IntakeError("HEADER_MISSING", lang, known=known_columns(lang))
    missing = [name for name in REQUIRED if name not in positions]
    if missing:
        shown = ", ".join(headers(lang)[COLUMN_NAMES.index(name)] for name in missing)
        raise IntakeError("HEADER_INCOMPLETE", lang, missing=shown, known=known_columns(lang))
    unread = {REJECT_COLUMNS[-1], REJECT_COLUMNS_ZH[-1]}
    leftover = next((i for i, title in enumerate(titles) if title.strip() in unread), -1)
    return KnownTitles([(position, name) for name, position in positions.items()], notices, leftover)


def known_columns(lang: Language) -> str:
    """Name all columns, for people."""
    return ", ".join(headers(lang))
