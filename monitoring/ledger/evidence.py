"""Gathering what the ledger is computed from: receipts and heads, read from the log once and kept.

Nothing counts here that does not verify. The cache is derived: without its file everything is read again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, select

from ...schemas.phrases import Phrase
from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import Undecodable, decode
from ...schemas.wire.framing import FramingError
from ...schemas.wire.signing import SignatureInvalid
from ...topics.catalogue import names
from ...topics.keys.entitlement import Reading
from ...topics.keys.keyrings import RefreshingKeyring
from ...topics.keys.signatures import Verifier
from ...topics.metrics import definitions
from ...topics.metrics.definitions import Signals
from ...topics.storage.database import create_tables, reading
from ...topics.transport.ports import Message, TopicPartition
from ...topics.transport.received import unwrap
from ..log.heads import read_head
from .evidence_batch import EvidenceBatch, Judging
from .evidence_tables import EvidenceTables, evidence_tables
from .trusted_floors import TrustedFloors

EvidenceHandler = Callable[[EvidenceBatch, TopicPartition, Message], None]


class LaneMessage(NamedTuple):
    """A message and where it stands."""

    lane: TopicPartition
    message: Message


class Evidence:
    """The cache; `evidence_reading` fills it, `evidence_views` reads it."""

    def __init__(self, engine: Engine, keyring: RefreshingKeyring, process: Signals, floors: TrustedFloors) -> None:
        """Make the tables that are missing."""
        self.engine, self._floors = engine, floors
        self.tables: EvidenceTables = evidence_tables()
        create_tables(engine, self.tables.metadata)
        self._verifier = Verifier(keyring)
        self._signals = process

    def handlers(self, jurisdictions: Iterable[str]) -> Mapping[str, EvidenceHandler]:
        """Return the topics evidence is read from, and what takes the messages of each, in the order they are best taken:
        the receipts last, so that most find their heads and reports.
        """
        places = sorted(jurisdictions)
        handlers: dict[str, EvidenceHandler] = {
            names.notary_reports(each): partial(self._report, each) for each in places
        }
        handlers |= {names.heads(each): partial(self._head, each) for each in places}
        handlers[names.RECEIPTS] = self._receipt
        return handlers

    def positions(self, lanes: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the next offset to be read of each partition."""
        with reading(self.engine) as connection:
            offsets = self._next_offsets(connection)
        return {lane: offsets.get(lane, 0) for lane in lanes}

    def begin_batch(self) -> None:
        """Note that what `take` is given next was read just now."""
        self._verifier.begin_batch()

    def take(
        self,
        messages: Sequence[LaneMessage],
        handlers: Mapping[str, EvidenceHandler],
        topic_ids: Mapping[str, bytes] = MappingProxyType({}),
    ) -> int:
        """Take what was read, each topic by its handler; return how many records were new.

        `topic_ids`: by list the id of its topic as it is read here, as far as it is known. Raises TransportError, RegisterBehind for one: nothing is taken then.
        """
        ranks = {topic: rank for rank, topic in enumerate(handlers)}
        with self.engine.begin() as connection:
            # another process may have taken these since; this transaction is now the only one that writes
            offsets = self._next_offsets(connection)
            fresh = [read for read in messages if read.message.offset() >= offsets.get(read.lane, 0)]
            judging = Judging(self._verifier.vouched, self._floors, topic_ids)
            batch = EvidenceBatch(connection, self.tables, judging)
            for lane, message in sorted(fresh, key=lambda read: ranks[read.lane.topic]):
                self._take(batch, lane, message, handlers[lane.topic])
            batch.write()
            self._advance(connection, {read.lane: read.message.offset() + 1 for read in fresh})
        return len(fresh)

    def _take(self, batch: EvidenceBatch, lane: TopicPartition, message: Message, handler: EvidenceHandler) -> None:
        try:
            handler(batch, lane, message)
        except (Undecodable, FramingError):
            self._refuse(lane, "undecodable")
        except SignatureInvalid:
            self._refuse(lane, "signature")

    def _refuse(self, lane: TopicPartition, reason: str) -> None:
        self._signals.counter(definitions.EVIDENCE_REFUSED, topic=lane.topic, reason=reason).inc()

    def _head(self, jurisdiction: str, batch: EvidenceBatch, lane: TopicPartition, message: Message) -> None:
        head = read_head(message, self._verifier, jurisdiction)
        if refused := batch.add_head(head, message.timestamp()[1]):
            self._refuse(lane, refused)

    def _report(self, jurisdiction: str, batch: EvidenceBatch, _lane: TopicPartition, message: Message) -> None:
        batch.add_report(self._signed(message, "notary-report", Reading((jurisdiction,))), message.timestamp()[1])

    def _receipt(self, batch: EvidenceBatch, _lane: TopicPartition, message: Message) -> None:
        batch.add_receipt(self._signed(message, "receipt", Reading()), message.timestamp()[1])

    def _signed(self, message: Message, schema: str, reading: Reading) -> Mapping[str, Any]:
        """Return a record of a schema, signed by who may sign it. Raises Undecodable, FramingError, SignatureInvalid."""
        fingerprint, body = unwrap(message)
        if not is_version_of(fingerprint, schema):
            raise Undecodable(Phrase(f"the message is no {schema}", f"消息不是 {schema}"))
        record = decode(fingerprint, body)
        self._verifier.signed(schema, body, record, reading)
        return record

    def _next_offsets(self, connection: Connection) -> dict[TopicPartition, int]:
        """Read the next offset of every partition read so far."""
        rows = connection.execute(select(self.tables.offsets))
        return {TopicPartition(topic, number): position for topic, number, position in rows}

    def _advance(self, connection: Connection, positions: Mapping[TopicPartition, int]) -> None:
        offsets = self.tables.offsets
        for lane, position in positions.items():
            where = (offsets.c.topic == lane.topic) & (offsets.c.partition == lane.partition)
            if not connection.execute(offsets.update().where(where).values(next=position)).rowcount:
                connection.execute(offsets.insert().values(topic=lane.topic, partition=lane.partition, next=position))
