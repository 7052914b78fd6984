"""What is asked before a court signs anything new: register, clock and key."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from ...topics.keys.key_book import KeyEntry
from ...topics.keys.signing_time import SigningHeld
from ...topics.workers.clock import Clock
from .book import UpkeepBook
from .findings import AHEAD, CLOCK
from .keeper import LogKeeper
from .problems import SigningRefused

COMPARED_WITHIN_MS = 600_000
"""A register whose keeper runs elsewhere was compared with the log so recently, or is an older one."""


class SigningGuard:
    """Stands before one court's signing key; `Register.before_signing`. Raises SigningRefused, SigningHeld."""

    def __init__(self, book: UpkeepBook, clock: Clock, keys: Sequence[KeyEntry], signs_with: bytes) -> None:
        """`keys` are the court's own book of keys, `signs_with` the id of the one in use."""
        self.book, self._clock, self._signs_with = book, clock, signs_with
        self._key = next((each for each in keys if each.key_id == signs_with), None)
        self.keeper: LogKeeper | None = None
        """The one of this process, if it has one: then the register counts as compared once this has done it."""

    def __call__(self, connection: Connection, court: str, *, numbered: bool) -> None:
        """Raise what stands against signing for a court now; a command takes no number of the court."""
        if numbered:
            self._require_level(connection, court)
        self._require_time(connection, court)

    def _require_level(self, connection: Connection, court: str) -> None:
        findings = self.book.register.tables.upkeep.findings.c
        ahead = select(findings.list, findings.detail).where(findings.kind == AHEAD, findings.court == court)
        highest = max(((int(row.detail), row.list) for row in connection.execute(ahead)), default=None)
        if highest is not None:
            raise SigningRefused("REGISTER_BEHIND_LOG", court=court, list=highest[1], highest=str(highest[0]))
        if self.keeper is not None:
            is_compared = self.keeper.compared
        else:
            compared_at = self.book.compared_at(connection)
            is_compared = not compared_at or abs(self._clock.now() - compared_at) < COMPARED_WITHIN_MS
        if not is_compared:
            raise SigningRefused("REGISTER_NOT_COMPARED")

    def _require_time(self, connection: Connection, court: str) -> None:
        findings = self.book.register.tables.upkeep.findings.c
        off = connection.scalar(select(func.max(findings.detail)).where(findings.kind == CLOCK))
        if off:
            raise SigningHeld("CLOCK_OFF", seconds=off)
        if self._key is not None and not self._key.usable_at(self._clock.now()):
            raise SigningHeld("SIGNING_KEY_NOT_VALID", participant=court)
        if self.keeper is not None and not self.keeper.counts(self._signs_with):
            raise SigningHeld(
                "SIGNING_KEY_NOT_VALID", participant=court
            )  # the root has ended it; the own book may not say so
