"""Runs cases interleaved, one process a run, on an embedded Kafka of the run's own."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..schemas.errors import LiandongError
from ..topics.embedded import cluster, ports, process
from .catalogue import Case, Scale
from .machine import load
from .once import RunFailed, run_once
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
        medians = {name: Spread.of([run.value for run in runs]).median for name, runs in self.runs.items()}
        for name, runs in self.runs.items():
            for detail in runs[0].details:
                values = [run.details[detail] for run in runs if detail in run.details]
                medians[f"{name}.{detail}"] = Spread.of(values).median
        return medians

    def as_dict(self) -> dict[str, Any]:
        """For the JSON file."""
        runs = {name: [asdict(run) for run in runs] for name, runs in self.runs.items()}
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


@dataclass(frozen=True, slots=True)
class Broker:
    """The embedded Kafka of a session."""

    folder: Path
    bootstrap: str

    def check(self) -> None:
        """Raise BENCH_BROKER_DIED: readers would wait for it until their time is over."""
        for node in cluster.status(self.folder).nodes:
            if node.state in ("dead", "stopped"):
                lines = "".join(f"\n  | {line}" for line in process.tail(Path(node.log)))
                remedy = "mend what the log names and measure again"
                raise LiandongError("BENCH_BROKER_DIED", f"the Kafka of this session ended; its log:{lines}", remedy)


@contextmanager
def kafka(folder: Path) -> Iterator[Broker]:
    """Run an embedded Kafka that ends with the block; one that runs in the folder already is used and left alone."""
    if cluster.status(folder).healthy:
        yield Broker(folder, cluster.running_bootstrap(folder))
        return
    try:
        cluster.up(folder, nodes=1, port=ports.some_free(1)[0])
        yield Broker(folder, cluster.running_bootstrap(folder))
    finally:
        cluster.down(folder)


@contextmanager
def tidy() -> Iterator[None]:
    """Lets SIGTERM and SIGHUP end a block as Ctrl-C does, so that no process and no scratch folder is left."""

    def leave(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_IGN)  # once is enough: the second must not disturb the tidying
        raise SystemExit(128 + number)

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # nohup stays nohup
            signal.signal(number, leave)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_all(session: Session, plan: Plan, work: Path, tell: Callable[[str, Result | str], None]) -> None:
    """Every case of the plan into the session, group by group, interleaved within a group; `tell` hears of every run."""
    work.mkdir(parents=True, exist_ok=True)
    with kafka(work / "kafka") as broker:
        for group in dict.fromkeys(case.group for case in plan.cases):
            cases = {case.name: case for case in plan.cases if case.group == group}
            session.machine["load"].append(load())
            for number, name in interleaved(list(cases), plan.runs):
                case = cases[name]
                if number >= case.most_runs or name in session.failures:
                    continue
                place = Place(broker.bootstrap, str(work), case.entries[plan.scale], case.amount[plan.scale])
                try:
                    result = run_once(case, place, case.seconds[plan.scale], broker.check)
                except RunFailed as failed:
                    session.failures.setdefault(name, []).append(str(failed))
                    tell(name, str(failed))
                else:
                    session.runs.setdefault(name, []).append(result)
                    tell(name, result)
