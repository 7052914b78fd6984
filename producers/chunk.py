"""One chunk of a publication: its rows compared with the register, and what is new of them written.

Everything happens in the caller's transaction, under the court's lock.
"""

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from ..schemas import ids
from ..schemas.certificates import equivalents
from ..schemas.listing import Change, RecordClass
from ..schemas.problems import FactProblem
from .accept import Accepted, Desk, Draft, accept
from .comparison import Compared, Known, Meaning, compare, keys_of, resumed_key
from .intake.findings import reject_of_problem
from .intake.model import IntakeContext, ListingInput, ParsedRow
from .records import holder_hash, identities, new_record, pack_certificates
from .refusals import RowRefused
from .register import CorrectedKey, Entry, Register

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
class Publishing:
    """What all chunks of a publication share."""

    register: Register
    desk: Desk
    batch_id: str
    context: IntakeContext
    seen: SeenRows
    record_class: RecordClass = RecordClass.REAL


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with the keys its subject may be known by, its own first."""

    parsed: ParsedRow
    listing: ListingInput
    keys: tuple[bytes, ...]
    resumed: bytes | None

    @property
    def number(self) -> int:
        return self.parsed.raw.number


@dataclass(slots=True)
class Chunk:
    """Rows of one transaction and what becomes of them."""

    publishing: Publishing
    connection: Connection
    counts: Counter[str] = field(default_factory=Counter)
    instruments: set[int] = field(default_factory=set)
    _planned: list[tuple[_Row, Compared]] = field(default_factory=list)
    _by_key: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)

    def decide(self, rows: Sequence[ParsedRow]) -> list[ParsedRow]:
        """Says of every row what it means; rows that are refused come back with their rejects."""
        keyed = [
            parsed
            if parsed.listing is None
            else _Row(parsed, parsed.listing, keys_of(parsed.listing), resumed_key(parsed.listing))
            for parsed in rows
        ]
        known = self._known([each for each in keyed if isinstance(each, _Row)])
        decided = [self._decided(each, known) if isinstance(each, _Row) else each for each in keyed]
        for parsed in decided:
            self.counts["rejected"] += bool(parsed.rejects)
            self.counts["warnings"] += len(parsed.notices)
        return decided

    def _known(self, rows: Sequence[_Row]) -> "_Knowledge":
        keys = {key for row in rows for key in row.keys} | {row.resumed for row in rows if row.resumed is not None}
        if not keys:
            return _Knowledge({}, {})
        register, wanted = self.publishing.register, list(keys)
        return _Knowledge(
            register.entries_by_key(self.connection, wanted), register.corrected_keys(self.connection, wanted)
        )

    def _decided(self, row: _Row, known: "_Knowledge") -> ParsedRow:
        self.instruments.add(int(row.listing.instrument))
        context = self.publishing.context
        try:
            compared = compare(row.parsed, row.listing, known.of(row), context.today)
            counted = self._meaning(compared, row)
        except FactProblem as problem:
            column = "decision_number" if problem.code == "ENTRY_ENDED" else "certificate_number"
            refused = reject_of_problem(row.number, column, problem, context.lang)
            return replace(row.parsed, listing=None, rejects=(refused,))
        self.counts[counted] += 1
        if counted in ("accepted", "corrected"):
            self._planned.append((row, compared))
        return row.parsed

    def _meaning(self, compared: Compared, row: _Row) -> str:
        """What the row is counted as; a second row about one entry must say the same as the first."""
        earlier = next((self._by_key[key] for key in row.keys if key in self._by_key), None)
        if earlier is not None:
            first, digest = earlier
            repeats = digest == compared.digest
        elif compared.entry is not None and (first := self.publishing.seen.first(compared.entry.ordinal)):
            repeats = compared.meaning is Meaning.UNCHANGED
        else:
            self._by_key.update(dict.fromkeys(row.keys, (row.number, compared.digest)))
            if compared.entry is not None:
                self.publishing.seen.see(compared.entry.ordinal, row.number)
            return _COUNTED_AS[compared.meaning]
        if not repeats:
            raise RowRefused("DUPLICATE_CONFLICT", first=str(first))
        return "duplicate"

    def write(self, now: int) -> None:
        """Accepts what is new and corrected, in the order of the rows, and keeps the entries."""
        if not self._planned:
            return
        register, desk = self.publishing.register, self.publishing.desk
        new = sum(compared.entry is None for _, compared in self._planned)
        following = register.take(self.connection, _ENTRIES, new) if new else 0
        drafts = [self._draft(compared) for _, compared in self._planned]
        accepted = accept(register, self.connection, desk, self.publishing.batch_id, drafts, now)
        rows = _Rows()
        for (row, compared), draft, made in zip(self._planned, drafts, accepted, strict=True):
            stored = _stored(row, compared, draft, made)
            if compared.entry is None:
                ordinal = following
                following += 1
                self.publishing.seen.see(ordinal, row.number)
                rows.added.append({**stored, **_fixed(ordinal, desk.court, compared, draft)})
            else:
                ordinal = compared.entry.ordinal
                rows.changed.append({**stored, "at_ordinal": ordinal})
                if compared.entry.key != row.keys[0]:
                    rows.other_keys.append((compared.entry.key, ordinal))
            rows.other_keys.extend((key, ordinal) for key in row.keys[1:])
            rows.held.extend(
                (holder_hash(each), ordinal)
                for one in compared.listing.certificates
                for each in equivalents(one.certificate)
            )
        register.add_entries(self.connection, rows.added)
        register.change_entries(self.connection, rows.changed)
        register.add_holders(self.connection, rows.held)
        register.drop_other_keys(self.connection, [row["at_ordinal"] for row in rows.changed])
        register.add_other_keys(self.connection, rows.other_keys)

    def _draft(self, compared: Compared) -> Draft:
        listing, entry = compared.listing, compared.entry
        record = new_record(compared.content, self.publishing.record_class)
        record["identities"] = identities(listing.certificates, listing.name, self.publishing.desk.matching_keys)
        if entry is None:
            return Draft(ids.new_ordered(), 1, Change.INCLUDE, "", listing.publish_date.isoformat(), record)
        record["status"] = int(entry.status)
        today = self.publishing.context.today.isoformat()
        return Draft(entry.entry_id, entry.version + 1, Change.CORRECT, "", today, record)


_COUNTED_AS = {Meaning.NEW: "accepted", Meaning.CORRECTION: "corrected", Meaning.UNCHANGED: "unchanged"}


@dataclass(frozen=True, slots=True)
class _Knowledge:
    """What the register knows of the rows of a chunk, by key."""

    entries: Mapping[bytes, Sequence[Entry]]
    corrected: Mapping[bytes, CorrectedKey]

    def of(self, row: _Row) -> Known:
        """What is known of one row: by its own key, else by that of another certificate."""
        entries = next((self.entries[key] for key in row.keys if key in self.entries), ())
        resumed = self.entries.get(row.resumed, ()) if row.resumed is not None else ()
        return Known(entries, resumed, [self.corrected[key] for key in row.keys if key in self.corrected])


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of the register a chunk writes."""

    added: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    held: list[tuple[bytes, int]] = field(default_factory=list)
    other_keys: list[tuple[bytes, int]] = field(default_factory=list)


def _fixed(ordinal: int, court: str, compared: Compared, draft: Draft) -> dict[str, Any]:
    """What is set once for an entry."""
    return {
        "ordinal": ordinal,
        "entry_id": draft.entry_id,
        "generation": compared.generation,
        "court": court,
        "instrument": int(compared.listing.instrument),
        "status": draft.record["status"],
    }


def _stored(row: _Row, compared: Compared, draft: Draft, made: Accepted) -> dict[str, Any]:
    """What every version of an entry sets anew."""
    listing = compared.listing
    return {
        "key": row.keys[0],
        "case_number": listing.case_number,
        "decision_number": listing.decision_number,
        "version": draft.version,
        "digest": compared.digest,
        "publish_date": listing.publish_date.isoformat(),
        "reason": draft.reason,
        "changed_on": draft.changed_on,
        "body": made.value,
        "certificates": pack_certificates(listing.certificates),
    }
