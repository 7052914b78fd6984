"""FastStream (confluent), batch subscriber, full decode, a plain dict with a version check; its own defaults."""

import asyncio
import uuid

from faststream import FastStream
from faststream.confluent import KafkaBroker
from task import Task

task = Task()
broker = KafkaBroker(task.bootstrap, logger=None)
app = FastStream(broker, logger=None)
newest: dict[bytes, dict[str, object]] = {}
applied = 0


@broker.subscriber(
    task.topic,
    group_id=uuid.uuid4().hex,
    auto_offset_reset="earliest",
    batch=True,
    max_records=500,
    decoder=lambda messages: [message.value() for message in messages.raw_message],
)
async def apply(values: list[bytes]) -> None:
    """Apply one batch."""
    global applied  # noqa: PLW0603  as its users' handlers do
    task.start()
    for value in values:
        record = task.decode(value)
        if record is None:
            continue
        before = newest.get(record["entry_id"])
        if before is None or before["version"] < record["version"]:
            newest[record["entry_id"]] = record
        applied += 1
    if applied >= task.count:
        task.finish(applied)
        app.exit()


asyncio.run(app.run())
