"""Where the command line, the page and the metrics get the status from: refresh the evidence, then compute."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ...topics.catalogue import names
from ...topics.transport.errors import TopicMissing
from ...topics.transport.ports import Subscriber, TopicPartition
from ..ledger.evidence_views import EvidenceView
from ..status.document import StatusDocument
from ..status.positions import DeliverySources, LatenessLimits
from ..status.register_counts import local_deliveries
from .context import MonitoringContext


class StatusSource:
    """Keeps the evidence fresh and computes the status from it. Computing asks no broker: it goes on while there is none."""

    def __init__(self, context: MonitoringContext) -> None:
        self._context = context
        self._evidence = context.evidence()
        self._subscriber = context.subscriber("status")
        self._refreshing, self._computing = threading.Lock(), threading.Lock()
        self._dead_letters: dict[str, int] = {}

    def refresh(self) -> int:
        """Read what the log has gained; return how many records that were."""
        with self._refreshing:
            self._context.directory.refresh()
            count = self._evidence.refresh(self._subscriber, self._context.jurisdictions())
            obliged = self._context.directory.serving("agency")
            letters = ((agency, _dead_letters(self._subscriber, agency)) for agency in obliged)
            self._dead_letters = {agency: number for agency, number in letters if number is not None}
            return count

    @contextmanager
    def current(self) -> Iterator[StatusDocument]:
        """Give the status as of now, from the evidence of the last refresh; one caller at a time."""
        context, settings = self._context, self._context.settings
        limits = LatenessLimits(
            context.clock.now(),
            late_after=round(settings.late_after_seconds * 1_000),
            stale_after=round(settings.stale_after_seconds * 1_000),
            gone_after=round(settings.node_gone_after_seconds * 1_000),
        )
        view = EvidenceView(self._evidence.engine, self._evidence.tables)
        obliged = context.directory.serving("agency")
        with self._computing, local_deliveries(settings, context.jurisdictions(), context.clock) as deliveries:
            yield StatusDocument(DeliverySources(view, obliged, deliveries, self._dead_letters), limits)


def _dead_letters(subscriber: Subscriber, agency: str) -> int | None:
    """Count the messages an agency has put aside; None if its topic does not exist."""
    topic = names.dead_letters(agency)
    with suppress(TopicMissing):
        marks = [subscriber.watermarks(TopicPartition(topic, number)) for number in subscriber.partitions(topic)]
        return sum(high - low for low, high in marks)
    return None
