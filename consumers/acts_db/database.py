"""Opens an agency's acts database: SQLite on one machine, PostgreSQL for several nodes."""

from pathlib import Path

from sqlalchemy import Engine

from ...topics.settings import Settings
from ...topics.storage.database import create_tables, open_database, open_existing_database, sqlite_url
from .agency_home import agency_folder
from .tables import commands_parked, metadata

EVENTS_LANE = "events"
OUTBOX_LANES = (EVENTS_LANE,)
"""Lanes of an agency's outbox."""


def open_acts(url: str, agency: str = "", password_file: Path | None = None) -> Engine:
    """Open the acts database of an agency, making the tables that are missing; agencies may share a PostgreSQL."""
    engine = open_database(url, schema=_schema(agency), password_file=password_file)
    create_tables(engine, metadata)
    return engine


def _schema(agency: str) -> str:
    return f"acts_{agency.replace('-', '_')}" if agency else "acts"


def acts_url(settings: Settings, agency: str) -> str:
    """Return the URL of an agency's acts database."""
    if settings.acts_url is not None:
        return settings.acts_url.replace("{agency}", agency)
    return sqlite_url(agency_folder(settings, agency) / "acts.db")


def open_acts_of(settings: Settings, agency: str) -> Engine:
    """Open the acts database of an agency of this machine. Raises DatabaseFault."""
    return open_acts(acts_url(settings, agency), agency, settings.acts_password_file)


def open_acts_if_made(settings: Settings, agency: str) -> Engine | None:
    """Open the acts database of an agency if this machine has it or can reach it, None if not. Raises DatabaseFault, STATE_NEWER."""
    url, password_file = acts_url(settings, agency), settings.acts_password_file
    return open_existing_database(url, schema=_schema(agency), password_file=password_file, table=commands_parked)
