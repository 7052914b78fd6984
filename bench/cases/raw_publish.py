"""What somebody would write in an afternoon: CSV, a pydantic model, fastavro, produce. No checks, no register, no keys."""

import csv
import io
import time
from datetime import date
from decimal import Decimal
from uuid import uuid4

import fastavro
from confluent_kafka import Producer
from pydantic import BaseModel

from ...schemas.wire.avro_schemas import current_schema
from ...topics.transport.kafka.config import producer
from ..corpus.records import prefix_of
from ..corpus.topic import TOPIC, make_topics
from ..place import Place
from ..result import Result
from ..rows import rows_file


class Row(BaseModel):
    """A row of the file, typed."""

    instrument: str
    kind: str
    name: str
    certificate_type: str
    certificate_number: str
    case_number: str
    decision_number: str
    filing_date: date
    basis_number: str
    basis_maker: str
    performance: str
    claim_amount: Decimal
    grounds: str
    term_start: str = ""
    term_end: str = ""


_FIXED = {
    "update_id": bytes(16),
    "change": 1,
    "reason": "",
    "changed_on": "2026-11-22",
    "recorded_at": 0,
    "batch_id": "bat",
    "court_name": "",
    "publish_date": "2026-11-22",
    "performance": 1,
    "related_entity": "",
}
"""What every record says."""


def run(place: Place) -> Result:
    """Measure rows a second until the broker has all of them."""
    file = rows_file(place)
    settings = place.settings_for(f"bench-raw-publish-{uuid4().hex[:8]}.")
    make_topics(settings, (TOPIC,))
    client = Producer(producer(settings, "bench-raw", 5))
    schema, topic = current_schema("list-record").parsed, settings.physical(TOPIC)
    fixed = prefix_of(0) | _FIXED
    start, count = time.perf_counter(), 0
    with file.open(encoding="utf-8-sig", newline="") as source:
        for line in csv.DictReader(source):
            key = uuid4().bytes
            out = io.BytesIO()
            fastavro.schemaless_writer(out, schema, fixed | _record(Row.model_validate(line), key))
            while True:
                try:
                    client.produce(topic, out.getvalue(), key)
                    break
                except BufferError:
                    client.poll(0.1)
            count += 1
            if count % 1000 == 0:
                client.poll(0)
    left = client.flush(60)
    if left or count != place.amount:
        raise AssertionError(f"{left} messages were not delivered, {count} rows read")
    return Result.rate(count, time.perf_counter() - start)


def _record(row: Row, key: bytes) -> dict[str, object]:
    return {
        "entry_id": key,
        "name": row.name,
        "case_number": row.case_number,
        "decision_number": row.decision_number,
        "grounds": [int(one.strip("G")) for one in row.grounds.split(";") if one.strip("G").isdigit()],
        "term_start": row.term_start,
        "term_end": row.term_end,
        "filing_date": row.filing_date.isoformat(),
        "basis_number": row.basis_number,
        "basis_maker": row.basis_maker,
        "claim_amount": str(row.claim_amount),
    }
