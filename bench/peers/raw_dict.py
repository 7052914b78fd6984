"""No framework: confluent-kafka's consume, full decode, a plain dict with a version check."""

import uuid

from confluent_kafka import Consumer, TopicPartition
from task import Task


def main() -> None:
    """Read the whole topic once."""
    task = Task()
    client = Consumer(
        {"bootstrap.servers": task.bootstrap, "group.id": uuid.uuid4().hex, "auto.offset.reset": "earliest"}
    )
    client.assign([TopicPartition(task.topic, each, 0) for each in range(task.partitions)])
    newest: dict[bytes, dict[str, object]] = {}
    applied = 0
    while applied < task.count:
        messages = client.consume(500, 0.1)
        if messages:
            task.start()
        for message in messages:
            record = task.decode(message.value())
            if record is None:
                continue
            before = newest.get(record["entry_id"])
            if before is None or before["version"] < record["version"]:
                newest[record["entry_id"]] = record
            applied += 1
    task.finish(applied)
    client.close()


main()
