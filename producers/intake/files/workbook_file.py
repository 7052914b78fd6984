"""Workbooks (.xlsx) as clerks have them: the first sheet, titles in its first row, cells by their own type.

A number is its digits if a spreadsheet can hold them all, a date is a day only in a column of days, and no formula is worked
out: what it would show nobody has signed. Needs the extra `excel`.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812  zlib calls it error

from ....schemas.files.excel import unwrapped
from ....schemas.problems import Language
from ....topics.extras import need
from ..findings.findings import IntakeError, Notice, notice, reject
from ..rows.columns import DAY_COLUMNS
from ..rows.model import RawRow
from .titles import known_titles

_SIGNATURE = b"PK\x03\x04"
_MOST_BYTES, _MOST_STRINGS = 2 << 30, 256 << 20
"""Unpacked bytes of a workbook, and of its table of texts, which is held in memory."""
_MOST_ROWS = 1_048_576
_EXACT = 10**15
"""Spreadsheets keep fifteen digits of a number."""
_DAMAGED = (
    *(BadZipFile, ZlibError, ParseError, EOFError, NotImplementedError, RuntimeError),
    *(LookupError, ValueError, TypeError, AttributeError, ArithmeticError, OSError),
)
"""What zipfile and openpyxl raise for a workbook that is none."""


class _CellRefused(Exception):
    """A cell holds nothing that could be read as the clerk saw it."""

    def __init__(self, code: str, shown: str) -> None:
        super().__init__(code)
        self.code = code
        self.shown = shown


class WorkbookFile:
    """Rows of the first sheet of a workbook. Raises IntakeError, EXTRA_MISSING."""

    def __init__(self, stream: BinaryIO, lang: Language, size: int) -> None:
        """Read the titles."""
        need("excel")
        _check_size(stream, lang)
        self._lang = lang
        self._size = size
        self._number = 0
        self._is_cut = False
        try:
            self._sheet, others = _first_sheet(stream)
            self._most = max(self._sheet.max_row or 1, 1)
            self._sheet.reset_dimensions()
            self._cells = iter(self._sheet.iter_rows())
            self.header = self._titles()
        except _DAMAGED as broken:
            raise IntakeError("NOT_XLSX", lang) from broken
        titles = known_titles(self.header, self._number, lang)
        self.notices: list[Notice] = titles.notices
        if others:
            details = {"read": self._sheet.title, "others": ", ".join(others)}
            self.notices.append(notice(0, "", "SHEETS_NOT_READ", lang, **details))
        self._columns = titles.columns
        self._leftover = titles.leftover

    @property
    def bytes_read(self) -> int:
        """How far the file is read, by the rows it says it has."""
        return min(self._size, self._size * self._number // self._most)

    def __iter__(self) -> Iterator[RawRow]:
        """Each row that is not blank."""
        while (cells := self._next()) is not None:
            if any(cell.value is not None for cell in cells):
                yield self._row(cells)
        if self._is_cut:
            yield RawRow(self._number + 1, {}, (), reject(self._number + 1, "", "TRUNCATED_ROW", self._lang))

    def _next(self) -> Sequence[Any] | None:
        """Return the cells of the next row; None at the end, or where the sheet is damaged."""
        try:
            cells = next(self._cells, None)
        except _DAMAGED:
            self._is_cut = True
            return None
        if cells is not None:
            self._number += 1
        self._is_cut = self._number > _MOST_ROWS
        return None if self._is_cut else cells

    def _titles(self) -> tuple[str, ...]:
        while (cells := self._next()) is not None:
            titles = [str(cell.value if cell.value is not None else "") for cell in cells]
            if any(title.strip() for title in titles):
                while not titles[-1].strip():
                    titles.pop()
                return tuple(titles)
        raise IntakeError("EMPTY_FILE", self._lang)

    def _row(self, cells: Sequence[Any]) -> RawRow:
        names = dict(self._columns)
        texts, values, damage = [], {}, None
        for position in range(len(self.header)):
            name = names.get(position, "")
            try:
                text = _text(cells[position], is_day=name in DAY_COLUMNS) if position < len(cells) else ""
            except _CellRefused as refused:
                text = refused.shown
                if name and damage is None:
                    damage = reject(self._number, name, refused.code, self._lang)
            texts.append(text)
            if name and text:
                values[name] = text
        if damage is None and self._leftover >= 0 and texts[self._leftover] and not values:
            uncorrected = reject(self._number, "", "NOT_CORRECTED", self._lang)
            return RawRow(self._number, {}, tuple(texts), uncorrected, texts[self._leftover])
        return RawRow(self._number, values, tuple(texts), damage)


def _check_size(stream: BinaryIO, lang: Language) -> None:
    """Refuse what is no workbook, and what unpacks to more than a workbook of people can be."""
    start = stream.read(len(_SIGNATURE))
    stream.seek(0)
    if not start:
        raise IntakeError("EMPTY_FILE", lang)
    if start != _SIGNATURE:
        raise IntakeError("NOT_XLSX", lang)
    try:
        with ZipFile(stream) as packed:
            sizes = {each.filename: each.file_size for each in packed.infolist()}
    except _DAMAGED as broken:
        raise IntakeError("NOT_XLSX", lang) from broken
    stream.seek(0)
    if sum(sizes.values()) > _MOST_BYTES or sizes.get("xl/sharedStrings.xml", 0) > _MOST_STRINGS:
        raise IntakeError("WORKBOOK_TOO_LARGE", lang)


def _first_sheet(stream: BinaryIO) -> tuple[Any, list[str]]:
    """Return the first sheet and the names of the others."""
    from openpyxl import load_workbook

    workbook = load_workbook(stream, read_only=True, data_only=False, keep_links=False)
    sheet, *others = workbook.worksheets
    return sheet, [each.title for each in others]


def _text(cell: Any, *, is_day: bool) -> str:
    """Return what a cell says as the text a CSV file would have. Raises _CellRefused."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        literal = unwrapped(value)
        if cell.data_type == "f" or value.startswith("="):
            if literal == value:
                raise _CellRefused("CELL_FORMULA", value)
            return literal
        return value
    if isinstance(value, bool):
        raise _CellRefused("CELL_TYPE", str(value).upper())
    if isinstance(value, (int, float)):
        return _digits(value)
    if isinstance(value, (date, datetime)):
        if not is_day:
            raise _CellRefused("CELL_TYPE", str(value))
        is_midnight = not isinstance(value, datetime) or value.time() == time()
        return str(value)[:10] if is_midnight else str(value)
    is_formula = cell.data_type == "f"  # an array's or a data table's
    raise _CellRefused("CELL_FORMULA" if is_formula else "CELL_TYPE", "" if is_formula else str(value))


def _digits(number: float) -> str:
    """Return a number's digits; one that is longer than a spreadsheet keeps is told as rounded, as the spreadsheet shows it."""
    if not abs(number) < _EXACT:
        return f"{number:.5E}"
    return str(int(number)) if number == int(number) else repr(number)
