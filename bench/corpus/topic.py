"""Writes the corpus: a list of some size in six partitions, with barriers, headers and all. Two processes sign."""

import os
import time

from ...schemas import ids
from ...topics.catalogue import names
from ...topics.settings import Settings
from ...topics.transport.envelope import outgoing
from ...topics.transport.kafka import KafkaAdmin, KafkaPublisher
from ...topics.transport.partitioner import partition_of
from ...topics.transport.ports import OutgoingRecord
from ...topics.transport.topic_state import TopicState
from ..place import PARTITIONS, Place
from ..workers import together
from .records import EPOCH, JURISDICTION, Scribe, barrier_body, entry_id_of, prefix_of

TOPIC = names.debtor_list(JURISDICTION)
LANES = (*names.state_topics(JURISDICTION), names.relief(JURISDICTION))
_BARRIER_EVERY = 60_000
_WRITERS = 2
"""Each owns the partitions whose number it divides; 2 because that is what a small machine has."""


def ensure(place: Place) -> None:
    """Write the corpus of the place's size unless this run's cluster has it; an attempt that broke off is left alone."""
    if place.corpus.exists():
        return
    prefix = f"bench-{place.entries}-{os.urandom(4).hex()}."
    settings = place.settings_for(prefix)
    make_topics(settings, (*LANES, names.heads(JURISDICTION)))
    together(_write_share, [(settings, place.entries, share) for share in range(_WRITERS)])
    _write_barriers(settings, 1_000_000)
    place.corpus.write_text(prefix, encoding="ascii")


def make_topics(settings: Settings, topics: tuple[str, ...]) -> None:
    """Make topics that never expire and are not compacted while they are measured."""
    state = TopicState(PARTITIONS, 1, {"cleanup.policy": "delete", "retention.ms": "-1"})
    KafkaAdmin(settings).create({settings.physical(topic): state for topic in topics})


def _write_barriers(settings: Settings, number: int) -> None:
    """Write one barrier of this number into every partition of every lane."""
    publisher = KafkaPublisher(settings, client_id="bench-notary")
    for topic in LANES:
        for partition in range(PARTITIONS):
            publisher.send(barrier(topic, partition, number))
    publisher.close()


def barrier(topic: str, partition: int, number: int) -> OutgoingRecord:
    """Make a marker, issued now."""
    now = time.time_ns() // 1_000_000
    body = barrier_body(topic, partition, number, now)
    key = b"barrier/notary-js-1"
    made = outgoing(
        "barrier", body, topic, key, event_id=f"evt_{os.urandom(16).hex()}", source="notary-js-1", time_ms=now
    )
    return OutgoingRecord(made.topic, made.key, made.value, made.headers, partition)


def lane_of(entry: int) -> int:
    """Return the partition an entry's records belong into; they count nowhere else."""
    return partition_of(entry_id_of(entry), PARTITIONS)


def record_of(body: bytes, entry: int, court: str, topic: str = TOPIC) -> OutgoingRecord:
    """Make a record with the headers the relay sends."""
    key = body[72:88]
    made = outgoing(
        "list-record",
        body,
        topic,
        key,
        event_id=ids.text("upd", key),
        source=court,
        subject=ids.text("ent", key),
        time_ms=EPOCH + entry,
    )
    return OutgoingRecord(topic, key, made.value, made.headers, lane_of(entry))


def _write_share(settings: Settings, entries: int, share: int) -> None:
    publisher, scribe = KafkaPublisher(settings, client_id=f"bench-corpus-{share}", linger_ms=20), Scribe()
    own = [partition for partition in range(PARTITIONS) if partition % _WRITERS == share]
    for entry in range(entries):
        if lane_of(entry) in own:
            prefix = prefix_of(entry)
            publisher.send(record_of(scribe.body(prefix), entry, prefix["court"]))
        if entry % 1000 == 999:
            publisher.poll(0)
        if entry // _WRITERS % _BARRIER_EVERY == _BARRIER_EVERY - 1:
            for partition in own:
                publisher.send(barrier(TOPIC, partition, entry // _BARRIER_EVERY))
    publisher.close()
