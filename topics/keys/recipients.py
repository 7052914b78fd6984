"""Whom something is sealed to: a participant, its superior and the escrow, by their keys of this month."""

import logging
from collections.abc import Callable

from ...schemas.law.retention import Period
from ...schemas.wire.sealing import Recipient
from ...schemas.wire.signing import PublicKey
from ..workers.clock import Clock
from .keyrings import NoSealingKey
from .known_keys import KnownKeys
from .participants import ESCROW

logger = logging.getLogger(__name__)


class Recipients:
    """Finds them among the keys that are known; `refresh` reads what is new before one is given up."""

    def __init__(self, keys: KnownKeys, clock: Clock, refresh: Callable[[], None]) -> None:
        self._keys, self._clock, self._refresh = keys, clock, refresh
        self._overdue: set[bytes] = set()
        """Keys used beyond their month, told once each."""

    def of(self, participant: str, retention: str) -> list[Recipient]:
        """Return whom content for a participant is sealed to (`KeyDirectory.recipients`). Raises NoSealingKey."""
        own, escrow = (self._key(one, retention) for one in (participant, ESCROW))
        superior = self._keys.superior(participant)
        above = self._keys.sealing(superior, retention, self._clock.now()) if superior else None
        if superior and above is None:
            logger.warning("%s, superior of %s, has no sealing key; it cannot read along", superior, participant)
        return [Recipient(key.key_id, key.public_key, key.suite) for key in (own, above, escrow) if key is not None]

    def _key(self, participant: str, retention: str) -> PublicKey:
        now = self._clock.now()
        key = self._keys.sealing(participant, retention, now)
        if key is None or key.period < str(Period.at(now)):
            self._refresh()
            key = self._keys.sealing(participant, retention, now)
        if key is None:
            raise NoSealingKey(participant, retention)
        if key.period < str(Period.at(now)) and key.key_id not in self._overdue:
            self._overdue.add(key.key_id)
            logger.error(
                "%s has not renewed its sealing keys: %s is sealed to the key of %s", participant, retention, key.period
            )
        return key
