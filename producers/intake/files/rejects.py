"""The rejects file: rejected rows as they came, with what to correct, ready to be sent again.

CSV rejects keep the columns of the input in their order and add the reject columns; the file starts with a byte order
mark and protects long numbers, so it opens unspoilt in Excel. A workbook has the same columns, all of them text. JSON rejects are JSON lines of the same objects with a
key `reject`. Added columns have headers in the language of the clerk, and the reader passes over them in both. The file holds personal data: readable by its owner only.
"""

import csv
import json
from collections.abc import Mapping
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from ....schemas.errors import WrongUsage
from ....schemas.files.excel import wrapped
from ....schemas.phrases import reason_of
from ....schemas.problems import Language
from ....topics.extras import need
from ....topics.private_files import PrivateFile, telling_full
from ....topics.workbook_writing import WorkbookOut
from ..findings.findings import Reject
from ..rows.columns import headers, is_of_rejects, reject_columns, title_of
from ..rows.model import ParsedRow
from .json_file import REJECT_KEY

_BETWEEN = " | "
_BYTE_ORDER_MARK = "\ufeff"
_JOINED = ("field", "code", "reason", "remedy")
"""What is told of every reject, in the order of the reject columns."""


class RejectedRows(Protocol):
    """Takes rejected rows, in a `with` statement or until it is closed."""

    def write(self, parsed: ParsedRow) -> None:
        """Add a rejected row; a row without rejects adds nothing."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep the file under its name, or discard it if the block raised."""


class RejectsWorkbook:
    """Writes the rejected rows of a table into a workbook, under the table's own titles. Raises EXTRA_MISSING."""

    def __init__(self, file: PrivateFile, header: tuple[str, ...], lang: Language = "en") -> None:
        """Begin with the titles."""
        self._file, self._lang = file, lang
        self._positions = _own_positions(header)
        self._out = WorkbookOut([*(header[at] for at in self._positions), *reject_columns(lang)])

    def write(self, parsed: ParsedRow) -> None:
        """Add a rejected row; a row without rejects adds nothing."""
        if parsed.rejects:
            self._out.add(_cells(parsed, self._positions, self._lang))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep the file under its name, or discard it if the block raised."""
        if kind is None:
            self._out.save(self._file.stream)
        self._file.__exit__(kind, error, trace)


class RejectsWriter:
    """Writes the rejected rows of one input. `header` is the input's (empty for JSON, which is then written as JSON)."""

    def __init__(
        self, file: PrivateFile, header: tuple[str, ...], *, is_csv: bool, delimiter: str = ",", lang: Language = "en"
    ) -> None:
        """Write the header at once, so that an empty rejects file is still a valid one."""
        self.count, self._lang = 0, lang
        self._file = file
        stream = TextIOWrapper(file.stream, encoding="utf-8", errors="backslashreplace", newline="")
        self._stream = stream
        self._is_csv = is_csv
        self._positions = _own_positions(header)
        self._csv = csv.writer(stream, delimiter=delimiter)
        if is_csv:
            titles = [header[at] for at in self._positions] or list(headers(lang))
            stream.write(_BYTE_ORDER_MARK)
            self._csv.writerow([*titles, *reject_columns(lang)])

    def write(self, parsed: ParsedRow) -> None:
        """Add a rejected row; a row without rejects adds nothing."""
        if not parsed.rejects:
            return
        self.count += 1
        if self._is_csv:
            self._csv.writerow([wrapped(cell) for cell in _cells(parsed, self._positions, self._lang)])
        else:
            self._stream.write(json.dumps(_object(parsed), ensure_ascii=False) + "\n")

    def __enter__(self) -> Self:
        """Return the writer itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep the file under its name, or discard it if the block raised."""
        if kind is None:
            self._stream.flush()
        self._file.__exit__(kind, error, trace)


def _own_positions(header: tuple[str, ...]) -> list[int]:
    """Return where the input's own columns stand, without those that an earlier rejects file added."""
    return [at for at, title in enumerate(header) if not is_of_rejects(title)]


def _cells(parsed: ParsedRow, positions: list[int], lang: Language) -> list[str]:
    original = parsed.raw.original
    cells = original if isinstance(original, tuple) else ()
    own = [cells[at] if at < len(cells) else "" for at in positions]
    joined = _joined(parsed.rejects, lang)
    line = "" if any(own) else parsed.raw.line
    return [*own, str(parsed.raw.number), *(joined[name] for name in _JOINED), _warning(parsed, lang), line]


_WARNING: dict[Language, str] = {
    "en": "{code} ({field}): {reason}; {remedy}",
    "zh": "{code}（{field}）：{reason}；{remedy}",
}


def _warning(parsed: ParsedRow, lang: Language) -> str:
    """Join what was unusual about the row beside what was wrong."""
    return _BETWEEN.join(
        _WARNING[lang].format_map(each.as_dict() | {"field": title_of(each.field, lang)}) for each in parsed.notices
    )


def _joined(rejects: tuple[Reject, ...], lang: Language) -> dict[str, str]:
    """Join all rejects of a row, part by part; a clerk finds the column by the header it has in their language."""
    parts = [each.as_dict() | {"field": title_of(each.field, lang)} for each in rejects]
    return {name: _BETWEEN.join(str(part[name]) for part in parts) for name in _JOINED}


def _object(parsed: ParsedRow) -> dict[str, object]:
    original = parsed.raw.original
    values = dict(original) if isinstance(original, Mapping) else {}
    values.pop(REJECT_KEY, None)
    rejected: dict[str, object] = {"row": parsed.raw.number, **_joined(parsed.rejects, "en")}
    if parsed.notices:
        rejected["warning"] = _warning(parsed, "en")
    if not values:
        rejected["line"] = parsed.raw.line
    return values | {REJECT_KEY: rejected}


def open_rejects(
    path: Path, header: tuple[str, ...], *, is_csv: bool, delimiter: str = ",", lang: Language = "en"
) -> RejectsWriter:
    """Open a writer to a new file that only its owner can read; an existing file is replaced. Raises WrongUsage."""
    return RejectsWriter(_opened(path), header, is_csv=is_csv, delimiter=delimiter, lang=lang)


def open_rejects_workbook(path: Path, header: tuple[str, ...], lang: Language = "en") -> RejectsWorkbook:
    """Open the same for a workbook. Raises WrongUsage, EXTRA_MISSING."""
    need("excel")
    return RejectsWorkbook(_opened(path), header, lang)


def _opened(path: Path) -> PrivateFile:
    try:
        with telling_full(path):
            return PrivateFile(path)
    except OSError as error:
        raise WrongUsage(
            "FILE_UNWRITABLE",
            f"{path}: {error.strerror}",
            "name a writable file with --rejects",
            f"{path}：{reason_of(error).zh}",
            "请用 --rejects 指定可写入的文件",
        ) from error
