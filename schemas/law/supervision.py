"""Acts of supervisors: which measures a jurisdiction has switched on, and why somebody opened the escrow.

Which acts are known decides, not the order in which they came: an act holds on its days unless one that withdraws it is known.
So an act that is sent again changes nothing, and a withdrawn measure comes back by a new act only.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from ..dates import date_of_ms

MOST_DAYS = 366
"""A measure is switched on for a year at most, then somebody must decide again."""
CLOCK_TOLERANCE_MS = 300_000
"""How far ahead a supervisor's clock may be."""


class ActKind(StrEnum):
    """What a supervisor does."""

    MEASURE_ON = "MEASURE_ON"
    MEASURE_OFF = "MEASURE_OFF"
    ESCROW_OPENED = "ESCROW_OPENED"


ESCROW_REASONS = ("RECOUNT", "COMPLAINT", "INSPECTION", "DRILL")
"""Why the escrow is opened: counts are compared, somebody complains, an authority inspects, it is rehearsed."""


@dataclass(frozen=True, slots=True)
class SupervisionAct:
    """An act as its record says it; whether its signature counts is another question."""

    act_id: bytes
    jurisdiction: str
    supervisor: str
    kind: str
    decision: str
    document_hash: bytes
    issued_at: int
    """ms UTC."""
    measure: str = ""
    ends: bytes = b""
    """The act that is withdrawn."""
    from_day: str = ""
    until_day: str = ""
    """The last one."""
    retention_kind: str = ""
    reason: str = ""


def read_act(record: Mapping[str, Any]) -> SupervisionAct:
    """Return the act a decoded record says."""
    return SupervisionAct(**{name: record[name] for name in SupervisionAct.__slots__})


def terms_of(act: SupervisionAct) -> tuple[date, date] | None:
    """Return first and last day of a MEASURE_ON; None if it names none, or more days than one act may."""
    try:
        first, last = date.fromisoformat(act.from_day), date.fromisoformat(act.until_day)
    except ValueError:
        return None
    return (first, last) if timedelta(0) <= last - first < timedelta(days=MOST_DAYS) else None


@dataclass(frozen=True, slots=True)
class SwitchTerm:
    """The days on which an act switches a measure on, withdrawals known now taken off."""

    act: SupervisionAct
    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether the measure is on that day."""
        return self.first <= day <= self.last


def switch_terms(acts: Collection[SupervisionAct], now: int) -> list[SwitchTerm]:
    """Return what switches measures on at an instant (ms UTC) or later, in an order of its own."""
    day, soon = date_of_ms(now), now + CLOCK_TOLERANCE_MS
    said = [one for one in acts if one.issued_at <= soon]
    ends: dict[tuple[str, bytes], date] = {}
    for one in said:
        if one.kind == ActKind.MEASURE_OFF:
            key = one.jurisdiction, one.ends
            ends[key] = min(ends.get(key, date.max), _last_day_before(one))
    terms = [
        SwitchTerm(one, terms[0], min(terms[1], ends.get((one.jurisdiction, one.act_id), date.max)))
        for one in said
        if one.kind == ActKind.MEASURE_ON and (terms := terms_of(one))
    ]
    left = [one for one in terms if day <= one.last and one.first <= one.last]
    return sorted(left, key=lambda one: (one.act.jurisdiction, one.act.measure, one.act.act_id, one.act.issued_at))


def acts_in_force(acts: Collection[SupervisionAct], now: int) -> list[SupervisionAct]:
    """Return the acts that switch a measure on at an instant (ms UTC), in an order of their own."""
    day = date_of_ms(now)
    return [one.act for one in switch_terms(acts, now) if one.holds(day)]


@dataclass(frozen=True, slots=True, eq=False)
class SwitchedOn:
    """The measures that are on by an act, each with the jurisdictions where; equal contents are the same object."""

    measures: Mapping[str, frozenset[str]] = field(default_factory=dict)


NOTHING_ON = SwitchedOn()
Switches = Callable[[date], SwitchedOn]
"""What is switched on on a day (`topics.keys.supervision.SupervisionActs.on`)."""


def nothing_on(_day: date) -> SwitchedOn:
    """Answer where nobody reads acts."""
    return NOTHING_ON


def _last_day_before(withdrawal: SupervisionAct) -> date:
    """Return the last day before a withdrawal; one whose first day cannot be read holds at once, for it frees."""
    try:
        return date.fromisoformat(withdrawal.from_day) - timedelta(days=1)
    except (ValueError, OverflowError):
        return date.min
