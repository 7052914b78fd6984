"""The kinds of metrics and the object that counts, on an injected Prometheus registry.

The metrics themselves are in `topics/metrics/definitions.py`. Label names are a closed set and `Signals` refuses a value that looks
like a certificate number.
"""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar, cast

import prometheus_client as prometheus
from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

Label = Literal[
    "agency",
    "caller",
    "court",
    "decision",
    "failure",
    "jurisdiction",
    "kind",
    "lane",
    "measure",
    "node",
    "notary",
    "outcome",
    "part",
    "participant",
    "reason",
    "result",
    "topic",
]

_VALUE = re.compile(r"[A-Za-z0-9._:+-]{0,96}")
_LONG_NUMBER = re.compile(r"[0-9]{8}")
_M = TypeVar("_M", bound=MetricWrapperBase)


@dataclass(frozen=True, slots=True)
class Signal:
    """One metric. Counters end in `_total`, durations in `_seconds`, as Prometheus has it."""

    name: str
    labels: tuple[Label, ...]
    help: str


@dataclass(frozen=True, slots=True)
class Counter(Signal):
    """Only grows while a process lives."""


@dataclass(frozen=True, slots=True)
class Gauge(Signal):
    """Goes up and down."""


@dataclass(frozen=True, slots=True)
class Histogram(Signal):
    """A distribution; seconds unless its name says otherwise."""

    buckets: tuple[float, ...]


class Signals:
    """The metrics of one process on an injected registry.

    `counter(RECORDS_APPLIED, agency=…, node=…)` gives the child to keep in a hot loop; a missing or unknown label is a
    ValueError of the client library, a value that could be personal one of ours.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        """Make a registry if none is given; metrics appear in it when first used."""
        prometheus.disable_created_metrics()  # type: ignore[no-untyped-call]  # twice as many lines that nobody reads
        self.registry = registry if registry is not None else CollectorRegistry()
        self._made: dict[str, MetricWrapperBase] = {}
        self._making = threading.Lock()

    def counter(self, signal: Counter, **labels: str | int) -> prometheus.Counter:
        """Return the counter with these label values."""
        return self._child(signal, labels, lambda: prometheus.Counter(*_definition(signal), registry=self.registry))

    def gauge(self, signal: Gauge, **labels: str | int) -> prometheus.Gauge:
        """Return the gauge with these label values."""
        return self._child(signal, labels, lambda: prometheus.Gauge(*_definition(signal), registry=self.registry))

    def histogram(self, signal: Histogram, **labels: str | int) -> prometheus.Histogram:
        """Return the histogram with these label values."""
        make = lambda: prometheus.Histogram(*_definition(signal), registry=self.registry, buckets=signal.buckets)  # noqa: E731
        return self._child(signal, labels, make)

    def _child(self, signal: Signal, labels: dict[str, str | int], make: Callable[[], _M]) -> _M:
        with self._making:
            metric = self._made.get(signal.name)
            if metric is None:
                metric = self._made[signal.name] = make()
        for value in labels.values():
            safe_label(str(value))
        return cast("_M", metric.labels(**labels))


def safe_label(value: str) -> str:
    """Return the value if it can stand in a label: short, a code or an id of ours, and no number of a person or firm.

    Raises ValueError without repeating the value, as it may be the very thing that must not be printed.
    """
    if not _VALUE.fullmatch(value) or _LONG_NUMBER.search(value):
        raise ValueError(f"a metric label of {len(value)} characters could be personal; labels take ids and codes only")
    return value


def _definition(signal: Signal) -> tuple[str, str, tuple[Label, ...]]:
    return signal.name, signal.help, signal.labels
