"""Whom a check asks about, in every form they can be on a list under."""

from typing import ClassVar

import msgspec

from ...schemas.masking import Masked
from ...schemas.people.certificates import Certificate
from ...schemas.problems import FactProblem, Text


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


class Subject(Masked, msgspec.Struct, frozen=True):
    """A subject in canonical form; shows itself masked only."""

    certificates: tuple[Certificate, ...]
    name: str

    def __repr__(self) -> str:
        """Show the certificates masked: subjects reach logs and tracebacks."""
        return f"Subject({', '.join(map(str, self.certificates))})"


def at_field(problem: FactProblem, place: str) -> FactProblem:
    """Add to a problem the place in the request it is about, and return it."""
    problem.details = {**problem.details, "field": place}
    return problem
