# mypyc: compile
"""CSV files: header in either language, any usual separator, rows one at a time."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from ....schemas.files.csv_records import CsvRecord, CsvRecords, split_cells
from ....schemas.files.encoding import FileStart
from ....schemas.files.lines import ByteLines, Line
from ....schemas.problems import Language
from ..findings.findings import IntakeError, Notice, reject
from ..rows.columns import column_of
from ..rows.model import RawRow
from .titles import known_columns, known_titles

_DELIMITERS = (",", ";", "\t", "|")


class CsvFile:
    """Rows of a CSV file; the header is read and checked at once. Raises IntakeError."""

    def __init__(self, head: FileStart, stream: BinaryIO, lang: Language) -> None:
        """Read the header."""
        self._source = ByteLines(head, stream)
        self._lines = iter(self._source)
        self._lang = lang
        self._header_row, line = self._first_line()
        header = _read_header(line, lang)
        self.delimiter, self.header = header.delimiter, header.titles
        titles = known_titles(self.header, 1, lang)
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

    def _first_line(self) -> tuple[int, str]:
        for number, line in enumerate(self._lines, start=1):
            if line.text.strip():
                return number, _readable(line, self._lang)
        raise IntakeError("EMPTY_FILE", self._lang)

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


def _readable(line: Line, lang: Language) -> str:
    if line.damage:
        raise IntakeError("HEADER_MISSING", lang, known=known_columns(lang))
    return line.text


class _Header(NamedTuple):
    """The separator of a file and the titles of its columns."""

    delimiter: str
    titles: tuple[str, ...]


def _read_header(line: str, lang: Language) -> _Header:
    """Read the titles with the separator that gives the most known columns."""
    best, most = _Header(",", ()), 0
    for delimiter in _DELIMITERS:
        titles = split_cells([line], delimiter) or ()
        known = sum(column_of(title) is not None for title in titles)
        if known > most:
            best, most = _Header(delimiter, titles), known
    if most == 0:
        raise IntakeError("HEADER_MISSING", lang, known=known_columns(lang))
    return best
