"""What the intake has to say about a row or a file: rejects, notices, and errors that stop a whole file."""

from dataclasses import dataclass

from ....schemas.errors import LiandongError
from ....schemas.problems import FactProblem, Language
from .messages import INTAKE_TEXTS


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about one row. `row` counts as a spreadsheet shows it (the header is row 1); 0 means the file."""

    row: int
    field: str
    code: str
    reason: str
    remedy: str

    def as_dict(self) -> dict[str, str | int]:
        """Return the parts for JSON output and problem details."""
        return {
            "row": self.row,
            "field": self.field,
            "code": self.code,
            "reason": self.reason,
            "remedy": self.remedy,
        }


class Reject(Finding):
    """Why a row cannot be taken. With a code that begins CERTIFICATE_ or QUARANTINED_ it is in doubt who is meant."""

    __slots__ = ()


class Notice(Finding):
    """What is unusual about a row that is taken all the same."""

    __slots__ = ()


def text_of(code: str, lang: Language, details: dict[str, str]) -> tuple[str, str]:
    """Return reason and remedy of an intake code in a language."""
    return INTAKE_TEXTS[code].render(lang, details)


def reject(row: int, field: str, code: str, lang: Language, **details: str) -> Reject:
    """Make a reject with the texts of its code."""
    return Reject(row, field, code, *text_of(code, lang, details))


def notice(row: int, field: str, code: str, lang: Language, **details: str) -> Notice:
    """Make a notice with the texts of its code."""
    return Notice(row, field, code, *text_of(code, lang, details))


class IntakeError(LiandongError):
    """A file that cannot be read at all; nothing of it was taken."""

    http_status = 422

    def __init__(self, code: str, lang: Language = "en", **details: str) -> None:
        super().__init__(code, *text_of(code, lang, details))


def reject_of_problem(row: int, field: str, problem: FactProblem, lang: Language) -> Reject:
    """Make a reject that says what a fact's own rules say."""
    return Reject(row, field, problem.code, *problem.in_language(lang))
