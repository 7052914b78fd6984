"""How long what is sealed may be opened: retention kinds, and the periods whose keys are destroyed together.

What is sealed travels in the log and in copies of it and cannot be taken back; so it is sealed to a key that belongs to one
retention kind and one period, and is erased by destroying that private key when the keep time is over for the whole period.
What is sealed at some moment can therefore be opened for its keep time at least, and a period longer at most. Keep times are
defaults, not law (docs/privacy.md); those of whereabouts stand with their kinds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..dates import add_months, date_of_ms, start_of_day_ms
from .watch_kinds import CASE_LIFE, DAY_MS, WHEREABOUTS_KINDS

SIGHTING, WHEREABOUTS, BORDER, CASE = "sighting", "whereabouts", "border", "case"
INTERCEPTION, COMMAND, WAITING = "interception", "command", "waiting"

KEEP_DAYS: Mapping[str, int] = {
    SIGHTING: 7,
    WHEREABOUTS: 30,
    BORDER: 90,
    CASE: CASE_LIFE,
    INTERCEPTION: 400,
    COMMAND: 400,
    WAITING: 30,
}
"""Days by retention kind, counted from the end of the period; CASE_LIFE: no timer ends it, only an order with a reason.

Interceptions, commands with their answers and courts' notices are kept for the evidence window, so that counts can be recounted. `waiting` is what
an agency seals to itself until its court can be told.
"""

_OF_SCHEMA = {
    "asset-report": CASE,
    "interception-detail": INTERCEPTION,
    "feedback-detail": COMMAND,
    "watch-order": COMMAND,
    "notice-detail": COMMAND,
}
_BY_DAYS = {KEEP_DAYS[kind]: kind for kind in (SIGHTING, WHEREABOUTS, BORDER, CASE)}
_OPENED_BY: Mapping[str, tuple[str, ...]] = {
    "court": (SIGHTING, WHEREABOUTS, BORDER, CASE, INTERCEPTION, COMMAND),
    "escrow": (SIGHTING, WHEREABOUTS, BORDER, CASE, INTERCEPTION, COMMAND),
    "agency": (COMMAND, WAITING),
}
_PERIOD = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])\Z")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar month in China."""

    year: int
    month: int

    @classmethod
    def at(cls, moment: int) -> "Period":
        """Return the period that holds a moment (ms UTC)."""
        day = date_of_ms(moment)
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> "Period | None":
        """Read `2026-11`; None for anything else."""
        parts = _PERIOD.match(text)
        return cls(int(parts[1]), int(parts[2])) if parts and int(parts[1]) else None

    def __str__(self) -> str:
        """Return it as it is written in keys: `2026-11`."""
        return f"{self.year:04}-{self.month:02}"

    @property
    def start(self) -> int:
        """Its first moment, ms UTC."""
        return start_of_day_ms(date(self.year, self.month, 1))

    @property
    def end(self) -> int:
        """The first moment after it, ms UTC."""
        return self.later(1).start

    def later(self, months: int) -> "Period":
        """Return the period so many months later."""
        day = add_months(date(self.year, self.month, 1), months)
        return Period(day.year, day.month)

    def months_after(self, other: "Period") -> int:
        """Return how many months it is later than another one, negative if it is earlier."""
        return 12 * (self.year - other.year) + self.month - other.month


def retention_of(schema: str, content: Mapping[str, Any]) -> str:
    """Return the retention kind of what is sealed, by its schema; of whereabouts, by their kind.

    Whereabouts of a kind nobody knows are kept as whereabouts are by default. Raises KeyError for what is never sealed.
    """
    if schema != "whereabouts-report":
        return _OF_SCHEMA[schema]
    kind = WHEREABOUTS_KINDS.get(content["kind"])
    return WHEREABOUTS if kind is None else _BY_DAYS[kind.keep_days]


def opened_by(kind: str) -> tuple[str, ...]:
    """Return the retention kinds a participant of a kind has sealing keys of; none for those nobody seals anything to."""
    return _OPENED_BY.get(kind, ())


def kept_until(retention: str, since: int) -> int:
    """Return when what nothing was sealed to after `since` (ms UTC) is erased, ms UTC; 0: never by a timer."""
    days = KEEP_DAYS[retention]
    return since + days * DAY_MS if days else CASE_LIFE
