# mypyc: compile
"""Certificates: how a subject proves who it is, and the one canonical form each number has.

`normalise` is the only way a number enters the system: whoever writes and whoever asks use the same form, so equal
people have equal surrogates. What is the same person is one certificate: a 15-digit number becomes the 18-character
one, a permit number loses its count of reissues. What cannot be decided is refused with a remedy, never guessed.
"""

import re
from collections.abc import Callable
from datetime import date

from ..spelling import compact
from .certificate_problems import CertificateProblem
from .certificate_types import IDENTITY_TYPES, Certificate, CertificateType, mask
from .countries import is_known_country
from .entity_codes import (
    is_org_code_check_right,
    is_org_code_shape,
    is_uscc_check_right,
    is_uscc_shape,
    uscc_likely_meant,
)
from .identity_numbers import (
    PROVINCES,
    age_on,
    birth_date_if_right,
    birth_date_in,
    is_check_digit_right,
    sex_in,
    upgraded,
)

__all__ = [
    "IDENTITY_TYPES",
    "Certificate",
    "CertificateType",
    "age",
    "birth_date",
    "equivalents",
    "mask",
    "normalise",
    "sex",
    "warnings",
]

_CITIZEN = CertificateType.CN_ID


def normalise(
    certificate_type: CertificateType, raw: str, country: str | None = None, today: date | None = None
) -> Certificate:
    """Return the canonical certificate of a number as somebody wrote it.

    Full-width characters, blanks, zero-width characters, byte order marks, hyphens and lower case do not matter. The
    type is derived from the number where the number tells: `CN_ID` with 15 digits, with prefix 81/82/83 or 9 becomes
    what it is. With `today` a birth date after it is refused. Raises CertificateProblem.
    """
    # nearly every number comes as it should be: its parts are known, and nothing is left for the rules to find
    birth = birth_date_if_right(raw) if certificate_type is _CITIZEN else None
    if birth is not None:
        certificate = Certificate(_identity_type(raw), raw)
    else:
        certificate = _by_rules(certificate_type, compact(raw), country)
        birth = birth_date(certificate)
    if today is not None and birth is not None and birth > today:
        raise CertificateProblem("CERTIFICATE_BIRTH_FUTURE")
    return certificate


def _by_rules(certificate_type: CertificateType, number: str, country: str | None) -> Certificate:
    """Return the canonical certificate of a compact number. Raises CertificateProblem."""
    if not number:
        raise CertificateProblem("CERTIFICATE_EMPTY")
    if not (number.isascii() and number.isalnum()):
        _refuse_spoilt(number, certificate_type)
    if certificate_type is CertificateType.PASSPORT:
        return _passport(number, country)
    return _RULES[certificate_type](number, certificate_type)


def _refuse_spoilt(number: str, claimed: CertificateType) -> None:
    """Refuse what a register masked or a spreadsheet turned into a decimal; other signs are the rules' business."""
    if "*" in number:
        raise CertificateProblem("CERTIFICATE_MASKED")
    if _SPOILT.fullmatch(number):
        raise CertificateProblem("CERTIFICATE_SPOILT")
    if not number.isascii():
        raise CertificateProblem("CERTIFICATE_CHARACTERS", type=claimed.name)


def equivalents(certificate: Certificate) -> tuple[Certificate, ...]:
    """Return all certificates one subject matches by, the given one first: a USCC contains the organisation code."""
    if certificate.type is CertificateType.USCC:
        return (certificate, Certificate(CertificateType.ORG_CODE, certificate.number[8:17]))
    return (certificate,)


def birth_date(certificate: Certificate) -> date | None:
    """Return the birth date a number carries, None where it carries none."""
    return birth_date_in(certificate.number) if _carries_birth(certificate) else None


def sex(certificate: Certificate) -> int | None:
    """Return the sex a number carries (GB/T 2261.1: 1 male, 2 female), None where it carries none."""
    return sex_in(certificate.number) if _carries_birth(certificate) else None


def age(certificate: Certificate, day: date) -> int | None:
    """Return the completed years of age on a day, from the number; None where it carries no birth date."""
    birth = birth_date(certificate)
    return None if birth is None else age_on(birth, day)


def warnings(certificate: Certificate) -> tuple[str, ...]:
    """Return codes of what is unusual though not wrong: REGION_UNKNOWN, PASSPORT_UNUSUAL."""
    if certificate.type in (CertificateType.CN_ID, CertificateType.RESIDENCE_PERMIT):
        return () if certificate.number[:2] in PROVINCES else ("REGION_UNKNOWN",)
    if certificate.type is CertificateType.PASSPORT and certificate.country == "CHN":
        return () if _CN_PASSPORT.fullmatch(certificate.number) else ("PASSPORT_UNUSUAL",)
    return ()


def _carries_birth(certificate: Certificate) -> bool:
    return certificate.type in IDENTITY_TYPES and len(certificate.number) == 18


