"""Gathers what the ledger is computed from: receipts, heads and interceptions, read from the log once and kept.

Nothing counts here that does not verify. The cache is derived: without its file everything is read again.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, select

from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import Undecodable, decode
from ...schemas.wire.framing import FINGERPRINT_HEADER, FramingError, unframe
from ...schemas.wire.signing import SignatureInvalid, verify
from ...topics.catalogue import names
from ...topics.keys.signatures import RefreshingKeyring
from ...topics.metrics import definitions
from ...topics.metrics.definitions import Signals
from ...topics.storage.database import create_tables, reading
from ...topics.transport.ports import Message, Subscriber, TopicPartition
from ..log.heads import read_head
from ..log.reading import read_to_end, topic_lanes
from .evidence_batch import EvidenceBatch
from .evidence_tables import EvidenceTables, evidence_tables

_BATCH = 2_000
_Take = Callable[[EvidenceBatch, TopicPartition, Message], None]


class Evidence:
    """The cache and how it is filled; `evidence_views` reads it."""

    def __init__(self, engine: Engine, keyring: RefreshingKeyring, process: Signals) -> None:
        """Makes the tables that are missing."""
        self.engine = engine
        self.tables: EvidenceTables = evidence_tables()
        create_tables(engine, self.tables.metadata)
        self._keyring = keyring
        self._signals = process

    def refresh(self, subscriber: Subscriber, jurisdictions: Iterable[str]) -> int:
        """Reads what was written since the last time; how many records. TransportError, LOG_STALLED.

        All topics are read at once, and of what comes together the heads are taken first, so that most receipts find theirs.
        """
        kinds: list[tuple[Iterable[str], _Take]] = [
            ([names.heads(each) for each in sorted(jurisdictions)], self._head),
            ([names.RECEIPTS], self._receipt),
            ([names.interceptions(each) for each in sorted(jurisdictions)], self._interception),
        ]
        takes = {topic: (rank, take) for rank, (topics, take) in enumerate(kinds) for topic in topics}
        log = read_to_end(subscriber, self._positions(topic_lanes(subscriber, *takes)))
        total = 0
        while some := list(islice(log, _BATCH)):
            some.sort(key=lambda read: takes[read[0].topic][0])
            with self.engine.begin() as connection:
                # another process may have taken these since; this transaction is now the only one that writes
                known = self._known(connection)
                fresh = [(lane, message) for lane, message in some if message.offset() >= known.get(lane, 0)]
                batch = EvidenceBatch(connection, self.tables)
                for lane, message in fresh:
                    self._take(batch, lane, message, takes[lane.topic][1])
                batch.keep()
                self._advance(connection, {lane: message.offset() + 1 for lane, message in fresh})
            total += len(fresh)
        return total

    def _take(self, batch: EvidenceBatch, lane: TopicPartition, message: Message, take: _Take) -> None:
        try:
            take(batch, lane, message)
        except (Undecodable, FramingError, ValueError):
            self._refuse(lane, "undecodable")
        except SignatureInvalid:
            self._refuse(lane, "signature")

    def _refuse(self, lane: TopicPartition, reason: str) -> None:
        self._signals.counter(definitions.EVIDENCE_REFUSED, topic=lane.topic, reason=reason).inc()

    def _head(self, batch: EvidenceBatch, lane: TopicPartition, message: Message) -> None:
        head = read_head(message, self._keyring)
        if names.heads(head.content["jurisdiction"]) != lane.topic:
            raise SignatureInvalid(f"a head of {head.content['jurisdiction']} stands in {lane.topic}")
        if not batch.head(head):
            self._refuse(lane, "fork")

    def _receipt(self, batch: EvidenceBatch, _lane: TopicPartition, message: Message) -> None:
        batch.receipt(self._signed(message, "receipt", "at"))

    def _interception(self, batch: EvidenceBatch, _lane: TopicPartition, message: Message) -> None:
        batch.interception(self._signed(message, "interception", None, message.timestamp()[1]), message.timestamp()[1])

    def _signed(self, message: Message, schema: str, time_field: str | None, at: int = 0) -> Mapping[str, Any]:
        """A record of an agency, whose signature holds and is that agency's own."""
        fingerprint, body = unframe(message.value() or b"", dict(message.headers() or ()).get(FINGERPRINT_HEADER))
        if not is_version_of(fingerprint, schema):
            raise Undecodable(f"the message is no {schema}")
        record = decode(fingerprint, body)
        signer = verify(body, schema, self._keyring, record[time_field] if time_field else at)
        if signer.kind != "agency" or signer.participant != record["agency"]:
            raise SignatureInvalid(f"signed by {signer.participant}, claims to be from {record['agency']}")
        if record["jurisdiction"] not in signer.jurisdiction.split(","):
            raise SignatureInvalid(f"{signer.participant} does not serve {record['jurisdiction']}")
        return record

    def _positions(self, lanes: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        with reading(self.engine) as connection:
            known = self._known(connection)
        return {lane: known.get(lane, 0) for lane in lanes}

    def _known(self, connection: Connection) -> dict[TopicPartition, int]:
        """The next offset of every partition read so far."""
        rows = connection.execute(select(self.tables.offsets))
        return {TopicPartition(topic, number): position for topic, number, position in rows}

    def _advance(self, connection: Connection, positions: Mapping[TopicPartition, int]) -> None:
        offsets = self.tables.offsets
        for lane, position in positions.items():
            where = (offsets.c.topic == lane.topic) & (offsets.c.partition == lane.partition)
            if not connection.execute(offsets.update().where(where).values(next=position)).rowcount:
                connection.execute(offsets.insert().values(topic=lane.topic, partition=lane.partition, next=position))
