"""A running node's copy on the broker in memory, and what it does when the broker goes away."""

import time
from pathlib import Path

import pytest

from liandong.consumers.replication import following
from liandong.tests.suites.copy_behaviour import CopyBehaviour
from liandong.tests.worlds.copying import PARTITIONS, TOPICS, CopyingNode, running
from liandong.tests.worlds.records import CourtScribe, Keys, new_surrogate
from liandong.tests.worlds.waiting import until
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names


class TestCopyInMemory(CopyBehaviour):
    pass


def test_without_a_broker_the_copy_serves_and_goes_on_when_it_is_back(
    wire: MemoryWire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "RETRY_SECONDS", 0.01)
    court, publisher = CourtScribe(), wire.publisher()
    node = CopyingNode(tmp_path, wire.subscriber, Keys(court.public_key))
    surrogates = [new_surrogate() for _ in range(2)]
    wire.broker.stop()
    with running(node):
        time.sleep(0.1)
        wire.broker.start()
        time.sleep(0.05)  # the topics are made only now: the node has waited for them
        wire.create(*TOPICS, partitions=PARTITIONS)
        wire.create(names.heads("js"), partitions=1)
        publisher.send(court.message(court.include(surrogates[0])))
        until(lambda: len(node.view.find(surrogates)) == 1)
        wire.broker.stop()
        publisher.send(court.message(court.include(surrogates[1])))
        time.sleep(0.1)
        assert len(node.view.find(surrogates)) == 1
        wire.broker.start()
        publisher.poll()
        until(lambda: len(node.view.find(surrogates)) == 2)
    node.close()
