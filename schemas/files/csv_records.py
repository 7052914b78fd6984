# mypyc: compile
"""CSV records that survive damage: a quotation mark nobody closed costs its own row, not the rest of the file."""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .excel import unwrapped
from .lines import Line

RECORD_LINES = 64
"""Lines one record may span (cells with line breaks) before its quotation mark counts as unclosed."""

_TELLING = re.compile(r'["\r\n]')
_PLAIN_LENGTH = 100_000
"""Characters; shorter lines without a telling one are their cells with delimiters between them, and need no CSV reader."""


class CsvRecord(NamedTuple):
    """Cells of one row, or the code of its damage. `row` counts as a spreadsheet shows it."""

    row: int
    cells: tuple[str, ...]
    damage: str = ""
    line: str = ""


def split_cells(lines: list[str], delimiter: str) -> tuple[str, ...] | None:
    """Return the cells of one record, or None where its quotation marks break the rules of CSV."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        cells = next(reader)
        if next(reader, None) is not None:
            return None
    except (csv.Error, StopIteration):
        return None
    return tuple([unwrapped(cell) if cell[:1] == "=" else cell for cell in cells])


class CsvRecords:
    """Reads records of a known width from lines."""

    def __init__(self, lines: Iterable[Line], delimiter: str, width: int, row: int) -> None:
        """`row` is the number of the row before the first line."""
        self._lines = iter(lines)
        self._again: deque[Line] = deque()
        self._delimiter = delimiter
        self._width = width
        self._row = row

    def __iter__(self) -> Iterator[CsvRecord]:
        """Each record that is not blank."""
        while (line := self._next()) is not None:
            self._row += 1
            if line.text or line.damage:
                yield self._record(line)

    def _next(self) -> Line | None:
        return self._again.popleft() if self._again else next(self._lines, None)

    def _record(self, line: Line) -> CsvRecord:
        if line.damage:
            return self._damaged(line, line.damage)
        if len(line.text) < _PLAIN_LENGTH and not _TELLING.search(line.text):
            return self._of_width(line, tuple(line.text.split(self._delimiter)))
        if line.text.count('"') % 2:
            return self._spanning(line)
        cells = split_cells([line.text], self._delimiter)
        if cells is None:
            return self._damaged(line, "ROW_UNREADABLE")
        return self._of_width(line, cells)

    def _of_width(self, line: Line, cells: tuple[str, ...]) -> CsvRecord:
        if len(cells) > self._width and not any(cells[self._width :]):
            cells = cells[: self._width]
        if len(cells) == self._width:
            return CsvRecord(self._row, cells)
        is_cut = len(cells) < self._width and not line.is_terminated
        return CsvRecord(self._row, cells, "TRUNCATED_ROW" if is_cut else "COLUMN_COUNT", line.text)

    def _spanning(self, first: Line) -> CsvRecord:
        """Read a record whose quoted cell goes on in the next lines; if it never ends, those lines are read again."""
        taken = [first]
        while len(taken) < RECORD_LINES and (line := self._next()) is not None:
            taken.append(line)
            if line.damage:
                break
            if line.text.count('"') % 2:
                cells = split_cells([one.text + "\n" for one in taken], self._delimiter)
                if cells is not None and len(cells) == self._width:
                    return CsvRecord(self._row, cells)
                break
        self._again.extendleft(reversed(taken[1:]))
        at_end = not first.is_terminated
        return self._damaged(first, "TRUNCATED_ROW" if at_end else "UNCLOSED_QUOTE")

    def _damaged(self, line: Line, code: str) -> CsvRecord:
        return CsvRecord(self._row, (), code, line.text)
