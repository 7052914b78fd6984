"""One chunk of a publication: its rows compared with the register, and what is new of them signed and written.

Comparing and signing take nearly all of the time, so they come before the transaction that writes: others act meanwhile.
Whether that was right is told by the count of the court's claims. If somebody changed the court's entries in between, the
chunk is planned anew inside the transaction.
"""

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from ...schemas import ids
from ...schemas.law.listing import Change, Status
from ...schemas.problems import FactProblem
from ..intake.findings.findings import reject_of_problem
from ..intake.rows.model import IntakeContext, ParsedRow
from ..register.register import CorrectedKey, Register, RegisteredEntry
from ..updates.records import fields_of, parts_of
from ..updates.updates import Accepted, CourtIdentity, Draft, seal, sequences_of, store
from .comparison import ComparedRow, KnownEntries, Meaning, compare
from .prepare import Portion, PreparedRow
from .refusals import RowRefused

_ENTRIES = "entries"


class SeenRows:
    """The first row of a file that named an entry, by the entry's ordinal: four bytes an entry, whatever the file."""

    def __init__(self) -> None:
        """Nothing seen."""
        self._rows = array("I")

    def first(self, ordinal: int) -> int:
        """The row's number, 0 if none named the entry yet."""
        return self._rows[ordinal] if ordinal < len(self._rows) else 0

    def see(self, ordinal: int, row: int) -> None:
        """Notes the first row of an entry."""
        if ordinal >= len(self._rows):
            grown = max(ordinal + 1, len(self._rows) * 5 // 4)
            self._rows.frombytes(bytes(self._rows.itemsize * (grown - len(self._rows))))
        self._rows[ordinal] = row


@dataclass(frozen=True, slots=True)
class PublicationContext:
    """What all chunks of a publication share."""

    register: Register
    desk: CourtIdentity
    batch_id: str
    context: IntakeContext
    seen: SeenRows


@dataclass(slots=True)
class Chunk:
    """Rows of one transaction and what becomes of them."""

    publishing: PublicationContext
    connection: Connection
    counts: Counter[str] = field(default_factory=Counter)
    instruments: set[int] = field(default_factory=set)
    told: list[ParsedRow] = field(default_factory=list)
    """Rows that are refused, or that there is something to say about."""
    _claims: int = 0
    _planned: list[ComparedRow] = field(default_factory=list)
    _sealed: list[Accepted] = field(default_factory=list)
    _by_key: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)
    _first: list[tuple[int, int]] = field(default_factory=list)

    def plan(self, portion: Portion, now: int) -> None:
        """Says of every row what it means, and signs what is new."""
        register, desk = self.publishing.register, self.publishing.desk
        counted = register.claims(desk.court)
        self._claims = register.last_numbers(self.connection, [counted])[counted]
        known = self._known([row for row in portion.ready if row is not None])
        for at, ready in enumerate(portion.ready):
            refused = None if ready is None else self._refused(ready, portion, at, known)
            said = refused or portion.noted.get(at)
            if said is not None:
                self.told.append(said)
                self.counts["rejected"] += bool(said.rejects)
                self.counts["warnings"] += len(said.notices)
        drafts = [self._draft(compared) for compared in self._planned]
        last = register.last_numbers(self.connection, sequences_of(desk, drafts))
        self._sealed = seal(desk, self.publishing.batch_id, drafts, last, now)

    def _known(self, rows: Sequence[PreparedRow]) -> "_Knowledge":
        keys = {key for row in rows for key in row.keys} | {row.resumed for row in rows if row.resumed is not None}
        if not keys:
            return _Knowledge({}, {})
        register, wanted = self.publishing.register, sorted(keys)
        others = register.other_keys(self.connection, wanted)
        entries = register.entries_by_key(self.connection, wanted, others)
        return _Knowledge(entries, register.corrected_keys(self.connection, others))

    def _refused(self, ready: PreparedRow, portion: Portion, at: int, known: "_Knowledge") -> ParsedRow | None:
        """The row with its reject, if the register stands against it."""
        self.instruments.add(ready.instrument)
        context = self.publishing.context
        try:
            compared = compare(ready, known.of(ready), context.today)
            counted = self._meaning(compared)
        except FactProblem as problem:
            column = "decision_number" if problem.code == "ENTRY_ENDED" else "certificate_number"
            refused = reject_of_problem(ready.number, column, problem, context.lang)
            parsed = portion.parsed(at)
            return ParsedRow(parsed.raw, None, (refused,), parsed.notices)
        self.counts[counted] += 1
        if counted in ("accepted", "corrected"):
            self._planned.append(compared)
        return None

    def _meaning(self, compared: ComparedRow) -> str:
        """What the row is counted as; a second row about one entry must say the same as the first."""
        row, entry = compared.ready, compared.entry
        earlier = None
        for key in row.keys:
            earlier = earlier or self._by_key.get(key)
        if earlier is not None:
            first, digest = earlier
            repeats = digest == compared.digest
        elif entry is not None and (first := self.publishing.seen.first(entry.ordinal)):
            repeats = compared.meaning is Meaning.UNCHANGED
        else:
            for key in row.keys:
                self._by_key[key] = (row.number, compared.digest)
            if entry is not None:
                self._first.append((entry.ordinal, row.number))
            return _COUNTED_AS[compared.meaning]
        if not repeats:
            raise RowRefused("DUPLICATE_CONFLICT", first=str(first))
        return "duplicate"

    def _draft(self, compared: ComparedRow) -> Draft:
        ready, entry = compared.ready, compared.entry
        if entry is None:
            return Draft(ids.new_ordered(), 1, Change.INCLUDE, "", ready.publish_date, ready.parts)
        record = fields_of(ready.parts) | (compared.content or {}) | {"status": int(entry.status)}
        today = self.publishing.context.today.isoformat()
        return Draft(entry.entry_id, entry.version + 1, Change.CORRECT, "", today, parts_of(record))

    def claim(self, connection: Connection) -> bool:
        """Claims the court in a transaction that writes; whether all is still as it was when the chunk was planned."""
        self.connection = connection
        return self.publishing.register.claim(connection, self.publishing.desk.court) == self._claims + 1

    def write(self, now: int) -> None:
        """Accepts what is new and corrected, in the order of the rows, and keeps the entries."""
        register, desk = self.publishing.register, self.publishing.desk
        store(register, self.connection, desk, self._sealed, (self.publishing.batch_id, now))
        new = sum(compared.entry is None for compared in self._planned)
        following = register.take(self.connection, _ENTRIES, new) if new else 0
        rows = _Rows()
        for compared, made in zip(self._planned, self._sealed, strict=True):
            ready, entry = compared.ready, compared.entry
            if entry is None:
                ordinal = following
                following += 1
                self._first.append((ordinal, ready.number))
                rows.added.append(_entry(ordinal, desk.court, compared, made))
            else:
                ordinal = entry.ordinal
                rows.changed.append(_stored(compared, made) | {"at_ordinal": ordinal})
                if entry.key != ready.keys[0]:
                    rows.other_keys.append((entry.key, ordinal))
            rows.other_keys.extend([(key, ordinal) for key in ready.keys[1:]])
            rows.held.extend([(holder, ordinal) for holder in ready.holders])
        register.add_entries(self.connection, rows.added)
        register.change_entries(self.connection, rows.changed)
        register.add_holders(self.connection, rows.held)
        register.drop_other_keys(self.connection, [row["at_ordinal"] for row in rows.changed])
        register.add_other_keys(self.connection, rows.other_keys)

    def finish(self) -> None:
        """Notes, after the commit, which entries the file has named."""
        for ordinal, row in self._first:
            self.publishing.seen.see(ordinal, row)


