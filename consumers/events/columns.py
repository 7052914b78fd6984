"""The columns of a file of events: the fixed ones in either language; every other column is a field of the event's kind."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...schemas.files.excel import without_mark
from ...schemas.problems import Language
from ...schemas.spelling import half_width, says_nothing, trim

_TITLES = {
    "kind": "种类",
    "occurred_at": "发生时间",
    "certificate_type": "证件类型",
    "number": "证件号码",
    "country": "签发国",
    "name": "姓名",
    "ref": "编号",
}
_NEEDED = ("kind", "occurred_at", "certificate_type", "number", "name")
_BY_TITLE = {title: name for name, zh in _TITLES.items() for title in (name, zh)}
TIMES = frozenset(
    ("occurred_at", "birth_date", "registered_on", "departure", "check_in", "check_out", "due_date", "redeem_date")
)
"""Columns in which a workbook's cell may be a day or a time."""
REJECT_PREFIX = "reject"
REJECT_TITLES = ("reject_row", "reject_code", "reject_reason", "reject_remedy", "reject_line")
"""Columns a rejects file adds; the reader passes over them, so that a corrected file can be sent as it is."""
_LINE = REJECT_TITLES[-1]


def columns_of(titles: Sequence[str]) -> tuple[str, ...]:
    """Return the column each title names: a fixed one, or a field of a kind by its own name."""
    trimmed = [half_width(trim(title)) for title in titles]
    return tuple(_BY_TITLE.get(title.lower(), title) for title in trimmed)


def known_titles(titles: Sequence[str]) -> int:
    """Count titles of fixed columns, to tell the separator of a file."""
    return sum(column in _TITLES for column in columns_of(titles))


def lacking(columns: Sequence[str], lang: Language = "en") -> list[str]:
    """Name the columns that are needed and are not there."""
    return [_TITLES[name] if lang == "zh" else name for name in _NEEDED if name not in columns]


def twice(columns: Sequence[str]) -> list[str]:
    """Name the columns that stand twice."""
    given = [column for column in columns if column and not column.startswith(REJECT_PREFIX)]
    return sorted({column for column in given if given.count(column) > 1})


def event_of_row(columns: Sequence[str], cells: Sequence[str], domain: str) -> dict[str, Any]:
    """Make an event of a flat row. A cell that says nothing (`#N/A`, 无) is as if it were empty."""
    row = {column: "" if says_nothing(cell) else cell for column, cell in zip(columns, cells, strict=False)}
    certificate = {
        "type": row["certificate_type"],
        "number": without_mark(row["number"].strip()),
        "country": row.get("country"),
    }
    return {
        "domain": domain,
        "kind": row["kind"],
        "occurred_at": row["occurred_at"],
        "subject": {"name": row["name"], "certificates": [certificate]},
        "fields": {key: value for key, value in row.items() if value and _is_field(key)},
        "ref": row.get("ref") or "",
    }


def unread_line(columns: Sequence[str], cells: Sequence[str]) -> str:
    """Return the text of a row that a rejects file could give back only as it stood, if nobody has corrected it yet."""
    row: Mapping[str, str] = dict(zip(columns, cells, strict=False))
    is_corrected = any(row.get(name) for name in _NEEDED)
    return "" if is_corrected else row.get(_LINE, "")


def _is_field(column: str) -> bool:
    return bool(column) and column not in _TITLES and not column.startswith(REJECT_PREFIX)
