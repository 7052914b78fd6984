"""A normal start of every process writes nothing that is a warning, and all of them log alike, with time and zone."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from liandong.tests.worlds.installation import Installation
from liandong.topics.settings import Settings

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(300)]
_LINE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00 \[(\w+) *\] .* \[[\w.]+\]")
_WATCHED_SECONDS = 20
"""From the start; with what is awaited for ten seconds that shows what would be told later in the first minute."""
_SAID = ("watching on http",)
"""What a command says to who typed it, on the same stream and before its log."""


@pytest.fixture
def town(settings: Settings) -> Iterator[Installation]:
    made = Installation(settings)
    made.found(
        "js",
        ("court-su0505", "--kind", "court", "--name", "苏州市示例区人民法院"),
        ("publisher-js", "--kind", "publisher"),
        ("notary-js-1", "--kind", "notary"),
        ("railway-js", "--kind", "agency", "--agency-kind", "railway"),
    )
    yield made
    made.close()


def test_a_normal_start_warns_of_nothing_and_all_log_alike(town: Installation, tmp_path: Path) -> None:
    began = time.monotonic()
    people = tmp_path / "list.csv"
    town.run("synthetic", "list", "--count", "20", "--seed", "7", "--output", str(people))
    town.start("monitor", "serve", "--port", str(town.ports[0]))
    town.start("agency", "run", "railway-js", "--port", str(town.ports[1]))
    town.start("court", "relay", "--jurisdiction", "js")
    town.start("court", "inbox", "--court", "court-su0505", "--follow")
    town.run("court", "publish", str(people), "--court", "court-su0505")
    town.until(lambda found: found["healthy"] and not found["on_the_way"] and found["batches"])
    with urlopen(f"http://127.0.0.1:{town.ports[0]}/healthz") as answer:
        assert json.load(answer) == {"ready": True, "degraded": 0, "findings": []}
    time.sleep(max(0.0, _WATCHED_SECONDS - (time.monotonic() - began)))
    lines = [line for line in town.logs().splitlines() if line.strip() and not line.startswith(_SAID)]
    levels = {line: found.group(1) if (found := _LINE.match(line)) else "" for line in lines}
    assert [line for line, level in levels.items() if not level] == []
    assert [line for line, level in levels.items() if level not in {"debug", "info"}] == []
    for words in ("monitor", "agency", "court"):
        assert (town.settings.state_dir / f"{words}.log").is_file()
