"""Sends signed records at a steady rate, in a process of its own."""

import time

from ..topics.settings import Settings
from ..topics.transport.kafka import KafkaPublisher
from ..topics.transport.ports import OutgoingRecord
from .corpus.records import Scribe, prefix_of
from .corpus.topic import LANES, barrier, record_of
from .place import PARTITIONS

_HEAD_START = 1.5
"""Seconds the readers get to be there."""


def send_steadily(settings: Settings, amount: int, rate: int) -> list[int]:
    """Send new entries, signed beforehand, and a barrier a second in every lane; return when each was handed over, ns UTC."""
    scribe = Scribe()
    prefixes = [prefix_of(entry) for entry in range(amount)]
    records = [record_of(scribe.body(one), entry, one["court"]) for entry, one in enumerate(prefixes)]
    publisher = KafkaPublisher(settings, client_id="bench-sender")
    time.sleep(_HEAD_START)
    return paced(publisher, records, rate)


def paced(publisher: KafkaPublisher, records: list[OutgoingRecord], rate: int) -> list[int]:
    """Send the records one by one at a rate; return when each was handed over, ns UTC."""
    sent, start, markers = [], time.perf_counter(), 0
    for number, record in enumerate(records):
        while (wait := start + number / rate - time.perf_counter()) > 0:
            publisher.poll(min(wait, 0.001))
        if number % rate == 0:
            markers += 1
            for topic in LANES:
                for partition in range(PARTITIONS):
                    publisher.send(barrier(topic, partition, markers))
        sent.append(time.time_ns())
        publisher.send(record)
    publisher.close()
    return sent
