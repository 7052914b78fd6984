"""A process of a measurement that dies or hangs ends the run with its message, in time, and leaves no process behind."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing import active_children
from pathlib import Path

import psutil
import pytest

from liandong.bench.catalogue import Case
from liandong.bench.load import ask, request
from liandong.bench.once import RunFailed, run_once
from liandong.bench.place import Place
from liandong.bench.served import serving
from liandong.bench.workers import ProcessDied, together
from liandong.tests.suites import failing_case

PATIENCE = 60.0
"""Far from the ten minutes the processes of the failing case would go on, far from what a busy machine needs."""


def failing(way: str, *, in_worker: bool = False) -> Case:
    return Case("fails", "", failing_case.__name__, "", "", {"way": way, "in_worker": in_worker})


def line_of(statement: str) -> int:
    """Where a statement stands in the failing case."""
    lines = Path(failing_case.__file__).read_text(encoding="utf-8").splitlines()
    return 1 + [line.strip() for line in lines].index(statement)


def place_in(folder: Path) -> Place:
    return Place("", str(folder), 1, 1)


def bystander_in(folder: Path) -> psutil.Process | None:
    """The process that the failing case left working, None if it is gone."""
    file = folder / failing_case.BYSTANDER
    try:
        return psutil.Process(int(file.read_text(encoding="ascii")))
    except psutil.NoSuchProcess:
        return None


def ends(process: psutil.Process | None) -> bool:
    """Whether a process ends soon; where nobody collects it (a container without init) it stays as a zombie."""
    until = time.monotonic() + 5
    while process and process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize(
    ("way", "in_worker", "reason"),
    [
        ("raises", False, "ValueError: no such person"),
        ("exits", False, "its process ended with exit code 3"),
        ("is killed", False, "its process was killed by SIGKILL"),
        ("raises", True, "ProcessDied: fail: ValueError: no such person"),
        ("exits", True, "ProcessDied: fail ended with exit code 3"),
        ("is killed", True, "ProcessDied: fail was killed by SIGKILL"),
    ],
)
def test_a_process_that_dies_ends_the_run_with_its_message(
    way: str, in_worker: bool, reason: str, tmp_path: Path
) -> None:
    start = time.monotonic()
    with pytest.raises(RunFailed) as failed:
        run_once(failing(way, in_worker=in_worker), place_in(tmp_path), 2 * PATIENCE)
    assert time.monotonic() - start < PATIENCE
    assert str(failed.value).splitlines()[0] == reason
    assert "\n  | last words" in str(failed.value)
    assert ends(bystander_in(tmp_path))


@pytest.mark.long
def test_a_run_that_hangs_is_given_up_and_says_where_it_stands(tmp_path: Path) -> None:
    with pytest.raises(RunFailed) as failed:
        run_once(failing("hangs", in_worker=True), place_in(tmp_path), 15)
    assert str(failed.value).splitlines()[0] == "gave no figure within 15 s"
    for statement, function in (("worker.result()", "run"), ("time.sleep(LONG)", "fail")):
        assert f'failing_case.py", line {line_of(statement)} in {function}' in str(failed.value)
    assert ends(bystander_in(tmp_path))


def test_whoever_watches_a_run_can_end_it(tmp_path: Path) -> None:
    def watch() -> None:
        if (tmp_path / failing_case.BYSTANDER).exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_once(failing("hangs"), place_in(tmp_path), PATIENCE, watch)
    assert ends(bystander_in(tmp_path))


def test_a_run_ends_when_the_process_that_started_it_is_killed(tmp_path: Path) -> None:
    code = f"from {__name__} import *; run_once(failing('hangs'), place_in(Path(sys.argv[1])), PATIENCE)"
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) as starter:
        until = time.monotonic() + PATIENCE
        while not (tmp_path / failing_case.BYSTANDER).exists() and time.monotonic() < until:
            time.sleep(0.05)
        bystander = bystander_in(tmp_path)
        assert bystander is not None
        starter.kill()
    assert ends(bystander)


def test_the_first_call_that_fails_ends_those_beside_it() -> None:
    start = time.monotonic()
    with pytest.raises(ProcessDied, match="sleep: TypeError"):
        together(time.sleep, [(failing_case.LONG,), ("no time",), (failing_case.LONG,)])
    assert time.monotonic() - start < PATIENCE
    assert not active_children()


def test_calls_made_together_return_in_their_order() -> None:
    assert together(pow, [(2, 3), (3, 2), (5, 1)]) == [8, 9, 5]


@pytest.fixture
def _own_cores() -> Iterator[None]:
    """A caller is pinned to a core."""
    before = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else None
    yield
    if before:
        os.sched_setaffinity(0, before)


@pytest.mark.usefixtures("_own_cores")
def test_a_server_that_dies_is_named_and_not_only_the_connection_that_broke(tmp_path: Path) -> None:
    def ask_one_that_dies() -> None:
        with serving(place_in(tmp_path), tmp_path, "empty") as server:
            assert len(ask(server.port, [request("/", b"{}", server.token)], 1).latencies) == 1
            (process,) = active_children()
            process.kill()
            ask(server.port, [request("/", b"{}", server.token)] * 1_000, 1)

    with pytest.raises(ProcessDied, match="serve was killed by SIGKILL"):
        ask_one_that_dies()
