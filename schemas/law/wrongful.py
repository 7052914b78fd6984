"""When a record hit somebody it should not have hit: before it was revoked, or before its identity was corrected.

What was stopped in between is what a court owes an answer for (涉执行司法赔偿解释, 法释〔2022〕3号 art. 2(10)).
"""

from dataclasses import dataclass
from enum import StrEnum


class WrongfulCause(StrEnum):
    """Why it should not have hit them."""

    REVOKED = "REVOKED"
    """The entry never should have been there (法释〔2017〕7号 art. 9)."""
    CORRECTED = "CORRECTED"
    """It named a certificate that was corrected away."""


@dataclass(frozen=True, slots=True)
class WrongfulSpan:
    """The versions of one entry that were wrong."""

    entry: str
    """As people see it."""
    entry_id: bytes
    case_number: str
    cause: WrongfulCause
    through_version: int
    """The last of them."""
    ended_on: str
    """The day in China on which the court revoked or corrected it."""
