"""Fictitious intake rows: people, list entries and orders by column name, ready for `liandong court publish`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count as counted
from itertools import islice

from ...schemas.law.grounds import Ground, extension_problem
from ...schemas.law.terms import term_end
from ...topics.workers.chance import SeededRandom
from .people import FictitiousSubject, Invention

Row = dict[str, str]

_SUBJECT_COLUMNS = (
    "kind",
    "name",
    "sex",
    "birth_date",
    "certificate_type",
    "certificate_number",
    "certificate_country",
    "certificate_2_type",
    "certificate_2_number",
    "certificate_2_country",
    "certificate_2_link",
)
_CASE_COLUMNS = (
    "legal_representative",
    "case_number",
    "decision_number",
    "filing_date",
    "basis_number",
    "basis_maker",
    "performance",
    "claim_amount",
    "source_id",
)
PEOPLE_COLUMNS = _SUBJECT_COLUMNS
LIST_COLUMNS = (
    "instrument",
    *_SUBJECT_COLUMNS,
    *_CASE_COLUMNS,
    "grounds",
    "term_start",
    "term_end",
    "extension_months",
    "initiated_by",
    "applied_on",
    "signed_by",
    "signed_on",
    "served_on",
    "warned_on",
)
ORDER_COLUMNS = (
    "instrument",
    "role",
    *_SUBJECT_COLUMNS,
    "related_entity",
    "related_entity_code",
    *_CASE_COLUMNS,
    "term_start",
    "term_end",
)

_THREE_CASES = 0.02
_UNTIL_WARNED, _UNTIL_APPLIED, _UNTIL_DECIDED = timedelta(days=4), timedelta(days=8), timedelta(days=30)
"""From the filing of a case to the notice that warns of the listing, to the creditor's application, and to the decision."""
_UNTIL_SERVED = timedelta(days=3)
_PRESIDENT = "示例院长"
_GROUNDS = ((Ground.G1,), (Ground.G4,), (Ground.G5,), (Ground.G3,), (Ground.G2,), (Ground.G6,), (Ground.G1, Ground.G4))
_GROUND_WEIGHTS = (78, 9, 4, 3, 1, 1, 4)


@dataclass(frozen=True, slots=True)
class SyntheticRequest:
    """What to invent. `day` is the day the rows are for: decisions lie in the year before it, no term is over."""

    seed: int
    count: int
    day: date
    court_token: str = "苏0505"  # noqa: S105  the token of a court in case numbers


def people_rows(request: SyntheticRequest) -> Iterator[Row]:
    """Invent natural persons with their certificates: whom an agency's counters may see."""
    for subject in islice(Invention(request.seed).people(), request.count):
        yield _subject_columns(subject)


def list_rows(request: SyntheticRequest) -> Iterator[Row]:
    """Invent list entries; one debtor in fifty stands in three cases."""
    return islice(_list_rows(request), request.count)


def order_rows(request: SyntheticRequest) -> Iterator[Row]:
    """Invent orders: consumption orders on the debtors of the same seed's list, with them the legal representatives of
    entities, and now and then an exit ban.
    """
    return islice(_order_rows(request), request.count)


def _list_rows(request: SyntheticRequest) -> Iterator[Row]:
    random = SeededRandom(f"list {request.seed}")
    serials = counted(1)
    for subject in Invention(request.seed).subjects():
        for _ in range(3 if random.random() < _THREE_CASES else 1):
            row = {
                "instrument": "LIST_ENTRY",
                **_subject_columns(subject),
                **_case(request, random, next(serials), "决定书"),
            }
            row |= _ground(random, request.day)
            row["initiated_by"] = "CREDITOR" if random.random() < 0.9 else "EX_OFFICIO"
            if row["initiated_by"] == "CREDITOR":
                row["applied_on"] = (date.fromisoformat(row["filing_date"]) + _UNTIL_APPLIED).isoformat()
            row |= _decision(row, request.day)
            if subject.legal_representative is not None:
                row["legal_representative"] = subject.legal_representative.name
            yield row


