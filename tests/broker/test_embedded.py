"""The embedded Kafka as a process: idempotent, durable, honest about its dead, whole again after `up`."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from liandong.tests.worlds.commands import liandong
from liandong.topics.embedded import cluster, ports
from liandong.topics.embedded.cluster import ClusterStatus

pytestmark = [pytest.mark.broker]


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "kafka"
    cluster.down(tmp_path / "kafka", patience=0)


def raised(*arguments: str) -> str:
    """`liandong kafka up …` in a process of its own; its document."""
    command = [sys.executable, "-m", "liandong", "kafka", "up", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def pid_of(found: ClusterStatus, node: int = 1) -> int:
    pid = found.nodes[node - 1].pid
    assert pid is not None
    return pid


def kill(pid: int) -> None:
    """End a broker as a power cut would."""
    broker = psutil.Process(pid)
    broker.kill()
    broker.wait(30)


def create(bootstrap: str, topic: str, copies: int = 1) -> None:
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=copies)])[topic].result(timeout=30)


def write(bootstrap: str, topic: str, value: bytes) -> None:
    outcome: list[object] = []
    producer = Producer({"bootstrap.servers": bootstrap, "acks": "all"})
    producer.produce(topic, value, on_delivery=lambda error, _: outcome.append(error))
    assert producer.flush(30) == 0
    assert outcome == [None]


def read_first(bootstrap: str, topic: str) -> bytes:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "test", "enable.auto.commit": False})
    try:
        consumer.assign([TopicPartition(topic, 0, 0)])
        message = consumer.poll(30)
        assert message is not None
        assert message.error() is None
        value = message.value()
        assert isinstance(value, bytes)
        return value
    finally:
        consumer.close()


def test_data_survives_up_twice_kill_and_down(directory: Path) -> None:
    (port,) = ports.some_free(1)
    first = cluster.up(directory, nodes=1, port=port)
    assert first.healthy
    assert first.bootstrap == f"127.0.0.1:{port}"
    create(first.bootstrap, "court.test")
    write(first.bootstrap, "court.test", b"kept")

    again = cluster.up(directory)
    assert pid_of(again) == pid_of(first), "a running broker is left alone"

    kill(pid_of(first))
    killed = liandong("kafka", "status", "--dir", str(directory), "--json")
    assert killed.code == 1
    told = liandong("kafka", "status", "--dir", str(directory))
    assert "dead" in told.out
    assert "liandong kafka up" in told.err

    revived = cluster.up(directory)
    assert revived.healthy
    assert pid_of(revived) != pid_of(first)
    assert revived.cluster_id == first.cluster_id

    assert cluster.down(directory).nodes[0].state == "stopped"
    assert cluster.down(directory).nodes[0].state == "stopped", "down twice is no error"
    restarted = cluster.up(directory)
    assert restarted.bootstrap == first.bootstrap
    assert read_first(restarted.bootstrap, "court.test") == b"kept"


def test_many_at_once_start_one_broker_which_outlives_them_all(directory: Path) -> None:
    (port,) = ports.some_free(1)
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: raised("--dir", str(directory), "--port", str(port)), range(3)))
    pids = {json.dumps(json.loads(each)["nodes"]) for each in found}
    assert len(pids) == 1, "all three name the same process"
    status = liandong("kafka", "status", "--dir", str(directory), "--json")
    assert (status.code, json.loads(status.out)["healthy"]) == (0, True)
    stopped = liandong("kafka", "down", "--dir", str(directory), "--json")
    assert (stopped.code, json.loads(stopped.out)["healthy"]) == (0, False)


@pytest.mark.long
@pytest.mark.slow
def test_three_nodes_take_writes_while_one_is_dead(directory: Path) -> None:
    three = next(port for port in range(20000, 30000, 3) if all(map(ports.is_free, range(port, port + 3))))
    started = cluster.up(directory, nodes=3, port=three)
    assert started.healthy
    assert started.bootstrap is not None
    create(started.bootstrap, "court.test", copies=3)
    kill(pid_of(started, 2))
    write(started.bootstrap, "court.test", b"two of three")
    found = cluster.status(directory)
    assert [node.state for node in found.nodes] == ["running", "dead", "running"]
    assert not found.healthy
    healed = cluster.up(directory)
    assert healed.healthy
    assert pid_of(healed, 1) == pid_of(started, 1)
    assert read_first(started.bootstrap, "court.test") == b"two of three"
