"""The limit of the client library: consume without looking at anything but the bytes, produce without making them."""

import time
from uuid import uuid4

from confluent_kafka import Consumer, Producer, TopicPartition

from ...topics.transport.kafka.config import consumer, producer
from ..corpus.records import Scribe, prefix_of
from ..corpus.topic import TOPIC, ensure, make_topics, record_of
from ..place import PARTITIONS, Place
from ..result import Result

_BATCH = 1000


def run(place: Place, direction: str = "consume") -> Result:
    """Measure messages a second in one direction."""
    return _consume(place) if direction == "consume" else _produce(place)


def _consume(place: Place) -> Result:
    """Call `consume(1000)`, and `value()` of every message, with the product's settings of librdkafka."""
    ensure(place)
    client = Consumer(consumer(place.settings, "bench-raw", None))
    topic = place.settings.physical(TOPIC)
    client.assign([TopicPartition(topic, each, 0) for each in range(PARTITIONS)])
    count, size, start = 0, 0, 0.0
    while count < place.entries:
        messages = client.consume(_BATCH, 10)
        start = start or time.perf_counter()
        for message in messages:
            value = message.value()
            size += len(value or b"")
        count += len(messages)
    seconds = time.perf_counter() - start
    client.close()
    return Result.rate(count, seconds, bytes_each=size / count)


def _produce(place: Place) -> Result:
    """Send bytes made beforehand, acks=all, idempotent, until the broker has all."""
    settings = place.settings_for(f"bench-raw-{uuid4().hex[:8]}.")
    make_topics(settings, (TOPIC,))
    scribe, prefix = Scribe(), prefix_of(0)
    record = record_of(scribe.body(prefix), 0, prefix["court"])
    client = Producer(producer(settings, "bench-raw", 5))
    topic, headers = settings.physical(TOPIC), dict[str, str | bytes | None](record.headers)
    start = time.perf_counter()
    for number in range(place.amount):
        while True:
            try:
                client.produce(topic, record.value, number.to_bytes(16, "big"), headers=headers)
                break
            except BufferError:
                client.poll(0.1)
        if number % _BATCH == 0:
            client.poll(0)
    left = client.flush(60)
    if left:
        raise AssertionError(f"{left} messages were not delivered")
    return Result.rate(place.amount, time.perf_counter() - start)
