"""Whom a check asks about, in every form he can be on a list under."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Protocol

import msgspec

from ...schemas.certificates import Certificate, CertificateType, equivalents, normalise
from ...schemas.names import comparison_form
from ...schemas.problems import FactProblem, Text
from ...schemas.surrogates import MatchingKey

_TYPES = dict(CertificateType.__members__)
MAX_CERTIFICATES = 10
MAX_NAME = 200


class SubjectProblem(FactProblem):
    """A subject nobody can be matched by. `field` names the place in the request."""

    texts: ClassVar[dict[str, Text]] = {
        "CERTIFICATE_TYPE_UNKNOWN": Text(
            "that is no type of certificate",
            "use one of: {known}",
            "未知的证件类型",
            "可用类型：{known}",
        ),
        "CERTIFICATES_COUNT": Text(
            "a subject has 1 to {most} certificates",
            "send the certificates the transaction is made with",
            "主体应提供 1 至 {most} 个证件",
            "请填写办理业务所用证件",
        ),
        "NAME_EMPTY": Text(
            "there is no name",
            "send the name as it stands on the certificate; a certificate without a name cannot be decided",
            "没有姓名或名称",
            "请按证件填写姓名或名称；只有证件号码无法作出决定",
        ),
    }


class Subject(msgspec.Struct, frozen=True):
    """A subject in canonical form; shows itself masked only."""

    certificates: tuple[Certificate, ...]
    name: str

    def __repr__(self) -> str:
        """Masked: subjects reach logs and tracebacks."""
        return f"Subject({', '.join(map(str, self.certificates))})"


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


def at_field(problem: FactProblem, place: str) -> FactProblem:
    """The problem with the place in the request it speaks of."""
    problem.details = {**problem.details, "field": place}
    return problem
