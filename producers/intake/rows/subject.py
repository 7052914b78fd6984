# mypyc: compile
"""Who is meant: kind, role, name and certificates of a row."""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import NamedTuple, TypeVar

from ....schemas.files.excel import without_mark
from ....schemas.law.listing import Instrument, Link, PersonKind, PersonRole
from ....schemas.people.certificate_problems import CertificateProblem
from ....schemas.people.certificates import Certificate, CertificateType, birth_date, normalise, sex, warnings
from ....schemas.people.identity_numbers import is_minor_on
from ....schemas.people.name_damage import NO_NAMES, name_damage
from ....schemas.people.names import display_form, holds_private_use
from ....schemas.spelling import compact, hides_text
from .bound import check_bound
from .column import MAX_CERTIFICATES
from .model import DebtorCategory, HeldCertificate
from .row import RowUnderCheck
from .words import CATEGORIES, CERTIFICATE_TYPES, KINDS, LINKS, ROLES, SEXES

Carried = TypeVar("Carried")
_PLAIN_NAME = re.compile("[\u4e00-\u67cf\u67d1-\u9fff]{1,200}")
"""Nearly every name: ideographs alone, but for 某, which stands for a name that was left out."""
_LONG_NUMBER = re.compile(r"[0-9０-９]{15}")
_NO_LONGER_WHOLE = re.compile(r"\*|[0-9]\.|[Ee]\+")
"""A register masked the number, or a spreadsheet rounded it."""
_OLDEST = 150
"""Years; nobody who is looked for was born longer ago."""
_CERTIFICATE_COLUMNS = (
    ("certificate_type", "certificate_number", "certificate_country", ""),
    *(
        (f"certificate_{n}_type", f"certificate_{n}_number", f"certificate_{n}_country", f"certificate_{n}_link")
        for n in range(2, MAX_CERTIFICATES + 1)
    ),
)


class RowSubject(NamedTuple):
    """Who a row is about. `certificates` is empty only if the row has rejects."""

    kind: PersonKind
    role: PersonRole
    name: str
    sex: int
    birth_date: date | None
    certificates: tuple[HeldCertificate, ...]
    category: DebtorCategory
    related_entity: str
    related_entity_certificate: Certificate | None
    legal_representative: str

    def __repr__(self) -> str:
        """Show no name."""
        return f"RowSubject({self.kind.name}, {self.role.name}, {self.certificates})"


def read_subject(row: RowUnderCheck, instrument: Instrument, publish_date: date) -> RowSubject:
    """Read and check everything about the subject."""
    role = row.coded("role", ROLES, PersonRole.DEBTOR)
    stated_kind = row.coded_or_none("kind", KINDS)
    certificates = _certificates(row, stated_kind)
    kind = _kind(row, stated_kind, certificates)
    natural = kind is PersonKind.NATURAL
    born = _birth_date(row, certificates) if natural else None
    subject = RowSubject(
        kind=kind,
        role=role,
        name=_name(row, natural),
        sex=_sex(row, certificates) if natural else 0,
        birth_date=born,
        certificates=certificates,
        category=row.coded("debtor_category", CATEGORIES, DebtorCategory.ORDINARY),
        related_entity=read_further_name(row, "related_entity", natural=False),
        related_entity_certificate=_related_entity_certificate(row),
        legal_representative=read_further_name(row, "legal_representative", natural=True),
    )
    check_bound(row, subject, instrument)
    _check_age(row, subject, instrument, publish_date)
    return subject


def _name(row: RowUnderCheck, natural: bool) -> str:
    name = row.raw("name")
    if _PLAIN_NAME.fullmatch(name) and name not in NO_NAMES:
        return name
    name = display_form(name)
    if not name:
        row.reject("name", "NAME_EMPTY")
    elif hides_text(name):
        row.reject("name", "TEXT_CONTROL")
    elif _is_damaged(row, "name", name, natural=natural):
        pass
    elif _LONG_NUMBER.search(name):
        row.reject("name", "NAME_HOLDS_NUMBER")
    elif len(name) > 200:
        row.reject("name", "TEXT_TOO_LONG", limit="200")
    if holds_private_use(name):
        row.notice("name", "NAME_PRIVATE_USE")
    if natural and "某" in name:
        row.notice("name", "NAME_ANONYMISED")
    return name


def _is_damaged(row: RowUnderCheck, column: str, name: str, *, natural: bool) -> bool:
    """Reject a text that is no name, and tell whether it is none."""
    damage = name_damage(name, natural=natural)
    if damage is not None:
        row.reject(column, "NAME_DAMAGED", found=damage.value[row.context.lang == "zh"])
    return damage is not None


def read_further_name(row: RowUnderCheck, column: str, *, natural: bool) -> str:
    """Read a name that is not the subject's own; what is no name is rejected."""
    name = _display(row.text(column))
    if name and not _PLAIN_NAME.fullmatch(name) and not hides_text(name):
        _is_damaged(row, column, name, natural=natural)
    return name


@lru_cache(maxsize=16384)
def _display(name: str) -> str:
    return display_form(name)


