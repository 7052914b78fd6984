"""Errors that say what they say in both languages, first of all problems with a fact: a number, a date or a ground.

BilingualError       texts by code, with places for details        exit 1
├── FactProblem      a value that cannot be taken as it stands      exit 1   HTTP 422
└── UsageProblem     a command asks for something impossible       exit 2   HTTP 400

A code never changes and stands in docs/errors.md; the texts may. No text ever holds the number it speaks of.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from .errors import LiandongError, WrongUsage
from .phrases import chinese

Language = Literal["en", "zh"]


def in_language(text: str, lang: Language) -> str:
    """Return a text in a language; what is no phrase is the same in both."""
    return chinese(text) if lang == "zh" else text


class RenderedText(NamedTuple):
    """A problem's text in one language, with its details in their places."""

    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Text:
    """What a problem says and what to do about it; `{name}` places take the problem's details."""

    message: str
    remedy: str
    message_zh: str
    remedy_zh: str

    def render(self, lang: Language, details: dict[str, str]) -> RenderedText:
        """Return message and remedy in a language, with the details in their places."""
        if lang == "zh":
            said = {name: chinese(value) for name, value in details.items()}
            return RenderedText(self.message_zh.format_map(said), self.remedy_zh.format_map(said))
        return RenderedText(self.message.format_map(details), self.remedy.format_map(details))


class BilingualError(LiandongError):
    """An error with texts in both languages. `code` is one of the keys of `texts`."""

    texts: ClassVar[dict[str, Text]] = {}

    def __init__(self, code: str, **details: str) -> None:
        """Take the English texts of `code`; `in_language` gives the others."""
        self.details = {name: str(value) for name, value in details.items()}
        text = self.texts[code]
        super().__init__(code, *text.render("en", details), *text.render("zh", details))

    def in_language(self, lang: Language) -> RenderedText:
        """Return message and remedy in a language."""
        return told(self, lang)


def told(error: LiandongError, lang: Language) -> RenderedText:
    """Return what an error says in a language."""
    return (
        RenderedText(error.message_zh, error.remedy_zh) if lang == "zh" else RenderedText(error.message, error.remedy)
    )


class FactProblem(BilingualError):
    """A value that cannot be taken as it stands."""

    http_status: ClassVar[int] = 422


class UsageProblem(BilingualError, WrongUsage):
    """The command line asks for something that cannot be done."""