def _order_rows(request: SyntheticRequest) -> Iterator[Row]:
    random = SeededRandom(f"orders {request.seed}")
    for serial, subject in enumerate(Invention(request.seed).subjects(), start=1):
        case = _case(request, random, serial, "限制消费令")
        order = {"instrument": "CONSUMPTION_ORDER", "role": "DEBTOR"}
        yield order | _subject_columns(subject) | case
        head = subject.legal_representative
        if head is not None:
            entity = {"related_entity": subject.name, "related_entity_code": subject.certificates[0].number}
            related = {"instrument": "CONSUMPTION_ORDER", "role": "LEGAL_REPRESENTATIVE"}
            yield related | _subject_columns(head) | entity | case
        elif random.random() < 0.03:
            start = request.day - timedelta(days=random.randrange(60))
            term = {"term_start": start.isoformat(), "term_end": (start + timedelta(days=364)).isoformat()}
            decision = {"decision_number": case["case_number"] + "限制出境决定书"}
            yield {"instrument": "EXIT_BAN", "role": "DEBTOR"} | _subject_columns(subject) | case | term | decision


def _subject_columns(subject: FictitiousSubject) -> Row:
    row = {
        "kind": "NATURAL" if subject.is_natural else "ENTITY",
        "name": subject.name,
        "sex": {1: "MALE", 2: "FEMALE"}.get(subject.sex, ""),
        "birth_date": subject.birth_date.isoformat() if subject.birth_date else "",
    }
    for position, (kind, number, country) in enumerate(subject.certificates, start=1):
        prefix = "certificate" if position == 1 else f"certificate_{position}"
        row |= {f"{prefix}_type": kind.name, f"{prefix}_number": number, f"{prefix}_country": country}
        if position > 1:
            row[f"{prefix}_link"] = "VERIFIED"
    return row


def _case(request: SyntheticRequest, random: SeededRandom, serial: int, document: str) -> Row:
    filed = request.day - timedelta(days=random.randrange(40, 300))
    case = f"（{filed.year}）{request.court_token}执{serial}号"
    return {
        "case_number": case,
        "decision_number": case + document,
        "filing_date": filed.isoformat(),
        "basis_number": f"（{filed.year - 1}）{request.court_token}民初{random.randrange(1, 20_000)}号",
        "basis_maker": "示例区人民法院",
        "performance": "NONE" if random.random() < 0.85 else "PARTIAL",
        "claim_amount": f"{random.randrange(2_000, 5_000_000)}.{random.randrange(100):02d}",
        "source_id": f"{request.seed}-{serial}",
    }


def _decision(row: Row, day: date) -> Row:
    """Return who signed the decision and when, when it was served, and when the debtor had been warned (art. 5)."""
    filed = date.fromisoformat(row["filing_date"])
    signed = date.fromisoformat(row["term_start"]) if "term_start" in row else filed + _UNTIL_DECIDED
    return {
        "signed_by": _PRESIDENT,
        "signed_on": signed.isoformat(),
        "served_on": min(signed + _UNTIL_SERVED, day).isoformat(),
        "warned_on": (filed + _UNTIL_WARNED).isoformat(),
    }


def _ground(random: SeededRandom, day: date) -> Row:
    """Draw grounds, and a term where they need one; every tenth term is extended by a year, where there are several grounds."""
    grounds = random.choices(_GROUNDS, _GROUND_WEIGHTS)[0]
    row = {"grounds": ";".join(ground.name for ground in grounds)}
    if grounds != (Ground.G1,):
        start = day - timedelta(days=random.randrange(30))
        extension = 12 if random.random() < 0.1 and not extension_problem(grounds, is_serious=False) else 0
        row |= {"term_start": start.isoformat(), "term_end": term_end(start, extension).isoformat()}
        if extension:
            row["extension_months"] = str(extension)
    return row
