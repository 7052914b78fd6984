"""Kafka stands still while `liandong status` reads: it does not wait for the client's time-outs but tells what is at hand, and how old it is."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from liandong.monitoring.ledger.evidence_reading import EvidenceReading
from liandong.monitoring.service import gathering
from liandong.monitoring.service.one_look import READING
from liandong.tests.worlds.commands import liandong
from liandong.tests.worlds.installation import Installation
from liandong.topics.embedded import cluster, ports
from liandong.topics.settings import Settings

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Installation]:
    folder = tmp_path / "kafka"
    found = cluster.up(folder, port=ports.some_free(1)[0])
    made = Installation(Settings(state_dir=tmp_path, bootstrap=found.bootstrap))
    made.found(
        "js",
        ("court-su0505", "--kind", "court", "--name", "苏州市示例区人民法院"),
        ("publisher-js", "--kind", "publisher"),
        ("notary-js-1", "--kind", "notary"),
        ("railway-js", "--kind", "agency", "--agency-kind", "railway"),
    )
    yield made
    made.close()
    cluster.down(folder)


def brokers(town: Installation) -> list[psutil.Process]:
    pids = [node.pid for node in cluster.status(town.settings.kafka_dir).nodes]
    return [psutil.Process(pid) for pid in pids if pid is not None]


def readers() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == READING]


def test_a_kafka_that_stands_still_in_the_middle_is_told_before_any_time_out(
    town: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    notary = town.start("monitor", "notary", "--jurisdiction", "js")
    until = time.monotonic() + town.patience
    while not town.status()["jurisdictions"]:
        assert time.monotonic() < until, town.logs()
    notary.terminate()
    notary.wait(60)

    def reads(*of: Any) -> EvidenceReading:
        for each in brokers(town):
            each.suspend()
        return EvidenceReading(*of)

    monkeypatch.setattr(gathering, "EvidenceReading", reads)
    try:
        began = time.monotonic()
        ended = liandong("status", "--json", environment=town.variables)
        took = time.monotonic() - began
        still_reads = readers()
    finally:
        for each in brokers(town):
            each.resume()
    document = json.loads(ended.out)
    (finding,) = [each for each in document["findings"] if each["kind"] == "kafka-away"]
    assert (finding["what"], ended.code) == ("BROKER_UNREACHABLE", 1)
    assert 0 <= finding["seconds"] == int(document["evidence"]["age_seconds"]) < town.patience
    assert finding["since"] == document["evidence"]["as_of"], "since when the newest record was written"
    assert [each["agency"] for each in document["agencies"]] == ["railway-js"]
    assert still_reads, "who reads waits for its time-outs all the while"
    assert took < 20, took
    for reader in still_reads:
        reader.join(120)
        assert not reader.is_alive()
    monkeypatch.undo()
    assert "kafka-away" not in {each["kind"] for each in town.status()["findings"]}
