"""What a row means, given what was published before: a new entry, a correction, nothing, or a refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from ..schemas import ids
from ..schemas.grounds import DeletionReason, check_relisting
from ..schemas.listing import Status
from .intake.model import Initiative, ListingInput, ParsedRow
from .records import Fields, content_of, digest_of, name_hash
from .refusals import RowRefused
from .register import CorrectedKey, Entry


class Meaning(Enum):
    """What becomes of a row that is not refused."""

    NEW = "new"
    CORRECTION = "correction"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Compared:
    """A row's meaning; `entry` is the live entry it is about, None for a new one, which is the `generation`-th."""

    meaning: Meaning
    listing: ListingInput
    content: Fields
    digest: bytes
    generation: int
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the register knows of a row: its entries, oldest first, those of the case that it resumes, and which of its
    certificates were corrected away.
    """

    entries: Sequence[Entry] = ()
    resumed: Sequence[Entry] = ()
    corrected: Sequence[CorrectedKey] = ()


def compare(parsed: ParsedRow, listing: ListingInput, known: Known, today: date) -> Compared:
    """What the row means. Raises `RowRefused`, and `DeletionReasonProblem` while a creditor may not apply again.

    An entry is one debtor in one case under one decision: while it is live every difference is a correction, once it has
    ended only a new decision makes a new entry.
    """
    for wrong in known.corrected:
        if wrong.name_hash == name_hash(listing.name):
            shown = ids.entry_text(int(listing.instrument), wrong.entry_id)
            raise RowRefused("CORRECTED_AWAY", entry=shown, day=wrong.corrected_on)
    latest = known.entries[-1] if known.entries else None
    for each in known.entries:
        if each.has_ended and (each is latest or listing.decision_number) and _same_decision(each, listing):
            raise _ended(each)
    if latest is not None and not latest.has_ended:
        return _against_live(parsed, listing, latest)
    for each in (*known.entries, *known.resumed):
        _check_bar(each, listing, today)
    content = content_of(listing)
    generation = latest.generation + 1 if latest is not None else 1
    return Compared(Meaning.NEW, listing, content, digest_of(content, listing.certificates), generation)


def _same_decision(entry: Entry, listing: ListingInput) -> bool:
    return not listing.decision_number or entry.decision_number == listing.decision_number


def _ended(entry: Entry) -> RowRefused:
    shown = ids.entry_text(int(entry.instrument), entry.entry_id)
    return RowRefused("ENTRY_ENDED", entry=shown, day=entry.changed_on, status=entry.status.name.lower())


def _against_live(parsed: ParsedRow, listing: ListingInput, entry: Entry) -> Compared:
    listing = _with_assumed_days(parsed, listing, entry)
    content = content_of(listing)
    digest = digest_of(content, listing.certificates)
    meaning = Meaning.UNCHANGED if digest == entry.digest else Meaning.CORRECTION
    return Compared(meaning, listing, content, digest, entry.generation, entry)


def _with_assumed_days(parsed: ParsedRow, listing: ListingInput, entry: Entry) -> ListingInput:
    """The listing with the published day where the row gives none: today's export is no correction of yesterday's."""
    if parsed.raw.values.get("publish_date"):
        return listing
    published = date.fromisoformat(entry.publish_date)
    assumed = listing.term_start is not None and not parsed.raw.values.get("term_start")
    return listing.model_copy(
        update={"publish_date": published, "term_start": published if assumed else listing.term_start}
    )


def _check_bar(entry: Entry, listing: ListingInput, today: date) -> None:
    if entry.status is Status.DELETED and entry.reason == DeletionReason.D3:
        ex_officio = listing.initiated_by is Initiative.EX_OFFICIO
        check_relisting(date.fromisoformat(entry.changed_on), DeletionReason.D3, today, ex_officio=ex_officio)


def keys_of(listing: ListingInput) -> tuple[bytes, ...]:
    """The listing's own key first, then the keys it would have by each of its other certificates alone."""
    own = listing.key()
    if len(listing.certificates) == 1:
        return (own,)
    others = (listing.model_copy(update={"certificates": (held,)}).key() for held in listing.certificates)
    return (own, *(key for key in others if key != own))


def resumed_key(listing: ListingInput) -> bytes | None:
    """The key the same subject had in the case this one resumes; None if it resumes none."""
    if not listing.previous_case_number:
        return None
    return listing.model_copy(update={"case_number": listing.previous_case_number}).key()
