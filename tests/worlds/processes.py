"""Real processes of one installation: the commands an operator types, and what the monitor says of them."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from liandong.topics.embedded.ports import some_free
from liandong.topics.settings import Settings


class Processes:
    """Commands and processes on one state directory."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.processes: list[subprocess.Popen[bytes]] = []
        self.ports = some_free(2)

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "LIANDONG_BOOTSTRAP": str(self.settings.bootstrap),
            "LIANDONG_TOPIC_PREFIX": self.settings.topic_prefix,
            "LIANDONG_STATE_DIR": str(self.settings.state_dir),
            "LIANDONG_BARRIER_INTERVAL_SECONDS": "0.2",
            "LIANDONG_STALE_AFTER_SECONDS": "5",
        }

    def run(self, *words: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "liandong", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        log = (self.settings.state_dir / f"{words[0]}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "liandong", *words], env=self.environment, stdout=log, stderr=log
        )
        log.close()
        self.processes.append(process)
        return process

    def status(self, *words: str, code: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("status", "--json", *words, code=code))
        return found

    def until(self, true: Callable[[dict[str, Any]], bool]) -> None:
        """Asks the monitor until the status is as wanted."""
        deadline = time.monotonic() + 150
        found: dict[str, Any] = {}
        while not (found and true(found)):
            assert time.monotonic() < deadline, found
            assert all(process.poll() is None for process in self.processes), self.logs()
            time.sleep(0.2)
            with suppress(URLError), urlopen(f"http://127.0.0.1:{self.ports[0]}/v1/status") as answer:
                found = json.load(answer)

    def logs(self) -> str:
        return "\n".join(path.read_text() for path in self.settings.state_dir.glob("*.log"))

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            process.wait(30)

    def found(self, jurisdiction: str, *participants: tuple[str, ...]) -> None:
        """Participants with their keys and topics; each is an id and its options."""
        for words in participants:
            self.run("participant", "new", *words, "--jurisdiction", jurisdiction)
        self.run("topics", "apply")
        self.run("participant", "publish", "--all")
