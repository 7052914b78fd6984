"""The one shape for work: a worker does what can be done now and says when it wants to be called again.

Threads call it in production, a scheduler with virtual time in the simulation. What fails with the transport or with a
store is a worker's own state, with a time to try again, and what the optional attribute `failure` holds meanwhile. What it raises
with a code ends the process, but for an agency's node; after anything else it rests and is stepped again (`resting`), so that
a step which raised must leave it fit for the next one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

AT_ONCE = 0.0
"""What `Worker.step` returns while there is more to do."""


class Worker(Protocol):
    """Something that works in steps. It owns no thread and never waits."""

    def step(self) -> float:
        """Do what can be done now; return in how many seconds it wants to be called again at the latest."""

    def close(self) -> None:
        """Finish what is in flight and let go; called once after the last step, also after one that raised."""


@dataclass(frozen=True, slots=True)
class Part:
    """A worker of a process, and what wakes it early."""

    name: str
    worker: Worker
    wait: Callable[[float], bool]
    """Wait so many seconds, less when there is something to do, and return whether there is: `Subscriber.wait`, `Doorbell.wait`."""
