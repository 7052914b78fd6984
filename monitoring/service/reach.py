"""Whether Kafka answers, asked twice a second on a connection of its own: who reads waits many seconds for a broker that is gone."""

from collections.abc import Callable
from typing import NamedTuple

from ...schemas.errors import LiandongError
from ...topics.transport.errors import AuthorizationFailed, TopicMissing, TransportError
from ...topics.workers.clock import Clock
from ...topics.workers.threads import Doorbell

ASK_SECONDS = 1.2
"""How long Kafka may take for a sign of life; with the pause it is known to be away within two seconds."""
PAUSE_SECONDS = 0.5


class Outage(NamedTuple):
    """Why Kafka did not answer, and since when (ms UTC)."""

    failure: LiandongError
    since: int


class Reach:
    """Asks for a sign of life again and again; a `Worker`."""

    def __init__(self, ask: Callable[[float], None], clock: Clock) -> None:
        """Take what asks Kafka, for so many seconds at most, and raises TransportError if it does not answer."""
        self._ask, self._clock = ask, clock
        self._bell = Doorbell()
        self._answered_at = clock.now()
        self._last: Outage | None = None
        self._over_at = 0
        """When Kafka answered again after the last outage, ms UTC; 0 while it lasts."""

    def step(self) -> float:
        """Ask once."""
        try:
            self._ask(ASK_SECONDS)
        except (AuthorizationFailed, TopicMissing):
            self._answer()
        except TransportError as failed:
            self._last, self._over_at = Outage(failed, self._answered_at), 0
        else:
            self._answer()
        return PAUSE_SECONDS

    def wait(self, seconds: float) -> bool:
        """Wait until it is time to ask again."""
        return self._bell.wait(seconds)

    def close(self) -> None:
        """Do nothing: the connection is its owner's."""

    def outage(self, read_at: int) -> Outage | None:
        """Return the outage that lasts, or after which nothing was read yet; the log was read to its end at `read_at`, ms UTC."""
        return self._last if self._last and (not self._over_at or read_at <= self._over_at) else None

    def _answer(self) -> None:
        self._answered_at = self._clock.now()
        if self._last and not self._over_at:
            self._over_at = self._answered_at
