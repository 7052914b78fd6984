"""How often agencies enforced in the last closed week and month, from published counts alone, each with where it stands."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ...schemas.dates import date_of_ms, rfc3339
from ...schemas.wire.enforcement import closing_ms, cut_of
from ..log.counts import PublishedCount

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Span:
    """Whole cuts: a week or a month."""

    first: date
    last: date

    def closed(self, now: int) -> bool:
        """Whether its last cut was closed, so that all its counts are due."""
        return now >= closing_ms(cut_of(self.last).from_day)

    def holds(self, count: PublishedCount) -> bool:
        """Whether a count is of it."""
        return self.first <= count.first <= self.last


def last_week(now: int) -> _Span:
    """Return the last ISO week whose counts are due at an instant (ms UTC)."""
    today = date_of_ms(now)
    monday = today - timedelta(days=today.weekday() + 7)
    week = _Span(monday, monday + timedelta(days=6))
    return week if week.closed(now) else _Span(week.first - timedelta(days=7), week.last - timedelta(days=7))


def last_month(now: int) -> _Span:
    """Return the last calendar month whose counts are due at an instant (ms UTC)."""
    month = _month_before(date_of_ms(now))
    return month if month.closed(now) else _month_before(month.first)


def _month_before(day: date) -> _Span:
    last = day.replace(day=1) - _DAY
    return _Span(last.replace(day=1), last)


def enforcement(counts: Iterable[PublishedCount], now: int, agencies: Iterable[str]) -> list[dict[str, Any]]:
    """Describe what is published of each of these agencies in each jurisdiction; those of whom nothing is have no row.

    `counted` is the sum of what is said in numbers; `folded` is how many counts say "fewer than five" instead.
    """
    week, month = last_week(now), last_month(now)
    by_place: dict[tuple[str, str], list[PublishedCount]] = defaultdict(list)
    for count in counts:
        if week.holds(count) or month.holds(count):
            by_place[count.record["agency"], count.record["jurisdiction"]].append(count)
    wanted = frozenset(agencies)
    return [
        {
            "agency": agency,
            "jurisdiction": jurisdiction,
            "week": {"week": cut_of(week.first).week, **_figures(week, own)},
            "month": {"month": f"{month.first:%Y-%m}", **_figures(month, own)},
        }
        for (agency, jurisdiction), own in sorted(by_place.items())
        if agency in wanted
    ]


def _figures(span: _Span, counts: Iterable[PublishedCount]) -> dict[str, Any]:
    own = sorted((one for one in counts if span.holds(one)), key=lambda one: (one.first, one.at, one.offset))
    return {
        "from_day": span.first.isoformat(),
        "until_day": span.last.isoformat(),
        "counted": sum(one.record["count"] for one in own if not one.record["folded"]),
        "folded": sum(one.record["folded"] for one in own),
        "from": [_source(one) for one in own],
    }


def _source(count: PublishedCount) -> dict[str, Any]:
    record = count.record
    return {
        "court": record["court"],
        "measure": record["measure"],
        "from_day": record["from_day"],
        "until_day": record["until_day"],
        "counted": None if record["folded"] else record["count"],
        "revision": record["revision"],
        "issued_at": rfc3339(record["issued_at"]),
        "topic": count.at.topic,
        "partition": count.at.partition,
        "offset": count.offset,
    }
