"""Conditions of a measure over the attributes of a transaction, as data, in four-valued logic.

HOLDS and FAILS are certain. UNSURE: a value nobody defined, one the law leaves open, or a limit nobody configured: a
person must look. MISSING: the attribute decides and was not sent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

import msgspec

from .attributes import Unknown, Value, Values, Wording


class Truth(Enum):
    """What is known about a test."""

    HOLDS = "holds"
    FAILS = "fails"
    UNSURE = "unsure"
    MISSING = "missing"


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An amount above which spending counts as high, as an agency configures it, with the rule it stands on."""

    amount: Decimal
    basis: Wording
    valid_from: date
    valid_until: date | None = None
    """Exclusive."""

    def stands(self, day: date) -> bool:
        """Whether the limit may be relied on that day: in force, and with a basis to name."""
        named = bool(self.basis.zh.strip() or self.basis.en.strip())
        return named and self.valid_from <= day and (self.valid_until is None or day < self.valid_until)


Limits = Mapping[str, Limit]


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """The truth of a condition, and which attribute was missing."""

    truth: Truth
    missing: str = ""


_HOLDS = ConditionResult(Truth.HOLDS)
_FAILS = ConditionResult(Truth.FAILS)
_UNSURE = ConditionResult(Truth.UNSURE)


class Clause(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One test of one attribute; exactly one of `in`, `equals`, `at_least`, `above_limit` is given."""

    attribute: str
    among: list[str] | None = msgspec.field(default=None, name="in")
    unsure: list[str] = []
    """Values for which the law is open."""
    equals: bool | None = None
    at_least: int | None = None
    above_limit: str | None = None
    """Name of a configured limit."""

    def __post_init__(self) -> None:
        kinds = [self.among, self.equals, self.at_least, self.above_limit]
        if sum(one is not None for one in kinds) != 1:
            raise ValueError(f"a test of {self.attribute} needs exactly one of in, equals, at_least, above_limit")

    def evaluate(self, values: Values, limits: Limits, day: date) -> ConditionResult:
        """Return the truth of this test."""
        limit = limits.get(self.above_limit) if self.above_limit is not None else None
        if self.above_limit is not None and (limit is None or not limit.stands(day)):
            return _UNSURE
        value = values.get(self.attribute)
        if value is None:
            return ConditionResult(Truth.MISSING, self.attribute)
        if isinstance(value, Unknown) or value in self.unsure:
            return _UNSURE
        return self._compare(value, limit)

    def _compare(self, value: Value, limit: Limit | None) -> ConditionResult:
        if self.among is not None:
            return _HOLDS if value in self.among else _FAILS
        if self.equals is not None:
            return _HOLDS if value is self.equals else _FAILS
        floor = limit.amount if limit is not None else self.at_least
        if isinstance(value, str | Unknown) or floor is None:
            return _UNSURE
        holds = value > floor if limit is not None else value >= floor
        return _HOLDS if holds else _FAILS


_ORDER = (Truth.FAILS, Truth.MISSING, Truth.UNSURE)


def evaluate_all(tests: Iterable[Clause], values: Values, limits: Limits, day: date) -> ConditionResult:
    """Return the truth of tests that must all hold: one that fails settles it, then a missing attribute, then a doubt."""
    results = [test.evaluate(values, limits, day) for test in tests]
    for truth in _ORDER:
        for result in results:
            if result.truth is truth:
                return result
    return _HOLDS
