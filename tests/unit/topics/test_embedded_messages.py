"""Every way the embedded Kafka fails says what happened and what to do; none of it needs a broker."""

import json
import shutil
import socket
import sys
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from jgo.env import EnvironmentBuilder

from liandong.schemas.errors import ExitCode, LiandongError
from liandong.topics.embedded import cluster, maven, ports, process, runtime
from liandong.topics.embedded.properties import as_text, server_properties
from liandong.topics.embedded.state import Cluster, Folder, Node, new_cluster_id

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024  the shape shutil returns


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


def fake_java(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let `script` (Python) stand where Kafka's Java would; formatting always succeeds."""
    original = runtime.KafkaRuntime.command

    def command(self: runtime.KafkaRuntime, main_class: str, *arguments: str, heap: str = "512m") -> list[str]:
        assert original(self, main_class, *arguments, heap=heap)[0] == sys.executable
        body = "" if main_class == "kafka.tools.StorageTool" else script
        return [sys.executable, "-c", body, *arguments]

    monkeypatch.setattr(runtime.KafkaRuntime, "command", command)
    monkeypatch.setattr(cluster, "install", lambda: runtime.KafkaRuntime(Path(sys.executable), ()))


def test_a_port_in_use_names_its_holder_and_offers_another(tmp_path: Path, taken_port: int) -> None:
    with pytest.raises(LiandongError) as caught:
        cluster.up(tmp_path, port=taken_port)
    assert caught.value.code == "KAFKA_PORT_IN_USE"
    assert str(taken_port) in caught.value.message
    assert "--port" in caught.value.remedy
    assert cluster.status(tmp_path).nodes[0].state == "stopped"


def test_after_a_port_in_use_another_port_may_be_chosen(tmp_path: Path, taken_port: int) -> None:
    with pytest.raises(LiandongError, match="KAFKA_PORT_IN_USE"):
        cluster.up(tmp_path, port=taken_port)
    (other,) = ports.some_free(1)
    moved = cluster._described(Folder(tmp_path), cluster.ClusterShape(port=other))
    assert moved.nodes[0].port == other


def test_a_full_disk_is_refused_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(2**40, 2**40, 100 * 2**20))
    with pytest.raises(LiandongError) as caught:
        cluster.up(tmp_path, port=ports.some_free(1)[0])
    assert caught.value.code == "KAFKA_DISK_FULL"
    assert "only 100 MiB free" in caught.value.message
    assert not Folder(tmp_path).data(1).exists()