_SPOILT = re.compile(r"[0-9]\.[0-9]+E\+?[0-9]+|[0-9]E\+[0-9]+|[0-9]+\.0*")
_IDENTITY18 = re.compile(r"[1-9][0-9]{16}[0-9X]")
_IDENTITY15 = re.compile(r"[1-9][0-9]{14}")
_OLD_PR_CARD = re.compile(r"[A-Z]{3}[0-9]{12}")
_HK_MACAU = re.compile(r"([HM][0-9]{8})([0-9]{2})?")
_TAIWAN = re.compile(r"([0-9]{8})([0-9]{2}(\([A-Z0-9]\)|[A-Z])?)?")
_PASSPORT = re.compile(r"[A-Z0-9]{5,20}")
_CN_PASSPORT = re.compile(r"[EGDSPK][A-Z0-9]{7,8}")
_BUSINESS_REG = re.compile(r"[0-9]{15}|[0-9]{13}")
_PERMIT_REGIONS = ("810000", "820000", "830000")


def _identity(number: str, claimed: CertificateType) -> Certificate:
    """Take a number of GB 11643 layout: citizens, residence permits, foreign permanent residents since 2023."""
    if len(number) == 15:
        if claimed is CertificateType.FOREIGN_PR_CARD and _OLD_PR_CARD.fullmatch(number):
            return Certificate(CertificateType.FOREIGN_PR_CARD, number)
        if _IDENTITY15.fullmatch(number) and claimed in (CertificateType.CN_ID, CertificateType.CN_ID15):
            number = upgraded(number)
    if len(number) not in (15, 18):
        raise CertificateProblem("CERTIFICATE_LENGTH", type=claimed.name, length=str(len(number)), expected="18")
    if not _IDENTITY18.fullmatch(number):
        raise CertificateProblem("CERTIFICATE_CHARACTERS", type=claimed.name)
    if birth_date_in(number) is None:
        raise CertificateProblem("CERTIFICATE_BIRTH_DATE")
    if not is_check_digit_right(number):
        raise CertificateProblem("CERTIFICATE_CHECK_DIGIT", type=claimed.name)
    return Certificate(_identity_type(number), number)


def _identity_type(number: str) -> CertificateType:
    if number[0] == "9":
        return CertificateType.FOREIGN_PR_CARD
    return CertificateType.RESIDENCE_PERMIT if number[:6] in _PERMIT_REGIONS else _CITIZEN


def _hk_macau(number: str, claimed: CertificateType) -> Certificate:
    """Take a letter and eight digits, given for life; old permits add two digits that count the reissues."""
    parts = _HK_MACAU.fullmatch(number)
    if parts is None:
        raise CertificateProblem("CERTIFICATE_PERMIT", type=claimed.name, expected="H######## / M########")
    return Certificate(claimed, parts[1])


def _taiwan(number: str, claimed: CertificateType) -> Certificate:
    """Take eight digits, given for life; until 2008 permits added the count of issues and the issuer's letter in brackets."""
    parts = _TAIWAN.fullmatch(number)
    if parts is None:
        raise CertificateProblem("CERTIFICATE_PERMIT", type=claimed.name, expected="########")
    return Certificate(claimed, parts[1])


def _passport(number: str, country: str | None) -> Certificate:
    issuer = compact(country or "")
    if not is_known_country(issuer):
        raise CertificateProblem("CERTIFICATE_COUNTRY")
    if not _PASSPORT.fullmatch(number):
        raise CertificateProblem("CERTIFICATE_CHARACTERS", type="PASSPORT")
    return Certificate(CertificateType.PASSPORT, number, issuer)


def _entity(number: str, claimed: CertificateType) -> Certificate:
    """Tell codes of entities apart by their length."""
    if len(number) == 18:
        return _uscc(number)
    if len(number) == 9:
        return _org_code(number)
    if _BUSINESS_REG.fullmatch(number):
        return Certificate(CertificateType.BUSINESS_REG, number)
    expected = {CertificateType.USCC: "18", CertificateType.ORG_CODE: "9"}.get(claimed, "15")
    raise CertificateProblem("CERTIFICATE_LENGTH", type=claimed.name, length=str(len(number)), expected=expected)


def _uscc(number: str) -> Certificate:
    if is_uscc_shape(number) and is_uscc_check_right(number):
        return Certificate(CertificateType.USCC, number)
    if uscc_likely_meant(number) is not None:
        raise CertificateProblem("CERTIFICATE_LOOK_ALIKE")
    if is_uscc_shape(number):
        raise CertificateProblem("CERTIFICATE_CHECK_DIGIT", type="USCC")
    raise CertificateProblem("CERTIFICATE_CHARACTERS", type="USCC")


def _org_code(number: str) -> Certificate:
    if not is_org_code_shape(number):
        raise CertificateProblem("CERTIFICATE_CHARACTERS", type="ORG_CODE")
    if not is_org_code_check_right(number):
        raise CertificateProblem("CERTIFICATE_CHECK_DIGIT", type="ORG_CODE")
    return Certificate(CertificateType.ORG_CODE, number)


_RULES: dict[CertificateType, Callable[[str, CertificateType], Certificate]] = {
    CertificateType.CN_ID: _identity,
    CertificateType.CN_ID15: _identity,
    CertificateType.RESIDENCE_PERMIT: _identity,
    CertificateType.FOREIGN_PR_CARD: _identity,
    CertificateType.HK_MACAU_PERMIT: _hk_macau,
    CertificateType.TAIWAN_PERMIT: _taiwan,
    CertificateType.USCC: _entity,
    CertificateType.ORG_CODE: _entity,
    CertificateType.BUSINESS_REG: _entity,
}
