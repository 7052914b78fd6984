"""Findings of the status in the log of the process that watches: each once when it comes to stay, and once when it is gone."""

from collections.abc import Mapping
from typing import Any

import structlog

from ...schemas.errors import LiandongError
from ...topics.workers.clock import Clock
from ...topics.workers.threads import Doorbell
from ...topics.workers.worker import Part
from ..status.document import StatusQuery
from .status_source import StatusSource

_log = structlog.get_logger(__name__)
_LOOK_SECONDS = 10.0
_SETTLED_SECONDS = 60.0
"""What is gone by then was a start, or a moment: a normal start warns of nothing in its first minute."""


class FindingLog:
    """Looks at the status now and then; a `Worker`."""

    def __init__(self, source: StatusSource, clock: Clock) -> None:
        self._source, self._clock = source, clock
        self._since: dict[str, float] = {}
        self._told: dict[str, Mapping[str, Any]] = {}

    @property
    def part(self) -> Part:
        """The part of a process that it is."""
        return Part("findings", self, Doorbell().wait)

    def step(self) -> float:
        """Tell what has come to stay, and what is gone."""
        if self._source.gathering.rounds:
            try:
                with self._source.current() as status:
                    self._compare(status.document(StatusQuery())["findings"])
            except LiandongError as failed:
                _log.warning("the status cannot be computed, trying again", code=failed.code, reason=failed.message)
        return _LOOK_SECONDS

    def close(self) -> None:
        """Do nothing: what was told is told."""

    def _compare(self, findings: list[Mapping[str, Any]]) -> None:
        now, found = self._clock.monotonic(), {_identity(each): each for each in findings}
        self._since = {key: self._since.get(key, now) for key in found}
        for key in self._told.keys() - found.keys():
            _log.info("a finding is gone", **_names(self._told.pop(key)))
        for key, finding in found.items():
            if key not in self._told and now - self._since[key] >= _SETTLED_SECONDS:
                self._told[key] = finding
                step = {name: finding[name] for name in ("next", "escalate") if finding[name]}
                _log.warning("the status has a finding", **_names(finding), **step)


_ABOUT = ("kind", "agency", "node", "jurisdiction", "notary", "participant", "court", "list", "entry")


def _names(finding: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a finding is about; numbers change from look to look."""
    return {name: finding[name] for name in _ABOUT if finding.get(name)}


def _identity(finding: Mapping[str, Any]) -> str:
    return "/".join(f"{name}={value}" for name, value in _names(finding).items())
