"""Files of events (`agency publish`): CSV, a workbook, or JSON lines as for POST /v1/events, one row at a time.

They are read as courts' files are: encoding by strict decoding, an open quotation mark costs its own row, a cell a
spreadsheet kept as text is that text. A row that cannot be read is rejected; the others go on.
"""

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, ClassVar, Literal, Self

from ...schemas.files.csv_records import CsvRecords, split_cells
from ...schemas.files.encoding import HEAD, FileStart, encoding_of, read_head, without_utf16
from ...schemas.files.json_values import JsonValue, JsonValues
from ...schemas.files.lines import ByteLines
from ...schemas.problems import Text, UsageProblem
from ...topics.workbook_reading import WORKBOOK_SIGNATURE, CellRefused, FirstSheet, WorkbookRefused, cell_text
from .columns import REJECT_PREFIX, TIMES, columns_of, event_of_row, known_titles, lacking, twice, unread_line
from .row_troubles import EventRowProblem, unreadable

Form = Literal["csv", "xlsx", "jsonl"]
_DELIMITERS = (",", ";", "\t", "|")
_TABLES = frozenset((".csv", ".txt", ".tsv"))
_WORKBOOKS = frozenset((".xlsx", ".xlsm"))


class EventFileProblem(UsageProblem):
    """A file of events that cannot be read at all."""

    texts: ClassVar[dict[str, Text]] = {
        "EVENT_FILE_MISSING": Text(
            "there is no file {file}, or it may not be read",
            "name a CSV, Excel (.xlsx) or JSON lines file that can be read",
            "文件 {file} 不存在或无权读取",
            "请给出可读取的 CSV、Excel（.xlsx）或 JSON Lines 文件",
        ),
        "EVENT_FILE_XLSX": Text(
            "this is no Excel workbook (.xlsx) that can be read, or one that unpacks to more than can be read",
            "save it in Excel as “Excel workbook (.xlsx)” without a password, or as “CSV UTF-8”; divide a very large one",
            "这不是可读取的 Excel 工作簿（.xlsx），或解压后过大",
            "请在 Excel 中另存为“Excel 工作簿（.xlsx）”（不设密码）或“CSV UTF-8”；过大的请分成几个文件",
        ),
        "EVENT_FILE_HEADER": Text(
            "the first row does not name the columns {missing}",
            "begin with a row of titles: kind, occurred_at, certificate_type, number, country, name, ref and fields of the kind",
            "首行缺少列名 {missing_zh}",
            "首行须为列名：种类、发生时间、证件类型、证件号码、签发国、姓名、编号以及该种类的字段",
        ),
        "EVENT_FILE_COLUMN_TWICE": Text(
            "a column stands twice: {twice}",
            "keep one of them: of two numbers nobody can say who is meant",
            "有重复的列：{twice}",
            "请只保留一列：两个号码无法判断指的是谁",
        ),
    }


@dataclass(frozen=True, slots=True)
class EventRow:
    """A row of a file of events; shows itself by its number only."""

    number: int
    """From 1, the header not counted."""
    original: tuple[str, ...] | Mapping[str, Any] = field(repr=False)
    """The row as it stands in the file."""
    event: dict[str, Any] = field(repr=False)
    """The event it makes."""
    problem: EventRowProblem | None = None
    """Why it makes none."""
    line: str = field(default="", repr=False)
    """Its text, where it could not be read."""


