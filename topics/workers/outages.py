"""Telling an outage to the log: when it begins, again after ever longer times, and once when it is over.

By the standard library's loggers, so that a command, which has no log of its own, never says it on its output.
"""

import logging
import math

from .clock import Clock

STARTING_SECONDS = 10.0
"""What is not there yet when a process starts is waited for so long before it is told."""
_FIRST_SECONDS, _LONGEST_SECONDS = 10.0, 3_600.0


class OutageLog:
    """What one part of a process cannot do for a while."""

    def __init__(self, logger: str, failing: str, over: str, clock: Clock) -> None:
        """Take the logger's name, and what is said while it fails and when it works again."""
        self._log, self._clock = logging.getLogger(logger), clock
        self._failing, self._over = failing, over
        self._began: float | None = None
        self._tell_at = math.inf
        self._gap = _FIRST_SECONDS
        self._told = ""
        """The code that was told last in this outage."""

    def fails(self, code: str, reason: str, *, awaited: bool = False) -> None:
        """Note a failure. `awaited`: it is what every start begins with, and has some seconds before it is told."""
        now = self._clock.monotonic()
        if self._began is None:
            self._began, self._gap = now, _FIRST_SECONDS
            self._tell_at = now + STARTING_SECONDS if awaited else now
        elif not awaited and not self._told:
            self._tell_at = now
        if now < self._tell_at and self._told in {"", code}:
            return
        self._warn(code, reason, now)

    def works(self) -> None:
        """Note that it works."""
        if self._began is not None and self._told:
            seconds = round(self._clock.monotonic() - self._began, 1)
            self._log.warning(self._over, extra={"code": self._told, "seconds": seconds})
        self._began, self._told = None, ""

    def _warn(self, code: str, reason: str, now: float) -> None:
        facts: dict[str, object] = {"code": code, "reason": reason}
        if self._told and self._began is not None:
            facts["seconds"] = round(now - self._began, 1)
        self._log.warning(self._failing, extra=facts)
        self._told, self._tell_at = code, now + self._gap
        self._gap = min(2 * self._gap, _LONGEST_SECONDS)
