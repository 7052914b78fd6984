"""How much a process that answers HTTP takes on: open connections, and how long a request may take to come."""

import sys
from dataclasses import dataclass

import structlog

from .settings import Settings

_log = structlog.get_logger(__name__)
_OTHER_FILES = 512
"""Files and connections a process has besides those of its callers: stores, Kafka, logs."""
_FEWEST = 64


@dataclass(frozen=True, slots=True)
class ServingLimits:
    """What an HTTP server takes on."""

    connections: int = 4096
    """Open at once; idle and half-sent ones count too."""
    request_seconds: float = 30.0
    """For a whole request to come, and for the next one on a connection that is kept; then the connection is closed."""


def serving_limits(settings: Settings) -> ServingLimits:
    """Return the limits of this process. Its limit of open files is raised as far as they need it and the system lets it."""
    wanted, seconds = settings.http_connections, settings.http_request_seconds
    allowed = max(_FEWEST, _allowed_files(wanted + _OTHER_FILES) - _OTHER_FILES)
    if allowed < wanted:
        _log.warning("fewer connections than set: the limit of open files is low", set=wanted, connections=allowed)
    return ServingLimits(min(wanted, allowed), seconds)


def _allowed_files(wanted: int) -> int:
    """Return how many files this process may have open, after asking for so many."""
    if sys.platform == "win32":
        return wanted
    import resource

    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    soft = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, most))
    return soft
