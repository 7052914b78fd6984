"""The dated catalogue of restriction measures (`measures.yaml`): which live instrument means what for a transaction.

Measures are derived from this catalogue and never travel in records, so that a new one republishes nothing. No measure goes
beyond the law (国办发〔2020〕49号): one whose basis nobody has verified is switched off; where a jurisdiction has switched it on by
a signed act (`supervision`) it asks a person and never BLOCKs. One whose basis has ended or is missing does nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import msgspec
import yaml

from ..fingerprints import fingerprint
from .attributes import AttributeProblem, Values, Wording
from .conditions import Clause, Limits, Truth, evaluate_all
from .listing import Instrument, PersonKind, PersonRole

CATALOGUE_FILE = Path(__file__).parent / "measures.yaml"


class Effect(IntEnum):
    """What a measure does, weakest first."""

    REFERENCE = 1
    """Informs (审慎性参考); never a reason to refuse automatically."""
    REVIEW = 2
    """A person decides."""
    BLOCK = 3
    """Refused automatically."""


class Stale(StrEnum):
    """What the gate says on a last known hit while its copy is too old."""

    HOLD = "HOLD"
    PROCEED_AND_RECHECK = "PROCEED_AND_RECHECK"


class Who(StrEnum):
    """Whom a measure can reach."""

    NATURAL = "NATURAL"
    ENTITY = "ENTITY"
    RELATED = "RELATED"
    """Legal representative, principal, directly responsible person, actual controller of a debtor entity."""


class Basis(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule a measure stands on; `edition` is that of the national list of measures in which somebody has
    read the row, empty until then.
    """

    zh: str
    en: str
    edition: str
    verified: bool
    valid_until: date | None = None
    """Exclusive."""

    def stands(self, day: date) -> bool:
        """Whether anything may rest on it that day: it is named and has not ended."""
        named = bool(self.zh.strip() and self.en.strip())
        return named and (self.valid_until is None or day < self.valid_until)


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One row of the catalogue."""

    id: str
    text: Wording
    transactions: list[str]
    trigger_names: list[Literal["LIST_ENTRY", "CONSUMPTION_ORDER", "EXIT_BAN"]] = msgspec.field(name="triggers")
    who: list[Who]
    effect_name: Literal["BLOCK", "REVIEW", "REFERENCE"] = msgspec.field(name="effect")
    basis: Basis
    enabled_from: date
    stale: Stale
    existing_business: bool
    enabled_until: date | None = None
    """Exclusive."""
    when: list[Clause] = []
    list_basis: Basis | None = None
    """What it rests on for list entries, where that is another text than for orders."""

    @cached_property
    def triggers(self) -> frozenset[int]:
        """Instruments that bring the measure about."""
        return frozenset(Instrument[name] for name in self.trigger_names)

    def basis_for(self, instrument: int) -> Basis:
        """Return what the measure rests on for entries of an instrument."""
        return self.list_basis if self.list_basis and instrument == Instrument.LIST_ENTRY else self.basis

    @cached_property
    def reached(self) -> frozenset[Who]:
        """Whom the measure can reach."""
        return frozenset(self.who)

    def enabled(self, day: date) -> bool:
        """Whether the row is in force on a day in China, with a basis that stands."""
        begun = self.enabled_from <= day and (self.enabled_until is None or day < self.enabled_until)
        return begun and self.basis.stands(day)

    @property
    def needs_act(self) -> bool:
        """Whether the row is off wherever no act has switched it on: nobody has verified its basis."""
        return not self.basis.verified

    @property
    def effect(self) -> Effect:
        """The strongest effect the row may have: what is on by an act alone cannot BLOCK."""
        written = Effect[self.effect_name]
        return min(written, Effect.REVIEW) if self.needs_act else written


@dataclass(frozen=True, slots=True)
class PlannedMeasure:
    """A measure that may reach a transaction with these attributes on this day."""

    measure: Measure
    effect: Effect
    triggers: frozenset[int]
    who: frozenset[Who]
    only_in: frozenset[str] | None = None
    """The jurisdictions whose entries it can reach, where an act has switched it on; None: all."""

    def covers(self, other: "PlannedMeasure") -> bool:
        """Whether whoever `other` could reach is reached by this one at least as strongly."""
        everywhere = self.only_in is None or (other.only_in is not None and self.only_in >= other.only_in)
        return everywhere and self.effect >= other.effect and self.triggers >= other.triggers and self.who >= other.who


@dataclass(frozen=True, slots=True)
class MeasureCatalogue:
    """All rows of one edition of the catalogue."""

    measures: tuple[Measure, ...]
    version: str
    """Date of the edition and the start of the fingerprint of its text."""
    _by_transaction: Mapping[str, tuple[Measure, ...]] = field(repr=False)

    def of(self, transaction: str) -> tuple[Measure, ...]:
        """Return the rows that name a transaction, in force or not."""
        return self._by_transaction.get(transaction, ())

    def measure(self, measure_id: str) -> Measure | None:
        """Return the row with this id, None if there is none."""
        return next((one for one in self.measures if one.id == measure_id), None)

    def plan(
        self,
        transaction: str,
        values: Values,
        limits: Limits,
        day: date,
        switched_on: Mapping[str, frozenset[str]] = MappingProxyType({}),
    ) -> tuple[PlannedMeasure, ...]:
        """Return the measures that can reach a transaction, before anybody looks at who asks.

        `switched_on` has the jurisdictions in which an act has switched a measure on, by the measure's id.
        A condition in doubt lowers a row to REVIEW. Raises AttributeProblem for a missing attribute that decides; one
        that cannot change the answer, because a row that holds covers the doubtful one, may stay away.
        """
        certain: list[PlannedMeasure] = []
        missing: list[tuple[PlannedMeasure, str]] = []
        for measure in self.of(transaction):
            only_in = switched_on.get(measure.id, _NOWHERE) if measure.needs_act else None
            if not measure.enabled(day) or only_in == _NOWHERE:
                continue
            condition = evaluate_all(measure.when, values, limits, day)
            if condition.truth is Truth.FAILS:
                continue
            planned = _planned(measure, only_in, unsure=condition.truth is Truth.UNSURE)
            if condition.truth is Truth.MISSING:
                missing.append((planned, condition.missing))
            else:
                certain.append(planned)
        for planned, attribute in missing:
            if not any(other.covers(planned) for other in certain):
                raise AttributeProblem("ATTRIBUTE_MISSING", attribute=attribute, transaction=transaction)
        return tuple(certain)


_NOWHERE: frozenset[str] = frozenset()


def _planned(measure: Measure, only_in: frozenset[str] | None, *, unsure: bool) -> PlannedMeasure:
    reached = min(measure.effect, Effect.REVIEW) if unsure else measure.effect
    return PlannedMeasure(measure, reached, measure.triggers, measure.reached, only_in)


class _MeasuresFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: date
    measures: list[Measure]


@lru_cache(maxsize=4)
def parse_catalogue(text: str) -> MeasureCatalogue:
    """Read a catalogue from the text of its file. Raises ValueError naming the row that is wrong."""
    document = msgspec.convert(yaml.safe_load(text), _MeasuresFile)
    ids = [measure.id for measure in document.measures]
    if len(set(ids)) != len(ids):
        raise ValueError("two measures of the catalogue have the same id")
    for measure in document.measures:
        listed = measure.list_basis
        if listed and not (listed.verified and measure.basis.verified and "LIST_ENTRY" in measure.trigger_names):
            raise ValueError(f"{measure.id}: what lists rest on apart is verified, of a row that lists bring about")
    digest = fingerprint(text.encode()).hex()[:12]
    rows = tuple(document.measures)
    return MeasureCatalogue(rows, f"{document.version}+{digest}", _index(rows))


def _index(rows: Iterable[Measure]) -> dict[str, tuple[Measure, ...]]:
    by_transaction: dict[str, tuple[Measure, ...]] = {}
    for measure in rows:
        for transaction in measure.transactions:
            by_transaction[transaction] = (*by_transaction.get(transaction, ()), measure)
    return by_transaction


def load_catalogue(path: Path = CATALOGUE_FILE) -> MeasureCatalogue:
    """Read the catalogue of this release, or another file of the same form."""
    return parse_catalogue(path.read_text(encoding="utf-8"))


def who_is(person_kind: int, person_role: int) -> Who | None:
    """Return whom a record speaks of, None for codes this release does not know."""
    if person_kind == PersonKind.ENTITY:
        return Who.ENTITY if person_role == PersonRole.DEBTOR else None
    if person_kind != PersonKind.NATURAL:
        return None
    if person_role == PersonRole.DEBTOR:
        return Who.NATURAL
    return Who.RELATED if person_role in _RELATED else None


_RELATED = frozenset(PersonRole) - {PersonRole.DEBTOR}
