"""Every case runs alone, as people run it, at its smallest size and checks its own result; how fast is not asserted."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from liandong.__main__ import main
from liandong.bench import catalogue
from liandong.bench.catalogue import CASES, Case
from liandong.tests.suites import failing_case
from liandong.topics.embedded import cluster, ports

pytestmark = [pytest.mark.slow, pytest.mark.broker]

DIFFERENT = [case for case in CASES if not case.needs_peers and (case.group != "growth" or case.name == "agencies-3")]


@pytest.fixture(scope="module")
def kafka_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A Kafka that runs already: what the bench finds in its scratch folder it uses and leaves alone."""
    folder = tmp_path_factory.mktemp("bench-kafka")
    cluster.up(folder, nodes=1, port=ports.some_free(1)[0])
    yield folder
    cluster.down(folder)


@pytest.fixture
def work(kafka_folder: Path, tmp_path: Path) -> Path:
    """A scratch folder without corpus, node and rows: whatever a case needs it makes itself."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "kafka").symlink_to(kafka_folder)
    return folder


def bench_run(work: Path, *arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["bench", "run", "--scale", "tiny", "--runs", "1", "--work", str(work), *arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.parametrize(
    "name",
    [pytest.param(case.name, marks=() if case.name == "check-decision" else pytest.mark.long) for case in DIFFERENT],
)
def test_a_case_runs_and_finds_what_it_should(name: str, work: Path) -> None:
    file = work / "runs.json"
    assert bench_run(work, name, "--json", str(file)) == 0
    (result,) = json.loads(file.read_text(encoding="utf-8"))["runs"][name]
    assert result["value"] > 0
    assert result["amount"] > 0


@pytest.mark.parametrize("in_worker", [False, True])
def test_a_case_whose_process_is_killed_fails_with_its_message_and_the_others_go_on(
    in_worker: bool, work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fails = Case("fails", "apply", failing_case.__name__, "", "", {"way": "is killed", "in_worker": in_worker})
    monkeypatch.setattr(catalogue, "CASES", (fails, *CASES))
    assert bench_run(work, "fails", "digest") == 1
    printed = capsys.readouterr()
    assert "was killed by SIGKILL\n  | last words" in printed.err
    assert "what to do: mend what stands above" in printed.err
    assert "digest " in printed.out


@pytest.mark.long
@pytest.mark.parametrize(
    ("ending", "code", "message"),
    [("Ctrl-C", 130, ""), ("SIGTERM", 143, ""), ("Kafka dies", 1, "error BENCH_BROKER_DIED")],
)
def test_whatever_ends_a_session_ends_all_of_it(ending: str, code: int, message: str, tmp_path: Path) -> None:
    # whoever runs the tests in the background has Ctrl-C ignored
    python = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
    python += "from liandong.__main__ import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", python, "bench", "run", "gate-latency", "--scale", "tiny", "--runs", "100"]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as session:
        try:
            processes = started_by(psutil.Process(session.pid))
            if ending == "Kafka dies":
                next(each for each in processes if each.name() == "java").kill()
            else:
                session.send_signal(signal.SIGINT if ending == "Ctrl-C" else signal.SIGTERM)
            _, errors = session.communicate(timeout=60)
        finally:
            session.kill()
    assert session.returncode == code
    assert message in errors
    _, alive = psutil.wait_procs(processes, timeout=10)
    assert not [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]
    assert not list(tmp_path.glob("liandong-bench-*"))


def started_by(session: psutil.Process) -> list[psutil.Process]:
    """Kafka, the case and what the case started, as soon as all are there."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        processes = session.children(recursive=True)
        with suppress(psutil.NoSuchProcess):
            case = [each for each in processes if "liandong.bench.child" in each.cmdline()]
            if case and case[0].children():
                return processes
        time.sleep(0.05)
    raise AssertionError("the case did not start")
