"""What travels around a body can be read by the libraries of others."""

import re
from datetime import UTC, datetime

from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat

from liandong.schemas import ids
from liandong.schemas.wire.avro_schemas import current_schema
from liandong.schemas.wire.codec import encode, from_wire
from liandong.topics.transport.envelope import outgoing
from liandong.topics.transport.ports import OutgoingRecord

BODY = encode(
    "barrier",
    {
        "proof": bytes(72), "jurisdiction": "js", "notary": "notary-js-1", "number": 7,
        "issued_at": 1, "topic": "court.orders.js.v1", "partition": 0,
    },
)  # fmt: skip
EVENT = ids.text("evt", bytes(range(16)))


class Registry:
    def id_of(self, name: str) -> int:
        return {"barrier": 77}[name]


def made(event_id: str = EVENT, registry: Registry | None = None) -> OutgoingRecord:
    return outgoing(
        "barrier",
        BODY,
        "court.orders.js.v1",
        b"barrier/notary-js-1",
        event_id=event_id,
        source="notary-js-1",
        subject="ent_1",
        time_ms=1_790_000_000_007,
        registry=registry,
    )


def test_the_cloudevents_library_reads_the_headers() -> None:
    record = made()
    event = from_binary(KafkaMessage(dict(record.headers), None, record.value or b""), JSONFormat())
    attributes = event.get_attributes()
    assert attributes == {
        "id": EVENT,
        "source": "urn:liandong:notary-js-1",
        "type": "cn.liandong.barrier.v1",
        "specversion": "1.0",
        "subject": "ent_1",
        "time": datetime.fromtimestamp(1_790_000_000.007, UTC),
        "datacontenttype": "application/avro",
        "dataschema": f"urn:avro:{current_schema('barrier').fingerprint.hex()}",
    }


def test_the_value_is_framed_with_the_fingerprint_its_header_names() -> None:
    record = made()
    headers = dict(record.headers)
    assert (record.topic, record.key) == ("court.orders.js.v1", b"barrier/notary-js-1")
    assert record.value == b"\xc3\x01" + bytes.fromhex(headers["avro-fingerprint"].decode()) + BODY
    assert from_wire(record.value)["number"] == 7


def test_with_a_registry_the_value_has_confluent_framing() -> None:
    record = made(registry=Registry())
    assert record.value == b"\x00\x00\x00\x00\x4d" + BODY
    assert from_wire(record.value, dict(record.headers)["avro-fingerprint"])["number"] == 7


def test_the_trace_id_is_the_events_own_id() -> None:
    first, second = (dict(made().headers)["traceparent"].decode() for _ in range(2))
    assert re.fullmatch(rf"00-{bytes(range(16)).hex()}-[0-9a-f]{{16}}-01", first)
    assert first != second
    foreign = dict(made("42/b").headers)["traceparent"].decode()
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", foreign)
