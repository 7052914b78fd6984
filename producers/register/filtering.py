"""A court's own entries by what they say: read in pages of their order, so that a register of any size streams."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from ...schemas.law.beginnings import Fact, facts_in
from ...schemas.law.grounds import Ground
from ...schemas.law.listing import ENDED_FROM, Instrument
from ...schemas.wire.codec import from_wire
from ...topics.storage.database import reading
from .reader import RegisterReader
from .rows import ENTRY_COLUMNS, WholeEntry, whole_entry

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What is asked of entries; what is not asked holds for all of them."""

    live: bool = False
    """Not ended by an act."""
    instrument: Instrument | None = None
    batch_id: str = ""
    """Changed by this batch."""
    lacking: int = 0
    """Lacking one of these facts of its beginning, a sum of `Fact`; such entries are live."""
    ground: Ground | None = None
    ends_from: date | None = None
    ends_until: date | None = None
    """The last day of the term lies between these, both included; entries without a term have none."""

    @property
    def asks_the_record(self) -> bool:
        """Whether an entry's record must be read to know."""
        return self.ground is not None or self.ends_from is not None or self.ends_until is not None


def entries_matching(reader: RegisterReader, court: str, wanted: EntryFilter, after: int = 0) -> Iterator[WholeEntry]:
    """Yield a court's entries behind an ordinal that match, in the order in which they were made."""
    while True:
        query = _page(reader, court, wanted).where(reader.tables.entries.c.ordinal > after)
        with reading(reader.engine) as connection:
            page = [whole_entry(row) for row in connection.execute(query)]
        yield from (whole for whole in page if _matches(whole, wanted))
        if len(page) < _PAGE:
            return
        after = page[-1].entry.ordinal


def lacking_counts(reader: RegisterReader, court: str) -> dict[str, int]:
    """Count a court's live entries that lack something of their beginning (`entries`), and by intake column those that lack it."""
    entries = reader.tables.entries.c
    query = (
        select(entries.missing, func.count())
        .where(entries.court == court, entries.missing != 0, entries.status < int(ENDED_FROM))
        .group_by(entries.missing)
    )
    with reading(reader.engine) as connection:
        rows = connection.execute(query).all()
    counts = {"entries": sum(count for _, count in rows)} | {fact.column: 0 for fact in Fact}
    for missing, count in rows:
        for fact in facts_in(missing):
            counts[fact.column] += count
    return counts


def _page(reader: RegisterReader, court: str, wanted: EntryFilter) -> Select[Any]:
    entries, updates = reader.tables.entries.c, reader.tables.updates.c
    query = select(*(entries[name] for name in ENTRY_COLUMNS)).where(entries.court == court)
    if wanted.live or wanted.lacking:
        query = query.where(entries.status < int(ENDED_FROM))
    if wanted.instrument is not None:
        query = query.where(entries.instrument == int(wanted.instrument))
    if wanted.lacking:
        query = query.where(entries.missing.op("&")(wanted.lacking) != 0)
    if wanted.batch_id:
        changed = select(updates.entry_id).where(updates.batch_id == wanted.batch_id)
        query = query.where(entries.entry_id.in_(changed))
    return query.order_by(entries.ordinal).limit(_PAGE)


def _matches(whole: WholeEntry, wanted: EntryFilter) -> bool:
    if not wanted.asks_the_record:
        return True
    record = from_wire(whole.whole_body)
    if wanted.ground is not None and int(wanted.ground) not in record["grounds"]:
        return False
    if wanted.ends_from is None and wanted.ends_until is None:
        return True
    if not record["term_end"]:
        return False
    last = date.fromisoformat(record["term_end"])
    return (wanted.ends_from or last) <= last <= (wanted.ends_until or last)
