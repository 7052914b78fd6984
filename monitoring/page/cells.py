"""What a table of the page holds, before it is drawn: plain values, so that what is shown can be tested without a browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Tone = Literal["", "good", "warn", "bad", "quiet"]
"""What a colour says; every cell says it in words or by a symbol too."""


class Share(NamedTuple):
    """How many of how many."""

    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: a text and a smaller one below it."""

    text: str = ""
    under: str = ""
    tone: Tone = ""
    hint: str = ""
    """Shown when pointed at: what was shortened."""
    id: str = ""
    """The id the text names; a click on the text searches for it."""
    share: Share | None = None
    """Shown as a bar."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column's heading; `number` stands right and in even digits."""

    label: str
    hint: str = ""
    number: bool = False


@dataclass(frozen=True, slots=True)
class TableRow:
    """Cells under a key that stays the same while the row is about the same thing."""

    key: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class PageTable:
    """Columns and rows; the first column names the row."""

    columns: Sequence[TableColumn]
    rows: Sequence[TableRow]


def count(number: int | None, tone: Tone = "") -> Cell:
    """Make the cell of a number: zero is quiet, anything else has the tone, unknown is a dash."""
    if number is None:
        return Cell("–", tone="quiet")
    return Cell(f"{number:,}", tone=tone if number else "quiet")


def duration(seconds: float) -> str:
    """Return a time span as short as it can be read: `0.31 s`, `12.4 s`, `3 min`, `5 h`, `9 d`."""
    for limit, decimals in ((1, 2), (100, 1)):
        if seconds < limit:
            return f"{seconds:.{decimals}f} s"
    for limit, divisor, unit in ((6_000, 60, "min"), (172_800, 3_600, "h")):
        if seconds < limit:
            return f"{seconds / divisor:.0f} {unit}"
    return f"{seconds / 86_400:.0f} d"


def milliseconds(value: float) -> str:
    """Return `146 ms`, or seconds from ten seconds on."""
    return f"{value:,.0f} ms" if value < 10_000 else f"{value / 1_000:,.1f} s"


def clock(at: str | None, now: str) -> str:
    """Return the time of day; with the day if that is not today's."""
    if at is None:
        return "–"
    return at[11:19] if at[:10] == now[:10] else f"{at[5:10]} {at[11:16]}"
