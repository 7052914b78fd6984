"""Planning a file's rows, chunk by chunk: what is new, what is corrected, what is refused and why.

This is one code for a dry run and for a publication (`writing`), which differ in what comes after it. It reads and never
writes. A row is compared with the file's earlier rows first, whichever chunks they stood in, and then with the register.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from ...schemas import ids
from ...schemas.law.beginnings import facts_in
from ...schemas.problems import FactProblem
from ..intake.findings.findings import Finding, Notice, Reject, notice, reject_of_problem
from ..intake.rows.model import IntakeContext, ParsedRow, RawRow
from ..register.reader import RegisterReader
from ..register.rows import CorrectedKey, FormerState, RegisteredEntry
from .accompanying import AccompanyingOrders
from .beginnings import adds_to, notices_of_new, rejects_of_new
from .comparison import ComparedRow, FirstRow, KnownEntries, Meaning, check_repetition, compare
from .first_rows import ChunkFirstRows, FirstRows
from .prepare import Portion, PreparedRow, StockClaim
from .taken_over import taken_over
from .waiting import WaitingRow, WaitingRows


@dataclass(slots=True)
class ChunkPlan:
    """What is to become of the rows of a chunk."""

    changes: list[ComparedRow] = field(default_factory=list)
    """New and corrected entries, in the order of the rows."""
    completed: list[ComparedRow] = field(default_factory=list)
    """Those of entries that lacked something of their beginning that the row states."""
    counts: Counter[str] = field(default_factory=Counter)
    stock: Counter[str] = field(default_factory=Counter)
    """New entries that are stock (`entries`), and by intake column how many of them lack it."""
    instruments: set[int] = field(default_factory=set)
    reported: list[ParsedRow] = field(default_factory=list)
    """Rows that are refused, or that there is something to say about."""
    first_rows: ChunkFirstRows = field(default_factory=ChunkFirstRows)
    held: list[ComparedRow] = field(default_factory=list)
    """The row that is being held, for a moment."""
    waiting: list[WaitingRow] = field(default_factory=list)
    """Rows that need a second approval; nothing of them is published."""


@dataclass(frozen=True, slots=True)
class RegisteredKeys:
    """What the register knows of the keys of a chunk."""

    entries: Mapping[bytes, Sequence[RegisteredEntry]]
    corrected: Mapping[bytes, CorrectedKey]
    barred: Mapping[bytes, Sequence[RegisteredEntry]] = field(default_factory=dict)
    """By holder, entries that were deleted because the creditor asked for it."""
    former: Mapping[int, Sequence[FormerState]] = field(default_factory=dict)

    def of(self, row: PreparedRow) -> KnownEntries:
        """Return what is known of one row: by its own key, else by that of another certificate."""
        if not self.entries and not self.corrected and not self.barred:
            return _NOTHING
        entries = next((self.entries[key] for key in row.keys if key in self.entries), ())
        resumed = self.entries.get(row.resumed, ()) if row.resumed is not None else ()
        barred = [each for holder in row.holders for each in self.barred.get(holder, ())] if row.is_unlinked else []
        corrected = [self.corrected[key] for key in row.keys if key in self.corrected]
        return KnownEntries(entries, resumed, barred, corrected, self.former)

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
    "ROW_OLDER": "decision_number",
    "DECISION_OLDER": "signed_on",
    "REFUSED_BEFORE": "debtor_category",
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
        self._waiting = WaitingRows(register, context)
        self._orders = AccompanyingOrders()
        self._first_rows = FirstRows()
        self._instruments: set[int] = set()

    def plan(self, connection: Connection, portion: Portion, now: int = 0) -> ChunkPlan:
        """Say of every row what is to become of it. Nothing is remembered of it before `planned` or `written`.

        `now` (ms UTC) tells what was proposed and has expired.
        """
        plan = ChunkPlan()
        registered = self._registered_keys(connection, [row for row in portion.rows if row is not None])
        for at, row in enumerate(portion.rows):
            findings = () if row is None else self._judge(row, registered, plan)
            if plan.held:
                findings = self._hold(connection, plan, registered, portion.parsed(at).raw, now)
            reported = _told(findings, portion.parsed(at)) if findings else portion.reported.get(at)
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
        self._orders.note(plan.changes, is_plan=True)

    def written(self, plan: ChunkPlan, first_new_ordinal: int) -> None:
        """Remember a chunk whose new entries were written from an ordinal on."""
        self._instruments |= plan.instruments
        self._first_rows.written(plan.first_rows, first_new_ordinal)
        self._orders.note(plan.changes, is_plan=False)

    def without_order(self) -> Iterator[Notice]:
        """Say of which new list entries no consumption order is known, row by row; for the end of the file."""
        for row in self._orders.missing(self._register):
            yield notice(row, "instrument", "LISTED_WITHOUT_ORDER", self._context.lang)

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
        former = self._register.former_states(
            connection, sorted({each.ordinal for generations in entries.values() for each in generations})
        )
        return RegisteredKeys(entries, self._register.corrected_keys(connection, others), barred, former)

    def _judge(self, row: PreparedRow, registered: RegisteredKeys, plan: ChunkPlan) -> Sequence[Finding]:
        """Compare a row, count it and plan the change it makes; what is to be said of it, rejects if it is refused."""
        plan.instruments.add(row.instrument)
        try:
            first = self._first_row(row, registered, plan.first_rows)
            if first is not None:
                check_repetition(row, first)
                plan.counts["duplicate"] += 1
                return ()
            compared = compare(row, registered.of(row))
        except FactProblem as problem:
            return self._rejected(row, problem)
        if compared.entry is None and row.missing and (lacking := rejects_of_new(row, self._context)):
            return lacking
        if row.is_organ and self._waiting.awaits(compared):
            plan.held.append(compared)
            return ()
        plan.counts[compared.meaning.value] += 1
        if compared.meaning is not Meaning.UNCHANGED:
            plan.changes.append(compared)
        _note_first(compared, registered, plan.first_rows)
        return self._began(compared, plan)

    def _began(self, compared: ComparedRow, plan: ChunkPlan) -> Sequence[Notice]:
        """Note what a row says of how its entry began; what is to be asked back."""
        row, entry = compared.row, compared.entry
        if entry is not None:
            if entry.missing and adds_to(row, entry):
                plan.completed.append(compared)
            return ()
        if row.stock == StockClaim.STOCK:
            plan.stock["entries"] += 1
            plan.stock.update(fact.column for fact in facts_in(row.missing))
        return notices_of_new(row, self._context) if row.missing else ()

    def _hold(
        self, connection: Connection, plan: ChunkPlan, registered: RegisteredKeys, raw: RawRow, now: int
    ) -> Sequence[Finding]:
        """Let a row wait for its second approval; the reject if it is refused."""
        compared = plan.held.pop()
        try:
            if self._waiting.repeats(compared):
                plan.counts["duplicate"] += 1
                return ()
            plan.waiting.append(self._waiting.hold(connection, compared, raw, now))
        except FactProblem as problem:
            return self._rejected(compared.row, problem)
        if compared.entry is not None:
            _note_first(compared, registered, plan.first_rows)
        return ()

    def _rejected(self, row: PreparedRow, problem: FactProblem) -> Sequence[Reject]:
        column = _COLUMNS.get(problem.code, "certificate_number")
        return (reject_of_problem(row.number, column, problem, self._context.lang),)

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

    def _note_lost_keys(self, connection: Connection, plan: ChunkPlan) -> None:
        """Note the certificates that corrections take from entries: a later row by one of them is about that entry."""
        chunk = plan.first_rows
        corrected = [each.entry.ordinal for each in plan.changes if each.entry is not None]
        further = self._register.further_keys(connection, corrected)
        entries = self._register.entries_by_key(connection, [each.key for each in further], further)
        for each in further:
            if entries[each.key][-1].ordinal == each.ordinal:
                chunk.stray_keys.setdefault(each.key, chunk.by_ordinal[each.ordinal])


def _told(findings: Sequence[Finding], parsed: ParsedRow) -> ParsedRow:
    """Return a row with what was found when it was compared."""
    rejects = tuple(each for each in findings if isinstance(each, Reject))
    notices = tuple(each for each in findings if isinstance(each, Notice))
    return ParsedRow(parsed.raw, None, rejects, (*parsed.notices, *notices))


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
