"""What a court counts of enforcement: which interceptions, in which weeks, under which root.

Counted is what refused or held somebody (REFUSED, HELD) because of a real entry, on its day in China. A release is no
enforcement, a canary nobody's. A week is cut at the month's end, so that weeks and months add up.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from ..dates import end_of_day_ms
from .merkle import root
from .suites import suite_of

SCHEMA = "enforcement-count"
"""Schema, and context of the court's signature."""
FEW = 5
"""Fewer than these are folded: how many there were is not said."""
GRACE_MS = 86_400_000
"""From a cut's end to its first count: agencies tell in batches, and some are away for a while."""
_ENFORCING = frozenset({"REFUSED", "HELD"})
_MEASURE = re.compile(r"[a-z0-9-]{1,40}\Z")
"""What a measure may be called: what an agency seals must bring nothing else onto a topic everybody reads."""
_DAY = re.compile(r"2[0-9]{3}-[0-9]{2}-[0-9]{2}\Z")


@dataclass(frozen=True, slots=True, order=True)
class Cut:
    """The days of one ISO week that lie in one month."""

    from_day: date
    until_day: date
    """The last one."""

    @property
    def week(self) -> str:
        """Return the ISO week, as 2026-W49."""
        year, number, _ = self.from_day.isocalendar()
        return f"{year}-W{number:02}"


def cut_of(day: date) -> Cut:
    """Return the cut a day lies in."""
    monday = day - timedelta(days=day.weekday())
    first = day.replace(day=1)
    next_first = (first + timedelta(days=31)).replace(day=1)
    return Cut(max(monday, first), min(monday + timedelta(days=6), next_first - timedelta(days=1)))


def counted_day(opened: Mapping[str, Any]) -> date | None:
    """Return the day an interception counts for, by its clear and sealed fields together.

    None for a release, a canary, and what names no day or measure.
    """
    enforces = not opened["record_class"] and opened["outcome"] in _ENFORCING
    return read_day(opened["day"]) if enforces and _MEASURE.match(opened["measure"]) else None


def read_day(text: str) -> date | None:
    """Return a day as YYYY-MM-DD has it, None if it is none."""
    try:
        return date.fromisoformat(text) if _DAY.match(text) else None
    except ValueError:
        return None


def closing_ms(from_day: date) -> int:
    """Return when a cut is counted first, ms UTC."""
    return end_of_day_ms(cut_of(from_day).until_day) + GRACE_MS


class CountedGroup(NamedTuple):
    """What one count is about."""

    jurisdiction: str
    court: str
    agency: str
    measure: str
    cut: Cut


def count_record(
    group: CountedGroup, revision: int, counted: Mapping[bytes, str], suite: str, issued_at: int
) -> dict[str, Any]:
    """Return the record of a count, unsigned; `counted` has the check id of every interception by its event id.

    Raises SuiteUnknown.
    """
    folded = len(counted) < FEW
    return {
        "jurisdiction": group.jurisdiction,
        "court": group.court,
        "agency": group.agency,
        "measure": group.measure,
        "week": group.cut.week,
        "from_day": group.cut.from_day.isoformat(),
        "until_day": group.cut.until_day.isoformat(),
        "revision": revision,
        "folded": folded,
        "count": 0 if folded else len(counted),
        "suite": suite,
        "root": count_root(group, revision, counted, suite),
        "issued_at": issued_at,
    }


def count_root(group: CountedGroup, revision: int, counted: Mapping[bytes, str], suite: str) -> bytes:
    """Return the root over what was counted, with the suite's hash. Raises SuiteUnknown.

    The check ids are sealed, so nobody who has not opened them can try which interceptions a root is made of. The first
    leaf makes the roots of two revisions differ also where nothing was added.
    """
    place = (*group[:4], group.cut.from_day.isoformat(), group.cut.until_day.isoformat(), str(revision))
    leaves = [event_id + check_id.encode() for event_id, check_id in sorted(counted.items())]
    return root(["\x00".join(place).encode(), *leaves], suite_of(suite).content_hash)
