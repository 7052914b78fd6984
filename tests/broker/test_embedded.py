"""The embedded Kafka as a process: idempotent, durable, honest about its dead, whole again after `up`."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from liandong.topics.embedded import cluster, ports
from liandong.topics.embedded.cluster import ClusterStatus

pytestmark = [pytest.mark.broker]


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "kafka"
    cluster.down(tmp_path / "kafka", patience=5)


def command(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """`liandong …` as an operator types it."""
    return subprocess.run(
        [sys.executable, "-m", "liandong", *arguments], capture_output=True, text=True, check=False, timeout=120
    )


def document(done: "subprocess.CompletedProcess[str]") -> dict[str, object]:
    assert done.returncode in (0, 1), done.stderr
    loaded: dict[str, object] = json.loads(done.stdout)
    return loaded


def pid_of(found: ClusterStatus, node: int = 1) -> int:
    pid = found.nodes[node - 1].pid
    assert pid is not None
    return pid


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

    os.kill(pid_of(first), signal.SIGKILL)
    killed = command("kafka", "status", "--dir", str(directory), "--json")
    assert killed.returncode == 1
    told = command("kafka", "status", "--dir", str(directory))
    assert "dead" in told.stdout
    assert "liandong kafka up" in told.stderr

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
    arguments = ("kafka", "up", "--dir", str(directory), "--port", str(port), "--json")
    with ThreadPoolExecutor(3) as pool:
        found = [document(done) for done in pool.map(lambda _: command(*arguments), range(3))]
    pids = {json.dumps(each["nodes"]) for each in found}
    assert len(pids) == 1, "all three name the same process"
    status = document(command("kafka", "status", "--dir", str(directory), "--json"))
    assert status["healthy"] is True
    assert document(command("kafka", "down", "--dir", str(directory), "--json"))["healthy"] is False


@pytest.mark.slow
def test_three_nodes_take_writes_while_one_is_dead(directory: Path) -> None:
    three = next(port for port in range(20000, 30000, 3) if all(map(ports.is_free, range(port, port + 3))))
    started = cluster.up(directory, nodes=3, port=three)
    assert started.healthy
    assert started.bootstrap is not None
    create(started.bootstrap, "court.test", copies=3)
    os.kill(pid_of(started, 2), signal.SIGKILL)
    gone = threading.Event()
    while cluster.status(directory).nodes[1].state == "running":
        gone.wait(0.1)
    write(started.bootstrap, "court.test", b"two of three")
    found = cluster.status(directory)
    assert [node.state for node in found.nodes] == ["running", "dead", "running"]
    assert not found.healthy
    healed = cluster.up(directory)
    assert healed.healthy
    assert pid_of(healed, 1) == pid_of(started, 1)
    assert read_first(started.bootstrap, "court.test") == b"two of three"
