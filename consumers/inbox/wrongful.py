"""What agencies told a court of its entries while those were wrong: read from the interceptions its inbox has opened."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from ...schemas.law.listing import RecordClass
from ...schemas.law.wrongful import WrongfulSpan
from ...topics.storage.database import open_existing_database, reading, sqlite_url
from .enforcement import RELEASED
from .store import interceptions


@dataclass(frozen=True, slots=True)
class WrongfulInterception:
    """Somebody was stopped who should not have been."""

    span: WrongfulSpan
    agency: str
    measure: str
    outcome: str
    occurred_at: int
    """ms UTC, as the agency says."""
    check_id: str
    entry_version: int


def wrongful_interceptions(inbox: Path, spans: Iterable[WrongfulSpan]) -> list[WrongfulInterception]:
    """Return what rests on wrong versions, oldest first; releases hit nobody, and canaries are nobody.

    `inbox` is the court's inbox.db; of one that was never made nothing is known.
    """
    engine = open_existing_database(sqlite_url(inbox), table=interceptions)
    if engine is None:
        return []
    told, found = interceptions.c, dict[bytes, WrongfulInterception]()
    try:
        with reading(engine) as connection:
            for span in spans:
                wrong = (told.entry_id == span.entry_id, told.entry_version <= span.through_version)
                stopped = (told.outcome != RELEASED, told.record_class == int(RecordClass.REAL))
                for row in connection.execute(select(interceptions).where(*wrong, *stopped)):
                    one = (row.agency, row.measure, row.outcome, row.occurred_at, row.check_id, row.entry_version)
                    found.setdefault(bytes(row.event_id), WrongfulInterception(span, *one))
    finally:
        engine.dispose()
    return sorted(found.values(), key=lambda one: (one.occurred_at, one.check_id))