_COUNTED_AS = {Meaning.NEW: "accepted", Meaning.CORRECTION: "corrected", Meaning.UNCHANGED: "unchanged"}


@dataclass(frozen=True, slots=True)
class _Knowledge:
    """What the register knows of the rows of a chunk, by key."""

    entries: Mapping[bytes, Sequence[RegisteredEntry]]
    corrected: Mapping[bytes, CorrectedKey]

    def of(self, row: PreparedRow) -> KnownEntries:
        """What is known of one row: by its own key, else by that of another certificate."""
        if not self.entries and not self.corrected:
            return _NOTHING
        entries = next((self.entries[key] for key in row.keys if key in self.entries), ())
        resumed = self.entries.get(row.resumed, ()) if row.resumed is not None else ()
        return KnownEntries(entries, resumed, [self.corrected[key] for key in row.keys if key in self.corrected])


_NOTHING = KnownEntries()


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of the register a chunk writes."""

    added: list[tuple[Any, ...]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    held: list[tuple[bytes, int]] = field(default_factory=list)
    other_keys: list[tuple[bytes, int]] = field(default_factory=list)


def _entry(ordinal: int, court: str, compared: ComparedRow, made: Accepted) -> tuple[Any, ...]:
    """A new entry, in the order of `register.NEW_ENTRY`."""
    ready, draft = compared.ready, made.draft
    return (
        ordinal,
        draft.entry_id,
        ready.keys[0],
        compared.generation,
        court,
        ready.instrument,
        ready.case_number,
        ready.decision_number,
        int(Status.ACTIVE),
        draft.version,
        compared.digest,
        compared.publish_date,
        draft.reason,
        draft.changed_on,
        made.value,
        ready.certificates,
    )


def _stored(compared: ComparedRow, made: Accepted) -> dict[str, Any]:
    """What a newer version of an entry sets anew."""
    ready, draft = compared.ready, made.draft
    return {
        "key": ready.keys[0],
        "case_number": ready.case_number,
        "decision_number": ready.decision_number,
        "version": draft.version,
        "digest": compared.digest,
        "publish_date": compared.publish_date,
        "reason": draft.reason,
        "changed_on": draft.changed_on,
        "body": made.value,
        "certificates": ready.certificates,
    }
