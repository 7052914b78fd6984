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
from time import monotonic
from typing import Any, Literal

from prometheus_client import CollectorRegistry

from ..consumers.acts_db.context import AgencyContext
from ..consumers.acts_db.database import OUTBOX_LANES, open_acts
from ..consumers.acts_db.tables import outbox
from ..consumers.adapters.registry import find_adapter
from ..consumers.api.app import Api
from ..consumers.api.endpoints import EndpointContext, Endpoints
from ..consumers.api.limits import RateLimiter
from ..consumers.api.server import ApiServer, ListenAddress
from ..consumers.api.tokens import TokenFile
from ..consumers.interceptions.checks import CheckCounters, Checks
from ..schemas.law.watch_kinds import held_by
from ..schemas.wire.sealing import Recipient, SealingKey
from ..topics.embedded.ports import answers, some_free
from ..topics.metrics.recorder import Signals
from ..topics.storage.database import sqlite_url
from ..topics.storage.outbox import SqlOutbox
from ..topics.workers.chance import SystemChance
from ..topics.workers.clock import SystemClock
from .corpus.people import KEY
from .corpus.records import JURISDICTION, Keyring, signer_of
from .filled import filled
from .place import Place
from .questions import gate_of
from .workers import working

Handler = Literal["empty", "body", "check", "batch"]
_PLENTY = 1e9
"""Checks a second a caller may ask: the limiter runs, and never says no."""
_DEATH_SECONDS = 1.0
"""Within which a server whose connections broke is seen to be dead."""


class _Directory(Keyring):
    """The keys of the corpus, and one sealing key for every court."""

    _court = SealingKey(b"c" * 32)

    def recipients(self, participant: str) -> list[Recipient]:  # noqa: ARG002  every court has the same here
        """Return who can open what is sealed for a court."""
        return [Recipient(self._court.key_id, self._court.public_key)]


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

    def publish_events(self, payload: Any) -> dict[str, Any]:  # noqa: ARG002
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
    server = Server(some_free(1)[0], _tokens(scratch).add("bench", clock=SystemClock(), chance=SystemChance()))
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
        ApiServer(_Empty(takes_body=handler == "body"), ListenAddress(port=port)).run(stop)  # type: ignore[arg-type]
        return
    with filled(place) as view:
        _pin(0)
        engine = open_acts(sqlite_url(scratch / "acts.db"))
        clock, chance = SystemClock(), SystemChance()
        signals, registry = Signals(CollectorRegistry()), CollectorRegistry()
        gate = gate_of(view, place)
        waiting = SqlOutbox(engine, OUTBOX_LANES, tables=outbox, clock=clock)
        context = AgencyContext(
            "railway-bench", frozenset({JURISDICTION}), held_by("railway"), signer_of("railway-bench"),
            [SealingKey(b"a" * 32)], _Directory(), (KEY,), waiting, clock, chance,
        )  # fmt: skip
        checks = Checks(
            gate, find_adapter(gate.rules.kind.adapter), engine, context, CheckCounters(signals, "railway-bench", "1")
        )
        limiter = RateLimiter(_PLENTY, _PLENTY, monotonic)
        wiring = EndpointContext(
            checks, _Node(), "railway-bench", "1", limiter, signals, registry, clock, ThreadPoolExecutor(1)
        )
        ApiServer(Api(Endpoints(wiring).routes(), _tokens(scratch), "en", chance), ListenAddress(port=port)).run(stop)
