# mypyc: compile
"""What the law asks of a row: court, case, decision, grounds, term, performance, amount."""

import re
from datetime import date
from typing import NamedTuple

from ....schemas.law.case_number import CaseNumber, CaseNumberProblem, is_set_apart, parse_case_number
from ....schemas.law.case_types import CaseTypeProblem, CaseUse
from ....schemas.law.grounds import (
    RULES_IN_FORCE,
    Ground,
    denied_grounds,
    extension_problem,
    needs_term,
    recognise_grounds,
)
from ....schemas.law.listing import Instrument
from ....schemas.law.terms import is_extension_lawful, term_end
from ....schemas.spelling import compact, half_width
from .model import Performance, Term, TermStartBasis
from .row import RowUnderCheck
from .words import GRAVITIES, NO_TERM, PERFORMANCES, TERM_BASES

_AMOUNT = re.compile(r"(?P<yuan>[0-9]{1,16})(?:\.(?P<fen>[0-9]{1,2}))?")
_CANONICAL_AMOUNT = re.compile(r"(?:0|[1-9][0-9]{0,15})\.[0-9]{2}")
"""As nearly every row has it, and as it travels."""
_AMOUNT_NOISE = re.compile(r"[,\s¥￥元]|人民币|CNY|RMB", re.IGNORECASE)


def read_court(row: RowUnderCheck) -> tuple[str, str]:
    """Read the court's id and name; another court than the publishing one is rejected."""
    context = row.context
    court, name = row.text("court_code"), row.text("court_name")
    if not court and not context.court:
        row.reject("court_code", "COURT_MISSING")
    if court and context.court and court != context.court:
        row.reject("court_code", "COURT_MISMATCH")
    if name and context.court_name and name != context.court_name and compact(name) != compact(context.court_name):
        row.reject("court_name", "COURT_MISMATCH")
    return context.court or court, context.court_name or name


class RowCase(NamedTuple):
    """The key of the enforcement case of a row, and that of the case it resumes, empty if it resumes none; the year the older
    of the two is from, 0 if the row is rejected for its case.
    """

    key: str
    previous: str
    since: int = 0


def read_case(row: RowUnderCheck, instrument: Instrument) -> RowCase:
    """Read the enforcement case and the case it resumes; cases of other types carry no list entry and no order."""
    case = _case(row, "case_number", row.text("case_number"))
    previous_text = row.text("previous_case_number")
    previous = _case(row, "previous_case_number", previous_text) if previous_text else None
    if case is None:
        return RowCase("", "")
    if case.use is not CaseUse.ENFORCEMENT:
        code = "CASE_TYPE_EXIT_BAN" if instrument is Instrument.EXIT_BAN else "CASE_TYPE_NOT_ENFORCEMENT"
        row.reject_problem("case_number", CaseTypeProblem(code, case.type_token))
    if case.year > row.context.today.year:
        row.reject("case_number", "CASE_YEAR_FUTURE")
    if row.context.court_token and not case.old_style and case.court_token != row.context.court_token:
        row.reject("case_number", "CASE_NOT_OF_COURT")
    if not (row.context.shares_set_apart or row.context.is_published) and _is_apart(row, case):
        row.reject("case_number", "CASE_SET_APART")
    if case.suffix:
        row.notice("case_number", "CASE_SUFFIX")
    if case.is_resumed and previous is None:
        row.notice("previous_case_number", "RESUMED_WITHOUT_PREVIOUS")
    is_right = case.use is CaseUse.ENFORCEMENT and case.year <= row.context.today.year
    since = min(case.year, previous.year if previous else case.year) if is_right else 0
    return RowCase(case.key, previous.key if previous else "", since)


def _is_apart(row: RowUnderCheck, case: CaseNumber) -> bool:
    """Tell whether a corps' or a military court publishes, or the case is of one; what is published may always be corrected."""
    return case.is_set_apart or is_set_apart(row.context.court_token)


def _case(row: RowUnderCheck, column: str, text: str) -> CaseNumber | None:
    try:
        return parse_case_number(text, row.context.court_token)
    except CaseNumberProblem as problem:
        row.reject_problem(column, problem)
        return None


def read_decision(row: RowUnderCheck, instrument: Instrument) -> str:
    """Read the decision's number; exit bans must have one, and list entries that are new, which the register knows."""
    number = row.text("decision_number")
    if not number and instrument is Instrument.EXIT_BAN:
        row.reject("decision_number", "EXIT_BAN_DECISION")
    elif not number and instrument is not Instrument.LIST_ENTRY:
        row.notice("decision_number", "DECISION_MISSING")
    return number


def read_grounds(row: RowUnderCheck, instrument: Instrument, publish_date: date) -> tuple[Ground, ...]:
    """Read the grounds of a list entry; orders have none."""
    grounds = recognise_grounds(row.text("grounds"))
    if instrument is not Instrument.LIST_ENTRY:
        return ()
    if not grounds:
        row.reject("grounds", "GROUND_MISSING")
    elif grounds == (Ground.OTHER_LEGACY,) and denied_grounds(row.text("grounds")):
        row.reject("grounds", "GROUND_DENIED")
    elif grounds == (Ground.OTHER_LEGACY,) and publish_date >= RULES_IN_FORCE:
        row.reject("grounds", "GROUND_UNKNOWN")
    return grounds


