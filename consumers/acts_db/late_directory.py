"""The register of participants as a node needs it: there when Kafka is, asked for again until then.

A gate must answer while Kafka is away, also one that has just been started: without keys nobody is refused, a last known
hit asks a person.
"""

import threading
from collections.abc import Callable

import structlog

from ...schemas.wire.sealing import Recipient
from ...schemas.wire.signing import PublicKey
from ...topics.keys.directory import KeyDirectory, NoSealingKey
from ...topics.transport.errors import BrokerUnreachable, TransportError

_log = structlog.get_logger(__name__)
_RETRY_SECONDS = 1.0
_REFRESH_SECONDS = 5.0


class LateDirectory:
    """A `topics.keys.directory.Directory` whose keys may come later; `run` in a thread keeps it up to date."""

    def __init__(self, load: Callable[[], KeyDirectory]) -> None:
        """Load nothing yet; `load` reads the register to its end, and raises TransportError while it cannot."""
        self._load = load
        self._keys: KeyDirectory | None = None

    def try_load(self) -> bool:
        """Read the register if that was not done yet; return False if it cannot be reached now."""
        if self._keys is None:
            try:
                self._keys = self._load()
            except TransportError as failed:
                _log.warning("register of participants cannot be read yet", code=failed.code, reason=failed.message)
        return self._keys is not None

    def run(self, stop: threading.Event) -> None:
        """Read the register as soon as it can be reached, then look for new and revoked keys until `stop` is set."""
        while not stop.is_set():
            if not self.try_load():
                stop.wait(_RETRY_SECONDS)
                continue
            try:
                self.refresh()
            except TransportError as failed:
                _log.warning("register of participants cannot be read", code=failed.code, reason=failed.message)
            stop.wait(_REFRESH_SECONDS)

    def wait(self, stop: threading.Event) -> bool:
        """Wait until the register was read; return False when `stop` was set before."""
        while self._keys is None:
            if stop.wait(0.05):
                return False
        return True

    def key(self, key_id: bytes) -> PublicKey | None:
        """Return a registered key, None if it is unknown or nothing was read yet."""
        return self._keys.key(key_id) if self._keys is not None else None

    def recipients(self, participant: str) -> list[Recipient]:
        """Return whom content for a participant is sealed to. Raises NoSealingKey."""
        if self._keys is None:
            raise NoSealingKey(participant)
        return self._keys.recipients(participant)

    def refresh(self) -> None:
        """Look for newer keys. Raises TransportError while nothing could be read."""
        if self._keys is None:
            raise BrokerUnreachable("the register of participants could not be read yet")
        self._keys.refresh()

    def close(self) -> None:
        """Close the register's subscriber."""
        if self._keys is not None:
            self._keys.close()
