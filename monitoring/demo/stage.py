"""What the demo runs on: a folder of its own, real processes, and the commands a user would type."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from ...schemas.errors import LiandongError
from ...schemas.phrases import Phrase, quoted
from ...topics.workers.clock import SystemClock
from ...topics.workers.threads import rest


class SceneFailed(LiandongError):
    """Something the demo relies on did not happen."""

    def __init__(self, message: Phrase, remedy: Phrase) -> None:
        super().__init__("DEMO_FAILED", message, remedy, message.zh, remedy.zh)


@dataclass
class Stage:
    """Runs `liandong …` commands against one state directory and one cluster."""

    folder: Path
    settings: Mapping[str, str]
    """`LIANDONG_*` variables of every process."""
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _logs: list[IO[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """The environment every process here is started with."""
        return {**os.environ, "PYTHONUNBUFFERED": "1", **self.settings}

    def log(self, name: str) -> Path:
        """Return the path of a process's log."""
        return self.folder / "logs" / f"{name}.log"

    def run(self, *words: str, stdin: str = "", expect: Sequence[int] = (0,)) -> Any:
        """Run a command with `--json` and return its document; any exit code not expected ends the demo."""
        ended = subprocess.run(  # noqa: S603  our own command line
            [sys.executable, "-m", "liandong", *words, "--json"],
            input=stdin, capture_output=True, text=True, env=self.environment, timeout=300, check=False,
        )  # fmt: skip
        if ended.returncode not in expect:
            output = (ended.stdout + ended.stderr).strip()[-800:]
            raise SceneFailed(
                Phrase(
                    f"`liandong {' '.join(words)}` ended with {ended.returncode}: {output}",
                    f"`liandong {' '.join(words)}` 以 {ended.returncode} 退出：{quoted(output).zh}",
                ),
                Phrase(f"look into {self.folder}", f"请查看 {self.folder}"),
            )
        lines = ended.stdout.strip().splitlines()
        return json.loads(lines[-1]) if lines else None

    def start(self, name: str, *words: str) -> None:
        """Start a long-running process under a name; what it prints goes to its log."""
        self.log(name).parent.mkdir(parents=True, exist_ok=True)
        log = self.log(name).open("ab")
        self._logs.append(log)
        self._running[name] = subprocess.Popen(  # noqa: S603  our own command line
            [sys.executable, "-m", "liandong", *words],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=self.environment, start_new_session=True,
        )  # fmt: skip

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process; after SIGKILL it is gone when this returns."""
        process = self._running[name]
        process.send_signal(number)
        if number is signal.SIGKILL:
            process.wait(10)

    def check_alive(self) -> None:
        """Check that every started process still runs; if not, end the demo with the last words of the one that does not."""
        for name, process in self._running.items():
            if process.poll() is not None:
                words = self.log(name).read_text(encoding="utf-8", errors="replace").strip()[-800:]
                raise SceneFailed(
                    Phrase(
                        f"process {name} ended with {process.returncode}: {words}",
                        f"进程 {name} 以 {process.returncode} 退出：{quoted(words).zh}",
                    ),
                    Phrase(f"its log is {self.log(name)}", f"其进程日志：{self.log(name)}"),
                )

    def forget(self, name: str) -> None:
        """Let a process that was killed be started again under its name."""
        del self._running[name]

    def printed(self, name: str) -> list[Any]:
        """Read the JSON lines a process has printed so far."""
        text = self.log(name).read_text(encoding="utf-8", errors="replace") if self.log(name).exists() else ""
        return [json.loads(line) for line in text.splitlines() if line.startswith("{") and line.endswith("}")]

    def wait_for(self, event: Phrase, happened: Callable[[], bool], seconds: float = 60, pause: float = 0.05) -> float:
        """Wait until something has happened; return how many seconds it took."""
        clock = SystemClock()
        begun = clock.monotonic()
        while not happened():
            self.check_alive()
            if clock.monotonic() - begun > seconds:
                raise SceneFailed(
                    Phrase(f"{event} did not happen within {seconds:.0f} s", f"{seconds:.0f} 秒内未发生：{event.zh}"),
                    Phrase(f"the logs are in {self.log('x').parent}", f"各进程日志在 {self.log('x').parent}"),
                )
            rest(pause)
        return clock.monotonic() - begun

    def close(self) -> None:
        """Stop every process: ask first, insist after ten seconds."""
        for process in self._running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self._running.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
        for log in self._logs:
            log.close()
