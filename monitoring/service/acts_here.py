"""What agencies hold back whose acts store this machine has or can reach: read beside their nodes, nothing is written."""

from collections.abc import Iterable

import structlog
from sqlalchemy import Engine

from ...consumers.acts_db.database import open_acts_if_made
from ...consumers.acts_db.held_back import count_held_back
from ...schemas.errors import LiandongError
from ...topics.settings import Settings
from ...topics.storage.database import reading
from ...topics.workers.clock import Clock
from ..status.positions import Parked, Paused

_log = structlog.get_logger(__name__)


class ActsHere:
    """Keeps the stores open; one thread at a time may ask."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Open nothing yet."""
        self._settings, self._clock = settings, clock
        self._engines: dict[str, Engine] = {}
        self.away: dict[str, Paused] = {}
        """Agencies whose store does not answer, when it was asked last."""

    def parked(self, agencies: Iterable[str]) -> dict[str, Parked]:
        """Count what waits at each agency; those are missing whose store is elsewhere, or cannot be read."""
        found: dict[str, Parked] = {}
        for agency in agencies:
            try:
                engine = self._engine(agency)
                if engine is not None:
                    found[agency] = _parked(engine)
            except LiandongError as failed:
                if agency not in self.away:
                    _log.warning("what an agency holds back cannot be counted", agency=agency, code=failed.code)
                since = self.away[agency].since if agency in self.away else self._clock.now()
                self.away[agency] = Paused(failed.code, since)
            else:
                self.away.pop(agency, None)
        return found

    def close(self) -> None:
        """Let go of the stores."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()

    def _engine(self, agency: str) -> Engine | None:
        engine = self._engines.get(agency) or open_acts_if_made(self._settings, agency)
        if engine is not None:
            self._engines[agency] = engine
        return engine


def _parked(engine: Engine) -> Parked:
    with reading(engine) as connection:
        counted = count_held_back(connection)
    return Parked(counted.parked, counted.parked_since)
