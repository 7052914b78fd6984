"""A check API as a node serves it, over the filled list, in a process of its own; and the same server with nothing to do."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..consumers.api.app import Api
from ..consumers.api.context import EndpointContext
from ..consumers.api.endpoints import Endpoints
from ..consumers.api.limits import RateLimiter
from ..consumers.api.server import ApiServer, ListenAddress
from ..consumers.api.tokens import Grant, TokenFile
from ..topics.embedded.ports import answers, some_free
from ..topics.serving import ServingLimits
from ..topics.workers.chance import SystemChance
from ..topics.workers.clock import SystemClock
from .desk import AGENCY, NODE, desk_over
from .filled import filled
from .place import Place
from .workers import working

Handler = Literal["empty", "body", "check", "batch"]
_PLENTY = 1e9
"""Checks a second a caller may ask: the limiter runs, and never says no."""
_DEATH_SECONDS = 1.0
"""Within which a server whose connections broke is seen to be dead."""


class _Node:
    """The parts of a node the API asks about besides the gate."""

    def status(self) -> dict[str, object]:
        """Report nothing."""
        return {}

    def ready(self) -> dict[str, object]:
        """Be ready always."""
        return {}

    def alive(self) -> bool:
        """Be alive always."""
        return True

    def publish_events(self, payload: Any, keyed: Any, traceparent: str, lang: Any) -> dict[str, Any]:  # noqa: ARG002
        """Take no events: that is not measured."""
        return {}


class _Empty:
    """Answers everything with two bytes: what the server itself can do, with the body of a request or without."""

    def __init__(self, *, takes_body: bool) -> None:
        self._takes_body = takes_body

    async def over_tcp(self, _scope: Any, protocol: Any) -> None:
        """Answer as the application does."""
        if self._takes_body:
            await protocol()
        protocol.response_bytes(200, [("content-type", "application/json")], b"{}")


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is asked, and what lets a caller in."""

    port: int
    token: str


@contextmanager
def serving(place: Place, scratch: Path, handler: Handler) -> Iterator[Server]:
    """Run a server in another process, which ends with the block. On Linux each side has its own core.

    Raises ProcessDied if it dies.
    """
    server = Server(some_free(1)[0], _tokens(scratch).add(Grant("bench"), clock=SystemClock(), chance=SystemChance()))
    with working(_serve, place, scratch, server.port, handler) as process:
        process.begin()
        while not answers(server.port):
            process.check()
            time.sleep(0.05)
        _pin(1)
        try:
            yield server
        except OSError:  # a lost connection says less than what the server died of
            process.check(_DEATH_SECONDS)
            raise


def _pin(place: int) -> None:
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_setaffinity") else []
    if len(cores) > 1:
        os.sched_setaffinity(0, {cores[place]})


def _tokens(scratch: Path) -> TokenFile:
    return TokenFile(scratch / "tokens.yaml")


def _serve(place: Place, scratch: Path, port: int, handler: Handler) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if handler in ("empty", "body"):
        _pin(0)
        ApiServer(_Empty(takes_body=handler == "body"), ListenAddress(port=port), ServingLimits()).run(stop)  # type: ignore[arg-type]
        return
    with filled(place) as copy:
        _pin(0)
        desk = desk_over(copy, place, scratch)
        context = desk.context
        wiring = EndpointContext(
            checks=desk.checks,
            node=_Node(),
            matching_keys=context.matching_keys,
            agency=AGENCY,
            node_name=NODE,
            limiter=RateLimiter(_PLENTY, _PLENTY, context.clock.monotonic),
            signals=desk.signals,
            registry=desk.signals.registry,
            clock=context.clock,
            writer=ThreadPoolExecutor(1),
        )
        api = Api(Endpoints(wiring).routes(), _tokens(scratch), "en", context.clock, context.chance)
        ApiServer(api, ListenAddress(port=port), ServingLimits()).run(stop)
