"""Who may sign what, and which record of a list stands: one table for all readers, as data in `rules.json`.

docs/wire.md says the same in words; programs that know nothing of this package evaluate the file by themselves.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose signature counts under one kind of record."""

    kinds: frozenset[str]
    """Kinds of participants."""
    signer: str = ""
    """The field that names who signed, empty where it can be but one."""
    or_above: bool = False
    """Whoever stands above that one, at whatever distance, may sign it too: so a court above gives an entry back."""
    valid_at: str = ""
    """The field with the time at which the key must have been valid; empty: the time the message was written."""
    place: str = ""
    """The field with the jurisdiction it is said in, empty where the topic alone tells it."""
    alone: bool = False
    """The signer acts in this jurisdiction and in no other."""
    by_day: bool = False
    """That time is the start of a day: the key must have been valid at some moment of it."""
    outlives_revocation: bool = True
    """What was signed before its key was revoked still counts after that."""
    revoked_by_barrier: bool = False
    """In a copy of the list the key's revocation counts from the first barrier that covers it, whatever time a record claims."""
    counts_by_arrival: bool = False
    """What was written after its key was revoked counts nowhere, whatever time it claims."""
    versions_per_ms: int = 0
    """Without the rest of the division the `version` by this is at most `valid_from` of the key: whoever comes into a key can go
    no higher, and the owner's next key always can. 0: versions have no end."""
    holds_digests: bool = False
    """It holds digests of the suite it names: nobody can compare those of one that is not known."""


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    if_: dict[str, list[str | bool]] = msgspec.field(name="if")
    then: str


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    founded: frozenset[str]
    signers: dict[str, Rule]
    copy: list[_Row]


RULES_FILE = Path(__file__).parent / "rules.json"
_document = msgspec.json.decode(RULES_FILE.read_bytes(), type=_Document)

CANARY: Final = "list-record canary"
"""The rule for list records of the class CANARY, which mean nobody."""
RULES: Final[Mapping[str, Rule]] = _document.signers
"""By schema; that is the context of the signature too, but for list records, whose context is their list's topic."""
FOUNDED_KINDS: Final = _document.founded
"""Kinds of participants that act where their oldest signing key says, for ever: what they sign decides what a copy is."""


def copy_rule(facts: Mapping[str, str | bool]) -> str:
    """Return what becomes of a record of a list by the first row of the table that its facts fit."""
    rows = (row for row in _document.copy if all(facts[name] in wanted for name, wanted in row.if_.items()))
    return next(rows).then
