"""Two nodes of an agency are taken from the last release to this one, one after the other, on a real Kafka, while courts publish.

The last release runs from its own sources (`tests/releases/*/product.tar.xz`) beside this one, on one state directory.
"""

import json
import secrets
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

import httpx
import psycopg
import pytest

from liandong.tests.worlds.court_office import rows, write
from liandong.tests.worlds.installation import Installation
from liandong.topics.embedded.ports import some_free
from liandong.topics.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
LAST = max((Path(__file__).parents[1] / "releases").glob("*/product.tar.xz"))
COURT, AGENCY = "court-su0505", "railway-js"
TRAIN = {"train_type": "G", "seat_class": "second"}
Row = dict[str, str]


class Upgrade(Installation):
    """An installation whose processes are of the last release until they are started again."""

    def __init__(self, settings: Settings, sources: Path, **more: str) -> None:
        super().__init__(settings, **more)
        self.sources = sources
        self.node_ports = dict(zip("ab", some_free(2), strict=True))
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.token = ""

    def last(self, *words: str) -> str:
        """Run a command of the last release to its end."""
        command = [sys.executable, "-m", "liandong", *words]
        ended = subprocess.run(command, env=self.of_last, capture_output=True, text=True, check=False, cwd=self.sources)
        assert ended.returncode == 0, ended.stderr + self.logs()
        return ended.stdout

    @property
    def of_last(self) -> dict[str, str]:
        return self.environment | {"PYTHONPATH": str(self.sources / ".pkg")}

    def begin(self, name: str, *words: str, last: bool) -> None:
        """Start a process of the last release or of this one, in place of the one of that name."""
        if before := self.running.get(name):
            before.terminate()
            assert before.wait(60) == 0, self.logs()
            self.processes.remove(before)
        with (self.settings.state_dir / f"{name}.log").open("ab") as log:
            environment = self.of_last if last else self.environment
            command = [sys.executable, "-m", "liandong", *words]
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=self.sources)
        self.running[name] = process
        self.processes.append(process)

    def node(self, name: str, *, last: bool) -> None:
        """Start a node in place of the one of that name, and wait until its gate answers."""
        port = str(self.node_ports[name])
        self.begin(f"node-{name}", "agency", "run", AGENCY, "--node", name, "--port", port, last=last)
        self.wait(lambda: httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200)

    def decision(self, name: str, row: Row) -> str:
        """What a node's gate says of a person who wants to take a train."""
        certificate = {"type": row["certificate_type"], "number": row["certificate_number"]}
        subject = {"certificates": [certificate], "name": row["name"]}
        body = {"transaction": "rail-ticket", "subject": subject, "attributes": TRAIN}
        answer = httpx.post(
            f"http://127.0.0.1:{self.node_ports[name]}/v1/checks",
            json=body,
            headers={"authorization": f"Bearer {self.token}"},
            timeout=30,
        )
        return str(answer.json().get("decision", answer.json().get("code")))

    def wait(self, happened: Callable[[], bool], seconds: float = 120) -> None:
        """Wait until something has happened."""
        deadline = time.monotonic() + seconds
        while True:
            with suppress(httpx.TransportError):
                if happened():
                    return
            assert all(process.poll() is None for process in self.processes), self.logs()
            assert time.monotonic() < deadline, self.logs()
            time.sleep(0.2)

    def until_both_say(self, row: Row, decision: str) -> None:
        """Wait until both gates decide so about a person."""
        self.wait(lambda: {self.decision(name, row) for name in "ab"} == {decision})


class Prober:
    """Asks about somebody all the time, of whichever node answers."""

    def __init__(self, town: Upgrade, row: Row) -> None:
        self._town, self._row = town, row
        self._stop = threading.Event()
        self.decisions: list[str] = []
        self.unanswered = 0
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(60)

    def _run(self) -> None:
        while not self._stop.wait(0.1):
            answers = list(self._answers())
            self.decisions += answers
            self.unanswered += not answers

    def _answers(self) -> Iterator[str]:
        for name in "ab":
            with suppress(httpx.TransportError):
                yield self._town.decision(name, self._row)


def citizens(count: int, seed: int) -> list[Row]:
    """Listed people who have an ID card."""
    return [row for row in rows(count, seed) if row["certificate_type"] == "CN_ID" and row["kind"] == "NATURAL"]


@pytest.fixture
def town(settings: Settings, postgres_url: str, tmp_path: Path) -> Iterator[Upgrade]:
    with tarfile.open(LAST) as packed:
        packed.extractall(tmp_path / "last", filter="data")
    database = f"acts_{secrets.token_hex(4)}"
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {database}")
    asked = {
        "LIANDONG_BARRIER_INTERVAL_SECONDS": "0.3",
        "LIANDONG_STALE_AFTER_SECONDS": "30",
        "LIANDONG_ACTS_URL": f"{postgres_url.rpartition('/')[0]}/{database}",  # the last release knows no such setting
    }
    town = Upgrade(settings, tmp_path / "last", **asked)
    for words in (
        (COURT, "--kind", "court", "--name", "测试法院"),
        (AGENCY, "--kind", "agency", "--agency-kind", "railway"),
        ("notary-js-1", "--kind", "notary"),
    ):
        town.last("participant", "new", *words, "--jurisdiction", "js")
    town.last("topics", "apply")
    town.last("participant", "publish", "--all")
    added = json.loads(town.last("agency", "token", "add", AGENCY, "booking", "--json"))
    town.token = added["token"]
    yield town
    town.close()


def publish(run: Callable[..., str], tmp_path: Path, listed: list[Row]) -> None:
    """Publish people with the last release's command or this one's."""
    file = write(tmp_path / f"{listed[0]['certificate_number'][-6:]}.csv", listed)
    summary = json.loads(run("court", "publish", str(file), "--court", COURT, "--json"))
    assert summary["accepted"] == len(listed)


def test_two_nodes_are_upgraded_one_after_the_other_and_nobody_is_let_through(town: Upgrade, tmp_path: Path) -> None:
    first, second, third = (citizens(40, seed) for seed in (1, 2, 3))
    serve = ("monitor", "serve", "--port", str(town.ports[0]))
    town.begin("monitor", *serve, last=True)
    for name in "ab":
        town.node(name, last=True)
    publish(town.last, tmp_path, first)
    town.until_both_say(first[0], "BLOCK")

    with Prober(town, first[0]) as prober:
        town.node("a", last=False)
        publish(town.last, tmp_path, second)
        town.until_both_say(second[0], "BLOCK")
        town.node("b", last=False)
        publish(town.run, tmp_path, third)
        town.until_both_say(third[0], "BLOCK")
        town.begin("monitor", *serve, last=False)
        town.until(lambda status: status["healthy"])
    assert len(prober.decisions) > 50
    # a node that has just started and has not read the register of keys yet has a person decide
    assert set(prober.decisions) <= {"BLOCK", "REVIEW", "RETRY_LATER"}
    assert prober.decisions.count("REVIEW") < len(prober.decisions) / 2
    assert not prober.unanswered

    found = json.loads(town.run("court", "find", first[0]["case_number"], "--court", COURT, "--json"))
    entries = found if isinstance(found, list) else found["entries"]
    town.run("court", "revoke", entries[0]["entry"], "--reason", "NO_GROUND", "--court", COURT)
    town.until_both_say(first[0], "ALLOW")
    whole = town.until(lambda status: status["healthy"] and not status["findings"])
    assert {node["proof"]["state"] for agency in whole["agencies"] for node in agency["nodes"]} == {"equal"}
