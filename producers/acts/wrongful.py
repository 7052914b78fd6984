"""Which versions of a court's entries were wrong: those before a revocation, and before a correction of whom they mean."""

from collections.abc import Iterator

from sqlalchemy import select

from ...schemas import ids
from ...schemas.law.listing import Status
from ...schemas.law.wrongful import WrongfulCause, WrongfulSpan
from ...topics.storage.database import reading
from ..register.reader import RegisterReader


def spans_of(register: RegisterReader, court: str) -> Iterator[WrongfulSpan]:
    """Yield those of one court: of corrected entries all versions until the correction, of revoked ones all there are."""
    entries, former = register.tables.entries.c, register.tables.former_states.c
    shown = (entries.instrument, entries.entry_id, entries.case_number)
    corrected = (
        select(*shown, former.version, former.changed_on)
        .where(former.ordinal == entries.ordinal, former.named_others == 1)
        .where(entries.court == court)
    )
    revoked = select(*shown, entries.version, entries.changed_on).where(
        entries.court == court, entries.status == int(Status.REVOKED)
    )
    with reading(register.engine) as connection:
        for cause, query in ((WrongfulCause.CORRECTED, corrected), (WrongfulCause.REVOKED, revoked)):
            for instrument, entry_id, case_number, version, day in connection.execute(query):
                text = ids.entry_text(int(instrument), bytes(entry_id))
                yield WrongfulSpan(text, bytes(entry_id), case_number, cause, int(version), day)
