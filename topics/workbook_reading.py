"""The first sheet of a workbook (.xlsx) as people have it: titles in its first row, cells by their own type.

A number is its digits if a spreadsheet can hold them all, a date is a day only in a column of days, and no formula is worked
out: what it would show nobody has signed. Needs the extra `excel`.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, BinaryIO, Literal, NamedTuple
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812  zlib calls it error

from ..schemas.files.excel import unwrapped
from .extras import need

WORKBOOK_SIGNATURE = b"PK\x03\x04"
MOST_ROWS = 1_048_576
_MOST_BYTES, _MOST_STRINGS = 2 << 30, 256 << 20
"""Unpacked bytes of a workbook, and of its table of texts, which is held in memory."""
_EXACT = 10**15
"""Spreadsheets keep fifteen digits of a number."""
_DAMAGED = (
    *(BadZipFile, ZlibError, ParseError, EOFError, NotImplementedError, RuntimeError),
    *(LookupError, ValueError, TypeError, AttributeError, ArithmeticError, OSError),
)
"""What zipfile and openpyxl raise for a workbook that is none."""


class WorkbookRefused(Exception):
    """A file is no workbook that can be read, and why."""

    def __init__(self, code: Literal["EMPTY_FILE", "NOT_XLSX", "WORKBOOK_TOO_LARGE"]) -> None:
        super().__init__(code)
        self.code = code


class CellRefused(Exception):
    """A cell holds nothing that could be read as its writer saw it."""

    def __init__(self, code: Literal["CELL_FORMULA", "CELL_TYPE"], shown: str) -> None:
        super().__init__(code)
        self.code = code
        self.shown = shown


class SheetRow(NamedTuple):
    """The cells of one row, as the library gives them; `cell_text` reads one."""

    number: int
    """From 1, as a spreadsheet shows it."""
    cells: Sequence[Any]


class FirstSheet:
    """The rows of the first sheet. Raises WorkbookRefused, EXTRA_MISSING."""

    def __init__(
        self,
        stream: BinaryIO,
        size: int,
        has_titles: Callable[[Sequence[str]], bool] = lambda _: True,
        leading: int = 1,
    ) -> None:
        """Read the titles: the first of so many `leading` rows that `has_titles`, else the first that holds anything.

        `size` is the file's, in bytes.
        """
        need("excel")
        _check_size(stream)
        self.number = 0
        """The row that was read last."""
        self.is_cut = False
        """Whether the sheet was damaged, or went on behind the last row it can have."""
        self._size = size
        try:
            sheet, self.others = _sheets(stream)
            self.name: str = sheet.title
            self._most = max(sheet.max_row or 1, 1)
            sheet.reset_dimensions()
            self._cells = iter(sheet.iter_rows())
            self.title_row, self.titles = self._titles(has_titles, leading)
        except _DAMAGED as broken:
            raise WorkbookRefused("NOT_XLSX") from broken

    @property
    def bytes_read(self) -> int:
        """How far the file is read, by the rows it says it has."""
        return min(self._size, self._size * self.number // self._most)

    def __iter__(self) -> Iterator[SheetRow]:
        """Each row behind the titles that is not blank, up to the end or the damage."""
        while (cells := self._next()) is not None:
            if any(cell.value is not None for cell in cells):
                yield SheetRow(self.number, cells)

    def _next(self) -> Sequence[Any] | None:
        """Return the cells of the next row; None at the end, or where the sheet is damaged."""
        try:
            cells = next(self._cells, None)
        except _DAMAGED:
            self.is_cut = True
            return None
        if cells is not None:
            self.number += 1
        self.is_cut = self.number > MOST_ROWS
        return None if self.is_cut else cells

    def _titles(self, has_titles: Callable[[Sequence[str]], bool], leading: int) -> tuple[int, tuple[str, ...]]:
        first: tuple[int, tuple[str, ...]] | None = None
        looked_at = 0
        while looked_at < leading and (cells := self._next()) is not None:
            titles = [str(cell.value if cell.value is not None else "") for cell in cells]
            if not any(title.strip() for title in titles):
                continue
            while not titles[-1].strip():
                titles.pop()
            found = self.number, tuple(titles)
            if has_titles(titles):
                return found
            first = first or found
            looked_at += 1
        if first is None:
            raise WorkbookRefused("EMPTY_FILE")
        return first


def _check_size(stream: BinaryIO) -> None:
    """Refuse what is no workbook, and what unpacks to more than a workbook of people can be."""
    start = stream.read(len(WORKBOOK_SIGNATURE))
    stream.seek(0)
    if not start:
        raise WorkbookRefused("EMPTY_FILE")
    if start != WORKBOOK_SIGNATURE:
        raise WorkbookRefused("NOT_XLSX")
    try:
        with ZipFile(stream) as packed:
            sizes = {each.filename: each.file_size for each in packed.infolist()}
    except _DAMAGED as broken:
        raise WorkbookRefused("NOT_XLSX") from broken
    stream.seek(0)
    if sum(sizes.values()) > _MOST_BYTES or sizes.get("xl/sharedStrings.xml", 0) > _MOST_STRINGS:
        raise WorkbookRefused("WORKBOOK_TOO_LARGE")


def _sheets(stream: BinaryIO) -> tuple[Any, list[str]]:
    """Return the first sheet and the names of the others."""
    from openpyxl import load_workbook

    workbook = load_workbook(stream, read_only=True, data_only=False, keep_links=False)
    sheet, *others = workbook.worksheets
    return sheet, [each.title for each in others]


def cell_text(cell: Any, *, is_day: bool) -> str:
    """Return what a cell says as the text a CSV file would have. Raises CellRefused."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        literal = unwrapped(value)
        if cell.data_type == "f" or value.startswith("="):
            if literal == value:
                raise CellRefused("CELL_FORMULA", value)
            return literal
        return value
    if isinstance(value, bool):
        raise CellRefused("CELL_TYPE", str(value).upper())
    if isinstance(value, (int, float)):
        return _digits(value)
    if isinstance(value, (date, datetime)):
        if not is_day:
            raise CellRefused("CELL_TYPE", str(value))
        is_midnight = not isinstance(value, datetime) or value.time() == time()
        return str(value)[:10] if is_midnight else str(value)
    is_formula = cell.data_type == "f"  # an array's or a data table's
    raise CellRefused("CELL_FORMULA" if is_formula else "CELL_TYPE", "" if is_formula else str(value))


def _digits(number: float) -> str:
    """Return a number's digits; one that is longer than a spreadsheet keeps is told as rounded, as the spreadsheet shows it."""
    if not abs(number) < _EXACT:
        return f"{number:.5E}"
    return str(int(number)) if number == int(number) else repr(number)
