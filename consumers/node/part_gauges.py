"""Which parts of a node cannot do their work now, as metrics."""

from ...topics.metrics.definitions import PART_WAITS
from ...topics.workers.threads import Workers
from .assembly import OpenAgency

_EVERY_SECONDS = 1.0


class PartGauges:
    """Sets the gauge of each part of a node; a `Worker`."""

    def __init__(self, workers: Workers, opened: OpenAgency) -> None:
        """Take the parts that run."""
        self._workers = workers
        self._opened = opened

    def step(self) -> float:
        """Set the gauges."""
        for part, state in self._workers.states().items():
            gauge = self._opened.desk.signals.gauge(
                PART_WAITS, agency=self._opened.agency, node=self._opened.node, part=part
            )
            gauge.set(0 if state == "running" else 1)
        return _EVERY_SECONDS

    def close(self) -> None:
        """Do nothing."""
