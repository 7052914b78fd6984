"""Opens an agency's acts database: SQLite on one machine, PostgreSQL for several nodes."""

from sqlalchemy import Engine

from ...topics.settings import Settings
from ...topics.storage.database import create_tables, open_database, sqlite_url
from .tables import metadata

LANES = ("events",)
"""Lanes of an agency's outbox."""


def open_acts(url: str) -> Engine:
    """Open the acts database, making the tables that are missing."""
    engine = open_database(url, schema="acts")
    create_tables(engine, metadata)
    return engine


def acts_url(settings: Settings, agency: str) -> str:
    """Say where an agency's acts database is."""
    return sqlite_url(settings.state_dir / "agencies" / agency / "acts.db")
