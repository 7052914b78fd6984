"""Tracing an entry on a real Kafka."""

import csv
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from liandong.tests.suites.tracing import TracingSuite
from liandong.tests.worlds.commands import liandong
from liandong.tests.worlds.installation import Installation


class TestTracingOnKafka(TracingSuite):
    pass


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_an_entry_is_traced_and_its_file_verified_by_command(installation: Installation, tmp_path: Path) -> None:
    people, file = tmp_path / "list.csv", tmp_path / "proof.json"
    installation.run("synthetic", "list", "--count", "30", "--seed", "7", "--output", str(people))
    installation.run("court", "publish", str(people), "--court", "court-su0505")
    case = next(csv.DictReader(people.read_text(encoding="utf-8").splitlines()))["case_number"]
    found = installation.run("court", "find", case, "--court", "court-su0505", "--json")
    entry = re.findall(r"ent_[0-9a-f]{32}", found)[0]
    refused = json.loads(installation.run("trace", entry, "--out", str(file), "--json", code=1))
    assert refused["error"]["code"] == "TRACE_SNAPSHOT_MISSING"
    installation.start("monitor", "serve", "--port", str(installation.ports[0]))
    deadline = time.monotonic() + installation.patience
    while installation_trace(installation, entry, file) is None:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    installation.run("court", "revoke", entry, "--court", "court-su0505", "--reason", "NO_GROUND")
    made = json.loads(installation.run("trace", entry, "--jurisdiction", "js", "--out", str(file), "--json"))
    assert (made["proven"], made["state"], made["file"]) == (True, "active", str(file))
    assert [each["state"] for each in made["later"]] == ["revoked"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert "PROVEN" in installation.run("trace", "verify", str(file))
    assert "第 1 版，有效" in installation.run("--lang", "zh", "trace", "verify", str(file))


def installation_trace(installation: Installation, entry: str, file: Path) -> dict[str, Any] | None:
    """What tracing an entry says once there is a snapshot."""
    ended = liandong("trace", entry, "--out", str(file), "--json", environment=installation.variables)
    said: dict[str, Any] = json.loads(ended.out)
    assert ended.code == 0 or said["error"]["code"] == "TRACE_SNAPSHOT_MISSING", ended
    return said if ended.code == 0 else None
