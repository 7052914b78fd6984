"""Workbooks that go out: templates, and rejects in the form people correct them. Every cell is text, so nothing is spoilt.

Needs the extra `excel`.
"""

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from .extras import need

_TEXT = "@"
"""The number format that keeps what is typed as it is typed."""
_WIDTH = 20


class WorkbookOut:
    """A workbook of one sheet that is filled row by row and then written whole. Raises EXTRA_MISSING."""

    def __init__(self, titles: Sequence[str]) -> None:
        """Begin with a row of titles that stays in sight."""
        need("excel")
        from openpyxl import Workbook
        from openpyxl.utils import get_column_letter

        self._workbook = Workbook(write_only=True)
        self._sheet = self._workbook.create_sheet("Sheet1")
        self._sheet.freeze_panes = "A2"
        for position in range(1, len(titles) + 1):
            column = self._sheet.column_dimensions[get_column_letter(position)]
            column.width, column.number_format = _WIDTH, _TEXT
        self.add(titles)

    def add(self, row: Iterable[str]) -> None:
        """Add a row; what a cell cannot hold is shown as lost."""
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

        cells = []
        for text in row:
            cell = WriteOnlyCell(self._sheet, ILLEGAL_CHARACTERS_RE.sub("\ufffd", text) or None)
            if text:
                cell.data_type = "s"  # also what begins like a formula
            cell.number_format = _TEXT
            cells.append(cell)
        self._sheet.append(cells)

    def save(self, stream: BinaryIO) -> None:
        """Write the workbook."""
        self._workbook.save(stream)
