"""The rejects file of events: rejected rows as they came, with what to correct, ready to be sent again.

A table keeps its columns and adds those that begin with `reject`; JSON lines get a key `reject`. The reader passes over
both. The file holds personal data: readable by its owner alone.
"""

import csv
import json
from collections.abc import Mapping
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from ...schemas.errors import WrongUsage
from ...schemas.files.excel import wrapped
from ...schemas.phrases import reason_of
from ...topics.private_files import PrivateFile, telling_full
from ...topics.workbook_writing import WorkbookOut
from .columns import REJECT_PREFIX, REJECT_TITLES
from .files import EventFile, EventRow

_BYTE_ORDER_MARK = "\ufeff"


class RejectedEvent(NamedTuple):
    """Why a row of a file went to no court, in the language of whoever reads it."""

    row: int
    code: str
    message: str
    remedy: str


class EventRejects:
    """Makes the file when there is a first reject; one of an earlier run goes in any case."""

    def __init__(self, path: Path, source: EventFile) -> None:
        """Take the place, and the file whose rows are rejected."""
        self.written = ""
        self._path = path
        self._source = source
        self._own = [at for at, title in enumerate(source.titles) if not title.strip().startswith(REJECT_PREFIX)]
        self._file: PrivateFile | None = None
        self._text: TextIOWrapper | None = None
        self._book: WorkbookOut | None = None
        if path.is_file() and not path.is_symlink():  # a device or a link is written through
            path.unlink()

    def write(self, row: EventRow, rejected: RejectedEvent) -> None:
        """Add a row. Raises WrongUsage, DISK_FULL."""
        with telling_full(self._path):
            if self._file is None:
                self._begin()
            self._write(row, rejected)

    def __enter__(self) -> Self:
        """Return the rejects themselves."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep the file, also when the run failed half-way: what was rejected until then is told nowhere else."""
        if self._file is None:
            return
        with telling_full(self._path):
            if self._text is not None:
                self._text.flush()
            if self._book is not None:
                self._book.save(self._file.stream)
            self._file.keep()

    def _begin(self) -> None:
        titles = [*(self._source.titles[at] for at in self._own), *REJECT_TITLES]
        try:
            self._file = PrivateFile(self._path)
        except OSError as error:
            raise WrongUsage(
                "FILE_UNWRITABLE",
                f"{self._path}: {error.strerror}",
                "name a writable file with --rejects",
                f"{self._path}：{reason_of(error).zh}",
                "请用 --rejects 指定可写的文件",
            ) from error
        self.written = str(self._path)
        if self._source.form == "xlsx":
            self._book = WorkbookOut(titles)
            return
        # half a character becomes JSON's escape
        self._text = TextIOWrapper(self._file.stream, encoding="utf-8", errors="backslashreplace", newline="")
        if self._source.form == "csv":
            self._text.write(_BYTE_ORDER_MARK)
            csv.writer(self._text, delimiter=self._source.delimiter).writerow(titles)

    def _write(self, row: EventRow, rejected: RejectedEvent) -> None:
        if self._book is not None:
            self._book.add(self._cells(row, rejected))
        elif self._text is not None and self._source.form == "csv":
            cells = [wrapped(cell) for cell in self._cells(row, rejected)]
            csv.writer(self._text, delimiter=self._source.delimiter).writerow(cells)
        elif self._text is not None:
            self._text.write(json.dumps(_object(row, rejected), ensure_ascii=False) + "\n")

    def _cells(self, row: EventRow, rejected: RejectedEvent) -> list[str]:
        cells = row.original if isinstance(row.original, tuple) else ()
        own = [cells[at] if at < len(cells) else "" for at in self._own]
        return [*own, str(rejected.row), rejected.code, rejected.message, rejected.remedy, row.line]


def _object(row: EventRow, rejected: RejectedEvent) -> dict[str, Any]:
    told: dict[str, Any] = rejected._asdict()
    if row.line:
        told["line"] = row.line
    return {**(row.original if isinstance(row.original, Mapping) else {}), REJECT_PREFIX: told}
