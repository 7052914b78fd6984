"""Opens an agency's acts database: SQLite on one machine, PostgreSQL for several nodes."""

from pathlib import Path

from sqlalchemy import Engine

from ...topics.settings import Settings
from ...topics.storage.database import create_tables, open_database, sqlite_url
from .agency_home import agency_folder
from .tables import metadata

EVENTS_LANE = "events"
OUTBOX_LANES = (EVENTS_LANE,)
"""Lanes of an agency's outbox."""


def open_acts(url: str, agency: str = "", password_file: Path | None = None) -> Engine:
    """Open the acts database of an agency, making the tables that are missing; agencies may share a PostgreSQL."""
    schema = f"acts_{agency.replace('-', '_')}" if agency else "acts"
    engine = open_database(url, schema=schema, password_file=password_file)
    create_tables(engine, metadata)
    return engine


def acts_url(settings: Settings, agency: str) -> str:
    """Return the URL of an agency's acts database."""
    if settings.acts_url is not None:
        return settings.acts_url.replace("{agency}", agency)
    return sqlite_url(agency_folder(settings, agency) / "acts.db")


def open_acts_of(settings: Settings, agency: str) -> Engine:
    """Open the acts database of an agency of this machine. Raises DatabaseFault."""
    return open_acts(acts_url(settings, agency), agency, settings.acts_password_file)
