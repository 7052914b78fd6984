"""Files that a publication writes beside the rejects, so that nothing is cut off: warnings of rows that were taken, and
the live entries a file does not name. They are not sent again. Readable by their owner only.
"""

import csv
from collections.abc import Iterable
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Self

from ...schemas.errors import WrongUsage
from ...schemas.files.excel import wrapped
from ...schemas.phrases import reason_of
from ...schemas.problems import Language
from ...topics.private_files import PrivateFile, telling_full
from ..intake.findings.findings import Notice

_BYTE_ORDER_MARK = "\ufeff"
_WARNING_TITLES: dict[Language, tuple[str, ...]] = {
    "en": ("row", "column", "code", "reason", "remedy"),
    "zh": ("行号", "列", "代码", "说明", "处理办法"),
}
_MISSING_TITLES: dict[Language, tuple[str, ...]] = {"en": ("entry",), "zh": ("条目",)}


class TableBeside:
    """A CSV file that is made with its first row; one of an earlier run goes in any case. Without a place nothing is written."""

    def __init__(self, path: Path | None, titles: Iterable[str]) -> None:
        """Take the place and the titles."""
        self._path = path
        self._titles = tuple(titles)
        self._file: PrivateFile | None = None
        self._text: TextIOWrapper | None = None
        if path is not None and path.is_file() and not path.is_symlink():  # a device or a link is written through
            path.unlink()

    @property
    def written(self) -> str:
        """The file's name if there is one."""
        return "" if self._file is None else str(self._path)

    def add(self, row: Iterable[str]) -> None:
        """Add a row. Raises FILE_UNWRITABLE, DISK_FULL."""
        if self._path is None:
            return
        with telling_full(self._path):
            if self._text is None:
                self._text = self._opened(self._path)
                csv.writer(self._text).writerow(self._titles)
            csv.writer(self._text).writerow([wrapped(cell) for cell in row])

    def __enter__(self) -> Self:
        """Return the table itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep the file, also when the run failed half-way: what was accepted until then has these warnings."""
        if self._text is not None and self._file is not None and self._path is not None:
            with telling_full(self._path):
                self._text.flush()
                self._file.keep()

    def _opened(self, path: Path) -> TextIOWrapper:
        try:
            self._file = PrivateFile(path)
        except OSError as error:
            raise WrongUsage(
                "FILE_UNWRITABLE",
                f"{path}: {error.strerror}",
                "name a file that can be written",
                f"{path}：{reason_of(error).zh}",
                "请指定可写的文件",
            ) from error
        text = TextIOWrapper(self._file.stream, encoding="utf-8", errors="backslashreplace", newline="")
        text.write(_BYTE_ORDER_MARK)
        return text


class WarningsFile(TableBeside):
    """What was unusual about rows that were taken, row by row."""

    def __init__(self, path: Path | None, lang: Language) -> None:
        """Take the place and the language of whoever reads it."""
        super().__init__(path, _WARNING_TITLES[lang])

    def note(self, notices: Iterable[Notice]) -> None:
        """Add what was said of a row."""
        for each in notices:
            self.add((str(each.row), each.field, each.code, each.reason, each.remedy))


class MissingFile(TableBeside):
    """The ids of live entries that a file does not name."""

    def __init__(self, path: Path | None, lang: Language) -> None:
        """Take the place and the language of whoever reads it."""
        super().__init__(path, _MISSING_TITLES[lang])
