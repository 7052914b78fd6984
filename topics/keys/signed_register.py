"""What the root says its register holds, against what somebody has read of it.

A difference is told, and changes no answer: who reads fewer keys, or fewer ends, than the root has signed cannot know which.
"""

from collections.abc import Mapping
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
    """Behind the newest word of the root stands an older one."""
    EXPIRED = "register-expired"
    """The root should have signed a newer one."""


@dataclass(frozen=True, slots=True)
class SignedRegister:
    """A word of the root about its register; times in ms UTC."""

    number: int
    keys: int
    hash: bytes
    valid_until: int

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "SignedRegister":
        """Take what a record of the schema says."""
        return cls(record["number"], record["keys"], record["hash"], record["valid_until"])


@dataclass(frozen=True, slots=True)
class RegisterStanding:
    """What is known of the register at a moment."""

    signed: SignedRegister | None
    """The root's newest word, by its number."""
    keys: int
    """How many keys were read."""
    hash: bytes
    """Over the keys that were read."""
    problems: tuple[RegisterProblem, ...]


@dataclass(frozen=True, slots=True)
class RegisterMark:
    """How far somebody has read the register, and the hash over what it said by then."""

    offset: int
    """The next offset to be read; the topic has one partition."""
    hash: bytes
