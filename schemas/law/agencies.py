"""The kinds of agencies and their transactions (`agencies.yaml`)."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import msgspec
import yaml

from ..phrases import listed
from ..problems import Text, UsageProblem
from .attributes import Attribute, Wording, json_schema_of
from .measures import MeasureCatalogue

AGENCIES_FILE = Path(__file__).parent / "agencies.yaml"
GENERIC = "generic"
"""Name of the adapter that only maps transactions to measures."""


class AgencyKindUnknown(UsageProblem):
    """A kind of agency that this release does not have."""

    texts: ClassVar[dict[str, Text]] = {
        "AGENCY_KIND_UNKNOWN": Text(
            "there is no agency kind {id}", "use one of: {known}", "没有单位类别 {id}", "可用类别：{known}"
        ),
    }


@dataclass(frozen=True, slots=True)
class Transaction:
    """Something an agency asks about before it does it."""

    id: str
    text: Wording
    attributes: dict[str, Attribute]

    def required(self, catalogue: MeasureCatalogue) -> set[str]:
        """Return the names of the attributes that can decide in at least one row of the catalogue."""
        return {test.attribute for measure in catalogue.of(self.id) for test in measure.when}

    def json_schema(self, catalogue: MeasureCatalogue) -> dict[str, object]:
        """Return the JSON Schema of the attributes."""
        return json_schema_of(self.attributes, self.required(catalogue))


@dataclass(frozen=True, slots=True)
class AgencyKind:
    """A kind of agency: which transactions it asks about and which adapter handles them."""

    id: str
    text: Wording
    adapter: str
    transactions: dict[str, Transaction]


class _Transaction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: Wording
    attributes: list[str]


class _Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: Wording
    transactions: list[str]
    adapter: str = GENERIC


class _AgenciesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    attributes: dict[str, Attribute]
    transactions: dict[str, _Transaction]
    kinds: dict[str, _Kind]


@lru_cache(maxsize=4)
def parse_agencies(text: str) -> dict[str, AgencyKind]:
    """Read kinds of agencies, by id. Raises ValueError or KeyError naming what is wrong."""
    document = msgspec.convert(yaml.safe_load(text), _AgenciesFile)
    transactions = {
        id_: Transaction(id_, row.text, {name: document.attributes[name] for name in row.attributes})
        for id_, row in document.transactions.items()
    }
    return {
        id_: AgencyKind(id_, kind.text, kind.adapter, {one: transactions[one] for one in kind.transactions})
        for id_, kind in document.kinds.items()
    }


def load_agencies(path: Path = AGENCIES_FILE) -> dict[str, AgencyKind]:
    """Read the kinds of agencies of this release, or of another file of the same form."""
    return parse_agencies(path.read_text(encoding="utf-8"))


def agency_kind(id_: str, path: Path = AGENCIES_FILE) -> AgencyKind:
    """Return the kind with this id. Raises AGENCY_KIND_UNKNOWN."""
    kinds = load_agencies(path)
    if id_ not in kinds:
        raise AgencyKindUnknown("AGENCY_KIND_UNKNOWN", id=repr(id_), known=listed(sorted(kinds)))
    return kinds[id_]
