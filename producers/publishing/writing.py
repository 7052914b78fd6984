"""Writing what was planned of a chunk: its changes numbered, signed, and accepted in one transaction.

Comparing and signing take nearly all of the time, so they come before the transaction that writes: others act meanwhile.
Whether that was right is told by the count of the court's claims. If somebody changed the court's entries in between, the
chunk must be planned anew inside the transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from ...schemas.law.listing import Change, Status
from ...schemas.wire.codec import from_wire
from ..register.register import Register
from ..register.rows import INSTRUMENTS, Completion, FormerState, RegisteredEntry, WholeEntry
from ..updates.records import completed_beginning, fields_of, name_hash, parts_of
from ..updates.updates import Acceptance, Accepted, CourtIdentity, Draft, number_and_sign, sequences_of, store
from .comparison import ComparedRow
from .planning import ChunkPlan
from .prepare import StockClaim

_ENTRIES = "entries"


@dataclass(frozen=True, slots=True)
class SignedChunk:
    """A planned chunk as it will be accepted, if the court was not claimed since `claims` were counted."""

    plan: ChunkPlan
    updates: Sequence[Accepted]
    claims: int


@dataclass(frozen=True, slots=True)
class _Writes:
    """What a chunk writes into the register."""

    added: list[WholeEntry] = field(default_factory=list)
    changed: list[WholeEntry] = field(default_factory=list)
    holders: list[tuple[bytes, int]] = field(default_factory=list)
    further_keys: list[tuple[bytes, int]] = field(default_factory=list)


class ChunkWriter:
    """Signs and writes the chunks of one batch of a court."""

    def __init__(self, register: Register, identity: CourtIdentity, batch_id: str, today: date) -> None:
        """`identity` signs; `today` is the day of corrections."""
        self._register = register
        self._identity = identity
        self._batch_id = batch_id
        self._today = today
        self._new_id = identity.chance.ordered_id

    def claims(self, connection: Connection) -> int:
        """Count how often the court was claimed; to be asked before anything else is read."""
        counted = self._register.claims(self._identity.court)
        return self._register.last_numbers(connection, [counted])[counted]

    def sign(self, connection: Connection, plan: ChunkPlan, claims: int, now: int) -> SignedChunk:
        """Give planned changes numbers and signatures; `claims` as they were before planning, `now` in ms UTC."""
        drafts = [self._draft(compared) for compared in plan.changes]
        last = self._register.last_numbers(connection, sequences_of(self._identity, drafts))
        updates = number_and_sign(self._identity, drafts, last, Acceptance(self._batch_id, now))
        return SignedChunk(plan, updates, claims)

    def _draft(self, compared: ComparedRow) -> Draft:
        row, entry = compared.row, compared.entry
        if entry is None:
            return Draft(self._new_id(), 1, Change.INCLUDE, "", row.publish_date, row.parts)
        record = fields_of(row.parts) | (compared.content or {}) | {"status": int(entry.status)}
        return Draft(entry.entry_id, entry.version + 1, Change.CORRECT, "", self._today.isoformat(), parts_of(record))

    def claim(self, connection: Connection, chunk: SignedChunk) -> bool:
        """Claim the court in a transaction that writes; whether all is still as it was when the chunk was planned."""
        return self._register.claim(connection, self._identity.court) == chunk.claims + 1

    def write(self, connection: Connection, chunk: SignedChunk, now: int) -> int:
        """Accept the changes in the order of the rows; the ordinal of the first new entry, 0 without one."""
        register = self._register
        store(register, connection, self._identity, chunk.updates, Acceptance(self._batch_id, now))
        new = len(chunk.plan.first_rows.of_new_entries)
        first_ordinal = register.take(connection, _ENTRIES, new) if new else 0
        writes = self._writes(chunk, first_ordinal)
        register.add_entries(connection, writes.added)
        self._remember(connection, chunk.plan.changes)
        register.change_entries(connection, writes.changed)
        register.complete(connection, self._completions(connection, chunk.plan.completed))
        register.add_holders(connection, writes.holders)
        register.add_other_keys(connection, writes.further_keys)
        return first_ordinal

    def _remember(self, connection: Connection, changes: Sequence[ComparedRow]) -> None:
        """Remember what entries said of whom they mean, where the file says something else."""
        corrected = {each.entry.ordinal: each for each in changes if each.entry is not None}
        states, today = list[FormerState](), self._today.isoformat()
        for ordinal, body, certificates in self._register.said_of(connection, list(corrected)):
            row, record = corrected[ordinal].row, from_wire(body)
            before = name_hash(record["name"])
            if before != name_hash(row.name) or bytes(certificates) != row.certificates:
                entry = corrected[ordinal].entry
                assert entry is not None  # noqa: S101  by the rows that were asked for
                states.append(
                    FormerState(ordinal, entry.digest, entry.decision_number, before, "", today, entry.version)
                )
        self._register.add_former_states(connection, states)

    def _completions(self, connection: Connection, completed: Sequence[ComparedRow]) -> list[Completion]:
        """Add what the rows state of beginnings to what is on record; what is on record stays."""
        by_ordinal = {each.entry.ordinal: each for each in completed if each.entry is not None}
        on_record = self._register.beginnings(connection, list(by_ordinal))
        return [
            Completion(
                ordinal,
                each.entry.missing & each.row.missing if each.entry else 0,
                completed_beginning(on_record.get(ordinal), each.row.beginning),
            )
            for ordinal, each in by_ordinal.items()
        ]

    def _writes(self, chunk: SignedChunk, next_ordinal: int) -> _Writes:
        writes = _Writes()
        for compared, update in zip(chunk.plan.changes, chunk.updates, strict=True):
            row, entry = compared.row, compared.entry
            if entry is None:
                ordinal = next_ordinal
                next_ordinal += 1
                writes.added.append(_entry(ordinal, self._identity.court, compared, update))
            else:
                ordinal = entry.ordinal
                writes.changed.append(_entry(ordinal, self._identity.court, compared, update))
                if entry.key != row.keys[0]:
                    writes.further_keys.append((entry.key, ordinal))
            if len(row.keys) > 1:
                writes.further_keys.extend([(key, ordinal) for key in row.keys[1:]])
            writes.holders.extend([(holder, ordinal) for holder in row.holders])
        return writes


def _entry(ordinal: int, court: str, compared: ComparedRow, update: Accepted) -> WholeEntry:
    """Return the entry as it stands with its newest update."""
    row, entry, draft = compared.row, compared.entry, update.draft
    registered = RegisteredEntry(  # by position: by name it takes twice as long, for every row of a file
        ordinal,
        draft.entry_id,
        row.keys[0],
        compared.generation,
        INSTRUMENTS[row.instrument],
        row.decision_number or ("" if entry is None else entry.decision_number),
        Status.ACTIVE if entry is None else entry.status,
        draft.version,
        compared.digest,
        compared.publish_date,
        draft.reason,
        draft.changed_on,
        row.missing,
    )
    stock = int(row.stock == StockClaim.STOCK)
    return WholeEntry(registered, court, row.case_number, update.value, row.certificates, None, stock, row.beginning)
