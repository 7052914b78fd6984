"""What each path of the check API answers; those of checks stand in `checking.py`."""

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from .app import ApiRequest, Route, Routes
from .checking import CheckEndpoints
from .context import EndpointContext
from .documents import PAGE_POLICY, docs_page
from .idempotency_key import keyed
from .openapi import openapi
from .requests import read_events
from .responses import Response, encode, ok


class Endpoints:
    """The handlers of one node's paths."""

    def __init__(self, context: EndpointContext) -> None:
        self._context = context
        self._checks = CheckEndpoints(context)

    def routes(self) -> Routes:
        """Return who answers which path; health and documentation are open, all else wants a token or the socket."""
        exact = {
            "/v1/checks": Route({"POST": self._checks.check}, "check"),
            "/v1/events": Route({"POST": self.events}, "events"),
            "/v1/transactions": Route({"GET": self.transactions}, "check"),
            "/v1/status": Route({"GET": self.status}, "status"),
            "/metrics": Route({"GET": self.metrics}, "status"),
            "/docs": Route({"GET": self.docs}, None),
            "/openapi.json": Route({"GET": self.openapi}, None),
            "/healthz": Route({"GET": self.healthz}, None),
            "/readyz": Route({"GET": self.readyz}, None),
        }
        return Routes(exact, {"/v1/checks/": Route({"GET": self._checks.find}, "check")})

    async def events(self, request: ApiRequest) -> Response:
        """Answer POST /v1/events: what the agency met, for courts with a live watch."""
        payload = read_events(request.body)
        self._context.charge(request, 1)
        known = keyed(request, self._context.matching_keys)
        tell = self._context.node.publish_events
        return ok(await self._context.in_store(tell, payload, known, request.traceparent, request.lang))

    async def transactions(self, request: ApiRequest) -> Response:
        """Answer GET /v1/transactions: what can be asked, with a JSON Schema of attributes each."""
        rules = self._context.checks.gate.rules
        shown = [
            {
                "id": transaction.id,
                "text": transaction.text.zh if request.lang == "zh" else transaction.text.en,
                "attributes": transaction.json_schema(rules.catalogue),
                "measures": [measure.id for measure in rules.catalogue.of(transaction.id)],
            }
            for transaction in rules.kind.transactions.values()
        ]
        document = {"agency": self._context.agency, "kind": rules.kind.id, "transactions": shown}
        return ok(document | {"rule_version": rules.version})

    async def status(self, request: ApiRequest) -> Response:  # noqa: ARG002  every endpoint takes a request
        """Answer GET /v1/status."""
        return ok(self._context.node.status())

    async def metrics(self, request: ApiRequest) -> Response:  # noqa: ARG002
        """Answer GET /metrics in the Prometheus text format."""
        return Response(200, generate_latest(self._context.registry), CONTENT_TYPE_LATEST)

    async def docs(self, request: ApiRequest) -> Response:
        """Answer GET /docs: one page for people."""
        kind = self._context.checks.gate.rules.kind
        page = docs_page(self._context.agency, kind, request.lang)
        return Response(200, page.encode(), "text/html; charset=utf-8", (("content-security-policy", PAGE_POLICY),))

    async def openapi(self, request: ApiRequest) -> Response:  # noqa: ARG002
        """Answer GET /openapi.json."""
        rules = self._context.checks.gate.rules
        return ok(openapi(rules.kind, rules.catalogue))

    async def healthz(self, request: ApiRequest) -> Response:  # noqa: ARG002
        """Answer GET /healthz: 200 while every part of the node runs."""
        alive = self._context.node.alive()
        return Response(200 if alive else 503, encode({"alive": alive}))

    async def readyz(self, request: ApiRequest) -> Response:  # noqa: ARG002
        """Answer GET /readyz: 200 once there is a list to decide by."""
        reason = self._context.node.ready()
        return Response(503, encode({"ready": False})) if reason is None else ok({"ready": True, **reason})
