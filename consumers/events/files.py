"""Files of events (`agency publish`): CSV, or JSON lines as for POST /v1/events, one row at a time.

They are read as courts' files are: encoding by strict decoding, an open quotation mark costs its own row, a cell a
spreadsheet kept as text is that text. A row that cannot be read is rejected; the others go on.
"""

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from sqlalchemy import Engine

from ...schemas.errors import LiandongError
from ...schemas.files.csv_records import CsvRecords, split_cells
from ...schemas.files.encoding import HEAD, FileStart, encoding_of, read_head
from ...schemas.files.json_values import JsonValues
from ...schemas.files.lines import ByteLines
from ...schemas.problems import Language, Text, UsageProblem, told
from ..acts_db.context import AgencyContext
from .intake import EventProblem, publish_event

_COLUMNS = ("kind", "occurred_at", "certificate_type", "number", "country", "name", "ref")
_NEEDED = ("kind", "occurred_at", "certificate_type", "number", "name")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_KEPT_AS_TEXT = "'’‘`"
"""What stands before a number that somebody made text in a spreadsheet."""


class EventFileProblem(UsageProblem):
    """A file of events that cannot be read at all."""

    texts: ClassVar[dict[str, Text]] = {
        "EVENT_FILE_MISSING": Text(
            "there is no file {file}, or it may not be read",
            "name a CSV or JSON lines file that can be read",
            "文件 {file} 不存在或无权读取",
            "请给出可读取的 CSV 或 JSON Lines 文件",
        ),
        "EVENT_FILE_UTF16": Text(
            "the file is UTF-16 (“Unicode text”)",
            "save it as CSV UTF-8",
            "文件为 UTF-16 编码（“Unicode 文本”）",
            "请另存为 CSV UTF-8",
        ),
        "EVENT_FILE_HEADER": Text(
            "the first row does not name the columns {missing}",
            "begin with a row of titles: kind, occurred_at, certificate_type, number, country, name, ref and fields of the kind",
            "首行缺少列名 {missing}",
            "首行须为列名：kind, occurred_at, certificate_type, number, country, name, ref 以及该种类的字段",
        ),
    }


@dataclass(frozen=True, slots=True)
class EventRow:
    """A row of a file of events; shows itself by its number only."""

    number: int
    """From 1, the header not counted."""
    original: dict[str, Any] = field(repr=False)
    """The row as it stands in the file."""
    event: dict[str, Any] = field(repr=False)
    """The event it makes."""
    problem: EventProblem | None = None
    """Why it makes none."""


@dataclass(slots=True)
class PublishedFile:
    """What became of a file of events."""

    events: int = 0
    """Events that went to courts."""
    rejected: list[dict[str, Any]] = field(default_factory=list)
    """Rows that were rejected: number, code, message, remedy, and the row as it was."""


def publish_file(
    engine: Engine, context: AgencyContext, path: Path, domain: str, lang: Language = "en"
) -> PublishedFile:
    """Tell courts of the events in a file, each in its own transaction; `lang` is that of whoever reads what was rejected.

    Raises EventFileProblem, DATABASE_UNAVAILABLE.
    """
    published = PublishedFile()
    for row in read_event_file(path, domain):
        try:
            if row.problem is not None:
                raise row.problem
            published.events += len(publish_event(engine, context, row.event))
        except LiandongError as problem:
            if problem.http_status >= 500:
                raise
            said = problem.as_dict() | told(problem, lang)._asdict()
            published.rejected.append({"row": row.number, **said, "event": row.original})
    return published


def read_event_file(path: Path, domain: str) -> Iterator[EventRow]:
    """Read the rows of a CSV or JSON lines file, each with the event it makes. Raises EventFileProblem."""
    try:
        stream = path.open("rb")
    except OSError:
        raise EventFileProblem("EVENT_FILE_MISSING", file=str(path)) from None
    with stream:
        yield from read_events_from(stream, domain, is_csv=path.suffix.lower() == ".csv")


def read_events_from(stream: BinaryIO, domain: str, *, is_csv: bool) -> Iterator[EventRow]:
    """Do as `read_event_file` with what a stream gives."""
    start = _start(stream)
    return _csv_rows(start, stream, domain) if is_csv else _json_rows(start, stream, domain)


def _start(stream: BinaryIO) -> FileStart:
    data = read_head(stream)
    if data.startswith(_UTF16):
        raise EventFileProblem("EVENT_FILE_UTF16")
    is_whole, marked = len(data) < HEAD, data.startswith(codecs.BOM_UTF8)
    data = data.removeprefix(codecs.BOM_UTF8)
    encoding = "utf-8" if marked or not data.strip() else encoding_of(data, is_whole, lambda _: False)
    return FileStart(data, is_whole, encoding)


def _csv_rows(start: FileStart, stream: BinaryIO, domain: str) -> Iterator[EventRow]:
    lines = iter(ByteLines(start, stream))
    header = next((line for line in lines if line.text.strip()), None)
    titles = () if header is None or header.damage else split_cells([header.text], ",") or ()
    titles = tuple(title.strip() for title in titles)
    if missing := [name for name in _NEEDED if name not in titles]:
        raise EventFileProblem("EVENT_FILE_HEADER", missing=", ".join(missing))
    for record in CsvRecords(lines, ",", len(titles), 0):
        row = dict(zip(titles, record.cells, strict=False))
        if record.damage:
            yield EventRow(record.row, {"line": record.line}, {}, EventProblem("EVENT_ROW", trouble=record.damage))
        elif any(record.cells):
            yield EventRow(record.row, row, _event_of_row(row, domain))


def _json_rows(start: FileStart, stream: BinaryIO, domain: str) -> Iterator[EventRow]:
    if not start.data.strip():
        return
    for value in JsonValues(start, stream, single_keys=True):
        if value.damage:
            trouble = EventProblem("EVENT_ROW", trouble=value.damage)
            yield EventRow(value.row, {"line": value.text}, {}, trouble)
        elif isinstance(value.value, dict):
            yield EventRow(value.row, value.value, {"domain": domain, **value.value})
        else:
            yield EventRow(value.row, {"line": value.value}, {}, EventProblem("EVENT_ROW", trouble="NOT_AN_OBJECT"))


def _event_of_row(row: Mapping[str, str], domain: str) -> dict[str, Any]:
    """Make an event of a flat row: the fixed columns, every other one a field of the kind."""
    certificate = {
        "type": row["certificate_type"],
        "number": row["number"].lstrip(_KEPT_AS_TEXT),
        "country": row.get("country"),
    }
    fields = {key: value for key, value in row.items() if key and key not in _COLUMNS and value}
    return {
        "domain": domain,
        "kind": row["kind"],
        "occurred_at": row["occurred_at"],
        "subject": {"name": row["name"], "certificates": [certificate]},
        "fields": fields,
        "ref": row.get("ref") or "",
    }
