"""What a court has published of enforcement, as the log has it: an inbox that was put back learns what it has said since."""

from datetime import date

import structlog
from sqlalchemy import Connection

from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import Undecodable, decode
from ...schemas.wire.enforcement import FEW, SCHEMA, CountedGroup, closing_ms, cut_of, read_day
from ...schemas.wire.framing import FramingError
from ...schemas.wire.signing import SignatureInvalid
from ...topics.catalogue import names
from ...topics.keys.directory import KeyDirectory
from ...topics.keys.entitlement import Reading, require
from ...topics.transport.ports import Message, Subscriber
from ...topics.transport.received import unwrap
from .counts_store import SETTLE_MS, CountsStore, SaidCount

_log = structlog.get_logger(__name__)


class SaidCounts:
    """Reads a court's own counts back into its store."""

    def __init__(self, counts: CountsStore, directory: KeyDirectory) -> None:
        self._counts, self._directory = counts, directory
        self.topic = names.enforcement_counts(counts.jurisdiction)

    @property
    def ready(self) -> bool:
        """Whether the register of keys was read: before that nobody can say which counts are the court's."""
        return self._directory.loaded

    def is_here(self, subscriber: Subscriber, message: Message) -> bool:
        """Return whether a message stands in the topic of counts."""
        return subscriber.topic_of(message) == self.topic

    def hear(self, connection: Connection, message: Message) -> None:
        """Note a count of this court that its store does not know; what nobody may have signed is left alone.

        Raises TransportError while the register of keys cannot be read.
        """
        try:
            written_with, body = unwrap(message)
            record = decode(written_with, body) if is_version_of(written_with, SCHEMA) else None
            if record is None or record["court"] != self._counts.court:
                return
            reading = Reading((self._counts.jurisdiction,), message.timestamp()[1])
            require(self._directory, SCHEMA, body, record, reading)
        except (FramingError, Undecodable, SignatureInvalid):
            return
        from_day = read_day(record["from_day"])
        if from_day is None or cut_of(from_day).from_day != from_day:
            return
        self._note(connection, from_day, record)

    def _note(self, connection: Connection, from_day: date, record: dict[str, object]) -> None:
        """Take over a revision; of a folded one nobody can say how many it was, so that no more is said than if it were most."""
        group = CountedGroup(
            self._counts.jurisdiction,
            self._counts.court,
            str(record["agency"]),
            str(record["measure"]),
            cut_of(from_day),
        )
        issued_at, folded = int(str(record["issued_at"])), bool(record["folded"])
        counted = FEW - 1 if folded else int(str(record["count"]))
        said = SaidCount(int(str(record["revision"])), counted, folded, issued_at)
        if not self._counts.hear(connection, group, said):
            return
        _log.warning("a count was published that this inbox did not know of", court=self._counts.court)
        closes_at = closing_ms(from_day)
        if issued_at >= closes_at:
            self._counts.note_pass(connection, from_day, 1)
        if issued_at >= closes_at + SETTLE_MS:
            self._counts.note_pass(connection, from_day, 2)
