"""What the endpoints of one node share: the node, its check desk, limits, and the one thread that writes."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any, ParamSpec, Protocol, TypeVar

from prometheus_client import CollectorRegistry

from ...schemas.people.surrogates import MatchingKey
from ...schemas.problems import Language
from ...topics.metrics.definitions import API_RATE_LIMITED
from ...topics.metrics.recorder import Signals
from ...topics.workers.clock import Clock
from ..acts_db.idempotency import KeyedRequest
from ..interceptions.checks import Checks
from .app import ApiRequest
from .limits import RateLimiter
from .problems import RequestProblem

P = ParamSpec("P")
T = TypeVar("T")


class RunningNode(Protocol):
    """What the API asks of the node it belongs to."""

    def status(self) -> Mapping[str, object]:
        """Return the document of GET /v1/status."""

    def ready(self) -> Mapping[str, object] | None:
        """Return what /readyz tells of a node that can decide; None while it has no list or a part of it has died."""

    def alive(self) -> bool:
        """Return whether every part of the node runs."""

    def publish_events(
        self, payload: Mapping[str, Any], keyed: KeyedRequest | None, traceparent: str, lang: Language
    ) -> Mapping[str, Any]:
        """Answer POST /v1/events; `keyed` if it came with an Idempotency-Key, `traceparent` empty if it came without one,
        `lang` what the caller reads.
        """


@dataclass(frozen=True, slots=True)
class EndpointContext:
    """What the endpoints of one node share."""

    checks: Checks
    node: RunningNode
    matching_keys: Sequence[MatchingKey]
    agency: str
    node_name: str
    limiter: RateLimiter
    signals: Signals
    registry: CollectorRegistry
    clock: Clock
    writer: Executor
    """One thread: whatever writes to the acts store goes through it, so that nobody waits in a queue of locks."""

    async def in_store(self, call: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Return what a call returns that reaches the acts store."""
        work = partial(call, *arguments, **named)
        return await asyncio.get_running_loop().run_in_executor(self.writer, work)

    def charge(self, request: ApiRequest, amount: int) -> None:
        """Take so many checks or events from what a caller may ask for. Raises RATE_LIMITED."""
        wait = self.limiter.take(request.caller.name, amount, request.caller.rate)
        if wait:
            place = {"agency": self.agency, "node": self.node_name, "caller": request.caller.name}
            self.signals.counter(API_RATE_LIMITED, **place).inc()
            raise RequestProblem("RATE_LIMITED", seconds=str(max(1, int(wait) + 1)))
