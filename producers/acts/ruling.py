"""What a court decided when it acts on an entry, as a clerk states it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from ...schemas.dates import DateProblem, parse_date
from ...schemas.problems import Text, UsageProblem
from ...schemas.spelling import says_nothing


@dataclass(frozen=True, slots=True)
class QueryReference:
    """A query of the network for debtors' property (网络执行查控系统): its number, and the day it was answered."""

    number: str
    day: date

    @classmethod
    def parse(cls, text: str) -> "QueryReference":
        """Read `NUMBER@DAY`. Raises QUERY_UNREADABLE."""
        number, _, day = text.strip().rpartition("@")
        if says_nothing(number):
            raise QueryUnreadable("QUERY_UNREADABLE", text=repr(text))
        try:
            return cls(number.strip(), parse_date(day))
        except DateProblem as unreadable:
            raise QueryUnreadable("QUERY_UNREADABLE", text=repr(text)) from unreadable

    def __str__(self) -> str:
        """Return it as it is given."""
        return f"{self.number}@{self.day.isoformat()}"


class QueryUnreadable(UsageProblem):
    """A text that is no reference of a query."""

    texts: ClassVar[dict[str, Text]] = {
        "QUERY_UNREADABLE": Text(
            "{text} is no number of a query with its day",
            "give --query NUMBER@DAY, as --query CX20260301001@2026-03-01, once for each query",
            "{text} 不是带日期的查询编号",
            "请逐次填写 --query 编号@日期，如 --query CX20260301001@2026-03-01",
        )
    }


@dataclass(frozen=True, slots=True)
class CourtRuling:
    """One decision. `on` is the day in China on which the court acted, None for today; empty texts are not stated."""

    reason: str
    on: date | None = None
    decision_number: str = ""
    signed_by: str = ""
    """Who signed the decision, by name."""
    cause: str = ""
    """What the law knows for the reason: PERFORMED_ACTIVELY or CONDUCT_CORRECTED for EARLY, the number in art. 3 for EXEMPT."""
    objection: str = ""
    """Number of the objection under review."""
    decided_on: date | None = None
    """The day of the listing decision, where an age on that day is claimed; for D4 that of the ruling that ended the round."""
    born: date | None = None
    """The birth date of a debtor whose certificates carry none."""
    queries: tuple["QueryReference", ...] = ()
    """For D4: the networked queries that found no property."""

    def canonical(self, reason: str) -> "CourtRuling":
        """Return it under a reason's code, texts without blanks at their edges and codes as they are written here."""
        cause = self.cause.strip()
        code = cause.upper().replace("-", "_")
        return replace(
            self,
            reason=reason,
            decision_number=self.decision_number.strip(),
            signed_by=self.signed_by.strip(),
            cause=code if code.isascii() else cause,
            objection=self.objection.strip(),
        )

    @property
    def has_decision(self) -> bool:
        """Whether the number of a decision is stated, not a word for nothing."""
        return is_stated(self.decision_number)


def is_stated(text: str) -> bool:
    """Whether a text says something, and not that there is nothing."""
    return not says_nothing(text)
