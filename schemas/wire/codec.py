# mypyc: compile
"""Encoding and decoding of Avro bodies."""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from typing import Any, TypedDict, cast

import fastavro

from ..errors import LiandongError
from ..phrases import Phrase, chinese, quoted
from .avro_schemas import current_schema, gate_prefix, schema_of, versions_of
from .framing import frame, unframe

_read = fastavro.schemaless_reader
_write = fastavro.schemaless_writer
_INT = 1 << 31


class Undecodable(LiandongError):
    """Bytes that are not what their schema says."""

    def __init__(self, message: str) -> None:
        super().__init__(
            "AVRO_UNDECODABLE",
            message,
            "keep the bytes, tell the writer; an agency's gate answers REVIEW for the entry",
            f"无法解码：{chinese(message)}",
            "请保留原始字节并告知写入方；协助单位对该条目的核验转人工审核（REVIEW）",
        )


class Identity(TypedDict):
    """One certificate of a subject as agencies may know it: no number, no name."""

    key_id: int
    certificate_type: int
    link: int
    surrogate: bytes
    name_tag: bytes


class GatePrefix(TypedDict):
    """The leading fields of a ``ListRecord``: exactly what a gate needs to decide."""

    proof: bytes
    entry_id: bytes
    version: int
    court: str
    court_sequence: int
    instrument: int
    record_class: int
    status: int
    person_kind: int
    person_role: int
    effective_from: int
    effective_until: int
    identities: list[Identity]


def encode(name: str, record: Mapping[str, Any]) -> bytes:
    """Return the Avro body of a record in the current version of the named schema."""
    out = BytesIO()
    _write(out, current_schema(name).parsed, dict(record), strict=True)
    return out.getvalue()


@cache
def _neighbours(name: str, first: str, last: str) -> Any:
    """Return the fields from one to another as a schema of their own."""
    definition = current_schema(name).definition
    names = [each["name"] for each in definition["fields"]]
    fields = definition["fields"][names.index(first) : names.index(last) + 1]
    return fastavro.parse_schema({**definition, "fields": fields}, named_schemas={})


def encode_fields(name: str, first: str, last: str, record: Mapping[str, Any]) -> bytes:
    """Return the bytes of the fields from `first` to `last` in the current version of the named schema.

    A record's encoding is that of its fields in their order and nothing else (Avro 1.12, "Records"), so a body may be put
    together from parts that are made at different times.
    """
    out = BytesIO()
    _write(out, _neighbours(name, first, last), record)
    return out.getvalue()


def decode_fields(name: str, first: str, last: str, part: bytes) -> dict[str, Any]:
    """Decode what `encode_fields` encoded."""
    return cast("dict[str, Any]", _read(BytesIO(part), _neighbours(name, first, last), None))


def decode(fingerprint: bytes, body: bytes) -> dict[str, Any]:
    """Decode a record of any known version with today's schema: new fields get their default. Raises Undecodable."""
    writer = schema_of(fingerprint)
    if writer is None:
        raise Undecodable(
            Phrase(f"schema {fingerprint.hex()} is not known to this release", f"本版本没有模式 {fingerprint.hex()}")
        )
    reader = current_schema(writer.name)
    same = reader.fingerprint == writer.fingerprint
    try:
        record = _read(BytesIO(body), writer.parsed, None if same else reader.parsed)
    except (EOFError, ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
        raise Undecodable(
            Phrase(
                f"not a {writer.name}: {str(error) or type(error).__name__}", f"不是 {writer.name}：{quoted(error).zh}"
            )
        ) from error
    return cast("dict[str, Any]", record)


def earlier_version(name: str, body: bytes) -> bytes | None:
    """Return the fingerprint of the earlier version of the named schema that wrote a body, as what was kept may be of an earlier
    release; None if it was the current one, or none of them.
    """
    for schema in versions_of(name):
        rest = BytesIO(body)
        try:
            _read(rest, schema.parsed, None)
        except (EOFError, ValueError, IndexError, KeyError, TypeError, OverflowError):
            continue
        if not rest.read(1):
            return None if schema.fingerprint == current_schema(name).fingerprint else schema.fingerprint
    return None


def decode_prefix(body: bytes) -> GatePrefix:
    """Decode the gate prefix of a ``ListRecord`` body of any version; the rest is not looked at. Raises Undecodable."""
    try:
        prefix = cast("GatePrefix", _read(BytesIO(body), gate_prefix(), None))
    except (EOFError, ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
        raise Undecodable(
            Phrase(f"no gate prefix: {str(error) or type(error).__name__}", f"没有核验前缀：{quoted(error).zh}")
        ) from error
    if not -_INT <= prefix["status"] < _INT:  # the library reads 64 bits; a leaf of the digest holds 32
        raise Undecodable(Phrase("no gate prefix: the status is no int", "没有核验前缀：状态不是整数"))
    return prefix


def to_wire(name: str, body: bytes, registry_id: int | None = None) -> bytes:
    """Put the framing of the named schema's current version before a body."""
    return frame(current_schema(name).fingerprint, body, registry_id)


def from_wire(value: bytes, header_fingerprint: bytes | None = None) -> dict[str, Any]:
    """Take off the framing and decode the body, for messages off the hot path."""
    return decode(*unframe(value, header_fingerprint))
