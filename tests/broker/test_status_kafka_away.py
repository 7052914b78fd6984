"""Kafka is killed under a monitor: page, JSON, health, metrics and the command line name it within two seconds, and forget it afterwards."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil
import pytest

from liandong.tests.worlds.installation import Installation
from liandong.topics.embedded import cluster, ports
from liandong.topics.settings import Settings

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(300)]
_WITHIN = 2.5
"""Seconds; the promise is two, on a machine that does nothing else."""


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Installation]:
    folder = tmp_path / "kafka"
    found = cluster.up(folder, port=ports.some_free(1)[0])
    made = Installation(Settings(state_dir=tmp_path, bootstrap=found.bootstrap))
    js = ("--jurisdiction", "js")
    for words in (
        ("court-su0505", "--kind", "court", "--name", "苏州市示例区人民法院"),
        ("publisher-js", "--kind", "publisher"),
        ("notary-js-1", "--kind", "notary"),
        ("railway-js", "--kind", "agency", "--agency-kind", "railway"),
    ):
        made.run("participant", "new", *words, *js)
    made.run("topics", "apply")
    yield made
    made.close()
    cluster.down(folder)


def asked(installation: Installation, path: str) -> Any:
    with urlopen(f"http://127.0.0.1:{installation.ports[0]}{path}", timeout=5) as answer:
        text = answer.read().decode()
    return text if path == "/metrics" else json.loads(text)


def kinds(document: dict[str, Any]) -> set[str]:
    return {each["kind"] for each in document["findings"]}


def typed(installation: Installation, *words: str) -> tuple[float, int, str, str]:
    """Seconds, exit code, output and errors of a command typed in a shell."""
    began = time.monotonic()
    said = installation.piped(*words)
    out, err = said.communicate(timeout=60)
    return time.monotonic() - began, said.returncode, out, err


def seconds_until(true: Callable[[], bool]) -> float:
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < 60
        time.sleep(0.05)
    return time.monotonic() - began


def test_a_kafka_that_is_gone_is_named_within_two_seconds_everywhere(mortal: Installation) -> None:
    mortal.start("monitor", "serve", "--port", str(mortal.ports[0]))
    mortal.until(lambda found: found["jurisdictions"] and "kafka-away" not in kinds(found))
    for node in cluster.status(mortal.settings.kafka_dir).nodes:
        assert node.pid is not None
        process = psutil.Process(node.pid)
        process.kill()
        process.wait(30)
    took = seconds_until(lambda: "kafka-away" in kinds(asked(mortal, "/v1/status")))
    assert took < _WITHIN, took

    health = asked(mortal, "/healthz")
    assert (health["degraded"], "kafka-away" in health["findings"]) == (1, True)
    assert 'liandong_findings{kind="kafka-away"} 1.0' in asked(mortal, "/metrics")
    any_command, code, _, _ = typed(mortal, "participant", "list", "--json")
    assert code == 0
    took, code, out, err = typed(mortal, "status", "--json")
    assert code == 1, err
    document = json.loads(out)
    (finding,) = [each for each in document["findings"] if each["kind"] == "kafka-away"]
    assert finding["since"]
    assert 0 <= document["evidence"]["age_seconds"] < 60
    assert [each["agency"] for each in document["agencies"]] == ["railway-js"]
    assert not err
    assert took < 2 * any_command + 2, (took, any_command)  # what it loads takes as long again

    cluster.up(mortal.settings.kafka_dir)
    mortal.until(lambda found: "kafka-away" not in kinds(found))
    assert "kafka-away" not in kinds(mortal.status())
