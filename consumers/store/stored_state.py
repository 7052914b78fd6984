"""What the writer of the list store goes on from: lanes, barriers, courts, heads, receipts as the last commit left them."""

import msgspec

from .batch import KeptReceipt, PassedBarrier, StoredReceipts
from .environment import Environment
from .layout import (
    LANE_LENGTH,
    ROW_COURT,
    ROW_FLOOR,
    ROW_HEAD,
    ROW_HEADS_READ,
    ROW_INDEX_PROVEN,
    ROW_LANE,
    ROW_MARK,
    ROW_OPAQUE,
    ROW_RECEIPT,
    ROW_RECEIPT_SEQUENCE,
    ROW_TOPIC,
    Generation,
    LaneState,
    ListFloor,
    Mark,
    StoredPosition,
    TrustedHead,
    lane_prefix,
    parse_mark_row,
)
from .reader import decoded_rows, positions_in, rows
from .tables import GenerationTables, StoreTables


class StoredState:
    """Reads the tables that are written, which during a rebuild are not those the gate reads."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._tables = StoreTables(environment, create=True)
        self.generation: Generation

    @property
    def _writing(self) -> GenerationTables:
        return self._tables.of(self.generation.writing)

    def suites(self) -> set[str]:
        """Name the suites whose digests are kept in the tables being written."""
        with self._environment.read() as transaction:
            return {lane.suite for lane in decoded_rows(transaction, self._writing.state, ROW_LANE, LaneState)}

    def highest(self, lane: int) -> bytes:
        """Return the highest place in a lane; the lane's prefix if it is empty."""
        with self._environment.read() as transaction:
            cursor = transaction.cursor(self._writing.records)
            exists = cursor.prev() if cursor.set_range(lane_prefix(lane + 1)) else cursor.last()
            place = bytes(cursor.key()) if exists else b""
        return place if place[:LANE_LENGTH] == lane_prefix(lane) else lane_prefix(lane)

    def marks(self) -> list[PassedBarrier]:
        """Return every barrier that is remembered, lane by lane."""
        with self._environment.read() as transaction:
            return [
                PassedBarrier(*parse_mark_row(key), msgspec.msgpack.decode(row, type=Mark))
                for key, row in rows(transaction, self._writing.state, ROW_MARK)
            ]

    def courts(self) -> dict[tuple[str, str], int]:
        """Return the highest sequence seen, by topic and court."""
        with self._environment.read() as transaction:
            sequences = [
                (key.decode().split("/"), int.from_bytes(row, "big"))
                for key, row in rows(transaction, self._writing.state, ROW_COURT)
            ]
        return {(topic, court): sequence for (_, topic, court), sequence in sequences}

    def heads_read(self) -> dict[str, int]:
        """Return the next offset to read of the heads, by `topic/partition`."""
        with self._environment.read() as transaction:
            offsets = rows(transaction, self._tables.trust, ROW_HEADS_READ)
            return {key[len(ROW_HEADS_READ) :].decode(): int.from_bytes(row, "big") for key, row in offsets}

    def heads(self) -> list[TrustedHead]:
        """Return the highest trusted head of every notary."""
        with self._environment.read() as transaction:
            return decoded_rows(transaction, self._tables.trust, ROW_HEAD, TrustedHead)

    def opaque(self) -> list[bytes]:
        """Return the stored values of the entries whose newest record cannot be read."""
        with self._environment.read() as transaction:
            places = [key[len(ROW_OPAQUE) :] for key, _ in rows(transaction, self._writing.state, ROW_OPAQUE)]
            values = [transaction.get(place, db=self._writing.records) for place in places]
            return [bytes(value) for value in values if value is not None]

    def receipts(self) -> StoredReceipts:
        """Return the last sequence given, and the receipts not yet handed on."""
        with self._environment.read() as transaction:
            last = transaction.get(ROW_RECEIPT_SEQUENCE, db=self._tables.trust)
            stored = rows(transaction, self._tables.trust, ROW_RECEIPT)
            waiting = [KeptReceipt(int.from_bytes(key[len(ROW_RECEIPT) :], "big"), bytes(body)) for key, body in stored]
        return StoredReceipts(int.from_bytes(last or b"", "big"), waiting)

    def floors(self) -> list[ListFloor]:
        """Return what the lists never fall below."""
        with self._environment.read() as transaction:
            return decoded_rows(transaction, self._tables.trust, ROW_FLOOR, ListFloor)

    def topic_ids(self) -> dict[str, bytes]:
        """Return the broker's ids of the topics this copy is read from, by logical topic."""
        with self._environment.read() as transaction:
            found = rows(transaction, self._writing.state, ROW_TOPIC)
            return {key[len(ROW_TOPIC) :].decode(): identity for key, identity in found}

    def index_proven_at(self) -> int:
        """Return when the index was last proven from the records, ms UTC; 0 = never."""
        with self._environment.read() as transaction:
            return int.from_bytes(transaction.get(ROW_INDEX_PROVEN, db=self._writing.state) or b"", "big")

    def serving(self) -> dict[str, StoredPosition]:
        """Return what is known of the copy the gate reads, by jurisdiction."""
        with self._environment.read() as transaction:
            return positions_in(transaction, self._tables.of(self.generation.active).state)
