"""Runs cases interleaved, one process a run, on an embedded Kafka of the run's own."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..schemas.errors import LiandongError
from ..topics.embedded import cluster, ports
from .catalogue import Case, Scale
from .machine import load
from .place import Place
from .result import Result
from .spread import Spread, interleaved


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run and how often."""

    cases: Sequence[Case]
    scale: Scale
    runs: int


@dataclass(slots=True)
class Session:
    """All runs of one session on one machine."""

    scale: str
    machine: dict[str, Any]
    peers: dict[str, str] = field(default_factory=dict)
    runs: dict[str, list[Result]] = field(default_factory=dict)
    failures: dict[str, list[str]] = field(default_factory=dict)

    def medians(self) -> dict[str, float]:
        """Case and `case.detail` to the median of its runs."""
        found = {name: Spread.of([run.value for run in runs]).median for name, runs in self.runs.items()}
        for name, runs in self.runs.items():
            for detail in runs[0].details:
                values = [run.details[detail] for run in runs if detail in run.details]
                found[f"{name}.{detail}"] = Spread.of(values).median
        return found

    def as_dict(self) -> dict[str, Any]:
        """For the JSON file."""
        runs = {name: [json.loads(run.as_json()) for run in runs] for name, runs in self.runs.items()}
        return {
            "scale": self.scale,
            "machine": self.machine,
            "peers": self.peers,
            "runs": runs,
            "failures": self.failures,
        }

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Session":
        """From `as_dict`."""
        runs = {name: [Result.of(run) for run in runs] for name, runs in document["runs"].items()}
        return cls(document["scale"], document["machine"], document["peers"], runs, document["failures"])


class RunFailed(LiandongError):
    """A run that gave no figure."""

    def __init__(self, case: str, why: str) -> None:
        super().__init__("BENCH_RUN_FAILED", f"{case}: {why}", "run this case alone to see all it prints")


@contextmanager
def kafka(folder: Path) -> Iterator[str]:
    """An embedded Kafka that ends with the block; one that runs in the folder already is used and left alone."""
    found = cluster.status(folder)
    if found.healthy and found.bootstrap:
        yield found.bootstrap
        return
    started = cluster.up(folder, nodes=1, port=ports.some_free(1)[0])
    try:
        yield started.bootstrap or ""
    finally:
        cluster.down(folder)


def run_all(session: Session, plan: Plan, work: Path, tell: Callable[[str, Result | str], None]) -> None:
    """Every case of the plan into the session, group by group, interleaved within a group; `tell` hears of every run."""
    work.mkdir(parents=True, exist_ok=True)
    with kafka(work / "kafka") as bootstrap:
        for group in dict.fromkeys(case.group for case in plan.cases):
            cases = {case.name: case for case in plan.cases if case.group == group}
            session.machine["load"].append(load())
            for number, name in interleaved(list(cases), plan.runs):
                case = cases[name]
                if number >= case.most_runs or name in session.failures:
                    continue
                place = Place(bootstrap, str(work), case.entries[plan.scale], case.amount[plan.scale])
                try:
                    result = run_once(case, place)
                except RunFailed as failed:
                    session.failures.setdefault(name, []).append(failed.message)
                    tell(name, failed.message)
                else:
                    session.runs.setdefault(name, []).append(result)
                    tell(name, result)


def run_once(case: Case, place: Place) -> Result:
    """One run in a process of its own. Raises RunFailed."""
    document = json.dumps({"place": place.as_dict(), "arguments": dict(case.arguments)})
    log = place.folder / f"{case.name}.log"
    command = [sys.executable, "-m", f"{__package__}.child", case.module, document]
    with log.open("w", encoding="utf-8") as errors:
        try:
            done = subprocess.run(
                command, check=False, stdout=subprocess.PIPE, stderr=errors, text=True, timeout=case.seconds
            )
        except subprocess.TimeoutExpired as slow:
            raise RunFailed(case.name, f"gave no figure within {case.seconds} s") from slow
    if done.returncode:
        last = log.read_text(encoding="utf-8").strip().splitlines()[-1:]
        raise RunFailed(case.name, last[0] if last else f"exit code {done.returncode}")
    return Result.of(json.loads(done.stdout.splitlines()[-1]))
