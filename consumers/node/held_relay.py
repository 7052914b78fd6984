"""The relay of a node, which sends nothing while others must refuse what is sent: the time of a message is its machine's."""

from typing import Protocol

from ...topics.keys.signing_time import SigningTime
from ...topics.workers.worker import Worker

_HELD_SECONDS = 0.5


class OutboxRelay(Worker, Protocol):
    """Sends an outbox (`producers.relay.relay.Relay`); after `close` it can be stepped again."""

    def wait(self, seconds: float) -> bool:
        """Wait for word about what was sent, at most so many seconds; return whether it came."""


class HeldRelay:
    """Steps a relay while its participant's key is valid by its clock; a `Worker`. Meanwhile another node's relay may send."""

    def __init__(self, relay: OutboxRelay, signing: SigningTime) -> None:
        """Take a relay, which is closed with this."""
        self._relay, self._signing = relay, signing
        self._is_held = False

    @property
    def failure(self) -> Exception | None:
        """What keeps rows from the log."""
        held = self._signing.failure if self._is_held else None
        return held or getattr(self._relay, "failure", None)

    def step(self) -> float:
        """Send what waits, unless it would be refused; return when to be called again."""
        if self._signing.may_sign():
            self._is_held = False
            return self._relay.step()
        if not self._is_held:
            self._is_held = True
            self._relay.close()  # the lease is given back, and what is under way is not sent twice
        return _HELD_SECONDS

    def wait(self, seconds: float) -> bool:
        """Wait for word about what was sent, at most so many seconds; return whether it came."""
        return self._relay.wait(seconds)

    def close(self) -> None:
        """Finish what is under way."""
        self._relay.close()
