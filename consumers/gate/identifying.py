# mypyc: compile
"""From what a caller wrote to a subject, and to the surrogates he can be listed under: what every check runs through."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from ...schemas.certificates import Certificate, CertificateType, equivalents, normalise
from ...schemas.names import comparison_form
from ...schemas.problems import FactProblem
from ...schemas.surrogates import MatchingKey
from .subjects import Subject, SubjectProblem, at_field

_TYPES = dict(CertificateType.__members__)
MAX_CERTIFICATES = 10
MAX_NAME = 200


def surrogates_of(certificates: Sequence[Certificate], keys: Sequence[MatchingKey]) -> dict[bytes, MatchingKey]:
    """Everything certificates can be listed under, and the key it was made with: while keys are changed, entries carry the
    old and the new.
    """
    made: dict[bytes, MatchingKey] = {}
    for certificate in certificates:
        for one in equivalents(certificate):
            for key in keys:
                made[key.surrogate(one.type, one.number, one.country)] = key
    return made


class WrittenCertificate(Protocol):
    """A certificate as a caller wrote it."""

    type: str
    number: str
    country: str | None


def read_subject(given: Sequence[WrittenCertificate], name: str, today: date) -> Subject:
    """The canonical subject. Raises FactProblem with the attribute `field` set to the place in the request."""
    if not 1 <= len(given) <= MAX_CERTIFICATES:
        raise at_field(SubjectProblem("CERTIFICATES_COUNT", most=str(MAX_CERTIFICATES)), "subject.certificates")
    if not comparison_form(name) or len(name) > MAX_NAME:
        raise at_field(SubjectProblem("NAME_EMPTY"), "subject.name")
    return Subject(tuple([_certificate(index, one, today) for index, one in enumerate(given)]), name)


def _certificate(index: int, written: WrittenCertificate, today: date) -> Certificate:
    kind = _TYPES.get(written.type) or _TYPES.get(written.type.strip().upper().replace("-", "_"))
    if kind is None:
        unknown = SubjectProblem("CERTIFICATE_TYPE_UNKNOWN", known=", ".join(_TYPES))
        raise at_field(unknown, f"subject.certificates[{index}].type")
    try:
        return normalise(kind, written.number, written.country, today)
    except FactProblem as problem:
        part = "country" if problem.code == "CERTIFICATE_COUNTRY" else "number"
        raise at_field(problem, f"subject.certificates[{index}].{part}") from None
