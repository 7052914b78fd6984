"""One look at the state of everything, for the command line, the dashboard and the metrics: refresh, then compute."""

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
    """Keeps the evidence fresh and looks at it. Looking asks no broker: it goes on while there is none."""

    def __init__(self, post: MonitoringContext) -> None:
        self._post = post
        self._evidence = post.evidence()
        self._subscriber = post.subscriber("status")
        self._reading, self._looking = threading.Lock(), threading.Lock()
        self._letters: dict[str, int] = {}

    def refresh(self) -> int:
        """Reads what the log has gained; how many records."""
        with self._reading:
            self._post.directory.refresh()
            read = self._evidence.refresh(self._subscriber, self._post.jurisdictions())
            obliged = self._post.directory.serving("agency")
            counts = ((agency, _letters(self._subscriber, agency)) for agency in obliged)
            self._letters = {agency: count for agency, count in counts if count is not None}
            return read

    @contextmanager
    def look(self) -> Iterator[StatusDocument]:
        """The status as of the last refresh, as of now; one look at a time."""
        post, settings = self._post, self._post.settings
        terms = LatenessLimits(
            post.clock.now(),
            late_after=round(settings.late_after_seconds * 1_000),
            stale_after=round(settings.stale_after_seconds * 1_000),
            gone_after=round(settings.node_gone_after_seconds * 1_000),
        )
        view = EvidenceView(self._evidence.engine, self._evidence.tables)
        obliged = post.directory.serving("agency")
        with self._looking, local_deliveries(settings, post.jurisdictions()) as deliveries:
            yield StatusDocument(DeliverySources(view, obliged, deliveries, self._letters), terms)


def _letters(subscriber: Subscriber, agency: str) -> int | None:
    """Messages an agency has put aside, None if its topic does not exist."""
    topic = names.dead_letters(agency)
    with suppress(TopicMissing):
        marks = [subscriber.watermarks(TopicPartition(topic, each)) for each in subscriber.partitions(topic)]
        return sum(high - low for low, high in marks)
    return None
