"""Planning a file's rows, chunk by chunk: what is new, what is corrected, what is refused and why.

This is one code for a dry run and for a publication (`writing`), which differ in what comes after it. It reads and never
writes. A row is compared with the file's earlier rows first, whichever chunks they stood in, and then with the register.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from ...schemas import ids
from ...schemas.problems import FactProblem
from ..intake.findings.findings import reject_of_problem
from ..intake.rows.model import IntakeContext, ParsedRow
from ..register.reader import RegisterReader
from ..register.rows import CorrectedKey, RegisteredEntry
from .comparison import ComparedRow, FirstRow, KnownEntries, Meaning, check_repetition, compare
from .first_rows import ChunkFirstRows, FirstRows
from .prepare import Portion, PreparedRow
from .taken_over import taken_over


@dataclass(slots=True)
class ChunkPlan:
    """What is to become of the rows of a chunk."""

    changes: list[ComparedRow] = field(default_factory=list)
    """New and corrected entries, in the order of the rows."""
    counts: Counter[str] = field(default_factory=Counter)
    instruments: set[int] = field(default_factory=set)
    reported: list[ParsedRow] = field(default_factory=list)
    """Rows that are refused, or that there is something to say about."""
    first_rows: ChunkFirstRows = field(default_factory=ChunkFirstRows)


@dataclass(frozen=True, slots=True)
class RegisteredKeys:
    """What the register knows of the keys of a chunk."""

    entries: Mapping[bytes, Sequence[RegisteredEntry]]
    corrected: Mapping[bytes, CorrectedKey]
    barred: Mapping[bytes, Sequence[RegisteredEntry]] = field(default_factory=dict)
    """By holder, entries that were deleted because the creditor asked for it."""

    def of(self, row: PreparedRow) -> KnownEntries:
        """Return what is known of one row: by its own key, else by that of another certificate."""
        if not self.entries and not self.corrected and not self.barred:
            return _NOTHING
        entries = next((self.entries[key] for key in row.keys if key in self.entries), ())
        resumed = self.entries.get(row.resumed, ()) if row.resumed is not None else ()
        barred = [each for holder in row.holders for each in self.barred.get(holder, ())] if row.is_unlinked else []
        corrected = [self.corrected[key] for key in row.keys if key in self.corrected]
        return KnownEntries(entries, resumed, barred, corrected)

    def has(self, key: bytes) -> bool:
        """Tell whether the key leads anywhere, or led somewhere until it was corrected away."""
        return key in self.entries or key in self.corrected

    def leads_to(self, key: bytes, entry: RegisteredEntry) -> bool:
        """Tell whether it is this entry that the key leads to."""
        entries = self.entries.get(key)
        return entries is not None and entries[-1].ordinal == entry.ordinal


_NOTHING = KnownEntries()
_COLUMNS = {
    "ENTRY_ENDED": "decision_number",
    "SECOND_DECISION": "decision_number",
    "RELIST_BARRED": "applied_on",
    "APPLIED_ON_NEEDED": "applied_on",
}
"""The column a refusal by the register is about."""


class FilePlanner:
    """Plans the rows of one file of one court and remembers which entries they named."""

    def __init__(self, register: RegisterReader, context: IntakeContext) -> None:
        """`context` names the court and the day in China."""
        self._register = register
        self._context = context
        self._first_rows = FirstRows()
        self._instruments: set[int] = set()

    def plan(self, connection: Connection, portion: Portion) -> ChunkPlan:
        """Say of every row what is to become of it. Nothing is remembered of it before `planned` or `written`."""
        plan = ChunkPlan()
        registered = self._registered_keys(connection, [row for row in portion.rows if row is not None])
        for at, row in enumerate(portion.rows):
            problem = None if row is None else self._judge(row, registered, plan)
            if row is None or problem is None:
                reported = portion.reported.get(at)
            else:
                reported = self._refused(row, problem, portion.parsed(at))
            if reported is not None:
                plan.reported.append(reported)
                plan.counts["rejected"] += bool(reported.rejects)
                plan.counts["warnings"] += len(reported.notices)
        self._note_lost_keys(connection, plan)
        return plan

    def planned(self, plan: ChunkPlan) -> None:
        """Remember a chunk that stays a plan: later chunks are to find what it would have written."""
        self._instruments |= plan.instruments
        self._first_rows.planned(plan.first_rows)

    def written(self, plan: ChunkPlan, first_new_ordinal: int) -> None:
        """Remember a chunk whose new entries were written from an ordinal on."""
        self._instruments |= plan.instruments
        self._first_rows.written(plan.first_rows, first_new_ordinal)

    def missing(self) -> Iterator[str]:
        """Name the court's live entries, under the instruments the file has rows of, that the file does not name."""
        for entry in self._register.live_entries(self._context.court, sorted(self._instruments)):
            if not self._first_rows.has_named(entry.ordinal):
                yield ids.entry_text(entry.instrument, entry.entry_id)

    def _registered_keys(self, connection: Connection, rows: Sequence[PreparedRow]) -> RegisteredKeys:
        keys = {key for row in rows for key in row.keys} | {row.resumed for row in rows if row.resumed is not None}
        if not keys:
            return RegisteredKeys({}, {})
        in_order = sorted(keys)
        others = self._register.other_keys(connection, in_order)
        entries = self._register.entries_by_key(connection, in_order, others)
        if self._register.has_taken_over(connection):
            unmatched = [row for row in rows if not any(key in entries for key in row.keys)]
            entries |= taken_over(self._register, connection, self._context.court, unmatched)
        unlinked = sorted({holder for row in rows if row.is_unlinked for holder in row.holders})
        barred = self._register.deleted_on_application(connection, self._context.court, unlinked)
        return RegisteredKeys(entries, self._register.corrected_keys(connection, others), barred)

    def _judge(self, row: PreparedRow, registered: RegisteredKeys, plan: ChunkPlan) -> FactProblem | None:
        """Compare a row, count it and plan the change it makes; the problem if it is refused."""
        plan.instruments.add(row.instrument)
        try:
            first = self._first_row(row, registered, plan.first_rows)
            if first is not None:
                check_repetition(row, first)
                plan.counts["duplicate"] += 1
                return None
            compared = compare(row, registered.of(row))
        except FactProblem as problem:
            return problem
        plan.counts[compared.meaning.value] += 1
        if compared.meaning is not Meaning.UNCHANGED:
            plan.changes.append(compared)
        _note_first(compared, registered, plan.first_rows)
        return None

    def _first_row(self, row: PreparedRow, registered: RegisteredKeys, chunk: ChunkFirstRows) -> FirstRow | None:
        """Return the first row of the file about the entry that one of the row's keys leads to."""
        for key in row.keys:
            earlier, first = chunk.by_key.get(key), self._first_rows.by_key(key)
            if earlier is None and first is None and (entries := registered.entries.get(key)):
                ordinal = entries[-1].ordinal
                earlier, first = chunk.by_ordinal.get(ordinal), self._first_rows.by_ordinal(ordinal)
            if earlier is not None:
                return earlier.as_first()
            if first is not None:
                return first
        return None

    def _refused(self, row: PreparedRow, problem: FactProblem, parsed: ParsedRow) -> ParsedRow:
        column = _COLUMNS.get(problem.code, "certificate_number")
        reject = reject_of_problem(row.number, column, problem, self._context.lang)
        return ParsedRow(parsed.raw, None, (reject,), parsed.notices)

    def _note_lost_keys(self, connection: Connection, plan: ChunkPlan) -> None:
        """Note the certificates that corrections take from entries: a later row by one of them is about that entry."""
        chunk = plan.first_rows
        corrected = [each.entry.ordinal for each in plan.changes if each.entry is not None]
        further = self._register.further_keys(connection, corrected)
        entries = self._register.entries_by_key(connection, [each.key for each in further], further)
        for each in further:
            if entries[each.key][-1].ordinal == each.ordinal:
                chunk.stray_keys.setdefault(each.key, chunk.by_ordinal[each.ordinal])


def _note_first(compared: ComparedRow, registered: RegisteredKeys, chunk: ChunkFirstRows) -> None:
    """Note the first row about an entry, and by which keys a later row would name the same entry."""
    row, entry = compared.row, compared.entry
    if entry is None:
        chunk.of_new_entries.append(compared)
    else:
        chunk.by_ordinal[entry.ordinal] = compared
        if entry.key != row.keys[0]:
            chunk.stray_keys[entry.key] = compared
    for key in row.keys:
        if entry is not None and registered.leads_to(key, entry):
            continue
        chunk.by_key[key] = compared
        if registered.has(key) or compared.meaning is Meaning.UNCHANGED:
            chunk.stray_keys[key] = compared
