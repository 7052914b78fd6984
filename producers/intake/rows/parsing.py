# mypyc: compile
"""From a raw row to a checked listing: pure, with the day handed in."""

from ....schemas.law.listing import Instrument
from . import legal
from .beginning import missing_facts, read_beginning
from .model import Initiative, IntakeContext, ListingInput, ParsedRow, RawRow
from .row import RowUnderCheck
from .subject import read_subject
from .words import INITIATIVES, INSTRUMENTS


def parse_row(raw: RawRow, context: IntakeContext) -> ParsedRow:
    """Check one row completely. Its rejects name every column that is wrong; rows without rejects give a listing."""
    if raw.damage is not None:
        return ParsedRow(raw, None, (raw.damage,))
    row = RowUnderCheck(raw, context)
    listing = _read_listing(row)
    notices = tuple(row.notices)
    if row.rejects:
        return ParsedRow(raw, None, tuple(row.rejects), notices)
    return ParsedRow(raw, listing, (), notices)


def _read_listing(row: RowUnderCheck) -> ListingInput:
    instrument = row.coded("instrument", INSTRUMENTS, Instrument.LIST_ENTRY)
    case = legal.read_case(row, instrument)
    filed, published = legal.read_dates(row, case)
    subject = read_subject(row, instrument, published)
    court, court_name = legal.read_court(row)
    grounds = legal.read_grounds(row, instrument, published)
    term = legal.read_term(row, instrument, grounds, published)
    legal.reject_before_case(row, "term_start", term.start, case)
    decision = legal.read_decision(row, instrument)
    initiative, applied = (
        row.coded("initiated_by", INITIATIVES, Initiative.UNKNOWN),
        legal.read_application(row, published),
    )
    beginning = read_beginning(row, published, applied, case)
    return ListingInput(
        instrument=instrument,
        kind=subject.kind,
        role=subject.role,
        name=subject.name,
        sex=subject.sex,
        birth_date=subject.birth_date,
        certificates=subject.certificates,
        court=court,
        court_name=court_name,
        case_number=case.key,
        previous_case_number=case.previous,
        decision_number=decision,
        grounds=grounds,
        filing_date=filed,
        publish_date=published,
        initiated_by=initiative,
        applied_on=applied,
        basis_number=row.text("basis_number"),
        basis_maker=row.text("basis_maker"),
        performance=legal.read_performance(row, instrument),
        claim_amount=legal.read_amount(row),
        related_entity=subject.related_entity,
        related_entity_certificate=subject.related_entity_certificate,
        legal_representative=subject.legal_representative,
        debtor_category=subject.category,
        source_id=row.text("source_id"),
        term=term,
        beginning=beginning,
        missing=missing_facts(instrument, decision, initiative, applied, beginning),
    )
