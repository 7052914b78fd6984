# mypyc: compile
"""CSV files: header in either language, any usual separator, rows one at a time."""

from collections.abc import Iterator
from typing import BinaryIO

from ...schemas.problems import Language
from .columns import COLUMN_NAMES, REQUIRED, column_of, headers, is_passed_over
from .csv_records import CsvRecords, Record, split_cells
from .encoding import Head
from .findings import IntakeError, Notice, notice, reject
from .lines import ByteLines, Line
from .model import RawRow

_DELIMITERS = (",", ";", "\t", "|")


class CsvFile:
    """Rows of a CSV file; the header is read and checked at once. Raises IntakeError."""

    def __init__(self, head: Head, stream: BinaryIO, lang: Language) -> None:
        """Read the header."""
        self._source = ByteLines(head, stream)
        self._lines = iter(self._source)
        self._lang = lang
        self.notices: list[Notice] = []
        self._header_row, line = self._first_line()
        self.delimiter, self.header = _read_header(line, lang)
        self._columns = self._map_header()
        self._leftover = next((i for i, title in enumerate(self.header) if title.strip() == "reject_line"), -1)

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

    def _map_header(self) -> list[tuple[int, str]]:
        """Positions of the columns that are read."""
        found: dict[str, int] = {}
        for position, title in enumerate(self.header):
            name = column_of(title)
            if name is None:
                if not is_passed_over(title):
                    self.notices.append(self._unknown(title))
            elif name in found:
                raise IntakeError("HEADER_TWICE", self._lang, twice=f"{self.header[found[name]]}, {title}")
            else:
                found[name] = position
        missing = [name for name in REQUIRED if name not in found]
        if missing:
            shown = ", ".join(_shown(name, self._lang) for name in missing)
            raise IntakeError("HEADER_INCOMPLETE", self._lang, missing=shown, known=_known(self._lang))
        return [(position, name) for name, position in found.items()]

    def _unknown(self, title: str) -> Notice:
        return notice(1, title[:40], "COLUMN_UNKNOWN", self._lang, column=title[:40], known=_known(self._lang))

    def _row(self, record: Record) -> RawRow:
        cells = record.cells
        values = {name: cell for position, name in self._columns if (cell := cells[position])}
        if self._leftover >= 0 and cells[self._leftover] and not values:
            damage = reject(record.row, "", "NOT_CORRECTED", self._lang)
            return RawRow(record.row, {}, cells, damage, cells[self._leftover])
        return RawRow(record.row, values, cells)

    def _damaged(self, record: Record) -> RawRow:
        details = {"found": str(len(record.cells)), "expected": str(len(self.header)), "encoding": "UTF-8/GB 18030"}
        damage = reject(record.row, "", record.damage, self._lang, **details)
        cells = record.cells if len(record.cells) <= len(self.header) else ()
        return RawRow(record.row, {}, cells, damage, record.line)


def _readable(line: Line, lang: Language) -> str:
    if line.damage:
        raise IntakeError("HEADER_MISSING", lang, known=_known(lang))
    return line.text


def _read_header(line: str, lang: Language) -> tuple[str, tuple[str, ...]]:
    """The separator that gives the most known columns, and the titles it gives."""
    best: tuple[int, str, tuple[str, ...]] = (0, ",", ())
    for delimiter in _DELIMITERS:
        titles = split_cells([line], delimiter) or ()
        known = sum(column_of(title) is not None for title in titles)
        if known > best[0]:
            best = (known, delimiter, titles)
    if best[0] == 0:
        raise IntakeError("HEADER_MISSING", lang, known=_known(lang))
    return best[1], best[2]


def _known(lang: Language) -> str:
    return ", ".join(headers(lang))


def _shown(name: str, lang: Language) -> str:
    return headers(lang)[COLUMN_NAMES.index(name)]
