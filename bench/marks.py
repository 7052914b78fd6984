"""The marks the project set itself, as ratios or limits over the medians of one run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Medians = Mapping[str, float]
"""Case, or case.detail, to its median."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark: a figure made of medians, and where it must lie."""

    says: str
    needs: tuple[str, ...]
    figure: Callable[[Medians], float]
    bound: float
    unit: str = "×"
    at_least: bool = True

    def met(self, value: float) -> bool:
        """Whether a figure reaches the mark."""
        return value >= self.bound if self.at_least else value <= self.bound


@dataclass(frozen=True, slots=True)
class Judgement:
    """A mark and what was measured."""

    mark: Mark
    value: float

    @property
    def word(self) -> str:
        """Met or short."""
        return "met" if self.mark.met(self.value) else "short"


def _ratio(above: str, below: str) -> Callable[[Medians], float]:
    return lambda medians: medians[above] / medians[below]


def _of(name: str) -> Callable[[Medians], float]:
    return lambda medians: medians[name]


def _against(says: str, above: str, below: str, bound: float) -> Mark:
    return Mark(says, (above, below), _ratio(above, below), bound)


MARKS = (
    _against("apply against FastStream's batch consumer filling a dict", "apply", "faststream", 1.8),
    _against("apply against Quix Streams with RocksDB state", "apply", "quix", 4.0),
    _against("two partition shards against one", "apply-2-shards", "apply", 1.6),
    Mark("apply of one record", ("apply",), lambda medians: 1e6 / medians["apply"], 8.0, "µs", at_least=False),
    Mark("digest as a part of apply", ("apply", "digest"), _ratio("apply", "digest"), 0.4, "×", at_least=False),
    Mark("update to gate, p50 against raw", ("gate-latency", "raw-latency"), _ratio("gate-latency", "raw-latency"), 2.0, "×", at_least=False),
    Mark(
        "update to gate, p99 above raw",
        ("gate-latency.p99_ms", "raw-latency.p99_ms"),
        lambda medians: medians["gate-latency.p99_ms"] - medians["raw-latency.p99_ms"],
        10.0,
        "ms",
        at_least=False,
    ),
    Mark("relief with the list in front, p99", ("relief",), _of("relief"), 50.0, "ms", at_least=False),
    Mark("check with a ready surrogate", ("check-surrogate",), _of("check-surrogate"), 300_000, "/s"),
    Mark("check from a raw number", ("check-number",), _of("check-number"), 180_000, "/s"),
    _against("HTTP check against an empty handler", "http-check", "http-empty", 0.6),
    Mark("HTTP batches of 1,000", ("http-batch",), _of("http-batch"), 150_000, "checks/s"),
    _against("publishing a file against raw produce + fastavro + pydantic", "publish", "raw-publish", 0.6),
)  # fmt: skip


def judge(medians: Medians) -> list[Judgement]:
    """Judge every mark whose cases were measured."""
    return [Judgement(mark, mark.figure(medians)) for mark in MARKS if all(need in medians for need in mark.needs)]
