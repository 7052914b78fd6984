"""One installation on a real Kafka: the commands an operator types, the processes they start, what the monitor says."""

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

from liandong.tests.worlds.commands import liandong
from liandong.topics.embedded.ports import some_free
from liandong.topics.settings import Settings


class Installation:
    """One state directory and one topic prefix; commands run in this process unless they are started."""

    patience = 150.0

    def __init__(self, settings: Settings, **more: str) -> None:
        self.settings, self.more = settings, more
        self.processes: list[subprocess.Popen[Any]] = []
        self.ports = some_free(2)

    @property
    def variables(self) -> dict[str, str]:
        """What this installation's environment says to `liandong`."""
        return {
            "LIANDONG_BOOTSTRAP": str(self.settings.bootstrap),
            "LIANDONG_TOPIC_PREFIX": self.settings.topic_prefix,
            "LIANDONG_STATE_DIR": str(self.settings.state_dir),
        } | self.more

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its processes."""
        foreign = {name: value for name, value in os.environ.items() if not name.startswith("LIANDONG_")}
        return foreign | self.variables

    def run(self, *words: str, code: int = 0, typed: str = "") -> str:
        """Run a command to its end; its output."""
        ended = liandong(*words, typed=typed, environment=self.variables)
        assert ended.code == code, f"{words}: exit {ended.code}\n{ended.out}\n{ended.err}"
        return ended.out

    def found(self, jurisdiction: str, *participants: tuple[str, ...]) -> None:
        """Make participants with their keys and topics; each is an id and its options."""
        for words in participants:
            self.run("participant", "new", *words, "--jurisdiction", jurisdiction)
        self.run("topics", "apply")
        self.run("participant", "publish", "--all")

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        """Start a process that writes a log; it ends when the installation is closed."""
        with (self.settings.state_dir / f"{words[0]}.log").open("ab") as log:
            process = subprocess.Popen(_command(words), env=self.environment, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def piped(self, *words: str) -> "subprocess.Popen[str]":
        """Start a process whose output and errors the test reads and whose end it sees to."""
        pipe = subprocess.PIPE
        return subprocess.Popen(_command(words), env=self.environment, text=True, stdin=pipe, stdout=pipe, stderr=pipe)

    def status(self, *words: str, code: int | None = None) -> dict[str, Any]:
        """Ask `liandong status`, whose exit code is that of what it says unless another one is given."""
        ended = liandong("status", "--json", *words, environment=self.variables)
        document: dict[str, Any] = json.loads(ended.out)
        expected = int(not document["healthy"] and "--fail-on" not in words) if code is None else code
        assert ended.code == expected, f"exit {ended.code}\n{ended.out}\n{ended.err}"
        return document

    def until(self, true: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Ask the monitor until its status is as wanted; that status."""
        deadline = time.monotonic() + self.patience
        status: dict[str, Any] = {}
        while not (status and true(status)):
            assert time.monotonic() < deadline, status
            assert all(process.poll() is None for process in self.processes), self.logs()
            time.sleep(0.1)
            with suppress(URLError), urlopen(f"http://127.0.0.1:{self.ports[0]}/v1/status") as answer:
                status = json.load(answer)
        return status

    def logs(self) -> str:
        """Everything its processes have written."""
        return "\n".join(path.read_text() for path in self.settings.state_dir.glob("*.log"))

    def close(self) -> None:
        """End what was started."""
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            process.wait(60)


def _command(words: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "liandong", *words]
