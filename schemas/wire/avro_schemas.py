"""The Avro schemas of the bus, by name and by fingerprint.

Every schema is a file ``schemas/wire/avro/<name>/<n>.avsc``; ``n`` counts the versions and the highest
one is what writers use. A fingerprint is the 64-bit Rabin fingerprint (CRC-64-AVRO) of the parsing
canonical form, as the Avro specification defines it for single-object encoding.
"""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import fastavro

SCHEMA_DIR = Path(__file__).parent / "avro"


@dataclass(frozen=True, slots=True)
class Schema:
    """One version of one schema, parsed."""

    name: str
    version: int
    definition: dict[str, Any] = field(repr=False)
    parsed: Any = field(repr=False)
    fingerprint: bytes
    """Eight bytes in the order in which single-object encoding writes them: little-endian."""


def parse_definition(name: str, version: int, definition: dict[str, Any]) -> Schema:
    """Parse a schema from its JSON definition. Raises ValueError for what is none."""
    try:
        canonical = fastavro.schema.to_parsing_canonical_form(definition)
        fingerprint = bytes.fromhex(fastavro.schema.fingerprint(canonical, "CRC-64-AVRO"))
        return Schema(name, version, definition, fastavro.parse_schema(definition, named_schemas={}), fingerprint)
    except (fastavro.schema.SchemaParseException, LookupError, TypeError, AttributeError, RecursionError) as broken:
        raise ValueError(f"no Avro schema: {broken}") from broken


def load_schema(path: Path) -> Schema:
    """Read one ``<name>/<n>.avsc`` file."""
    return parse_definition(path.parent.name, int(path.stem), json.loads(path.read_text(encoding="utf-8")))


def load_schemas(directory: Path = SCHEMA_DIR) -> list[Schema]:
    """Read all versions of all schemas below a directory, by name and version."""
    schemas = [load_schema(path) for path in directory.glob("*/*.avsc")]
    return sorted(schemas, key=lambda schema: (schema.name, schema.version))


@cache
def _by_name() -> dict[str, Schema]:
    return {schema.name: schema for schema in load_schemas()}


@cache
def _by_fingerprint() -> dict[bytes, Schema]:
    return {schema.fingerprint: schema for schema in load_schemas()}


def current_schema(name: str) -> Schema:
    """Return the version writers use; KeyError for a name that is not in the catalogue."""
    return _by_name()[name]


def known_schema(fingerprint: bytes) -> Schema:
    """Return the schema with this fingerprint; KeyError for one this release does not know."""
    return _by_fingerprint()[fingerprint]


@cache
def versions_of(name: str) -> list[Schema]:
    """Return all versions of a schema, the newest first."""
    return sorted((each for each in load_schemas() if each.name == name), key=lambda each: -each.version)


def schema_of(fingerprint: bytes) -> Schema | None:
    """Return the schema with this fingerprint, None if this release does not know it."""
    return _by_fingerprint().get(fingerprint)


def is_version_of(fingerprint: bytes, name: str) -> bool:
    """Return whether the fingerprint is any known version of the named schema."""
    schema = schema_of(fingerprint)
    return schema is not None and schema.name == name


@cache
def gate_prefix() -> Any:
    """Return the leading fields of ``ListRecord`` as a schema of their own.

    A record whose fields are a leading part of the writer's is a legal way to read it only because
    the value ends there; decoding stops after ``identities`` and the rest stays bytes.
    """
    definition = current_schema("list-record").definition
    names = [entry["name"] for entry in definition["fields"]]
    leading = definition["fields"][: names.index("identities") + 1]
    return fastavro.parse_schema({**definition, "fields": leading}, named_schemas={})
