"""What the law asks of a court that its register shows undone: a listing without an order, an order that must be lifted.

法释〔2015〕17号 art. 1 ¶2: who is put on the list must be restricted from high consumption; art. 9 ¶2: after performance the order
must be lifted. Both are seen case by case, from the court's own entries and today's time; nothing is stored, so an alarm is gone when
its cause is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import and_, or_, select, tuple_

from ...schemas.law.grounds import DeletionReason
from ...schemas.law.listing import ENDED_FROM, Instrument, PersonRole, Status
from ...schemas.wire.codec import from_wire
from ...topics.storage.database import reading
from .reader import RegisterReader
from .rows import ENTRY_COLUMNS, WholeEntry, whole_entry

LISTED_WITHOUT_ORDER, ORDER_TO_LIFT = "LISTED_WITHOUT_ORDER", "ORDER_TO_LIFT"
_PERFORMED = (DeletionReason.D1.value, DeletionReason.D2.value)
_INSTRUMENTS = (int(Instrument.LIST_ENTRY), int(Instrument.CONSUMPTION_ORDER))
_PAGE = 5000


class CourtAlarm(NamedTuple):
    """Something a court must do, by code; `entry` is what it is about, `because` the performed entry behind an order to lift."""

    code: str
    entry: WholeEntry
    because: WholeEntry | None = None


def court_alarms(register: RegisterReader, court: str, now: int) -> Iterator[CourtAlarm]:
    """Look through all of a court's cases; `now` in ms UTC tells what has ended by its term."""
    for _, entries in groupby(_by_case(register, court), lambda each: each.case_number):
        yield from case_alarms(entries, now)


def case_alarms(entries: Iterable[WholeEntry], now: int) -> list[CourtAlarm]:
    """Look at the entries of one case of one court."""
    known = [(each, from_wire(each.whole_body)) for each in entries]
    orders = [
        (each, said) for each, said in known if _is(each, Instrument.CONSUMPTION_ORDER) and _is_live(each, said, now)
    ]
    listed = [(each, said) for each, said in known if _is(each, Instrument.LIST_ENTRY)]
    alone = [
        CourtAlarm(LISTED_WITHOUT_ORDER, each)
        for each, said in listed
        if _is_live(each, said, now) and not any(_binds_debtor(order, said) for _, order in orders)
    ]
    performed = [(each, said) for each, said in listed if _is_performed(each)]
    return alone + [alarm for each, order in orders if (alarm := _to_lift(each, order, performed, listed, now))]


def _to_lift(
    whole: WholeEntry,
    order: Mapping[str, Any],
    performed: Sequence[tuple[WholeEntry, Mapping[str, Any]]],
    listed: Sequence[tuple[WholeEntry, Mapping[str, Any]]],
    now: int,
) -> CourtAlarm | None:
    """Return the alarm about a live order whose debtor has performed, and is not on the list again."""
    if any(_is_live(each, said, now) and _is_of(order, said) for each, said in listed):
        return None
    because = next((each for each, said in performed if _is_of(order, said)), None)
    return None if because is None else CourtAlarm(ORDER_TO_LIFT, whole, because)


def _is_of(order: Mapping[str, Any], debtor: Mapping[str, Any]) -> bool:
    """Whether an order is the debtor's own, or one on a person of that entity (art. 3 ¶2)."""
    if order["person_role"] == PersonRole.DEBTOR:
        return _binds_debtor(order, debtor)
    return bool(order["related_entity"]) and order["related_entity"] == debtor["name"]


def _binds_debtor(order: Mapping[str, Any], debtor: Mapping[str, Any]) -> bool:
    is_own = order["person_role"] == PersonRole.DEBTOR
    return is_own and not _surrogates(order).isdisjoint(_surrogates(debtor))


def _surrogates(record: Mapping[str, Any]) -> frozenset[bytes]:
    return frozenset(each["surrogate"] for each in record["identities"])


def _is(whole: WholeEntry, instrument: Instrument) -> bool:
    return whole.entry.instrument is instrument


def _is_live(whole: WholeEntry, record: Mapping[str, Any], now: int) -> bool:
    """Whether it takes effect: neither ended nor suspended, and its term not over."""
    return whole.entry.status is Status.ACTIVE and not 0 < record["effective_until"] <= now


def _is_performed(whole: WholeEntry) -> bool:
    return whole.entry.status is Status.DELETED and whole.entry.reason in _PERFORMED


def _by_case(register: RegisterReader, court: str) -> Iterator[WholeEntry]:
    """Read what alarms can be about, in the order of the cases, in pages."""
    entries = register.tables.entries.c
    place = tuple_(entries.case_number, entries.ordinal)
    is_performed = and_(entries.status == int(Status.DELETED), entries.reason.in_(_PERFORMED))
    query = (
        select(*(entries[name] for name in ENTRY_COLUMNS))
        .where(entries.court == court, entries.instrument.in_(_INSTRUMENTS))
        .where(or_(entries.status < int(ENDED_FROM), is_performed))
        .order_by(entries.case_number, entries.ordinal)
        .limit(_PAGE)
    )
    after: tuple[str, int] = ("", 0)
    while True:
        with reading(register.engine) as connection:
            page = [whole_entry(row) for row in connection.execute(query.where(place > after))]
        yield from page
        if len(page) < _PAGE:
            return
        after = (page[-1].case_number, page[-1].entry.ordinal)