def read_term(row: RowUnderCheck, instrument: Instrument, grounds: tuple[Ground, ...], publish_date: date) -> Term:
    """Read the term, check it against the grounds and recompute it (art. 2, art. 10 ¶2)."""
    start = row.day("term_start")
    has_none = row.text("term_end").upper() in NO_TERM
    end = None if has_none else row.day("term_end")
    basis = row.coded("term_start_basis", TERM_BASES, TermStartBasis.DECISION)
    extension = _extension(row)
    if start is None:
        basis = TermStartBasis.PUBLICATION
    if end is None and row.is_public and needs_term(grounds) and (start or row.gives("publish_date")):
        return _public_term(row, Term(start or publish_date, basis, None, extension))
    if end is not None and end < row.context.today:
        row.reject("term_end", "TERM_OVER")
    if end is not None and end < (start or end):
        row.reject("term_end", "TERM_BACKWARDS")
    if instrument is Instrument.LIST_ENTRY and grounds:
        _check_extension(row, grounds, extension)
        if not (has_none and Ground.G1 in grounds):
            _check_list_term(row, grounds, Term(start, basis, end, extension), publish_date)
    if instrument is Instrument.EXIT_BAN and end is None:
        row.reject("term_end", "EXIT_BAN_TERM")
    return Term(start or (publish_date if end else None), basis, end, extension)


def _public_term(row: RowUnderCheck, term: Term) -> Term:
    """Return the term of a row of the public list, which tells none: two years from its start or from publication."""
    end = term_end(term.start or row.context.today, term.extension_months)
    if end < row.context.today:
        row.reject("term_end", "TERM_OVER_ASK_COURT", computed=end.isoformat())
    else:
        row.notice("term_end", "TERM_FROM_PUBLICATION", computed=end.isoformat())
    return Term(term.start, term.basis, end, term.extension_months)


def _check_list_term(row: RowUnderCheck, grounds: tuple[Ground, ...], term: Term, publish_date: date) -> None:
    termed = needs_term(grounds)
    if not termed:
        if term.end is not None and Ground.G1 in grounds:
            row.reject("term_end", "TERM_ON_G1")
        return
    if term.end is None and Ground.G1 in grounds:
        if not row.context.is_published:
            row.reject("term_end", "TERM_UNSTATED")
        return
    if term.end is None:
        computed = f" ({term_end(term.start, term.extension_months).isoformat()})" if term.start else ""
        row.reject("term_end", "TERM_MISSING", computed=computed)
        return
    if term.start is None:
        row.notice("term_start", "TERM_START_ASSUMED")
    lawful = term_end(term.start or publish_date, term.extension_months)
    if term.end > lawful:
        row.reject("term_end", "TERM_TOO_LONG", computed=lawful.isoformat())
    elif term.end < lawful:
        row.notice("term_end", "TERM_SHORT", computed=lawful.isoformat())


def _check_extension(row: RowUnderCheck, grounds: tuple[Ground, ...], months: int) -> None:
    """Hold an extension against the grounds (art. 2 ¶1); that of a published entry was when it was made."""
    is_serious = row.coded_or_none("extension_gravity", GRAVITIES) is not None
    if months and not row.context.is_published and (code := extension_problem(grounds, is_serious=is_serious)):
        row.reject("extension_months", code)


def _extension(row: RowUnderCheck) -> int:
    text = half_width(row.text("extension_months"))
    if not text:
        return 0
    months = int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else -1
    if not is_extension_lawful(months):
        row.reject("extension_months", "EXTENSION_UNLAWFUL")
        return 0
    return months


_PERFORMED = {
    Instrument.LIST_ENTRY: "PERFORMED_ALREADY",
    Instrument.CONSUMPTION_ORDER: "PERFORMED_NO_ORDER",
    Instrument.EXIT_BAN: "PERFORMED_NO_EXIT_BAN",
}


def read_application(row: RowUnderCheck, publish_date: date) -> date | None:
    """Read the day on which the creditor applied, which the bar of art. 10 ¶4 counts."""
    applied = row.past_day("applied_on")
    if applied is not None and publish_date < applied <= row.context.today:
        row.reject("applied_on", "APPLIED_AFTER_PUBLICATION")
    return applied


def read_performance(row: RowUnderCheck, instrument: Instrument) -> Performance:
    """Read how much is performed; full performance leaves no basis for listing, order or ban."""
    performance = row.coded("performance", PERFORMANCES, Performance.UNKNOWN)
    if performance is Performance.FULL:
        row.reject("performance", _PERFORMED[instrument])
    return performance


def read_amount(row: RowUnderCheck) -> str:
    """Read the claim in yuan as a decimal string with two places, or empty. Never a float."""
    text = row.text("claim_amount")
    if not text or _CANONICAL_AMOUNT.fullmatch(text):
        return text
    match = _AMOUNT.fullmatch(_AMOUNT_NOISE.sub("", half_width(text)))
    if match is None:
        row.reject("claim_amount", "AMOUNT_UNREADABLE")
        return ""
    return f"{int(match['yuan'])}.{(match['fen'] or '').ljust(2, '0')}"


def read_dates(row: RowUnderCheck, case: RowCase) -> tuple[date | None, date]:
    """Read the day of filing and the day of publication (today if it is not given); neither lies before the case."""
    filed, published = row.past_day("filing_date"), row.past_day("publish_date")
    if filed is not None and published is not None and published < filed:
        row.reject("publish_date", "DATE_ORDER")
    is_early = published is not None and reject_before_case(row, "publish_date", published, case)
    reject_before_case(row, "filing_date", filed, case)
    return filed, row.context.today if published is None or is_early else published


def reject_before_case(row: RowUnderCheck, column: str, day: date | None, case: RowCase) -> bool:
    """Reject a day that lies before the year of the case, and tell whether it does."""
    is_early = day is not None and day.year < case.since
    if is_early:
        row.reject(column, "DATE_BEFORE_CASE", year=str(case.since))
    return is_early
