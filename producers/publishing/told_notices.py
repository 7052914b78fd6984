"""What was unusual in a file, with every row it was said of: rows in a row are one range, so a million of them are few."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..intake.findings.findings import Notice


@dataclass(slots=True)
class RowRanges:
    """Numbers of rows, told in ascending order, as ranges of first and last."""

    count: int = 0
    ranges: list[tuple[int, int]] = field(default_factory=list)

    def add(self, row: int) -> None:
        """Add a row behind all others; the one that was added last counts once."""
        if self.ranges and row <= self.ranges[-1][1]:
            return
        self.count += 1
        if self.ranges and row == self.ranges[-1][1] + 1:
            self.ranges[-1] = (self.ranges[-1][0], row)
        else:
            self.ranges.append((row, row))

    def texts(self) -> list[str]:
        """Write each range as `7` or `7-12`."""
        return [str(first) if first == last else f"{first}-{last}" for first, last in self.ranges]


@dataclass(frozen=True, slots=True)
class ToldNotice:
    """One thing that was said of rows of a file; `row` is the first of them."""

    notice: Notice
    rows: RowRanges

    def as_dict(self) -> dict[str, object]:
        """Return the parts for JSON output: no row is left out, `rows` has their numbers and ranges."""
        told: dict[str, object] = {**self.notice.as_dict()}
        del told["row"]
        return told | {"count": self.rows.count, "rows": self.rows.texts()}


class ToldNotices:
    """Everything that was said of the rows of one file, and of the file itself, by what was said."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._told: dict[tuple[str, str, str, str], ToldNotice] = {}

    def add(self, notices: Iterable[Notice]) -> None:
        """Add what was said of a row, or of the file."""
        for notice in notices:
            key = (notice.code, notice.field, notice.reason, notice.remedy)
            if key not in self._told:
                self._told[key] = ToldNotice(notice, RowRanges())
            self._told[key].rows.add(notice.row)

    def most_common(self) -> list[ToldNotice]:
        """Return all of it, what was said of most rows first."""
        return sorted(self._told.values(), key=lambda told: -told.rows.count)
