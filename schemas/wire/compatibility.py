"""May this schema follow those that came before it?

Rules, for every pair of versions of a schema and not only for neighbours (compatibility is not
transitive):

* ``BACKWARD`` and ``FORWARD``: each can read what the other writes (Avro 1.12, "Schema Resolution"),
  because agencies upgrade when they can and must read both history and news.
* ``APPENDED``: the fields of the earlier version stand unchanged at the front of the later one. That
  keeps the gate prefix, and the proof, where every reader expects them.
* ``NUMBERED``: versions count 1, 2, 3 without a hole; files of a released version are never edited.
* ``NO_ENUM``: an unknown enum symbol is a decoding error, an unknown integer is a REVIEW.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import combinations, groupby
from typing import Any

import fastavro
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.schema import make_avsc_object

from .avro_schemas import Schema


@dataclass(frozen=True, slots=True)
class Incompatibility:
    """One broken rule."""

    rule: str
    schema: str
    earlier: int
    later: int
    what: str
    """What is broken, in words."""

    def as_dict(self) -> dict[str, str | int]:
        """Return the fields for ``--json``."""
        return asdict(self)


def _unreadable(reader: Schema, writer: Schema) -> str | None:
    checker = ReaderWriterCompatibilityChecker()  # type: ignore[no-untyped-call]
    result = checker.get_compatibility(make_avsc_object(reader.definition), make_avsc_object(writer.definition))
    if result.compatibility is SchemaCompatibilityType.compatible:
        return None
    return "; ".join(sorted(result.messages)) or ", ".join(each.value for each in result.incompatibilities)


def _canonical_fields(schema: Schema) -> list[str]:
    fields = schema.definition["fields"]
    return [fastavro.schema.to_parsing_canonical_form({**schema.definition, "fields": [one]}) for one in fields]


def _enums(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("type") == "enum":
            yield node["name"]
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _enums(each)


def _pair(earlier: Schema, later: Schema) -> Iterator[Incompatibility]:
    def broken(rule: str, description: str) -> Incompatibility:
        return Incompatibility(rule, later.name, earlier.version, later.version, description)

    if problem := _unreadable(later, earlier):
        yield broken("BACKWARD", f"version {later.version} cannot read version {earlier.version}: {problem}")
    if problem := _unreadable(earlier, later):
        yield broken("FORWARD", f"version {earlier.version} cannot read version {later.version}: {problem}")
    before, after = _canonical_fields(earlier), _canonical_fields(later)
    if after[: len(before)] != before:
        place = next(i for i, one in enumerate(before) if i >= len(after) or after[i] != one)
        name = earlier.definition["fields"][place]["name"]
        yield broken("APPENDED", f"field {name!r} moved, changed or went; new fields go to the end")


def check(schemas: Iterable[Schema]) -> list[Incompatibility]:
    """Return every broken rule over all versions of all schemas; empty if the catalogue may be released."""
    findings: list[Incompatibility] = []
    ordered = sorted(schemas, key=lambda one: (one.name, one.version))
    for name, group in groupby(ordered, key=lambda one: one.name):
        versions = list(group)
        last = versions[-1].version
        if [one.version for one in versions] != list(range(1, last + 1)):
            findings.append(Incompatibility("NUMBERED", name, 1, last, f"versions of {name} have a hole before {last}"))
        for one in versions:
            findings += [
                Incompatibility(
                    "NO_ENUM",
                    name,
                    one.version,
                    one.version,
                    f"{enum!r} is an enum; use an int and document its values",
                )
                for enum in _enums(one.definition)
            ]
        for earlier, later in combinations(versions, 2):
            findings += _pair(earlier, later)
    return findings


def check_against(ours: Iterable[Schema], released: Iterable[Schema]) -> list[Incompatibility]:
    """Check as ``check`` does, and that every released version is still there, byte for byte in meaning."""
    ours = list(ours)
    known = {(one.name, one.version): one for one in ours}
    findings = check(ours)
    for old in released:
        present = known.get((old.name, old.version))
        if present is None or present.fingerprint != old.fingerprint:
            problem = "is gone" if present is None else "was edited after its release"
            findings.append(
                Incompatibility(
                    "RELEASED",
                    old.name,
                    old.version,
                    old.version,
                    f"{old.name} version {old.version} {problem}; add a new version instead",
                )
            )
    return findings