class EventFile:
    """The rows of one file of events. Iterate once; close it, or use it in a `with` statement."""

    def __init__(self, stream: BinaryIO, form: Form, domain: str, size: int = 0) -> None:
        """Look at the first bytes and the titles. Raises EventFileProblem, EXTRA_MISSING."""
        self.form = form
        self.titles: tuple[str, ...] = ()
        self.delimiter = ","
        self._stream = stream
        self._domain = domain
        if form == "xlsx":
            self._rows = self._of_sheet(_sheet(stream, size))
            return
        stream = without_utf16(stream)
        start = _start(stream)
        self._rows = self._of_table(start, stream) if form == "csv" else self._of_values(start, stream)

    def __iter__(self) -> Iterator[EventRow]:
        """Each row, with the event it makes or why it makes none."""
        return self._rows

    def __enter__(self) -> Self:
        """Return the file itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the stream."""
        self._stream.close()

    def _of_table(self, start: FileStart, stream: BinaryIO) -> Iterator[EventRow]:
        lines = iter(ByteLines(start, stream))
        header = next((line for line in lines if line.text.strip()), None)
        found = [] if header is None or header.damage else [(split_cells([header.text], by), by) for by in _DELIMITERS]
        titles, self.delimiter = max(found, key=lambda each: known_titles(each[0] or ()), default=((), ","))
        columns = self._columns(titles or ())
        return self._csv_rows(CsvRecords(lines, self.delimiter, len(columns), 0), columns)

    def _csv_rows(self, records: CsvRecords, columns: tuple[str, ...]) -> Iterator[EventRow]:
        for record in records:
            if record.damage:
                yield _unreadable(record.row, record.damage, record.line)
            elif any(record.cells):
                yield self._table_row(record.row, columns, record.cells)

    def _of_sheet(self, sheet: FirstSheet) -> Iterator[EventRow]:
        columns, first = self._columns(sheet.titles), sheet.title_row
        return self._sheet_rows(sheet, columns, first)

    def _sheet_rows(self, sheet: FirstSheet, columns: tuple[str, ...], first: int) -> Iterator[EventRow]:
        for row in sheet:
            texts, refused = [], ""
            for column, cell in zip(columns, row.cells, strict=False):
                try:
                    texts.append(cell_text(cell, is_day=column in TIMES))
                except CellRefused as odd:
                    texts.append(odd.shown)
                    refused = refused or ("" if column.startswith(REJECT_PREFIX) else odd.code)
            if refused:
                yield EventRow(row.number - first, tuple(texts), {}, unreadable(refused))
            else:
                texts += [""] * (len(columns) - len(texts))
                yield self._table_row(row.number - first, columns, tuple(texts))
        if sheet.is_cut:
            yield _unreadable(sheet.number - first + 1, "TRUNCATED_ROW", "")

    def _columns(self, titles: tuple[str, ...]) -> tuple[str, ...]:
        columns = columns_of(titles)
        if missing := lacking(columns):
            names_zh = "、".join(lacking(columns, "zh"))
            raise EventFileProblem("EVENT_FILE_HEADER", missing=", ".join(missing), missing_zh=names_zh)
        if repeated := twice(columns):
            raise EventFileProblem("EVENT_FILE_COLUMN_TWICE", twice=", ".join(repeated))
        self.titles = titles
        return columns

    def _table_row(self, number: int, columns: tuple[str, ...], cells: tuple[str, ...]) -> EventRow:
        if line := unread_line(columns, cells):
            return EventRow(number, cells, {}, EventRowProblem("EVENT_NOT_CORRECTED"), line)
        return EventRow(number, cells, event_of_row(columns, cells, self._domain))

    def _of_values(self, start: FileStart, stream: BinaryIO) -> Iterator[EventRow]:
        if start.data.strip():
            for value in JsonValues(start, stream, single_keys=True, as_digits=True):
                yield self._object_row(value)

    def _object_row(self, value: JsonValue) -> EventRow:
        if value.damage:
            return _unreadable(value.row, value.damage, value.text)
        if not isinstance(value.value, dict):
            return _unreadable(value.row, "NOT_AN_OBJECT", str(value.value))
        event = {key: each for key, each in value.value.items() if key != REJECT_PREFIX}
        before = value.value.get(REJECT_PREFIX)
        if not event and isinstance(before, dict) and isinstance(before.get("line"), str):
            return EventRow(value.row, {}, {}, EventRowProblem("EVENT_NOT_CORRECTED"), before["line"])
        return EventRow(value.row, event, {"domain": self._domain, **event})


def open_event_file(path: Path, domain: str) -> EventFile:
    """Open a file; what it is its name and its first bytes say. Raises EventFileProblem, EXTRA_MISSING."""
    try:
        stream = path.open("rb")
        signature = stream.read(len(WORKBOOK_SIGNATURE)) if stream.seekable() else b""
        if signature:
            stream.seek(0)
        size = path.stat().st_size
    except OSError:
        raise EventFileProblem("EVENT_FILE_MISSING", file=str(path)) from None
    try:
        return EventFile(stream, _form(path.suffix.lower(), signature), domain, size)
    except BaseException:
        stream.close()
        raise


def _form(suffix: str, signature: bytes) -> Form:
    if suffix in _WORKBOOKS or signature == WORKBOOK_SIGNATURE:
        return "xlsx"
    return "csv" if suffix in _TABLES else "jsonl"


def _sheet(stream: BinaryIO, size: int) -> FirstSheet:
    try:
        return FirstSheet(stream, size)
    except WorkbookRefused as refused:
        raise EventFileProblem("EVENT_FILE_XLSX") from refused


def _start(stream: BinaryIO) -> FileStart:
    data = read_head(stream)
    is_whole, marked = len(data) < HEAD, data.startswith(codecs.BOM_UTF8)
    data = data.removeprefix(codecs.BOM_UTF8)
    encoding = "utf-8" if marked or not data.strip() else encoding_of(data, is_whole, _is_title)
    return FileStart(data, is_whole, encoding)


def _unreadable(number: int, trouble: str, line: str) -> EventRow:
    return EventRow(number, {}, {}, unreadable(trouble), line)


def _is_title(cell: str) -> bool:
    return known_titles((cell,)) > 0
