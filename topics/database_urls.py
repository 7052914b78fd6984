"""The forms of a database's URL that are taken, checked when the settings are read and before anything is opened."""

from urllib.parse import parse_qs, urlsplit

FORMS = "sqlite:////folder/file.db, or postgresql://user@host:5432/database"
_POSTGRES = ("postgresql", "postgresql+psycopg")


def check_database_url(url: str) -> str:
    """Return the URL if it has a form that is taken. Raises ValueError, which never holds any of it."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        if parts.netloc or not parts.path.strip("/") or parts.path.endswith("/"):
            raise ValueError(f"SQLite takes three slashes and the path of a file: {FORMS}")
        return url
    if parts.scheme not in _POSTGRES:
        raise ValueError(f"give one of these forms: {FORMS}")
    try:
        parts.port  # noqa: B018  looks at it
    except ValueError:
        raise ValueError("the port is no number up to 65535") from None
    if "password" in parse_qs(parts.query):
        raise ValueError("a password stands in a file of its own: outbox_password_file")
    if not parts.path.strip("/"):
        raise ValueError(f"the name of the database is missing: {FORMS}")
    return url


def lacks_password(url: str) -> bool:
    """Return whether it is a PostgreSQL's and no password stands in it."""
    parts = urlsplit(url)
    return parts.scheme in _POSTGRES and parts.password is None