@pytest.fixture
def kafka_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the jars go, for a user who never started Kafka."""
    monkeypatch.setattr(runtime, "user_cache_path", lambda *_, **__: tmp_path)
    return tmp_path / f"kafka-{runtime.KAFKA_VERSION}"


def test_no_network_at_the_first_start_names_mirror_and_own_kafka(
    kafka_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise ConnectionError("name resolution failed")

    monkeypatch.setattr(EnvironmentBuilder, "from_endpoint", unreachable)
    with pytest.raises(LiandongError) as caught:
        runtime.install()
    assert caught.value.code == "KAFKA_NOT_INSTALLABLE"
    assert "name resolution failed" in caught.value.message
    assert "jgo.conf" in caught.value.remedy
    assert "LIANDONG_BOOTSTRAP" in caught.value.remedy
    assert not kafka_home.exists()


def test_what_an_interrupted_download_left_is_thrown_away_and_what_is_complete_is_kept(
    kafka_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = kafka_home / "maven" / "half.jar"
    half.parent.mkdir(parents=True)
    half.touch()
    whole = kafka_home / "jars" / f"kafka_2.13-{runtime.KAFKA_VERSION}.jar"

    def resolve(_coordinates: str, _home: Path) -> tuple[Path, ...]:
        assert not half.exists()
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.touch()
        return (whole,)

    monkeypatch.setattr(maven, "_resolve", resolve)
    runtime.install()
    kept = kafka_home / "jars" / "kept"
    kept.touch()
    assert runtime.install().jars == (whole,)
    assert kept.exists()


@pytest.fixture
def brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where an installation without network has its jars."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "venv"))
    folder = runtime.jars_folder(tmp_path / "venv")
    folder.mkdir(parents=True)
    (folder / "other.jar").touch()
    return folder


def test_jars_that_came_with_the_installation_are_taken_and_nothing_is_fetched(brought: Path, kafka_home: Path) -> None:
    (brought / f"kafka_2.13-{runtime.KAFKA_VERSION}.jar").touch()
    assert runtime.install().jars == tuple(sorted(brought.iterdir()))
    assert not kafka_home.exists()


def test_an_installation_whose_jars_are_not_whole_says_how_to_mend_it(brought: Path, kafka_home: Path) -> None:
    with pytest.raises(LiandongError, match="KAFKA_NOT_INSTALLABLE") as caught:
        runtime.install()
    assert str(brought) in caught.value.message
    assert "install.sh" in caught.value.remedy
    assert not kafka_home.exists()


def test_a_broker_that_dies_while_starting_shows_the_end_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_java(monkeypatch, "print('disk is read-only'); raise SystemExit(3)")
    with pytest.raises(LiandongError) as caught:
        cluster.up(tmp_path, port=ports.some_free(1)[0])
    assert caught.value.code == "KAFKA_BROKER_DIED"
    assert "disk is read-only" in caught.value.message
    assert cluster.status(tmp_path).nodes[0].state == "stopped"


def test_a_broker_that_never_serves_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_java(monkeypatch, "import time; time.sleep(600)")
    monkeypatch.setattr(cluster, "READY_WITHIN", 0.3)
    with pytest.raises(LiandongError, match="KAFKA_NOT_READY"):
        cluster.up(tmp_path, port=ports.some_free(1)[0])
    assert process.noted_pid(Folder(tmp_path), 1) is None


def test_a_broker_whose_program_the_system_still_loads_is_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path)
    folder.node(1).mkdir(parents=True)
    pid = process.start([sys.executable, "-c", "import time; time.sleep(600)"], folder, 1)
    monkeypatch.setattr(psutil.Process, "cmdline", lambda _: [])
    found = process.running(folder, 1)
    process.stop(folder, [1], patience=5)
    assert found is not None
    assert found.pid == pid
    assert not psutil.pid_exists(pid)


def test_another_number_of_nodes_is_refused_and_nothing_is_deleted(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write(Cluster(new_cluster_id(), (Node(1, 29999, 29998),)))
    with pytest.raises(LiandongError) as caught:
        cluster.up(tmp_path, nodes=3)
    assert caught.value.exit_code is ExitCode.WRONG_USAGE
    assert folder.read() is not None


def test_a_damaged_description_is_named(tmp_path: Path) -> None:
    Folder(tmp_path).description.write_text("{", encoding="utf-8")
    with pytest.raises(LiandongError) as caught:
        cluster.status(tmp_path)
    assert caught.value.code == "KAFKA_STATE_BROKEN"
    assert "cluster.json" in caught.value.message


def test_a_process_id_of_another_program_is_not_taken_for_the_broker(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write(Cluster(new_cluster_id(), (Node(1, 29999, 29998),)))
    folder.node(1).mkdir()
    folder.pid(1).write_text("1\n", encoding="ascii")
    assert cluster.status(tmp_path).nodes[0].state == "dead"
    assert process.running(folder, 1) is None


def test_status_of_a_folder_without_a_cluster_is_not_healthy(tmp_path: Path) -> None:
    found = cluster.status(tmp_path / "none")
    assert found.cluster_id is None
    assert not found.healthy
    assert not (tmp_path / "none").exists()


def test_three_nodes_keep_writes_on_two_and_elect_no_stale_leader(tmp_path: Path) -> None:
    nodes = tuple(Node(number, 29090 + number, 29190 + number) for number in (1, 2, 3))
    properties = server_properties(Cluster(new_cluster_id(), nodes), nodes[1], tmp_path)
    assert properties["min.insync.replicas"] == "2"
    assert properties["offsets.topic.replication.factor"] == "3"
    assert properties["unclean.leader.election.enable"] == "false"
    assert properties["controller.quorum.voters"].count("@127.0.0.1:") == 3
    assert f"node.id={nodes[1].id}\n" in as_text(properties)


def test_the_description_survives_writing_and_reading(tmp_path: Path) -> None:
    described = Cluster(new_cluster_id(), (Node(1, 29999, 29998),))
    Folder(tmp_path).write(described)
    assert Folder(tmp_path).read() == described
    assert set(json.loads(Folder(tmp_path).description.read_text(encoding="utf-8"))) == {
        "cluster_id",
        "nodes",
        "secure",
    }
