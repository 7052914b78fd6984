"""The acts store: what an agency did, in SQLite on one machine or PostgreSQL for several nodes.

Effects, their idempotency keys and the records that tell of them (outbox) stand in one database, so that one commit makes
all of them true or none. Modules of this room put their tables on `metadata`.
"""

from sqlalchemy import Engine, MetaData

from ..topics.database import create_tables, open_database
from ..topics.outbox import outbox_tables

metadata = MetaData()
outbox = outbox_tables(metadata)
LANES = ("events",)
"""Lanes of an agency's outbox."""


def open_acts(url: str) -> Engine:
    """An engine for the acts store, its tables made if they are missing."""
    from .commands import watches  # noqa: F401  they put their tables on the metadata

    engine = open_database(url, schema="acts")
    create_tables(engine, metadata)
    return engine
