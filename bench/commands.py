"""Commands the bench runs: what they print, and how a process ended in words."""

import signal
import subprocess
from collections.abc import Mapping, Sequence


class CommandFailed(RuntimeError):
    """A command did not end with exit code 0; what it wrote to standard error stands before this in the log."""


def output_of(name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """Return the standard output of a command; its standard error goes where this process's own goes. Raises CommandFailed."""
    done = subprocess.run(
        command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=environment
    )
    if done.returncode:
        raise CommandFailed(f"{name} {ending(done.returncode)}")
    return done.stdout


def ending(code: int | None) -> str:
    """How a process ended, by its exit code as Python has it: the number of a signal is negative."""
    if code is not None and code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
