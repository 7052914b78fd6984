"""An agency node: the copy of the list, the gate, the effects, the outbox's relay and the check API in one process."""

from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import structlog

from ...schemas.problems import Language
from ...topics.keys.register_problems import NEXT_COMMAND
from ...topics.serving import serving_limits
from ...topics.settings import Settings
from ...topics.transport.process_clock import rehearsal
from ...topics.workers.resting import Resting
from ...topics.workers.threads import Doorbell, Workers
from ...topics.workers.worker import Part
from ..acts_db.agency_home import agency_folder
from ..acts_db.idempotency import KeyedRequest
from ..api.app import Api
from ..api.context import EndpointContext, RunningNode
from ..api.endpoints import Endpoints
from ..api.limits import RateLimiter
from ..api.server import ApiServer, ListenAddress
from ..api.tokens import TokenFile
from .assembly import OpenAgency, tuned
from .locks import NodeRefused
from .part_gauges import PartGauges

_log = structlog.get_logger(__name__)
STOP_SECONDS = 4.0
"""How long a graceful stop waits for the parts."""


def open_api(settings: Settings, opened: OpenAgency, node: RunningNode, writer: Executor) -> Api:
    """Return the check API of an opened agency; `writer` writes to its acts store, one call after the other."""
    desk = opened.desk
    clock = desk.context.clock
    context = EndpointContext(
        checks=desk.checks,
        node=node,
        matching_keys=desk.context.matching_keys,
        agency=opened.agency,
        node_name=opened.node,
        limiter=RateLimiter(settings.checks_per_second, settings.checks_burst, clock.monotonic),
        signals=desk.signals,
        registry=desk.signals.registry,
        clock=clock,
        writer=writer,
    )
    tokens = TokenFile(agency_folder(settings, opened.agency) / "tokens.yaml")
    return Api(Endpoints(context).routes(), tokens, settings.lang, clock, desk.context.chance)


class AgencyNode:
    """One node of an agency in threads, with its check API. `run` until told to stop."""

    def __init__(self, settings: Settings, opened: OpenAgency) -> None:
        """Take an opened agency, which `run` closes."""
        self.workers = Workers(resting=Resting(ends=NodeRefused))
        self.opened = opened
        self._settings = settings
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="acts")

    def run(self, listening: ListenAddress) -> None:
        """Serve until `workers.stop` is set, whatever part fails meanwhile. Raises WorkerFailed if the API cannot be served."""
        place = {"agency": self.opened.agency, "node": self.opened.node}
        try:
            with tuned():
                api = open_api(self._settings, self.opened, self, self._writer)
                gauges = Part("parts", PartGauges(self.workers, self.opened), Doorbell().wait)
                server = ApiServer(api, listening, serving_limits(self._settings))
                self.workers.start([*self.opened.parts(), gauges], {"api": server.run})
                _log.info("node runs", **place, url=listening.url)
                self.workers.wait(STOP_SECONDS)
        finally:
            self.workers.stop.set()
            self._writer.shutdown()
            self.opened.close()
        _log.info("node stopped", **place)

    def status(self) -> Mapping[str, object]:
        """Return the document of GET /v1/status."""
        context, rules = self.opened.desk.context, self.opened.desk.gate.rules
        unsent = {
            lane: {"rows": backlog.rows, "since": backlog.since} for lane, backlog in context.outbox.backlog().items()
        }
        lists = self.opened.copy_status.shown(context.clock.now(), rules.stale_after_ms)
        waiting = {name: trouble._asdict() for name, trouble in sorted(self.workers.troubles().items())}
        twin = self.opened.twin
        own = {"replaced_by": twin.other if twin else None, "parts": self.workers.states(), "waiting": waiting}
        node = own | {"kind": rules.kind.id, "rule_version": rules.version, "outbox": unsent}
        trial = rehearsal(context.clock)
        shown = {name: value for name, value in trial.shown().items() if value is not None} if trial else {}
        whole = {"register": self._register(), "ready": self.ready() is not None}
        return lists | node | whole | ({"trial": shown} if shown else {})

    def _register(self) -> Mapping[str, object] | None:
        """Describe the register of keys as this node knows it, None until it was read."""
        standing = self.opened.directory.standing()
        if standing is None:
            return None
        number = standing.signed.number if standing.signed else None
        problems = [{"kind": each.value, "next": NEXT_COMMAND[each]} for each in standing.problems]
        return {"number": number, "keys": standing.keys, "problems": problems}

    def ready(self) -> Mapping[str, object] | None:
        """Return whether the list to decide by is stale; None while there is no list or a part has ended."""
        if not self.workers.alive() or not self.opened.copy_status.synced():
            return None
        desk = self.opened.desk
        return {"stale": desk.gate.stand(desk.context.clock.now()).stale}

    def alive(self) -> bool:
        """Return whether every part of the node runs."""
        return self.workers.alive()

    def publish_events(
        self, payload: Mapping[str, Any], keyed: KeyedRequest | None, traceparent: str, lang: Language
    ) -> Mapping[str, Any]:
        """Answer POST /v1/events."""
        return self.opened.desk.publish_events(payload, keyed, traceparent, lang)
