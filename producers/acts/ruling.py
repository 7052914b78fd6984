"""What a court decided when it acts on an entry, as a clerk states it."""

from dataclasses import dataclass, replace
from datetime import date

from ...schemas.spelling import says_nothing


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
    """The day of the listing decision, where an age on that day is claimed."""
    born: date | None = None
    """The birth date of a debtor whose certificates carry none."""

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
