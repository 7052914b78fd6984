"""One run of one case, in a process group of its own: when the run is over, nothing it started is left."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic

from .catalogue import Case
from .commands import ending
from .place import Place
from .result import Result

_LOOK_SECONDS = 0.5
"""How often the broker is looked at while a case runs."""
_STACKS_SECONDS = 1.0
"""Seconds a process gets to write where it stands before it is killed."""
_SHOWN_LINES = 40


class RunFailed(Exception):
    """A run that gave no figure: why, and the last of what its processes wrote."""


def run_once(case: Case, place: Place, seconds: float, watch: Callable[[], None] = lambda: None) -> Result:
    """Return the result of a case, which gets some seconds; `watch` is called all the while and may raise. Raises RunFailed."""
    log = place.folder / f"{case.name}.log"
    document = json.dumps({"place": place.as_dict(), "arguments": dict(case.arguments)})
    command = [sys.executable, "-m", f"{__package__}.child", case.module, document]
    with log.open("wb") as errors, TemporaryFile() as output:
        with (
            subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=output, stderr=errors, start_new_session=True
            ) as process,
            _no_survivors(process.pid),
        ):
            in_time = _ended(process, seconds, watch)
        output.seek(0)
        answer = json.loads(output.read() or b"{}")
    if not process.returncode and "result" in answer:
        return Result.of(answer["result"])
    late = f"gave no figure within {seconds:.0f} s"
    reason = answer.get("failure", f"its process {ending(process.returncode)}") if in_time else late
    raise RunFailed("\n  | ".join([reason, *_last_lines(log)]))


def _ended(process: "subprocess.Popen[bytes]", seconds: float, watch: Callable[[], None]) -> bool:
    """Wait for a process; return False if it is late: then it and its workers write into the log where their threads stand."""
    until = monotonic() + seconds
    while monotonic() < until:
        try:
            process.wait(_LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            watch()
        else:
            return True
    os.killpg(process.pid, signal.SIGUSR1)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STACKS_SECONDS)
    return False


@contextmanager
def _no_survivors(group: int) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # as it should be: the last one has ended
            os.killpg(group, signal.SIGKILL)


def _last_lines(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8", errors="replace").splitlines()[-_SHOWN_LINES:]
