"""Of three brokers the leader of a list is killed and comes back, and then two of the three."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import psutil

from liandong.tests.chaos.campaign.low_ports import low_ports, with_low_ports
from liandong.tests.chaos.campaign.row import Row
from liandong.tests.chaos.campaign.yard import Yard
from liandong.tests.worlds.court_office import JURISDICTION
from liandong.topics.catalogue import names
from liandong.topics.embedded import cluster
from liandong.topics.transport.kafka import KafkaAdmin

NODES = 3


def _three(folder: Path, held: ExitStack) -> Mapping[str, str]:
    """Run a cluster of three brokers for a row."""
    held.enter_context(with_low_ports())
    held.callback(cluster.down, folder / "kafka")
    bootstrap = cluster.up(folder / "kafka", nodes=NODES, port=low_ports(NODES)[0]).bootstrap
    return {"LIANDONG_BOOTSTRAP": str(bootstrap), "LIANDONG_REPLICATION_FACTOR": "3"}


def _strike(yard: Yard) -> None:
    leader = _leader(yard)
    _kill(yard, {leader})
    yard.traffic(3)
    yard.until_right()  # two of three are enough for everything
    cluster.up(yard.kafka)
    others = [each for each in range(1, NODES + 1) if each != leader]
    two = {_leader(yard), yard.chance.choice(others)}
    two |= {yard.chance.choice([each for each in others if each not in two])} if len(two) == 1 else set()
    _kill(yard, two)
    yard.traffic(2)
    cluster.up(yard.kafka)
    yard.notes.append(f"broker {leader}, then brokers {sorted(two)}")


def _leader(yard: Yard) -> int:
    """Return which broker leads a partition of the list."""
    topic = yard.settings.physical(names.debtor_list(JURISDICTION))
    admin = KafkaAdmin(yard.settings)
    metadata = admin._client.list_topics(topic, timeout=30)
    return int(metadata.topics[topic].partitions[0].leader)


def _kill(yard: Yard, brokers: set[int]) -> None:
    for node in cluster.status(yard.kafka).nodes:
        if node.id in brokers:
            assert node.pid is not None
            process = psutil.Process(node.pid)
            process.kill()
            process.wait(30)


ROWS = (Row("the leader of three brokers is killed, then two of them", _strike, prepare=_three),)
