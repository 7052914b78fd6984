"""The rejects file of a run: made with its first reject."""

from collections.abc import Iterator
from contextlib import contextmanager

from ...schemas.errors import WrongUsage
from ...topics.private_files import telling_full
from ..intake.files.reading import TABLES, ListingFile, format_of
from ..intake.files.rejects import RejectedRows, open_rejects, open_rejects_workbook
from ..intake.rows.model import ParsedRow
from .report import PublishRequest


class LazyRejects:
    """Makes the rejects file when there is a first reject; an old one of the same name must not be taken for this run's."""

    def __init__(self, request: PublishRequest, rows: ListingFile) -> None:
        self._request = request
        self._rows = rows
        self._writer: RejectedRows | None = None
        if request.rejects.is_file() and not request.rejects.is_symlink():  # a device or a link is written through
            request.rejects.unlink()

    @property
    def written(self) -> str:
        """The file's name if there is one."""
        return "" if self._writer is None else str(self._request.rejects)

    def write(self, parsed: ParsedRow) -> None:
        """Add a rejected row; a row without rejects adds nothing. Raises FILE_UNWRITABLE, DISK_FULL."""
        if not parsed.rejects:
            return
        if self._writer is None:
            self._writer = self._opened()
        with telling_full(self._request.rejects):
            self._writer.write(parsed)

    def _opened(self) -> RejectedRows:
        path, is_table = self._request.rejects, self._request.file_format in TABLES
        if is_table and format_of(path) == "xlsx":
            return open_rejects_workbook(path, self._rows.header)
        return open_rejects(path, self._rows.header, is_csv=is_table, delimiter=self._rows.delimiter)

    def close(self) -> None:
        """Keep the file. Raises DISK_FULL."""
        if self._writer is not None:
            with telling_full(self._request.rejects):
                self._writer.__exit__(None, None, None)


@contextmanager
def rejects_of(request: PublishRequest, rows: ListingFile) -> Iterator[LazyRejects]:
    """Give the rejects of a run, and keep the file at its end. Raises REJECTS_OVER_INPUT."""
    if request.rejects == request.source:
        raise WrongUsage(
            "REJECTS_OVER_INPUT",
            "the rejects file is the input",
            "name another file with --rejects",
            "退回文件与输入文件是同一文件",
            "请用 --rejects 指定其他文件",
        )
    rejects = LazyRejects(request, rows)
    try:
        yield rejects
    finally:
        rejects.close()
