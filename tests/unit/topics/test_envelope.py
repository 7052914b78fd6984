"""What travels around a body can be read by the libraries of others."""

import re
from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat

from liandong.schemas import ids
from liandong.schemas.wire.avro_schemas import current_schema, versions_of
from liandong.schemas.wire.codec import encode, from_wire
from liandong.schemas.wire.examples import load_examples
from liandong.topics.transport.envelope import outgoing
from liandong.topics.transport.ports import OutgoingRecord

BODY = encode(
    "barrier",
    {
        "proof": bytes(72), "jurisdiction": "js", "notary": "notary-js-1", "number": 7,
        "issued_at": 1, "topic": "court.orders.js.v1", "partition": 0, "register_offset": 0, "register_hash": bytes(32),
        "shows_revocations": True, "revocations": [],
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
        "type": "cn.liandong.barrier.v2",
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


def test_trace_and_span_are_the_events_own_id() -> None:
    assert traceparent(EVENT) == "00-000102030405060708090a0b0c0d0e0f-08090a0b0c0d0e0f-01"
    assert made().headers == made().headers


@pytest.mark.parametrize("event_id", ["42/b", f"evt_{'0' * 32}", f"evt_{'1' * 16}{'0' * 16}", f"evt_{'A' * 32}"])
def test_an_id_that_gives_no_trace_is_hashed(event_id: str) -> None:
    """W3C Trace Context, 3.2.2: lower-case hexadecimal, and neither trace nor parent all zero."""
    _, trace, span, _ = traceparent(event_id).split("-")
    assert re.fullmatch(r"[0-9a-f]{32}", trace)
    assert trace.endswith(span)
    assert len(span) == 16
    assert set(span) != {"0"}
    assert trace != event_id[-32:].lower()


def traceparent(event_id: str) -> str:
    return dict(made(event_id).headers)["traceparent"].decode()


def test_what_an_earlier_version_wrote_is_framed_and_named_as_that_version() -> None:
    earlier = versions_of("receipt")[-1]
    example = next(one for one in load_examples() if (one.schema, one.version) == ("receipt", earlier.version))
    record = outgoing(
        "receipt", example.body, "agency.receipts.v1", None, event_id=EVENT, source="railway-js", time_ms=1,
        registry=Registry(), written_with=earlier.fingerprint,
    )  # fmt: skip
    assert from_wire(record.value or b"")["parked"] == -1, "as the schema of today reads it"
    headers = dict(record.headers)
    assert headers["ce_type"] == b"cn.liandong.receipt.v1"
    assert headers["avro-fingerprint"] == earlier.fingerprint.hex().encode()
