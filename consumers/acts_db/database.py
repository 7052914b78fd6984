"""Opens an agency's acts database: SQLite on one machine, PostgreSQL for several nodes."""

from sqlalchemy import Engine

from ...topics.settings import Settings
from ...topics.storage.database import create_tables, open_database, sqlite_url
from .agency_home import agency_folder
from .tables import metadata

EVENTS_LANE = "events"
OUTBOX_LANES = (EVENTS_LANE,)
"""Lanes of an agency's outbox."""


def open_acts(url: str, agency: str = "") -> Engine:
    """Open the acts database of an agency, making the tables that are missing; agencies may share a PostgreSQL."""
    engine = open_database(url, schema=f"acts_{agency.replace('-', '_')}" if agency else "acts")
    create_tables(engine, metadata)
    return engine


def acts_url(settings: Settings, agency: str) -> str:
    """Return the URL of an agency's acts database."""
    if settings.acts_url is not None:
        return settings.acts_url.replace("{agency}", agency)
    return sqlite_url(agency_folder(settings, agency) / "acts.db")
