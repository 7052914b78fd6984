"""What a row means, given what was published before: a new entry, a correction, nothing, or a refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from ...schemas import ids
from ...schemas.dates import start_of_day_ms
from ...schemas.law.grounds import DeletionReason, check_relisting
from ...schemas.law.listing import Status
from ..register.register import CorrectedKey, RegisteredEntry
from ..updates.records import Fields, digest_of, fields_of, name_hash, unpack_certificates
from .prepare import PreparedRow
from .refusals import RowRefused


class Meaning(Enum):
    """What becomes of a row that is not refused."""

    NEW = "new"
    CORRECTION = "correction"
    UNCHANGED = "unchanged"


@dataclass(slots=True)
class ComparedRow:
    """A row's meaning; `entry` is the live entry it is about, None for a new one, which is the `generation`-th.

    `content` is what the row says where that is not what it says by itself.
    """

    meaning: Meaning
    ready: PreparedRow
    digest: bytes
    publish_date: str
    generation: int
    entry: RegisteredEntry | None = None
    content: Fields | None = None


@dataclass(frozen=True, slots=True)
class KnownEntries:
    """What the register knows of a row: its entries, oldest first, those of the case that it resumes, and which of its
    certificates were corrected away.
    """

    entries: Sequence[RegisteredEntry] = ()
    resumed: Sequence[RegisteredEntry] = ()
    corrected: Sequence[CorrectedKey] = ()


def compare(ready: PreparedRow, known: KnownEntries, today: date) -> ComparedRow:
    """What the row means. Raises `RowRefused`, and `DeletionReasonProblem` while a creditor may not apply again.

    An entry is one debtor in one case under one decision: while it is live every difference is a correction, once it has
    ended only a new decision makes a new entry.
    """
    for wrong in known.corrected:
        if wrong.name_hash == name_hash(ready.name):
            shown = ids.entry_text(ready.instrument, wrong.entry_id)
            raise RowRefused("CORRECTED_AWAY", entry=shown, day=wrong.corrected_on)
    latest = known.entries[-1] if known.entries else None
    for each in known.entries:
        if each.has_ended and (each is latest or ready.decision_number) and _same_decision(each, ready):
            raise _ended(each)
    if latest is not None and not latest.has_ended:
        return _against_live(ready, latest)
    for each in (*known.entries, *known.resumed):
        _check_bar(each, ready, today)
    generation = latest.generation + 1 if latest is not None else 1
    return ComparedRow(Meaning.NEW, ready, ready.digest, ready.publish_date, generation)


def _same_decision(entry: RegisteredEntry, ready: PreparedRow) -> bool:
    return not ready.decision_number or entry.decision_number == ready.decision_number


def _ended(entry: RegisteredEntry) -> RowRefused:
    shown = ids.entry_text(int(entry.instrument), entry.entry_id)
    return RowRefused("ENTRY_ENDED", entry=shown, day=entry.changed_on, status=entry.status.name.lower())


def _against_live(ready: PreparedRow, entry: RegisteredEntry) -> ComparedRow:
    """A row that gives no day means the published one: today's export is no correction of yesterday's."""
    digest, day, content = ready.digest, ready.publish_date, None
    if ready.is_day_assumed and day != entry.publish_date:
        day = entry.publish_date
        content = _with_day(ready, day)
        digest = digest_of(content, unpack_certificates(ready.certificates))
    meaning = Meaning.UNCHANGED if digest == entry.digest else Meaning.CORRECTION
    return ComparedRow(meaning, ready, digest, day, entry.generation, entry, content)


def _with_day(ready: PreparedRow, day: str) -> Fields:
    content = fields_of(ready.parts)
    content |= {"publish_date": day, "effective_from": start_of_day_ms(date.fromisoformat(day))}
    if ready.is_start_assumed:
        content["term_start"] = day
    return content


def _check_bar(entry: RegisteredEntry, ready: PreparedRow, today: date) -> None:
    if entry.status is Status.DELETED and entry.reason == DeletionReason.D3:
        changed = date.fromisoformat(entry.changed_on)
        check_relisting(changed, DeletionReason.D3, today, ex_officio=ready.is_ex_officio)
