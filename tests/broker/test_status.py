"""`liandong status` over a whole small town of real processes: a court publishes, a notary watches, an agency applies."""

import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from liandong.tests.worlds.installation import Installation

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
GOLDEN = Path(__file__).with_name("status.golden.json")
ENTRIES = 40
_VOLATILE = {"barrier", "age_seconds", "lag_records", "lag_seconds", "p50", "p95", "p99", "max", "hash", "root"}


def masked(value: Any, key: str = "") -> Any:
    """The document without what differs from run to run."""
    if isinstance(value, dict):
        if key == "position":
            return sorted(value)
        return {name: masked(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [masked(one) for one in value]
    if key in _VOLATILE:
        return f"<{key}>"
    if isinstance(value, str):
        value = re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+\+08:00", "<time>", value)
        value = re.sub(r"(bat|upd)_[0-9a-f]{32}", r"<\1>", value)
    return value


def test_everything_accepted_is_applied_and_proven_and_a_silent_agency_is_named(
    installation: Installation, tmp_path: Path
) -> None:
    people = tmp_path / "list.csv"
    installation.run("synthetic", "list", "--count", str(ENTRIES), "--seed", "7", "--output", str(people))
    installation.start("monitor", "serve", "--port", str(installation.ports[0]))
    installation.run("court", "publish", str(people), "--court", "court-su0505")

    waiting = installation.status("--fail-on", "stale", code=1)
    assert [finding["kind"] for finding in waiting["findings"] if finding.get("agency")] == ["stale"]
    assert waiting["batches"][0]["applied"] == {"railway-js": 0}

    agency = installation.start("agency", "run", "railway-js", "--port", str(installation.ports[1]))
    installation.until(lambda found: found["healthy"] and found["batches"][0]["applied"] == {"railway-js": ENTRIES})
    done = masked(installation.status("--fail-on", "late", "--fail-on", "stale", "--fail-on", "unequal"))
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(json.dumps(done, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert done == json.loads(GOLDEN.read_text(encoding="utf-8"))

    with urlopen(f"http://127.0.0.1:{installation.ports[0]}/metrics") as answer:
        metrics = answer.read().decode()
    labels = '{agency="railway-js",jurisdiction="js",node="1"}'
    assert f"liandong_agency_proven{labels} 1.0" in metrics
    assert (
        'liandong_live_entries{jurisdiction="js",notary="notary-js-1",topic="court.debtor-list.js.v1"} 40.0' in metrics
    )
    with urlopen(f"http://127.0.0.1:{installation.ports[0]}/v1/status?agency=railway-js") as answer:
        assert json.load(answer)["agencies"][0]["late_updates"] == 0

    agency.kill()
    agency.wait(10)
    installation.processes.remove(agency)
    installation.until(lambda found: not found["healthy"])
    stale = installation.status("--fail-on", "stale", code=1)
    assert [(finding["kind"], finding["node"]) for finding in stale["findings"]] == [("stale", "1")]
    assert stale["batches"][0]["applied"] == {"railway-js": ENTRIES}
