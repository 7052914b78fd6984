"""Sending again what the log lacks: after a list was made again, cut short, or written over by others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from ...schemas.wire.framing import FramingError
from ...topics.catalogue import names
from ...topics.storage.database import reading
from ...topics.transport.partitioner import partition_of
from ...topics.transport.ports import Message, Subscriber, TopicPartition
from ...topics.transport.reading import ReadToEnd, topic_lanes
from ...topics.transport.received import may_be_entry, unwrap
from ...topics.workers.clock import Clock
from ...topics.workers.threads import work_until
from ...topics.workers.worker import AT_ONCE, Part
from .book import UpkeepBook, UpkeepFinding
from .findings import AHEAD, FILLED, SHRUNK
from .problems import SigningRefused

_PAGE = 2_000
_PATIENCE = 3_600.0
Progressed = Callable[[int, int], None]
"""Gets partitions done and how many there are."""


@dataclass(frozen=True, slots=True)
class Resent:
    """What was found and done."""

    entries: int
    """Of the court, or of all courts."""
    missing: int
    """Of which nothing stood in the log."""
    replaced: int
    """Under whose key something else stood last."""


class Resending:
    """Compares a register's entries with what stands last in its lists, and sends again what does not."""

    def __init__(self, book: UpkeepBook, subscriber: Subscriber, clock: Clock) -> None:
        """Read nothing yet; the subscriber stays the caller's."""
        self._book, self._subscriber, self._clock = book, subscriber, clock

    def run(self, court: str | None, *, dry_run: bool, progressed: Progressed = lambda _done, _all: None) -> Resent:
        """Send again what of a court, or of all, does not stand last. What waits in the outbox comes by itself.

        Raises REGISTER_BEHIND_LOG: an older version must not stand behind a newer one.
        """
        for ahead in self._book.findings(AHEAD):
            raise SigningRefused("REGISTER_BEHIND_LOG", court=ahead.court, list=ahead.list, highest=ahead.detail)
        topics = names.state_topics(self._book.jurisdiction)
        lanes, topic_ids = topic_lanes(self._subscriber, *topics), [self._subscriber.topic_id(each) for each in topics]
        entries = missing = replaced = 0
        for number, lane in enumerate(lanes, start=1):
            partitions = sum(each.topic == lane.topic for each in lanes)
            last = self._last_of(lane)
            for page in self._entries(court, lane, partitions):
                entries += len(page)
                lacking = [key for key, body in page.items() if last.get(key) != hash(body)]
                lost = sum(key not in last for key in lacking)
                missing, replaced = missing + lost, replaced + len(lacking) - lost
                if lacking and not dry_run:
                    self._book.send_again(lacking)
            progressed(number, len(lanes))
        if court is None and not dry_run:
            filled = [UpkeepFinding(FILLED, topic_id) for topic_id in topic_ids if topic_id]
            self._book.find(filled, self._clock.now())
            self._book.clear(SHRUNK, [topic.encode() for topic in topics])
        return Resent(entries, missing, replaced)

    def _last_of(self, lane: TopicPartition) -> dict[bytes, int]:
        """Read a partition to its end; by key a hash of what stands last."""
        reading_ = _Last(ReadToEnd(self._subscriber, {lane: 0}, self._clock))
        work_until(Part("reading", reading_, self._subscriber.wait), reading_.done, _PATIENCE)
        return reading_.last

    def _entries(self, court: str | None, lane: TopicPartition, partitions: int) -> Iterator[dict[bytes, bytes]]:
        """Give the signed bodies of sent entries of a partition, in pages."""
        book, entries = self._book, self._book.register.tables.entries.c
        sent_through, after = book.sent_through(), 0
        while True:
            query = select(entries.ordinal, entries.entry_id, entries.instrument).where(entries.ordinal > after)
            query = query if court is None else query.where(entries.court == court)
            with reading(book.register.engine) as connection:
                rows = connection.execute(query.order_by(entries.ordinal).limit(_PAGE)).all()
            keys = [
                bytes(row.entry_id)
                for row in rows
                if names.state_topic(row.instrument, book.jurisdiction) == lane.topic
                and partition_of(bytes(row.entry_id), partitions) == lane.partition
            ]
            waiting = {key for key, row in book.newest_rows(keys).items() if row > sent_through}
            yield {key: entry.body for key, entry in book.entries(keys).items() if key not in waiting}
            if len(rows) < _PAGE:
                return
            after = rows[-1].ordinal


class _Last:
    """Keeps what stands last under each key of a partition; a `Worker`."""

    def __init__(self, reading_: ReadToEnd) -> None:
        self._reading = reading_
        self.last: dict[bytes, int] = {}

    def done(self) -> bool:
        """Return whether everything was read."""
        return self._reading.done

    def step(self) -> float:
        """Keep what is there now."""
        messages = self._reading.read()
        for message in messages:
            key = message.key() or b""
            if may_be_entry(key):
                self.last[key] = hash(_body(message))
        return AT_ONCE if messages else 0.5

    def close(self) -> None:
        """Do nothing: a reading that is done holds nothing."""


def _body(message: Message) -> bytes:
    try:
        return unwrap(message).body
    except FramingError:
        return b""
