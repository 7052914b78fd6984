# mypyc: compile
"""The rules one agency decides by: its kind, the catalogue, what is switched on, its own limits, how old its copy may be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import msgspec

from ...schemas.errors import WrongUsage
from ...schemas.files.plain_yaml import own_yaml
from ...schemas.fingerprints import fingerprint
from ...schemas.law.agencies import AgencyKind, Transaction, agency_kind
from ...schemas.law.attributes import Value, read_all
from ...schemas.law.conditions import Limit, Limits
from ...schemas.law.measures import MeasureCatalogue, PlannedMeasure, load_catalogue
from ...schemas.law.supervision import SwitchedOn, Switches, nothing_on
from ...schemas.phrases import listed
from ...schemas.problems import FactProblem, Text
from ...schemas.wrong_shape import shape_of

_MOST_PLANS = 10_000
_TEXT = frozenset({str})
LIMITS_FILE = "limits.yaml"
"""In the agency's folder: amounts above which spending counts as high, each with its legal basis."""


class TransactionProblem(FactProblem):
    """A transaction this agency does not have."""

    texts: ClassVar[dict[str, Text]] = {
        "TRANSACTION_UNKNOWN": Text(
            "this agency has no transaction of that kind",
            "use one of: {known}",
            "本单位没有该事项类别",
            "可用事项：{known}",
        )
    }


class TransactionPlan(NamedTuple):
    """The attributes of a transaction as read, and the measures that can reach it with them."""

    values: dict[str, Value]
    measures: tuple[PlannedMeasure, ...]


class ConfiguredLimits(NamedTuple):
    """The limits an agency configured, and the start of the fingerprint of their file; empty where there is none."""

    limits: dict[str, Limit]
    digest: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything a decision depends on besides the list and the hour."""

    kind: AgencyKind
    catalogue: MeasureCatalogue
    limits: Limits
    version: str
    """Catalogue version, and the start of the fingerprint of the limits where there are any."""
    stale_after_ms: int
    """Age of the copy from which the gate says UNKNOWN."""
    shares_set_apart: bool = False
    """Whether entries of cases of corps' and military courts reach anybody here."""
    switches: Switches = nothing_on
    """What acts of supervisors have switched on."""
    _plans: dict[tuple[object, ...], TransactionPlan] = field(default_factory=dict, repr=False)
    """What requests with these attributes led to; known codes only, so that nothing anybody wrote freely is kept."""
    _latest: list[tuple[str, date, SwitchedOn, Mapping[str, object], TransactionPlan]] = field(
        default_factory=list, repr=False
    )
    """The last one of those: the checks of a batch are mostly of one kind."""

    def transaction(self, id_: str) -> Transaction:
        """Return the transaction of this kind of agency. Raises TRANSACTION_UNKNOWN."""
        transaction = self.kind.transactions.get(id_)
        if transaction is None:
            raise TransactionProblem("TRANSACTION_UNKNOWN", known=listed(self.kind.transactions))
        return transaction

    def plan(self, id_: str, attributes: Mapping[str, object], day: date) -> TransactionPlan:
        """Read the attributes of a transaction and find the measures that can reach it. Raises FactProblem."""
        on = self.switches(day)
        for latest_id, latest_day, latest_on, latest_attributes, latest_plan in self._latest:
            if attributes == latest_attributes and id_ == latest_id and day == latest_day and on is latest_on:
                return latest_plan
        transaction = self.transaction(id_)
        if not _TEXT.issuperset(map(type, attributes.values())):  # True and 1 are one key and two meanings
            return self._plan(transaction, attributes, day, on)
        key = (id_, day, on, *attributes.items())
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plan(transaction, attributes, day, on)
            if not all(
                transaction.attributes[name].type == "code" and type(value) is str
                for name, value in plan.values.items()
            ):
                return plan
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            self._plans[key] = plan
        self._latest[:] = [(id_, day, on, attributes, plan)]
        return plan

    def _plan(
        self, transaction: Transaction, attributes: Mapping[str, object], day: date, on: SwitchedOn
    ) -> TransactionPlan:
        values = read_all(transaction.attributes, attributes, transaction.id)
        return TransactionPlan(values, self.catalogue.plan(transaction.id, values, self.limits, day, on.measures))


def load_limits(path: Path) -> ConfiguredLimits:
    """Read the limits of a file; none where there is no file. Raises LIMITS_INVALID."""
    if not path.exists():
        return ConfiguredLimits({}, "")
    raw = path.read_bytes()
    try:
        document: Any = own_yaml(raw) or {}
        limits = msgspec.convert(document, dict[str, Limit])
    except ValueError as error:  # msgspec's errors are
        remedy = (
            'write each as hotel-price-per-night: {amount: "600.00", basis: {zh: …, en: …}, valid_from: 2026-01-01}'
        )
        raise WrongUsage(
            "LIMITS_INVALID",
            f"{path}: {error}",
            remedy,
            f"{path}：{shape_of(error).zh}",
            '每项请写成 hotel-price-per-night: {amount: "600.00", basis: {zh: …, en: …}, valid_from: 2026-01-01}',
        ) from error
    return ConfiguredLimits(limits, fingerprint(raw).hex()[:12])


def load_rules(
    kind_id: str,
    agency_folder: Path,
    stale_after_ms: int,
    switches: Switches = nothing_on,
    *,
    shares_set_apart: bool = False,
) -> Rules:
    """Load the rules of an agency of a kind, with the limits in its folder and what `switches` says is on."""
    catalogue = load_catalogue()
    limits, digest = load_limits(agency_folder / LIMITS_FILE)
    version = f"{catalogue.version}/{digest}" if digest else catalogue.version
    kind = agency_kind(kind_id)
    return Rules(kind, catalogue, limits, version, stale_after_ms, shares_set_apart, switches)
