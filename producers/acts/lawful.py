"""Reasons held against the record: whether the law knows an act for what an entry says. Pure; nothing is changed here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ...schemas.law.grounds import DeletionReason, Ground, check_deletion_reason, extension_problem
from ...schemas.law.listing import Change, Instrument, PersonKind
from ...schemas.law.terms import EXTENSION_MONTHS, extended, is_extension_lawful, term_end
from ...schemas.law.working_days import DueDay, relief_due
from ...schemas.people.certificates import birth_date
from ...schemas.people.identity_numbers import is_minor_on
from ...schemas.spelling import compact
from ..intake.rows.model import HeldCertificate
from .ruling import CourtRuling, is_stated
from .unlawful import ActUnlawful

EARLY_CAUSES = ("PERFORMED_ACTIVELY", "CONDUCT_CORRECTED")
"""What art. 2 ¶2 knows."""
_BY_RULING = frozenset((DeletionReason.D4, DeletionReason.D5, DeletionReason.D6, DeletionReason.D7))
_QUERIES = 2
"""So many networked queries without property after the round has ended, art. 10 ¶1 (4)."""
_ARTICLE_3 = ("1", "2", "3", "4")
_IN_THREE_DAYS = frozenset((Change.CORRECT, Change.DELETE, Change.REVOKE))


@dataclass(frozen=True, slots=True)
class ActedOn:
    """An entry as its last whole record has it, and the day of the act."""

    record: Mapping[str, Any]
    certificates: tuple[HeldCertificate, ...]
    day: date

    @property
    def is_entry(self) -> bool:
        """Whether it stands on the list, and is no order or ban."""
        return bool(self.record["instrument"] == Instrument.LIST_ENTRY)

    @property
    def last_day(self) -> date | None:
        """The last day of its term."""
        return _day(self.record["term_end"])

    @property
    def grounds(self) -> str:
        """Its grounds in words of the codes."""
        return ";".join(f"G{each}" for each in self.record["grounds"]) or "—"


def check_deletion(entry: ActedOn, ruling: CourtRuling) -> None:
    """Hold a reason for deleting against the record. Raises DeletionReasonProblem, ActUnlawful."""
    last = entry.last_day
    reason = check_deletion_reason(ruling.reason, has_term=last is not None)
    if reason is DeletionReason.TERM and last is not None and entry.day <= last:
        raise ActUnlawful("TERM_NOT_OVER", last=last.isoformat())
    if reason in _BY_RULING and not ruling.has_decision:
        raise ActUnlawful("RULING_NUMBER_MISSING", reason=reason.value)
    if reason is DeletionReason.D4:
        _check_queries(entry, ruling)
    if reason is DeletionReason.EARLY:
        if not ruling.has_decision or not is_stated(ruling.signed_by):
            raise ActUnlawful("EARLY_DECISION_MISSING")
        if ruling.cause not in EARLY_CAUSES:
            raise ActUnlawful("EARLY_CAUSE_UNKNOWN")


def _check_queries(entry: ActedOn, ruling: CourtRuling) -> None:
    """Hold the queries of D4 against the ruling that ended the round: two at least, of later days, none of them twice."""
    ended = ruling.decided_on
    if ended is None:
        raise ActUnlawful("ROUND_DAY_MISSING")
    if ended > entry.day:
        raise ActUnlawful(
            "QUERY_DAY_WRONG", day=ended.isoformat(), ended=ended.isoformat(), acted=entry.day.isoformat()
        )
    for each in ruling.queries:
        if not ended < each.day <= entry.day:
            about = {"ended": ended.isoformat(), "acted": entry.day.isoformat()}
            raise ActUnlawful("QUERY_DAY_WRONG", day=each.day.isoformat(), **about)
    different = {compact(each.number) for each in ruling.queries}
    if len(different) < _QUERIES:
        raise ActUnlawful("QUERIES_MISSING", given=str(len(different)))


def check_revocation(entry: ActedOn, ruling: CourtRuling) -> None:
    """Hold a reason for revoking against the record. Raises ActUnlawful."""
    if ruling.reason == "MINOR":
        _check_minor(entry, ruling)
    if ruling.reason == "EXEMPT":
        if ruling.cause not in _ARTICLE_3:
            raise ActUnlawful("EXEMPT_NUMBER_MISSING")
        if list(entry.record["grounds"]) != [Ground.G1]:
            raise ActUnlawful("EXEMPT_OTHER_GROUND", grounds=entry.grounds)


def _check_minor(entry: ActedOn, ruling: CourtRuling) -> None:
    """Hold it against the birth date on the day of the listing decision: the stated one, else the first day known of it."""
    if entry.record["person_kind"] == PersonKind.ENTITY:
        raise ActUnlawful("MINOR_NOT_A_PERSON")
    published, started = _day(entry.record["publish_date"]), _day(entry.record["term_start"])
    if ruling.decided_on is not None and published is not None and ruling.decided_on > published:
        about = {"day": ruling.decided_on.isoformat(), "published": published.isoformat()}
        raise ActUnlawful("DECIDED_AFTER_PUBLICATION", **about)
    decided = ruling.decided_on or min((each for each in (started, published) if each is not None), default=entry.day)
    carried = (birth_date(each.certificate) for each in entry.certificates)
    born = next((each for each in carried if each is not None), ruling.born)
    if born is None:
        raise ActUnlawful("MINOR_UNKNOWN_AGE")
    if not is_minor_on(born, decided):
        raise ActUnlawful("MINOR_OF_AGE", day=decided.isoformat())


def check_shield(ruling: CourtRuling) -> None:
    """Require the number of the objection that is under review. Raises ActUnlawful."""
    if ruling.reason == "REVIEW" and not is_stated(ruling.objection):
        raise ActUnlawful("OBJECTION_MISSING")


def extended_until(entry: ActedOn, ruling: CourtRuling, months: int, until: date | None) -> date:
    """Return the new last day: of a list entry by months, of an order or ban as the court says. Raises ActUnlawful."""
    if not ruling.has_decision or (entry.is_entry and not is_stated(ruling.signed_by)):
        raise ActUnlawful("EXTENSION_DECISION_MISSING")
    if entry.is_entry == (ruling.reason == "RENEWED"):
        raise ActUnlawful("EXTENSION_REASON_OTHER", reason=ruling.reason)
    last = entry.last_day
    if last is None:
        is_mixed = Ground.G1 in entry.record["grounds"] and len(entry.record["grounds"]) > 1
        raise ActUnlawful("TERM_UNSTATED" if is_mixed else "TERM_MISSING")
    if last < entry.day:
        raise ActUnlawful("TERM_OVER", last=last.isoformat())
    if entry.is_entry:
        return _list_term(entry, ruling, last, months)
    if until is None or until <= last:
        raise ActUnlawful("RENEWAL_NOT_LATER", last=last.isoformat())
    return until


def _list_term(entry: ActedOn, ruling: CourtRuling, last: date, months: int) -> date:
    if not months or not is_extension_lawful(months):
        raise ActUnlawful("EXTENSION_UNLAWFUL")
    grounds, is_serious = entry.record["grounds"], ruling.reason == "SERIOUS"
    if is_serious and Ground.G2 not in grounds:
        raise ActUnlawful("EXTENSION_CAUSE_UNLAWFUL", grounds=entry.grounds)
    if code := extension_problem(grounds, is_serious=is_serious):
        raise ActUnlawful(code, grounds=entry.grounds)
    new, start = extended(last, months), _day(entry.record["term_start"])
    if start is not None and new > (longest := term_end(start, EXTENSION_MONTHS[1])):
        raise ActUnlawful("EXTENSION_TOO_LONG", day=new.isoformat(), longest=longest.isoformat())
    return new


def due_day(entry: ActedOn, change: Change, reason: str) -> DueDay | None:
    """Return the last of the three working days the law gives for an act (arts. 9, 10), counted from the day the court knew:
    of a term that is over, from its last day. None for acts without such a clock.
    """
    if not entry.is_entry or change not in _IN_THREE_DAYS or reason == DeletionReason.EARLY:
        return None
    trigger = entry.last_day if reason == DeletionReason.TERM else entry.day
    return None if trigger is None else relief_due(trigger)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
