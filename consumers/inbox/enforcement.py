"""ENFORCED: which agencies acted on an entry, as its court alone can see: read from the interceptions its inbox has opened."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from ...schemas.law.listing import RecordClass
from ...topics.storage.database import insert_once, open_existing_database, reading, sqlite_url
from .store import Item, interceptions

RELEASED = "RELEASED"
_CLEAR = ("agency", "day", "outcome", "rule_version", "record_class")
_SEALED = ("entry_id", "entry_version", "measure", "notary", "barrier", "check_id", "occurred_at")


def note_interception(
    connection: Connection, item: Item, record: Mapping[str, Any], content: Mapping[str, Any]
) -> None:
    """Keep what an interception says, its clear fields and its opened ones, in the transaction that keeps its item."""
    row = {"event_id": item.event_id} | {name: record[name] for name in _CLEAR}
    insert_once(connection, interceptions, row | {name: content[name] for name in _SEALED})


def enforced_on(inbox: Path, entry_id: bytes, version: int, *, frees: bool) -> dict[str, str]:
    """Return the agencies that acted on an entry at this version or a newer one, each with the first day (China).

    Acting on what frees is releasing. `inbox` is the court's inbox.db; nobody acted, as far as an inbox that was never made
    or read knows. Canaries count for nothing.
    """
    engine = open_existing_database(sqlite_url(inbox), table=interceptions)
    if engine is None:
        return {}
    told = interceptions.c
    wanted = (
        told.entry_id == entry_id,
        told.entry_version >= version,
        told.record_class == int(RecordClass.REAL),
        (told.outcome == RELEASED) == frees,
    )
    first = select(told.agency, func.min(told.day).label("day")).where(*wanted).group_by(told.agency)
    try:
        with reading(engine) as connection:
            return {row.agency: row.day for row in connection.execute(first)}
    finally:
        engine.dispose()