def _certificates(row: RowUnderCheck, kind: PersonKind | None) -> tuple[HeldCertificate, ...]:
    first = _certificate(row, 0, kind)
    certificates = [] if first is None else [HeldCertificate(first)]
    for position in range(1, MAX_CERTIFICATES):
        columns = _CERTIFICATE_COLUMNS[position]
        if not row.gives(columns[1]):
            continue
        further = _certificate(row, position, kind)
        if further is None:
            continue
        if any(further == each.certificate for each in certificates):
            row.notice(columns[1], "CERTIFICATE_TWICE")
            continue
        if any(_conflict(further, each.certificate) for each in certificates):
            row.reject(columns[1], "CERTIFICATE_CONFLICT")
        certificates.append(HeldCertificate(further, row.coded(columns[3], LINKS, Link.UNVERIFIED)))
    return tuple(certificates)


def _conflict(one: Certificate, other: Certificate) -> bool:
    """Tell whether two are of a kind that one subject never has twice: permits are renewed, these numbers are for life."""
    return one.type is other.type and one.type in (
        CertificateType.CN_ID,
        CertificateType.USCC,
        CertificateType.ORG_CODE,
    )


def _certificate(row: RowUnderCheck, position: int, kind: PersonKind | None) -> Certificate | None:
    type_column, number_column, country_column, _ = _CERTIFICATE_COLUMNS[position]
    number = without_mark(row.text(number_column))
    if not number:
        row.reject(number_column, "QUARANTINED_NO_CERTIFICATE")
        return None
    stated = row.coded_or_none(type_column, CERTIFICATE_TYPES)
    certificate_type = _likely_type(number, kind) if stated is None else stated
    if certificate_type is None:
        row.reject(type_column, "CERTIFICATE_TYPE_NEEDED")
        return None
    country = row.text(country_column) if certificate_type is CertificateType.PASSPORT else ""
    try:
        certificate = normalise(certificate_type, number, country, row.context.today)
    except CertificateProblem as problem:
        column = country_column if problem.code == "CERTIFICATE_COUNTRY" else number_column
        row.reject_problem(column, problem)
        return None
    for code in warnings(certificate):
        row.notice(number_column, code)
    return certificate


def _likely_type(number: str, kind: PersonKind | None) -> CertificateType | None:
    """Return the type of a number whose row names none: by the kind, else only where the number can be nothing else."""
    if _NO_LONGER_WHOLE.search(number):
        return CertificateType.CN_ID  # whose rules say what happened to it
    if kind is PersonKind.NATURAL:
        return CertificateType.CN_ID if len(compact(number)) in (15, 18) else None
    if kind is PersonKind.ENTITY:
        return CertificateType.USCC
    plain = compact(number)
    if len(plain) != 18:
        return None
    return CertificateType.CN_ID if plain[:17].isdigit() and _is_identity(plain) else CertificateType.USCC


def _is_identity(plain: str) -> bool:
    try:
        normalise(CertificateType.CN_ID, plain)
    except CertificateProblem:
        # An all-digit unified code is told by its own check character; if that is wrong too, ID texts help more.
        return not _is_uscc(plain)
    return True


def _is_uscc(plain: str) -> bool:
    try:
        normalise(CertificateType.USCC, plain)
    except CertificateProblem:
        return False
    return True


def _kind(row: RowUnderCheck, stated: PersonKind | None, certificates: tuple[HeldCertificate, ...]) -> PersonKind:
    kinds = [PersonKind.NATURAL if each.certificate.type.is_personal else PersonKind.ENTITY for each in certificates]
    kind = stated or (kinds[0] if kinds else PersonKind.NATURAL)
    for each in kinds:
        if each is not kind:
            row.reject("kind", "KIND_MISMATCH")
            return stated or PersonKind.NATURAL
    return kind


def _first_carried(
    certificates: tuple[HeldCertificate, ...], read: Callable[[Certificate], Carried | None]
) -> Carried | None:
    """Return what the certificates carry of sex or birth date, from the first that carries it."""
    for each in certificates:
        if (value := read(each.certificate)) is not None:
            return value
    return None


def _sex(row: RowUnderCheck, certificates: tuple[HeldCertificate, ...]) -> int:
    stated = row.coded_or_none("sex", SEXES)
    carried = _first_carried(certificates, sex)
    if stated in (1, 2) and carried is not None and stated != carried:
        row.notice("sex", "SEX_MISMATCH")
    if carried is not None:
        return carried
    return stated if stated is not None else 0


def _birth_date(row: RowUnderCheck, certificates: tuple[HeldCertificate, ...]) -> date | None:
    stated = row.past_day("birth_date")
    carried = _first_carried(certificates, birth_date)
    if stated is not None and carried is not None and stated != carried:
        row.notice("birth_date", "BIRTH_MISMATCH")
    if carried is not None and carried.year < row.context.today.year - _OLDEST:
        row.reject("certificate_number", "BIRTH_IMPLAUSIBLE")
    return carried if carried is not None else stated


def _related_entity_certificate(row: RowUnderCheck) -> Certificate | None:
    code = row.text("related_entity_code")
    if not code:
        return None
    try:
        return normalise(CertificateType.USCC, code)
    except CertificateProblem as problem:
        row.reject_problem("related_entity_code", problem)
        return None


def _check_age(row: RowUnderCheck, subject: RowSubject, instrument: Instrument, publish_date: date) -> None:
    """Check that the person is of age, by certificate or birth date and never by a column `age`."""
    if subject.kind is not PersonKind.NATURAL or not subject.certificates:
        return
    if subject.birth_date is None:
        row.notice("birth_date", "AGE_UNKNOWN")
    elif is_minor_on(subject.birth_date, publish_date):
        if instrument is Instrument.LIST_ENTRY:
            row.reject("certificate_number", "MINOR")
        else:
            row.notice("certificate_number", "MINOR_ORDER")
