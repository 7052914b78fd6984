"""Opens an agency's acts database: SQLite on one machine, PostgreSQL for several nodes."""

from sqlalchemy import Engine

from ...topics.settings import Settings
from ...topics.storage.database import create_tables, open_database, sqlite_url
from .agency_home import agency_folder
from .tables import metadata

EVENTS_LANE = "events"
OUTBOX_LANES = (EVENTS_LANE,)
"""Lanes of an agency's outbox."""


def open_acts(url: str) -> Engine:
    """Open the acts database, making the tables that are missing."""
    engine = open_database(url, schema="acts")
    create_tables(engine, metadata)
    return engine


def acts_url(settings: Settings, agency: str) -> str:
    """Return the URL of an agency's acts database."""
    return sqlite_url(agency_folder(settings, agency) / "acts.db")
