# mypyc: compile
"""CSV files: header in either language, any usual separator, rows one at a time."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from ....schemas.files.csv_records import CsvRecord, CsvRecords, split_cells
from ....schemas.files.encoding import FileStart
from ....schemas.files.lines import ByteLines
from ....schemas.problems import Language
from ..findings.findings import IntakeError, Notice, reject
from ..rows.model import RawRow
from .titles import OWN_TITLES, TitleBook, known_titles

_DELIMITERS = (",", ";", "\t", "|")


class CsvFile:
    """Rows of a CSV file; the header is read and checked at once. Raises IntakeError."""

    def __init__(self, head: FileStart, stream: BinaryIO, lang: Language, book: TitleBook = OWN_TITLES) -> None:
        """Read the header."""
        self._source = ByteLines(head, stream)
        self._lines = iter(self._source)
        self._lang = lang
        self._header_row, header = self._read_header(book)
        self.delimiter, self.header = header.delimiter, header.titles
        titles = known_titles(self.header, self._header_row, lang, book)
        self.notices: list[Notice] = titles.notices
        self._columns = titles.columns
        self._leftover = titles.leftover

    @property
    def bytes_read(self) -> int:
        """How far the file is read."""
        return self._source.bytes_read

    def __iter__(self) -> Iterator[RawRow]:
        """Each row that is not blank."""
        for record in CsvRecords(self._lines, self.delimiter, len(self.header), self._header_row):
            if record.damage:
                yield self._damaged(record)
            elif any(record.cells):
                yield self._row(record)

    def _read_header(self, book: TitleBook) -> tuple[int, "_Header"]:
        """Read the first row that has titles, with the separator that gives the most; also one with none is its own mapping's."""
        first: tuple[int, _Header] | None = None
        looked_at = 0
        for number, line in enumerate(self._lines, start=1):
            if not line.text.strip():
                continue
            if line.damage and book.mapping is None:
                break
            header = _split_header(line.text, book)
            if header.known:
                return number, header
            first = first or (number, header)
            looked_at += 1
            if looked_at >= book.rows:
                break
        else:
            if first is None:
                raise IntakeError("EMPTY_FILE", self._lang)
        if book.mapping is None or first is None:
            raise IntakeError("HEADER_MISSING", self._lang, known=book.known(self._lang))
        return first

    def _row(self, record: CsvRecord) -> RawRow:
        cells = record.cells
        values = {name: cell for position, name in self._columns if (cell := cells[position])}
        if self._leftover >= 0 and cells[self._leftover] and not values:
            damage = reject(record.row, "", "NOT_CORRECTED", self._lang)
            return RawRow(record.row, {}, cells, damage, cells[self._leftover])
        return RawRow(record.row, values, cells)

    def _damaged(self, record: CsvRecord) -> RawRow:
        details = {"found": str(len(record.cells)), "expected": str(len(self.header)), "encoding": "UTF-8/GB 18030"}
        damage = reject(record.row, "", record.damage, self._lang, **details)
        cells = record.cells if len(record.cells) <= len(self.header) else ()
        return RawRow(record.row, {}, cells, damage, record.line)


class _Header(NamedTuple):
    """The separator of a file and the titles of its columns."""

    delimiter: str
    titles: tuple[str, ...]
    known: int
    """Titles that mean a column."""


def _split_header(line: str, book: TitleBook) -> _Header:
    """Read titles with the separator that gives the most known columns."""
    best = _Header(",", (), 0)
    for delimiter in _DELIMITERS:
        titles = split_cells([line], delimiter) or ()
        known = book.count(titles)
        if known > best.known or not best.titles:
            best = _Header(delimiter, titles, known)
    return best
