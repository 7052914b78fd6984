"""An agency node: the copy of the list, the gate, the effects, the outbox's relay and the check API in one process."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import structlog

from ...topics.keys.directory import KeyDirectory
from ...topics.keys.participants import Participants
from ...topics.metrics.recorder import Signals
from ...topics.settings import Settings
from ...topics.storage.outbox import SqlOutbox
from ...topics.transport.ports import Publisher, Subscriber
from ...topics.workers.chance import Chance
from ...topics.workers.clock import Clock
from ...topics.workers.threads import Service, Workers
from ...topics.workers.worker import Part
from ..acts_db.agency_home import agency_folder, load_agency_with_kind
from ..acts_db.context import AgencyContext, context_of
from ..acts_db.database import acts_url, open_acts
from ..acts_db.sending import send_receipt
from ..adapters.registry import find_adapter
from ..api.app import Api
from ..api.endpoints import EndpointContext, Endpoints
from ..api.limits import RateLimiter
from ..api.server import ApiServer, ListenAddress
from ..api.tokens import TokenFile
from ..effects.loop import Effects, group_of
from ..events.intake import publish_events
from ..gate.gate import Gate
from ..gate.rules import load_rules
from ..interceptions.checks import CheckCounters, Checks
from ..replication.list_view import ListView
from ..replication.receipts import Reporter
from ..replication.relief import ReliefFollower, ReliefStores
from ..replication.replicator import Replicator, ReplicatorConfig
from ..replication.status import CopyStatus
from ..store.relief import ReliefStore
from ..store.writer import ListStore

_log = structlog.get_logger(__name__)
STOP_SECONDS = 4.0
"""How long a graceful stop waits for the parts."""


class OutboxRelay(Protocol):
    """Sends an outbox (`producers.relay.relay.Relay`)."""

    def run(self, stop: threading.Event) -> None:
        """Send what waits in the outbox until told to stop."""


@dataclass(frozen=True, slots=True)
class NodeConnections:
    """How a node reaches others; the composition root makes them, a test on memory brings its own."""

    subscriber: Callable[[str | None, str], Subscriber]
    """Group and client id."""
    publisher: Callable[[str], Publisher]
    """Client id."""
    relay: Callable[[SqlOutbox, Publisher, Clock], OutboxRelay]


class AgencyNode:
    """One node of an agency. `run` until told to stop."""

    def __init__(
        self,
        settings: Settings,
        agency: str,
        node: str,
        connections: NodeConnections,
        clock: Clock,
        chance: Chance,
    ) -> None:
        """Open the stores. Raises AGENCY_UNKNOWN, StoreError, DATABASE_UNAVAILABLE, LIMITS_INVALID."""
        self.manifest = load_agency_with_kind(settings, agency)
        self.agency, self.name = agency, node
        self._settings, self._connections = settings, connections
        self._clock = clock
        self._folder = agency_folder(settings, agency)
        self.signals = Signals()
        self._open = ExitStack()
        self.parts = Workers()
        register = connections.subscriber(None, f"{agency}.{node}-register")
        self.directory = KeyDirectory(Participants(settings).root_public_key, register, self._clock)
        self._open.callback(self.directory.close)
        self._lists = ListStore.open(self._folder / node / "list")
        self._open.callback(self._lists.close)
        self._relief = ReliefStore.open(self._folder / node / "relief")
        self._open.callback(self._relief.close)
        self.engine = open_acts(acts_url(settings, agency))
        self._open.callback(self.engine.dispose)
        self.context: AgencyContext = context_of(settings, agency, self.directory, self.engine, clock, chance)
        self.view = ListView(self._lists.reader(), self._relief.reader(), self.directory)
        self.checks = self._checks()
        self.copy_status = CopyStatus(
            self.agency, node, self.manifest.jurisdictions, self.view, self._lists.reader(), self._relief.reader()
        )
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="acts")
        self._open.callback(self._writer.shutdown)

    def run(self, listening: ListenAddress) -> None:
        """Serve until `parts.stop` is set. Raises WorkerFailed with the reason of the part that ended."""
        try:
            register = Part("register", self.directory, self.directory.wait)
            self.parts.start([register], self._parts(listening))
            _log.info("node runs", agency=self.agency, node=self.name, url=listening.url)
            self.parts.wait(STOP_SECONDS)
        finally:
            self.parts.stop.set()
            self._open.close()
        _log.info("node stopped", agency=self.agency, node=self.name)

    def _parts(self, listening: ListenAddress) -> Mapping[str, Service]:
        own = f"{self.agency}.{self.name}"
        subscriber, publisher = self._connections.subscriber, self._connections.publisher(f"{own}-relay")
        effects = partial(subscriber, group_of(self.agency), f"{own}-effects")
        stores = ReliefStores(self._relief, self._lists.reader())
        config = ReplicatorConfig(self.manifest.jurisdictions)
        reporter = Reporter(self.agency, self.name, self.context.signer, self._emit, self._relief.reader())
        copying = subscriber(f"{own}.list", f"{own}-list")
        replicator = Replicator(config, copying, self._lists, self.directory, self._clock, reporter)
        freeing = subscriber(None, f"{own}-relief")
        relief = ReliefFollower(self.manifest.jurisdictions, freeing, stores, self.directory, self._clock)
        return {
            "list": _closing(replicator.run, copying),
            "relief": _closing(relief.run, freeing),
            "effects": partial(self._run_effects, effects),
            "relay": self._connections.relay(self.context.outbox, publisher, self._clock).run,
            "standing": lambda stop: self.copy_status.run(stop, self.signals, self.context.outbox, self._clock),
            "api": ApiServer(self._api(), listening).run,
        }

    def _run_effects(self, subscriber: Callable[[], Subscriber], stop: threading.Event) -> None:
        """Carry out what courts order, once the courts' keys are known."""
        while not self.directory.loaded:
            if stop.wait(0.05):
                return
        Effects(self.context, subscriber(), self.engine, self.signals, self.name).run(stop)

    def _checks(self) -> Checks:
        stale = int(self._settings.stale_after_seconds * 1000)
        rules = load_rules(self.manifest.agency_kind, self._folder, stale)
        gate = Gate(
            self.view, rules, self.context.matching_keys, self._clock, self.context.chance, self.manifest.jurisdictions
        )
        meters = CheckCounters(self.signals, self.agency, self.name)
        return Checks(gate, find_adapter(rules.kind.adapter), self.engine, self.context, meters)

    def _api(self) -> Api:
        settings = self._settings
        limiter = RateLimiter(settings.checks_per_second, settings.checks_burst, self._clock.monotonic)
        context = EndpointContext(
            checks=self.checks,
            node=self,
            agency=self.agency,
            node_name=self.name,
            limiter=limiter,
            signals=self.signals,
            registry=self.signals.registry,
            clock=self._clock,
            writer=self._writer,
        )
        tokens = TokenFile(self._folder / "tokens.yaml")
        return Api(Endpoints(context).routes(), tokens, settings.lang, self.context.chance)

    def status(self) -> Mapping[str, object]:
        """Return the document of GET /v1/status."""
        parts = self.parts.states()
        rules, outbox = self.checks.gate.rules, self.context.outbox.backlog()
        unsent = {lane: {"rows": backlog.rows, "since": backlog.since} for lane, backlog in outbox.items()}
        lists = self.copy_status.shown(self._clock.now(), rules.stale_after_ms)
        node = {"kind": rules.kind.id, "rule_version": rules.version, "parts": parts, "outbox": unsent}
        return lists | node | {"ready": self.ready() is not None}

    def ready(self) -> Mapping[str, object] | None:
        """Return whether the list to decide by is stale; None while there is no list or a part has ended."""
        if not self.parts.alive() or not self.copy_status.synced():
            return None
        return {"stale": self.checks.gate.stand(self._clock.now()).stale}

    def alive(self) -> bool:
        """Return whether every part of the node runs."""
        return self.parts.alive()

    def publish_events(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer POST /v1/events."""
        return publish_events(self.engine, self.context, payload)

    def _emit(self, body: bytes) -> None:
        """Put a receipt into the outbox."""
        with self.engine.begin() as connection:
            send_receipt(connection, self.context, self.name, body)


def _closing(run: Service, subscriber: Subscriber) -> Service:
    """Return a part that closes its subscriber when it ends."""

    def work(stop: threading.Event) -> None:
        try:
            run(stop)
        finally:
            subscriber.close()

    return work
