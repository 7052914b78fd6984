"""A node's copy on a real Kafka: as in memory, and when the log is trimmed."""

from pathlib import Path

from liandong.schemas.law.listing import Change
from liandong.schemas.wire.codec import decode_prefix
from liandong.tests.suites.copy_behaviour import CopyBehaviour
from liandong.tests.worlds.copying import PARTITIONS, TOPICS, CopyingNode, running
from liandong.tests.worlds.records import CourtScribe, Keys, new_surrogate
from liandong.tests.worlds.waiting import until
from liandong.tests.worlds.wires import KafkaWire
from liandong.topics.catalogue import names
from liandong.topics.transport.kafka import KafkaAdmin
from liandong.topics.transport.ports import TopicPartition


class TestCopyOnKafka(CopyBehaviour):
    pass


def test_a_log_trimmed_below_the_position_is_copied_anew(wire: KafkaWire, tmp_path: Path) -> None:
    wire.create(*TOPICS, partitions=PARTITIONS)
    wire.create(names.heads("js"), partitions=1)
    court, publisher = CourtScribe(), wire.publisher()
    node = CopyingNode(tmp_path, wire.subscriber, Keys(court.public_key))
    surrogates = [new_surrogate() for _ in range(12)]
    bodies = [court.include(one) for one in surrogates]
    for body in bodies:
        publisher.send(court.message(body))
    publisher.flush()
    with running(node):
        until(lambda: len(node.view.find(surrogates)) == 12)
    node.close()
    for body in bodies:
        publisher.send(court.message(court.change(decode_prefix(body)["entry_id"], Change.CORRECT)))
    publisher.flush()
    topic = names.debtor_list("js")
    ends = {TopicPartition(topic, each): node_end(wire, topic, each) for each in range(PARTITIONS)}
    for body in bodies:
        publisher.send(court.message(court.change(decode_prefix(body)["entry_id"], Change.CORRECT)))
    publisher.flush()
    physical = wire.settings.physical(topic)
    KafkaAdmin(wire.settings).delete_records({TopicPartition(physical, at.partition): end for at, end in ends.items()})
    node.open()
    with running(node):
        until(lambda: {found.prefix["version"] for found in node.view.find(surrogates)} == {3})
        until(lambda: node.lists.status().generation.active == 1)
    assert len(node.view.find(surrogates)) == 12
    node.close()


def node_end(wire: KafkaWire, topic: str, partition: int) -> int:
    reader = wire.subscriber()
    try:
        return reader.watermarks(TopicPartition(topic, partition))[1]
    finally:
        reader.close()
