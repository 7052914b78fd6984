"""One broker process: started apart from us, recognised later by anyone, ended gently."""

import subprocess
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import psutil

from .state import Folder

_children: dict[int, subprocess.Popen[bytes]] = {}
"""Brokers this very process started: only their parent can reap them when they end."""


_WINDOWS_APART = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "DETACHED_PROCESS", 0)
"""What a session of its own is called on Windows; 0 elsewhere."""


def start(command: Sequence[str], folder: Folder, number: int) -> int:
    """Start a broker that outlives us and note its process id; the log of the start before is kept as broker.log.1."""
    log = folder.log(number)
    if log.exists():
        log.replace(log.with_name(log.name + ".1"))
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603  our own Java with our own arguments
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder.node(number),
            # a session of its own: closing the terminal or Ctrl-C must not reach the broker
            start_new_session=True,
            creationflags=_WINDOWS_APART,
        )
    _children[child.pid] = child
    folder.pid(number).write_text(f"{child.pid}\n", encoding="ascii")
    return child.pid


def noted_pid(folder: Folder, number: int) -> int | None:
    """Return the process id of a node that should be running, or None if it was never started or was stopped."""
    try:
        return int(folder.pid(number).read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    except ValueError:  # a crash between creating and writing the file
        return 0


def running(folder: Folder, number: int) -> psutil.Process | None:
    """Return the node's live process; a process id that now belongs to another program does not count."""
    pid = noted_pid(folder, number)
    if not pid:
        return None
    child = _children.get(pid)
    try:
        if child is not None:
            # ours for sure; its command line is empty for a moment while the system loads the program
            if child.poll() is None:
                return psutil.Process(pid)
            del _children[pid]
            return None
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or str(folder.properties(number)) not in process.cmdline():
            return None
    except psutil.NoSuchProcess:
        return None
    return process


def stop(folder: Folder, numbers: Sequence[int], patience: float) -> None:
    """End nodes: ask all, wait up to `patience` seconds, then kill. The log survives either way."""
    processes = {number: process for number in numbers if (process := running(folder, number)) is not None}
    for process in processes.values():
        process.terminate()
    _, alive = psutil.wait_procs(list(processes.values()), timeout=patience)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=10)
    for number in numbers:
        pid = noted_pid(folder, number)
        if pid and (child := _children.pop(pid, None)) is not None:
            child.wait(timeout=10)
        folder.pid(number).unlink(missing_ok=True)


def started(log: Path) -> bool:
    """Whether the broker says it serves (it says so once it is registered and unfenced)."""
    try:
        return b"Kafka Server started" in log.read_bytes()
    except FileNotFoundError:
        return False


def tail(log: Path, lines: int = 15) -> list[str]:
    """Return the last lines of a node's log, for people."""
    try:
        with log.open(encoding="utf-8", errors="replace") as text:
            return [line.rstrip() for line in deque(text, maxlen=lines)]
    except FileNotFoundError:
        return []
