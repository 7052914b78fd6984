"""The main job by commands alone, on a real Kafka: publish, refuse, free, prove, stop."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from liandong.tests.worlds.gate import free_port
from liandong.topics.settings import Settings

PATIENCE = 90.0
LISTED = "110199195210117115"
HEADER = "kind,name,certificate_type,certificate_number,case_number,decision_number,filing_date,grounds,performance\n"
ROW = f"NATURAL,余测试,CN_ID,{LISTED},（2026）苏0505执3号,（2026）苏0505执3号决定书,2026-05-11,G1,NONE\n"


class Shell:
    """Runs commands as an operator would."""

    def __init__(self, settings: Settings, directory: Path) -> None:
        self.directory = directory
        self.env = dict(os.environ) | {
            "LIANDONG_STATE_DIR": str(settings.state_dir),
            "LIANDONG_BOOTSTRAP": str(settings.bootstrap),
            "LIANDONG_TOPIC_PREFIX": settings.topic_prefix,
        }

    def __call__(self, *arguments: str, text: str = "") -> str:
        ended = self.ended(*arguments, text=text)
        assert ended.returncode == 0, ended.stderr + ended.stdout
        return ended.stdout

    def ended(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "liandong", *arguments]
        return subprocess.run(
            command, input=text, env=self.env, capture_output=True, text=True, check=False, timeout=110
        )

    @contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        log = self.directory / f"{'-'.join(arguments[:3])}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "liandong", *arguments], env=self.env, stdout=out, stderr=subprocess.STDOUT
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait(30)

    def check(self, name: str = "余测试") -> dict[str, object]:
        options = ("--transaction", "rail-ticket", "--certificate", "CN_ID", "--attribute", "train_type=G", "--json")
        answer: dict[str, object] = json.loads(
            self("check", "--agency", "railway-js", "--name", name, *options, text=LISTED)
        )
        return answer


def said(api: httpx.Client) -> str:
    subject = {"certificates": [{"type": "CN_ID", "number": LISTED}], "name": "余测试"}
    asked = {"transaction": "rail-ticket", "subject": subject, "attributes": {"train_type": "G"}}
    try:
        return str(api.post("/v1/checks", json=asked).json()["decision"])
    except httpx.TransportError:
        return "no answer yet"


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_whoever_is_published_is_refused_and_whoever_is_revoked_goes_on(settings: Settings, tmp_path: Path) -> None:
    shell, port = Shell(settings, tmp_path), free_port()
    shell("participant", "new", "court-su0505", "--kind", "court", "--jurisdiction", "js", "--name", "测试法院")
    shell("participant", "new", "railway-js", "--kind", "agency", "--jurisdiction", "js", "--agency-kind", "railway")
    shell("participant", "new", "notary-js-1", "--kind", "notary", "--jurisdiction", "js")
    shell("topics", "apply")
    for participant in ("court-su0505", "railway-js", "notary-js-1"):
        shell("participant", "publish", participant)
    (tmp_path / "list.csv").write_text(HEADER + ROW, encoding="utf-8")
    notary = shell.running("monitor", "notary", "--jurisdiction", "js")
    with notary, shell.running("agency", "run", "railway-js", "--port", str(port)) as node:
        shell("court", "publish", str(tmp_path / "list.csv"), "--court", "court-su0505")
        token = shell("agency", "token", "add", "railway-js", "desk").strip()
        api = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"authorization": f"Bearer {token}"}, timeout=30
        )
        until(lambda: said(api) == "BLOCK")
        measures = shell.check()["measures"]
        assert isinstance(measures, list)
        assert measures[0]["match"] == "CERTIFICATE_AND_NAME"
        assert shell.check(name="于测试")["decision"] == "REVIEW"
        shell("court", "revoke", measures[0]["entry_id"], "--reason", "WRONG_PERSON")
        until(lambda: said(api) == "ALLOW")
        api.close()
        node.send_signal(signal.SIGTERM)
        assert node.wait(30) == 0
    assert LISTED.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("*.log"))
