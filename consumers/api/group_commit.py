"""Keeping what was decided before it is answered: requests that come while a transaction runs share the next one."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

import structlog

from ...schemas.errors import LiandongError
from ..interceptions.answers import Answer

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Group:
    """What goes into one transaction."""

    answers: list[Answer] = field(default_factory=list)
    requests: int = 0
    earlier: Mapping[str, str] | None = None
    """What the writing function returned, once it has written."""


class GroupCommit:
    """Puts answers on disk, one transaction at a time; used from one event loop.

    A commit waits for the disk whatever it holds, so hits that come at once are kept in a few transactions, not in one
    each.
    """

    def __init__(self, keep: Callable[[Sequence[Answer]], Mapping[str, str]], writer: Executor) -> None:
        """Take the function that writes answers in a transaction, and the executor it runs in."""
        self._keep = keep
        self._writer = writer
        self._turn = asyncio.Lock()
        self._next = _Group()

    async def keep(self, answers: Sequence[Answer]) -> Mapping[str, str]:
        """Return when these answers are kept, with what the writing function returned for all it wrote at once.

        Raises what that raised for them.
        """
        group = self._next
        group.answers += answers
        group.requests += 1
        async with self._turn:
            if group is self._next:  # the first of the group whose turn it is writes for all
                self._next = _Group()
                try:
                    group.earlier = await self._write(group.answers)
                except Exception as failed:
                    if group.requests == 1:
                        raise
                    code = failed.code if isinstance(failed, LiandongError) else type(failed).__name__
                    _log.warning(
                        "answers could not be kept together, each is kept by itself", code=code, requests=group.requests
                    )
            if group.earlier is None:  # nobody fails because of what somebody else asked
                return await self._write(answers)
            return group.earlier

    async def _write(self, answers: Sequence[Answer]) -> Mapping[str, str]:
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._keep, answers)
