"""What stands in the register: entries, updates and batches as publishing and reading need them."""

from dataclasses import dataclass
from typing import NamedTuple

from ...schemas import ids
from ...schemas.law.listing import ENDED_FROM, Change, Instrument, Status


@dataclass(frozen=True, slots=True)
class RegisteredEntry:
    """An entry as publishing needs it; `digest` and the dates are explained beside the columns."""

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

    @property
    def has_ended(self) -> bool:
        """Whether it came to an end; it never comes back."""
        return self.status >= ENDED_FROM


@dataclass(frozen=True, slots=True)
class WholeEntry:
    """An entry with all that is known of it; `certificates` is JSON with raw numbers and must not leave the court."""

    entry: RegisteredEntry
    court: str
    case_number: str
    body: bytes
    full_body: bytes
    certificates: bytes

    def __repr__(self) -> str:
        """The id only."""
        return f"WholeEntry({self.entry.entry_id.hex()})"


class OtherKey(NamedTuple):
    """A key by another certificate of an entry; with a day, one that was corrected away, and whose it was said to be."""

    key: bytes
    ordinal: int
    corrected_on: str | None
    name_hash: bytes | None


@dataclass(frozen=True, slots=True)
class CorrectedKey:
    """A certificate that was corrected out of an entry: when, and under which name it stood there."""

    entry_id: bytes
    corrected_on: str
    name_hash: bytes


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


def new_batch(court: str, source: str, source_hash: str, now: int) -> Batch:
    """A batch that starts now (ms UTC); `source` is a file's name or what else it came from."""
    return Batch(ids.text("bat", ids.new_ordered()), court, source, source_hash, "accepting", now, None)
