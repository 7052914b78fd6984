"""What stands in the register: entries, updates and batches as publishing and reading need them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...schemas import ids
from ...schemas.law.listing import ENDED_FROM, Change, Instrument, Status
from ...schemas.spelling import compact
from ...topics.workers.chance import Chance


class RegisteredEntry(NamedTuple):
    """An entry as publishing compares rows with it; the columns are explained in `tables`."""

    ordinal: int
    entry_id: bytes
    key: bytes
    generation: int
    instrument: Instrument
    decision_number: str
    status: Status
    version: int
    digest: bytes
    publish_date: str
    reason: str
    changed_on: str
    missing: int = 0
    """Facts of its beginning that the court has not stated, as the sum of `Fact`."""

    @property
    def has_ended(self) -> bool:
        """Whether it came to an end; it never comes back."""
        return self.status >= ENDED_FROM


class WholeEntry(NamedTuple):
    """An entry with all its columns; `certificates` is JSON with raw numbers and must not leave the court."""

    entry: RegisteredEntry
    court: str
    case_number: str
    body: bytes
    certificates: bytes
    full_body: bytes | None = None
    """Of an ended entry the last body that held the whole of it; None while it is live, `body` is then whole."""
    stock: int = 0
    """1 if it stood on the national list before its court came here."""
    beginning: bytes | None = None
    """What the court stated of how it began; it stays in the court's own store."""

    @property
    def whole_body(self) -> bytes:
        """The newest body with all that is said of the subject."""
        return self.full_body or self.body

    def __repr__(self) -> str:
        """Show the id only."""
        return f"WholeEntry({self.entry.entry_id.hex()})"


ENTRY_COLUMNS = (*RegisteredEntry._fields, *WholeEntry._fields[1:])
"""The columns of an entry, named here and, with their types, in `tables`; everything else takes them from here."""
FIXED_COLUMNS = frozenset(("ordinal", "entry_id", "generation", "court", "instrument", "missing", "stock", "beginning"))
"""Those that stay what they were when the entry was made; what is missing of its beginning is completed by itself."""
INSTRUMENTS = {int(each): each for each in Instrument}
"""Faster than `Instrument` for thousands of rows."""
_STATUSES = {int(each): each for each in Status}


def columns_of(entry: WholeEntry) -> tuple[Any, ...]:
    """Return the values of an entry in the order of `ENTRY_COLUMNS`, as a database driver takes them."""
    registered, *rest = entry
    ordinal, entry_id, key, generation, instrument, decision, status, *others = registered
    return (ordinal, entry_id, key, generation, int(instrument), decision, int(status), *others, *rest)


def registered_entry(values: Sequence[Any]) -> RegisteredEntry:
    """Read an entry from the first values of a row in the order of `ENTRY_COLUMNS`."""
    ordinal, entry_id, key, generation, instrument, decision, status, *rest = values[: len(RegisteredEntry._fields)]
    return RegisteredEntry(
        ordinal, entry_id, key, generation, INSTRUMENTS[instrument], decision, _STATUSES[status], *rest
    )


def whole_entry(values: Sequence[Any]) -> WholeEntry:
    """Read an entry from a whole row in the order of `ENTRY_COLUMNS`."""
    return WholeEntry(registered_entry(values), *values[len(RegisteredEntry._fields) :])


class LiveEntry(NamedTuple):
    """What tells one live entry from the others of its court."""

    ordinal: int
    instrument: int
    entry_id: bytes


class Completion(NamedTuple):
    """What is missing of an entry's beginning, and what is stated of it, once a later row has added to it."""

    ordinal: int
    missing: int
    beginning: bytes | None


class FormerState(NamedTuple):
    """What an entry said until an act, or a file that named other people, changed it."""

    ordinal: int
    digest: bytes
    decision: str
    name_hash: bytes
    extended_from: str
    """The last day before an extension, else empty."""
    changed_on: str
    version: int
    """The last one that said so."""
    named_others: int = 0
    """1 if an act then named other certificates: until then it hit somebody else."""


def decision_form(number: str) -> str:
    """Return the form in which numbers of decisions are compared: brackets and blanks in any width."""
    return compact(number)


class OtherKey(NamedTuple):
    """A key by another certificate of an entry; with a day, one that was corrected away, and whose it was said to be."""

    key: bytes
    ordinal: int
    corrected_on: str | None
    name_hash: bytes | None


@dataclass(frozen=True, slots=True)
class CorrectedKey:
    """A certificate that was corrected out of an entry: when, and under which names it stood there."""

    entry_id: bytes
    corrected_on: str
    name_hashes: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Update:
    """One accepted update and its rows in the outbox; `relief_row` is None where nobody is freed."""

    update_id: bytes
    entry_id: bytes
    version: int
    court: str
    list: str
    court_sequence: int
    batch_id: str
    change: Change
    state_row: int
    relief_row: int | None
    accepted_at: int
    content_hash: bytes


class StatedRuling(NamedTuple):
    """What the court stated of the decision behind one act; empty where nothing was. It stays in the court's own store."""

    update_id: bytes
    decision_number: str
    signed_by: str
    cause: str
    objection: str
    due_on: str
    """The last day on which the law wanted it done (`DueDay` as text), empty where there is none."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One publication: a file, or a single act. States: accepting, accepted."""

    batch_id: str
    court: str
    source: str
    source_hash: str
    state: str
    started_at: int
    finished_at: int | None
    accepted: int = 0
    corrected: int = 0
    unchanged: int = 0
    duplicate: int = 0
    rejected: int = 0
    warnings: int = 0


def new_batch(court: str, source: str, source_hash: str, now: int, chance: Chance) -> Batch:
    """Make a batch that starts now (ms UTC); `source` is a file's name or what else it came from."""
    return Batch(ids.text("bat", chance.ordered_id()), court, source, source_hash, "accepting", now, None)
