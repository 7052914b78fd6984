"""Counting again what courts published of enforcement, by whoever holds the escrow's key, once everybody was told of it.

Only what the log has is used: interceptions whose agency signed them, opened with the escrow's key, against each court's newest
revision. An interception that came after a revision is found and was not counted: the next revision has it.
"""

import calendar
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from ...schemas import ids
from ...schemas.law.retention import INTERCEPTION
from ...schemas.law.supervision import ActKind, SupervisionAct
from ...schemas.law.supervision_problems import SupervisionProblem
from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import Undecodable, decode
from ...schemas.wire.control import sealing_context
from ...schemas.wire.enforcement import (
    SCHEMA,
    CountedGroup,
    closing_ms,
    count_record,
    counted_day,
    cut_of,
    read_day,
)
from ...schemas.wire.framing import FramingError
from ...schemas.wire.sealing import CannotOpen, SealingKey, open_sealed
from ...schemas.wire.signing import SignatureInvalid
from ..transport.ports import Message
from ..transport.received import unwrap
from .entitlement import Reading, require
from .keyrings import Directory

_SCHEMA_OPENED = "interception"
_PERIOD = re.compile(r"2[0-9]{3}-(0[1-9]|1[0-2])\Z")
_COMPARED = ("week", "from_day", "until_day", "folded", "count", "root")


@dataclass(frozen=True, slots=True)
class Month:
    """What is counted again: one month, of which no cut has days of another."""

    first: date
    last: date

    def holds(self, day: date | None) -> bool:
        """Whether a day lies in it."""
        return day is not None and self.first <= day <= self.last


def month_of(period: str) -> Month:
    """Return a month as 2026-12 has it. Raises PERIOD_INVALID."""
    if not _PERIOD.match(period):
        raise SupervisionProblem("PERIOD_INVALID", period=repr(period))
    year, number = map(int, period.split("-"))
    return Month(date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1]))


class Place(NamedTuple):
    """Which count is meant, as its record says it."""

    court: str
    agency: str
    measure: str
    from_day: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One published count beside what was found."""

    place: Place
    revision: int
    """0 where nothing is published of what was found, and its time is over."""
    found: int
    differs: Mapping[str, tuple[object, object]]
    """By field: what is published, what was found. Empty where they are equal."""


@dataclass(slots=True)
class Found:
    """What interceptions say, opened: by place the check id of each by its event id."""

    counted: dict[Place, dict[bytes, str]] = field(default_factory=dict)
    unopened: int = 0
    """Signed ones the key opens not, or that hold something else."""


def require_opening(acts: Collection[SupervisionAct], act_id: bytes, month: Month) -> None:
    """Raise ESCROW_NOT_OPENED unless an act that counts tells everybody that this month's interceptions are opened."""
    for act in acts:
        if act.act_id == act_id and act.kind == ActKind.ESCROW_OPENED and act.retention_kind == INTERCEPTION:
            first, last = read_day(act.from_day), read_day(act.until_day)
            if first is not None and last is not None and first <= month.first and month.last <= last:
                return
    raise SupervisionProblem("ESCROW_NOT_OPENED", act=ids.text("act", act_id))


class Recount:
    """Counts one month of one jurisdiction again."""

    def __init__(self, jurisdiction: str, month: Month, directory: Directory, keys: Iterable[SealingKey]) -> None:
        """Take the keys of everybody, and the escrow's private ones; `require_opening` comes before."""
        self._jurisdiction, self._month = jurisdiction, month
        self._directory, self._keys = directory, tuple(keys)

    def open(self, interceptions: Iterable[Message]) -> Found:
        """Open what was told of days of this month, each once, and no other."""
        found, seen = Found(), set[bytes]()
        for record in self._signed(_SCHEMA_OPENED, interceptions):
            if record["event_id"] in seen or not self._month.holds(read_day(record["day"])):
                continue
            seen.add(record["event_id"])
            self._add(found, record)
        return found

    def compare(self, counts: Iterable[Message], found: Found, now: int) -> list[Compared]:
        """Put the newest revision of every count beside what was found; `now` in ms UTC tells which must be there."""
        newest: dict[Place, Mapping[str, Any]] = {}
        for record in self._signed(SCHEMA, counts):
            place = Place(*(record[name] for name in Place._fields))
            before = newest.get(place)
            if self._month.holds(read_day(place.from_day)) and (
                before is None or record["revision"] >= before["revision"]
            ):
                newest[place] = record
        compared = [self._beside(place, said, found.counted.get(place, {})) for place, said in newest.items()]
        for place, counted in found.counted.items():
            if place not in newest and now >= closing_ms(date.fromisoformat(place.from_day)):
                compared.append(Compared(place, 0, len(counted), {"record": ("", "due")}))
        return sorted(compared, key=lambda one: (one.place.from_day, one.place))

    def _beside(self, place: Place, said: Mapping[str, Any], counted: Mapping[bytes, str]) -> Compared:
        cut = cut_of(date.fromisoformat(place.from_day))
        group = CountedGroup(self._jurisdiction, place.court, place.agency, place.measure, cut)
        own = count_record(group, said["revision"], counted, said["suite"], said["issued_at"])
        differs: dict[str, tuple[object, object]] = {
            name: (_shown(said[name]), _shown(own[name])) for name in _COMPARED if said[name] != own[name]
        }
        if not counted:
            differs["record"] = ("published", "")  # a root over nothing is easily made
        return Compared(place, said["revision"], len(counted), differs)

    def _add(self, found: Found, record: Mapping[str, Any]) -> None:
        try:
            detail = open_sealed(record["sealed"], sealing_context(_SCHEMA_OPENED, record["event_id"]), *self._keys)
            opened = {**record, "measure": detail["measure"], "check_id": detail["check_id"]}
        except (CannotOpen, Undecodable, FramingError, KeyError):
            found.unopened += 1
            return
        day = counted_day(opened)
        if day is not None:
            place = Place(opened["court"], opened["agency"], opened["measure"], cut_of(day).from_day.isoformat())
            found.counted.setdefault(place, {})[opened["event_id"]] = opened["check_id"]

    def _signed(self, schema: str, messages: Iterable[Message]) -> Iterator[Mapping[str, Any]]:
        """Yield the records that are signed by one who may say them here."""
        for message in messages:
            try:
                written_with, body = unwrap(message)
                if not is_version_of(written_with, schema):
                    continue
                record = decode(written_with, body)
                reading = Reading((self._jurisdiction,), message.timestamp()[1])
                require(self._directory, schema, body, record, reading)
            except (FramingError, Undecodable, SignatureInvalid):
                continue
            if record["jurisdiction"] == self._jurisdiction:
                yield record


def _shown(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value
