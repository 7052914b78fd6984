"""The event catalogue for people: `liandong schemas docs` prints it; docs/events.md is the same text, and a test holds it to that."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from ...schemas.wire.avro_schemas import Schema, load_schemas
from ..settings import Settings
from .families import TopicFamily, load_catalogue

_HEADER = """\
# Event catalogue

Generated from `topics/catalogue/families/*.yaml` and `schemas/wire/avro/` by `liandong schemas docs`; change those, not this page.

Every value is Avro: single-object encoding, or Confluent framing where a schema registry is configured; the header
`avro-fingerprint` names the schema either way. Headers are CloudEvents 1.0, binary mode (`ce_id ce_source ce_type ce_specversion
ce_time ce_subject ce_dataschema`, `content-type: application/avro`), and `traceparent`. Times are ms UTC unless a field says
otherwise. Names below are logical; `topic_prefix` stands before them in the cluster. The Avro files are in `schemas/wire/avro/`, an
example of each in `schemas/wire/examples/`.

*personal data*: **none**; **pseudonymous**, certificate surrogates and name tags, keyed; **sealed**, readable only by the court it
is for, its superior and the audit escrow; **original**, the bytes of another topic, to be protected as that one.

## Topics

| topic | written by | read by | values |
|---|---|---|---|
"""


def page() -> str:
    """Return docs/events.md as it must read."""
    families, schemas = load_catalogue(), load_schemas()
    return _HEADER + "".join([*map(_line, families), *map(_topic, families), *_schemas(families, schemas)])


def _line(family: TopicFamily) -> str:
    values = ", ".join(f"[{name}](#{name})" for name in family.schemas) or "original bytes"
    return (
        f"| [`{family.name}`](#{family.family.replace('.', '')}) | {', '.join(family.producers)} |"
        f" {', '.join(family.consumers)} | {values} |\n"
    )


def _topic(family: TopicFamily) -> str:
    facts = {
        "name": f"`{family.name}`",
        "key": family.key or "none",
        "values": ", ".join(f"[{name}](#{name})" for name in family.schemas) or "original bytes of other topics",
        "written by": ", ".join(family.producers),
        "read by": ", ".join(family.consumers),
        "who answers for it": family.owner,
        "personal data": family.personal_data,
        "partitions": "setting `partitions`" if family.partitions == "lists" else str(family.partitions),
        "kept": _retention(family),
        "timestamps": {"create": "the writer's", "day": "the writer's, the day alone", "append": "the broker's"}[
            family.timestamps
        ],
    }
    rows = "".join(f"| {name} | {value} |\n" for name, value in facts.items())
    return f"\n### {family.family}\n\n{family.description}\n\n| | |\n|---|---|\n{rows}"


def _retention(family: TopicFamily) -> str:
    days = f"`evidence_days` ({Settings.model_fields['evidence_days'].default:.0f} by default)"
    if family.cleanup == "delete":
        return f"deleted after {days if family.retention == 'evidence' else family.retention}"
    lag = days if family.compaction_lag == "evidence" else family.compaction_lag
    return f"compacted: the newest of each key for good, replaced ones for {lag}"


def _schemas(families: list[TopicFamily], schemas: list[Schema]) -> Iterator[str]:
    yield "\n## Schemas\n\nA `proof` is always first: signing key id and signature over context and all bytes after it.\n"
    newest = {schema.name: schema for schema in schemas}
    for name, schema in newest.items():
        where = [
            f"[`{family.name}`](#{family.family.replace('.', '')})" for family in families if name in family.schemas
        ]
        travels = ", ".join(where) or "inside another record, see the field that names it"
        yield (
            f"\n### {name}\n\n{schema.definition['doc']}\n\nVersion {schema.version}, fingerprint"
            f" `{schema.fingerprint.hex()}`, on: {travels}.\n\n| field | type | meaning |\n|---|---|---|\n"
        )
        yield from _fields(schema.definition, "")


def _fields(record: Mapping[str, Any], path: str) -> Iterator[str]:
    for field in record["fields"]:
        name, kind = f"{path}{field['name']}", field["type"]
        about = " ".join(filter(None, [field.get("doc", ""), _default(field)])).replace("|", "\\|")
        yield f"| `{name}` | {_type(kind)} | {about} |\n"
        inner = _inner(kind)
        if inner.record is not None:
            yield from _fields(inner.record, f"{name}{inner.mark}.")


def _default(field: Mapping[str, Any]) -> str:
    return f"Default: `{field['default']!r}`." if "default" in field else ""


class _Inner(NamedTuple):
    """The record a field holds, None if it holds none, and the mark of how many of it."""

    record: Mapping[str, Any] | None = None
    mark: str = ""


def _inner(kind: Any) -> _Inner:
    """Find the record a field holds."""
    if isinstance(kind, list):
        choices = [_inner(one) for one in kind if one != "null"]
        return next((one for one in choices if one.record is not None), _Inner())
    if not isinstance(kind, dict):
        return _Inner()
    match kind["type"]:
        case "record":
            return _Inner(kind)
        case "array":
            return _Inner(_inner(kind["items"]).record, "[]")
        case "map":
            return _Inner(_inner(kind["values"]).record, "{}")
    return _Inner()


def _type(kind: Any) -> str:
    if isinstance(kind, list):
        return " or ".join(_type(one) for one in kind)
    if not isinstance(kind, dict):
        return str(kind)
    shown: dict[str, Callable[[], str]] = {
        "fixed": lambda: f"{kind['size']} bytes",
        "record": lambda: str(kind["name"]),
        "array": lambda: f"array of {_type(kind['items'])}",
        "map": lambda: f"map of {_type(kind['values'])}",
    }
    return shown.get(kind["type"], lambda: str(kind["type"]))()
