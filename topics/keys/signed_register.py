"""What the root says its register holds, against what somebody has read of it.

A difference is told, and changes no answer: who reads fewer keys, or fewer ends, than the root has signed cannot know which.
The highest number ever read counts for ever: it is kept with the records (`register_memory`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

SCHEMA = "key-register"
"""Schema, and context of the root's signature."""
KEY = b"register"
"""Its key on the topic; those of keys have a slash."""


class RegisterProblem(StrEnum):
    """What is wrong with the register of keys as it was read."""

    MISSING = "register-missing"
    """There are keys, and no word of the root about all of them."""
    DIFFERS = "register-differs"
    """The keys read are not those the root speaks of."""
    ROLLED_BACK = "register-rolled-back"
    """The newest word of the root on the topic is older than one that was read before, or is gone."""
    FORKED = "register-forked"
    """The root has said two things under one number."""
    EXPIRED = "register-expired"
    """The root should have signed a newer one; until it does nothing new is called proven."""
    AHEAD = "register-ahead"
    """The root's word is from the future by the clock here."""
    ROOT_FORKED = "root-forked"
    """A root has signed two successors."""
    NOT_KEPT = "register-not-kept"
    """What was read cannot be kept on this machine."""


PASSING = frozenset({RegisterProblem.MISSING, RegisterProblem.DIFFERS})
"""Problems that stand for a moment whenever keys are published, since the root's word comes behind them."""
AHEAD_MS = 5 * 60_000
"""How far a root's clock may be ahead of the reader's."""


@dataclass(frozen=True, slots=True)
class SignedRegister:
    """A word of the root about its register; times in ms UTC."""

    number: int
    keys: int
    hash: bytes
    valid_until: int
    issued_at: int

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "SignedRegister":
        """Take what a record of the schema says."""
        return cls(record["number"], record["keys"], record["hash"], record["valid_until"], record["issued_at"])


@dataclass(frozen=True, slots=True)
class RegisterStanding:
    """What is known of the register at a moment."""

    signed: SignedRegister | None
    """The root's word of the highest number ever read."""
    keys: int
    """How many keys stand on the topic."""
    hash: bytes
    """Over these."""
    problems: tuple[RegisterProblem, ...]
    root: bytes = b""
    """Id of the root key that counts."""


@dataclass(frozen=True, slots=True)
class RegisterMark:
    """How far somebody has read the register, and the hash over what it said by then."""

    offset: int
    """The next offset to be read; the topic has one partition."""
    hash: bytes


class SignedWords:
    """The root's words that were read: the highest counts, and the topic's last one must not stand below it."""

    def __init__(self) -> None:
        self.highest: SignedRegister | None = None
        self._last_on_topic: SignedRegister | None = None
        self._forked = False

    def begin(self) -> None:
        """Note that the topic is read from its beginning."""
        self._last_on_topic = None

    def take(self, word: SignedRegister, *, on_topic: bool) -> bool:
        """Take a word whose signature holds; return whether it says something that was not known."""
        before = self.highest
        if on_topic:
            self._last_on_topic = word
        if before is None or word.number > before.number:
            self.highest, self._forked = word, False
            return True
        if word.number == before.number and (word.hash, word.keys) != (before.hash, before.keys):
            is_new, self._forked = not self._forked, True
            return is_new
        return False

    def problems(self, now: int) -> Iterator[RegisterProblem]:
        """Name what is wrong with them at an instant, ms UTC."""
        highest, last = self.highest, self._last_on_topic
        if highest is None:
            return
        if last is None or last.number < highest.number:
            yield RegisterProblem.ROLLED_BACK
        if self._forked:
            yield RegisterProblem.FORKED
        if highest.issued_at > now + AHEAD_MS:
            yield RegisterProblem.AHEAD
        if highest.valid_until <= now:
            yield RegisterProblem.EXPIRED
