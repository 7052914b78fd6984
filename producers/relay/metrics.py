"""The metrics of a publisher's relay."""

from collections import Counter
from collections.abc import Callable

import structlog

from ...topics.metrics.definitions import OUTBOX_UNSENT, RECORDS_RESENT, RELAY_SENT
from ...topics.metrics.recorder import Signals
from ...topics.storage.faults import DatabaseFault
from ...topics.storage.outbox import SqlOutbox
from .relay import Relay

_log = structlog.get_logger(__name__)
_EVERY = 1.0


class RelayMetrics:
    """Keeps the metrics of a relay and its outbox current; a `Worker`."""

    def __init__(
        self, signals: Signals, outbox: SqlOutbox, relay: Relay, jurisdiction: str, resent: Callable[[], int]
    ) -> None:
        """`resent` tells how many records were written again so far."""
        self._signals, self._outbox, self._relay, self._resent = signals, outbox, relay, resent
        self._participant = f"publisher-{jurisdiction}"
        self._counted: Counter[str] = Counter()

    def step(self) -> float:
        """Say what waits in each lane and how much was sent; return when to be called again."""
        try:
            backlogs = self._outbox.backlog()
        except DatabaseFault as failed:
            _log.warning("the outbox cannot be read", code=failed.code, reason=failed.message)
            return _EVERY
        resent = self._resent()
        self._signals.counter(RECORDS_RESENT, participant=self._participant).inc(resent - self._counted["resent"])
        self._counted["resent"] = resent
        for lane, backlog in backlogs.items():
            self._signals.gauge(OUTBOX_UNSENT, participant=self._participant, lane=lane).set(backlog.rows)
            sent = self._relay.sent_by_lane[lane]
            self._signals.counter(RELAY_SENT, participant=self._participant, lane=lane).inc(sent - self._counted[lane])
            self._counted[lane] = sent
        return _EVERY

    def close(self) -> None:
        """Do nothing: nothing is held."""
