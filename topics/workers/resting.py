"""Parts that failed: they rest and are tried again, and the process goes on.

A worker copes by itself with what it expects to fail, and tells it by its `failure` where it has one. What it raises all the same
nobody thought of: no single record, request or full disk may take the other parts down with it.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import structlog

from ...schemas.errors import LiandongError
from ...schemas.problems import BilingualError, Text
from .worker import Part

_log = structlog.get_logger(__name__)

FIRST_REST, LONGEST_REST = 1.0, 60.0
"""Seconds; each failure in a row doubles the rest."""


class PartFailed(BilingualError):
    """Something nobody thought of: a fault of this release."""

    texts: ClassVar[dict[str, Text]] = {
        "PART_FAILED": Text(
            "a part of this process failed unexpectedly ({kind}); it is tried again, all others go on",
            "keep the log, which says where, and report it; a restart is worth a try",
            "本进程的一个部分意外失败（{kind}）；将自动重试，其余部分照常运行",
            "请保留日志（其中有出错位置）并反馈；可尝试重新启动",
        )
    }

    def __init__(self, kind: str) -> None:
        super().__init__("PART_FAILED", kind=kind)


class PartTrouble(NamedTuple):
    """What keeps a part from its work."""

    code: str
    message: str


@dataclass(slots=True)
class _Rest:
    trouble: PartTrouble
    seconds: float


class Resting:
    """Which parts of a process failed, and for how long each rests before it is tried again."""

    def __init__(self, ends: type[LiandongError] = LiandongError) -> None:
        """Take the kind of errors by which a part says that the process is to end: as a rule all that have a code."""
        self._ends = ends
        self._rests: dict[str, _Rest] = {}
        self._changing = threading.Lock()

    def after(self, part: str, error: Exception) -> float:
        """Note that a part failed; return how many seconds it rests. Raises the error if it is to end the process."""
        if isinstance(error, self._ends):
            raise error
        trouble = trouble_of(error)
        with self._changing:
            before = self._rests.get(part)
            seconds = FIRST_REST if before is None else min(2 * before.seconds, LONGEST_REST)
            self._rests[part] = _Rest(trouble, seconds)
        if before is None or before.trouble != trouble:
            _log.error("a part failed, it rests and is tried again", part=part, code=trouble.code, exc_info=error)
        return seconds

    def works(self, part: str) -> None:
        """Note that a part works (again)."""
        if part in self._rests:
            with self._changing:
                del self._rests[part]
            _log.warning("a part works again", part=part)

    def troubles(self, parts: Iterable[Part]) -> dict[str, PartTrouble]:
        """Return what keeps each of these parts from its work now, in their own words where they have any."""
        with self._changing:
            found = {name: rest.trouble for name, rest in self._rests.items()}
        for part in parts:
            failure = getattr(part.worker, "failure", None)
            if isinstance(failure, Exception):
                found.setdefault(part.name, trouble_of(failure))
        return found


def trouble_of(error: Exception) -> PartTrouble:
    """Return the code of what is at the root of an error, and the error's message.

    Of what has no code the type alone is told, since its text may hold anything.
    """
    if not isinstance(error, LiandongError):
        error = PartFailed(type(error).__name__)
    root = error
    while isinstance(root.__cause__, LiandongError):
        root = root.__cause__
    return PartTrouble(root.code, error.message)
