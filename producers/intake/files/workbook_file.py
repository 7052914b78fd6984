"""Workbooks (.xlsx) as clerks have them: the first sheet, titles in its first row, cells by their own type.

What a cell says is told by `topics.workbook_reading`. Needs the extra `excel`.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from ....schemas.problems import Language
from ....topics.workbook_reading import CellRefused, FirstSheet, SheetRow, WorkbookRefused, cell_text
from ....topics.workbook_writing import WorkbookOut
from ..findings.findings import IntakeError, Notice, notice, reject
from ..rows.columns import COLUMNS, DAY_COLUMNS, headers
from ..rows.model import RawRow
from .template import template_rows
from .titles import OWN_TITLES, TitleBook, known_titles


class WorkbookFile:
    """Rows of the first sheet of a workbook. Raises IntakeError, EXTRA_MISSING."""

    def __init__(self, stream: BinaryIO, lang: Language, size: int, book: TitleBook = OWN_TITLES) -> None:
        """Read the titles."""
        self._lang = lang
        try:
            self._sheet = sheet = FirstSheet(stream, size, lambda titles: book.count(titles) > 0, book.rows)
        except WorkbookRefused as refused:
            raise IntakeError(refused.code, lang) from refused
        self.header = sheet.titles
        titles = known_titles(self.header, sheet.title_row, lang, book)
        self.notices: list[Notice] = titles.notices
        if sheet.others:
            details = {"read": sheet.name, "others": ", ".join(sheet.others)}
            self.notices.append(notice(0, "", "SHEETS_NOT_READ", lang, **details))
        self._columns = titles.columns
        self._leftover = titles.leftover

    @property
    def bytes_read(self) -> int:
        """How far the file is read, by the rows it says it has."""
        return self._sheet.bytes_read

    def __iter__(self) -> Iterator[RawRow]:
        """Each row that is not blank."""
        for row in self._sheet:
            yield self._row(row)
        if self._sheet.is_cut:
            after = self._sheet.number + 1
            yield RawRow(after, {}, (), reject(after, "", "TRUNCATED_ROW", self._lang))

    def _row(self, row: SheetRow) -> RawRow:
        number, cells = row
        names = dict(self._columns)
        texts, values, damage = [], {}, None
        for position in range(len(self.header)):
            name = names.get(position, "")
            try:
                text = cell_text(cells[position], is_day=name in DAY_COLUMNS) if position < len(cells) else ""
            except CellRefused as refused:
                text = refused.shown
                if name and damage is None:
                    damage = reject(number, name, refused.code, self._lang)
            texts.append(text)
            if name and text:
                values[name] = text
        if damage is None and self._leftover >= 0 and texts[self._leftover] and not values:
            uncorrected = reject(number, "", "NOT_CORRECTED", self._lang)
            return RawRow(number, {}, tuple(texts), uncorrected, texts[self._leftover])
        return RawRow(number, values, tuple(texts), damage)


def workbook_template(lang: Language) -> bytes:
    """Return the template as a workbook: titles and two fictitious rows. Raises EXTRA_MISSING."""
    out = WorkbookOut(headers(lang))
    for row in template_rows(lang):
        out.add([row.get(column.name, "") for column in COLUMNS])
    stream = BytesIO()
    out.save(stream)
    return stream.getvalue()
