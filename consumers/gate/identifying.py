# mypyc: compile
"""From certificates as a caller wrote them to a subject, and to the surrogates it can be listed under:
every check does this.
"""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from ...schemas.people.certificates import Certificate, CertificateType, equivalents, normalise
from ...schemas.people.names import comparison_form
from ...schemas.people.surrogates import MatchingKey
from ...schemas.phrases import listed
from ...schemas.problems import FactProblem
from .subjects import Subject, SubjectProblem, at_field

_TYPES = dict(CertificateType.__members__)
MAX_SUBJECT_CERTIFICATES = 10
MAX_NAME_LENGTH = 200


def surrogates_of(certificates: Sequence[Certificate], keys: Sequence[MatchingKey]) -> dict[bytes, MatchingKey]:
    """Return everything certificates can be listed under, and the key each surrogate was made with: while keys are
    changed, entries carry the old and the new.
    """
    key_of: dict[bytes, MatchingKey] = {}
    for certificate in certificates:
        for equivalent in equivalents(certificate):
            for key in keys:
                key_of[key.surrogate(equivalent.type, equivalent.number, equivalent.country)] = key
    return key_of


class WrittenCertificate(Protocol):
    """A certificate as a caller wrote it."""

    type: str
    number: str
    country: str | None


def read_subject(certificates: Sequence[WrittenCertificate], name: str, today: date) -> Subject:
    """Return the canonical subject. Raises FactProblem with the detail `field` set to the place in the request."""
    if not 1 <= len(certificates) <= MAX_SUBJECT_CERTIFICATES:
        raise at_field(SubjectProblem("CERTIFICATES_COUNT", most=str(MAX_SUBJECT_CERTIFICATES)), "subject.certificates")
    if not comparison_form(name) or len(name) > MAX_NAME_LENGTH:
        raise at_field(SubjectProblem("NAME_EMPTY"), "subject.name")
    return Subject(tuple([_certificate(index, written, today) for index, written in enumerate(certificates)]), name)


def _certificate(index: int, written: WrittenCertificate, today: date) -> Certificate:
    kind = _TYPES.get(written.type) or _TYPES.get(written.type.strip().upper().replace("-", "_"))
    if kind is None:
        unknown = SubjectProblem("CERTIFICATE_TYPE_UNKNOWN", known=listed(_TYPES))
        raise at_field(unknown, f"subject.certificates[{index}].type")
    try:
        return normalise(kind, written.number, written.country, today)
    except FactProblem as problem:
        part = "country" if problem.code == "CERTIFICATE_COUNTRY" else "number"
        raise at_field(problem, f"subject.certificates[{index}].{part}") from None
