"""The headers every record travels with: CloudEvents 1.0, binary mode of its Kafka binding, and W3C Trace Context.

The `cloudevents` library reads what is made here (a test holds that). It does not make it: it would validate and format
every attribute anew for each record, about three times the cost of this, and this runs for every record of a list.
"""

from datetime import UTC, datetime
from functools import lru_cache
from re import compile as pattern
from typing import Any, Protocol

from ...schemas.dates import start_of_today_ms
from ...schemas.fingerprints import fingerprint
from ...schemas.wire.avro_schemas import current_schema, known_schema
from ...schemas.wire.framing import FINGERPRINT_HEADER, frame
from .ports import OutgoingRecord

SOURCE_PREFIX = "urn:liandong:"
"""Before the participant's id in `ce_source`."""
TYPE_PREFIX = "cn.liandong."
"""Before the schema's name in `ce_type`."""
_TRACE_ID = pattern(r"[0-9a-f]{16}(?!0{16})[0-9a-f]{16}\Z")
"""W3C Trace Context: neither trace nor span may be all zero."""


class SchemaIds(Protocol):
    """What a schema registry gives a writer."""

    def id_of(self, name: str) -> int | None:
        """Return the registry's id of the named schema's current version, None while the registry has not answered."""


def outgoing(  # noqa: PLR0913  the attributes of CloudEvents, named at every call
    schema_name: str,
    body: bytes,
    topic: str,
    key: bytes | None,
    *,
    event_id: str,
    source: str,
    subject: str | None = None,
    time_ms: int,
    registry: SchemaIds | None = None,
    day_only: bool = False,
    written_with: bytes | None = None,
) -> OutgoingRecord:
    """Make a record to be sent: the body framed, the headers made.

    `event_id` and `subject` are ids as people see them (`upd_…`, `ent_…`), `source` is the writer's participant id, `time_ms`
    is UTC; `day_only` tells no more of it than the day, in the headers and in the log. With a registry that has answered the value gets Confluent framing. The trace id is the event's own id, so that what is known by one
    is found by the other; the span, of which an event has one, is the id's second half: the same record is the same bytes.
    `written_with`: the fingerprint of an earlier version of the schema, if it is one's; the registry is not asked for its id.
    """
    trace_id = _trace_id(event_id)
    headers = [("ce_id", event_id.encode()), ("traceparent", f"00-{trace_id}-{trace_id[16:]}-01".encode())]
    if subject is not None:
        headers.append(("ce_subject", subject.encode()))
    # last what many records have in common: an outbox keeps it once
    headers.append(_time(start_of_today_ms(time_ms) if day_only else time_ms))
    fingerprint = written_with or current_schema(schema_name).fingerprint
    headers += _constant(fingerprint, source)
    asked = registry if written_with is None else None
    value = frame(fingerprint, body, None if asked is None else asked.id_of(schema_name))
    return OutgoingRecord(topic, key, value, headers, day_only=day_only)


def headers_schema(schema_name: str) -> dict[str, Any]:
    """Return a JSON Schema (draft 7) of the headers that `outgoing` makes for records of a schema, each read as UTF-8."""
    properties: dict[str, Any] = {
        "ce_id": {"type": "string", "minLength": 1, "description": "The event's id."},
        "ce_subject": {"type": "string", "description": "What the event is about, an entry for example."},
        "ce_time": {
            "type": "string",
            "format": "date-time",
            "description": "UTC, with milliseconds; on topics that tell the day alone, the start of that day in China.",
        },
        "traceparent": {"type": "string", "pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-01$"},
        **{name: {"const": value.decode()} for name, value in _constant(current_schema(schema_name).fingerprint, "")},
        "ce_source": {"type": "string", "pattern": f"^{SOURCE_PREFIX}.", "description": "The writer's participant id."},
    }
    return {"type": "object", "properties": properties, "required": sorted(properties.keys() - {"ce_subject"})}


@lru_cache(maxsize=4096)
def _constant(fingerprint: bytes, source: str) -> tuple[tuple[str, bytes], ...]:
    """Return the headers that are the same for all records of a version of a schema and a writer. KeyError for an unknown one."""
    schema = known_schema(fingerprint)
    said = fingerprint.hex()
    return (
        ("ce_specversion", b"1.0"),
        ("ce_type", f"{TYPE_PREFIX}{schema.name}.v{schema.version}".encode()),
        ("ce_source", (SOURCE_PREFIX + source).encode()),
        ("ce_dataschema", f"urn:avro:{said}".encode()),
        ("content-type", b"application/avro"),
        (FINGERPRINT_HEADER, said.encode()),
    )


@lru_cache(maxsize=256)
def _time(time_ms: int) -> tuple[str, bytes]:
    """Return the header of a time, RFC 3339; records that are accepted together share it."""
    second = datetime.fromtimestamp(time_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return "ce_time", f"{second}.{time_ms % 1000:03d}Z".encode()


def _trace_id(event_id: str) -> str:
    """Return the 32 hexadecimal digits of an id of ours, a digest of any other."""
    digits = _TRACE_ID.match(event_id, max(0, len(event_id) - 32))
    return digits[0] if digits else fingerprint(event_id.encode()).hex()[:32]
