"""Keeping what was decided before it is answered: requests that come while a transaction runs share the next one."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

from ..interceptions.answers import Answer


@dataclass(slots=True)
class _Group:
    """What goes into one transaction."""

    answers: list[Answer] = field(default_factory=list)
    requests: int = 0
    written: bool = False


class GroupCommit:
    """Puts answers on disk, one transaction at a time; used from one event loop.

    A commit waits for the disk whatever it holds, so hits that come at once are kept in a few transactions, not in one
    each.
    """

    def __init__(self, keep: Callable[[Sequence[Answer]], None], writer: Executor) -> None:
        """Take the function that writes answers in a transaction, and the executor it runs in."""
        self._keep = keep
        self._writer = writer
        self._turn = asyncio.Lock()
        self._next = _Group()

    async def keep(self, answers: Sequence[Answer]) -> None:
        """Return when these answers are kept. Raises what the writing function raised for them."""
        group = self._next
        group.answers += answers
        group.requests += 1
        async with self._turn:
            if group is self._next:  # the first of the group whose turn it is writes for all
                self._next = _Group()
                try:
                    await self._write(group.answers)
                    group.written = True
                except Exception:
                    if group.requests == 1:
                        raise
            if not group.written:  # nobody fails because of what somebody else asked
                await self._write(answers)

    async def _write(self, answers: Sequence[Answer]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._writer, self._keep, answers)
