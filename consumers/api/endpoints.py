"""What each path of the check API answers."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol

import msgspec
import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from ...schemas import ids
from ...schemas.dates import date_of_ms
from ...schemas.errors import LiandongError
from ...topics.metrics.definitions import API_RATE_LIMITED, ENUMERATION_ALARMS
from ...topics.metrics.recorder import Signals
from ...topics.transport.ports import Clock
from ..acts_db.outcomes import Retry
from ..gate.decision import Question
from ..gate.hits import Language
from ..interceptions.answers import Answer
from ..interceptions.checks import Checks
from ..interceptions.rendering import shown_answer, shown_entry
from .app import Request, Route, Routes
from .documents import docs_page, openapi
from .group_commit import GroupCommit
from .limits import EnumerationWatch, RateLimiter
from .problems import RequestProblem, problem_of
from .requests import BadCheck, CheckIn, read_body, read_check, to_request
from .responses import Decided, Response, Result, Results, Undecided, encode, ok

_log = structlog.get_logger(__name__)
_SLICE = 200
"""Checks of a batch decided at once, before others get their turn."""
_Told = Answer | Retry | LiandongError
"""What became of a check of a batch."""


class NodeState(Protocol):
    """What the node tells of itself."""

    def status(self) -> Mapping[str, object]:
        """The document of GET /v1/status."""

    def ready(self) -> Mapping[str, object] | None:
        """Why the node can answer; None while it has no list or a part of it has died."""

    def alive(self) -> bool:
        """Whether every part of the node runs."""

    def publish_events(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer to POST /v1/events."""


@dataclass(frozen=True, slots=True)
class EndpointContext:
    """What the endpoints stand on."""

    checks: Checks
    node: NodeState
    agency: str
    node_name: str
    limiter: RateLimiter
    signals: Signals
    registry: CollectorRegistry
    clock: Clock
    writer: Executor
    """One thread: whatever writes to the acts store goes through it, so that nobody waits in a queue of locks."""
    seconds: Callable[[], float] = monotonic


class Endpoints:
    """The answers of one node."""

    def __init__(self, wiring: EndpointContext) -> None:
        self._w = wiring
        self._gate = wiring.checks.gate
        self._watch = EnumerationWatch(wiring.seconds)
        self._keeping = GroupCommit(wiring.checks.keep, wiring.writer)

    def routes(self) -> Routes:
        """Who answers which path; `/healthz` and `/readyz` are open, all else wants a token or the Unix socket."""
        exact = {
            "/v1/checks": Route({"POST": self.check}, "check"),
            "/v1/events": Route({"POST": self.events}, "events"),
            "/v1/transactions": Route({"GET": self.transactions}, "check"),
            "/v1/status": Route({"GET": self.status}, "status"),
            "/metrics": Route({"GET": self.metrics}, "status"),
            "/docs": Route({"GET": self.docs}, "status"),
            "/openapi.json": Route({"GET": self.openapi}, "status"),
            "/healthz": Route({"GET": self.healthz}, None),
            "/readyz": Route({"GET": self.readyz}, None),
        }
        return Routes(exact, {"/v1/checks/": Route({"GET": self.find}, "check")})

    async def check(self, request: Request) -> Response:
        """POST /v1/checks: one check, or a batch with results in order.

        Nothing is answered before it is kept: a refusal nobody can prove must not happen.
        """
        body, at = read_body(request.body), self._w.clock.now()
        if isinstance(body, CheckIn):
            self._charge(request, 1)
            day = date_of_ms(at)
            question = self._gate.question(to_request(body, day), day)
            answer = self._answer((question,), at, request.caller.name)[0]
            if isinstance(answer, Retry):
                raise answer
            if answer.leaves_something:
                await self._keeping.keep([answer])
            return ok(shown_answer(answer, request.lang))
        self._charge(request, len(body))
        results: list[Result] = []
        kept: list[Answer] = []
        for start in range(0, len(body), _SLICE):
            some = [read_check(raw) for raw in body[start : start + _SLICE]]
            told = self._told(some, at, request.caller.name)
            results += [_result(one.ref, each, request.lang) for one, each in zip(some, told, strict=True)]
            kept += [each for each in told if isinstance(each, Answer) and each.leaves_something]
            await asyncio.sleep(0)
        if kept:
            await self._keeping.keep(kept)
        return ok(Results(results))

    def _told(self, checks: Sequence[CheckIn | BadCheck], at: int, caller: str) -> "list[_Told]":
        """Answers or problems, in order."""
        day = date_of_ms(at)
        told: list[_Told | None] = []
        questions: list[Question] = []
        for check in checks:
            try:
                if isinstance(check, BadCheck):
                    raise check.problem
                questions.append(self._gate.question(to_request(check, day), day))
                told.append(None)
            except LiandongError as problem:
                told.append(problem)
        answers = iter(self._answer(questions, at, caller))
        return [next(answers) if one is None else one for one in told]

    def _answer(self, questions: Sequence[Question], at: int, caller: str) -> list[Answer | Retry]:
        answers = self._w.checks.answer(questions, at, caller)
        missed = [
            question.request.subject
            for question, answer in zip(questions, answers, strict=True)
            if isinstance(answer, Answer) and not answer.hits
        ]
        if self._watch.missed(caller, missed):
            place = {"agency": self._w.agency, "node": self._w.node_name, "caller": caller}
            self._w.signals.counter(ENUMERATION_ALARMS, **place).inc()
            _log.warning("a caller seems to try out certificate numbers", caller=caller)
        return answers

    def _charge(self, request: Request, amount: int) -> None:
        wait = self._w.limiter.take(request.caller.name, amount, request.caller.rate)
        if wait:
            place = {"agency": self._w.agency, "node": self._w.node_name, "caller": request.caller.name}
            self._w.signals.counter(API_RATE_LIMITED, **place).inc()
            raise RequestProblem("RATE_LIMITED", seconds=str(max(1, int(wait) + 1)))

    async def find(self, request: Request) -> Response:
        """GET /v1/checks/{chk_id}."""
        check_id = request.path.rpartition("/")[2]
        try:
            ids.parse(check_id, "chk")
        except LiandongError:
            raise RequestProblem("CHECK_UNKNOWN") from None
        loop = asyncio.get_running_loop()
        entry = await loop.run_in_executor(self._w.writer, self._w.checks.find, check_id)
        if entry is None:
            raise RequestProblem("CHECK_UNKNOWN")
        return ok(shown_entry(entry, request.lang))

    async def events(self, request: Request) -> Response:
        """POST /v1/events: what the agency met, for courts with a live watch."""
        try:
            payload = msgspec.json.decode(request.body, type=dict[str, Any])
        except msgspec.ValidationError:
            raise RequestProblem("REQUEST_INVALID", what="one JSON object is wanted") from None
        except msgspec.DecodeError:
            raise RequestProblem("JSON_INVALID") from None
        self._charge(request, 1)
        loop = asyncio.get_running_loop()
        return ok(await loop.run_in_executor(self._w.writer, self._w.node.publish_events, payload))

    async def transactions(self, request: Request) -> Response:
        """GET /v1/transactions: what can be asked, with a JSON Schema of attributes each."""
        rules = self._w.checks.gate.rules
        shown = [
            {
                "id": one.id,
                "text": one.text.zh if request.lang == "zh" else one.text.en,
                "attributes": one.json_schema(rules.catalogue),
                "measures": [measure.id for measure in rules.catalogue.of(one.id)],
            }
            for one in rules.kind.transactions.values()
        ]
        document = {"agency": self._w.agency, "kind": rules.kind.id, "transactions": shown}
        return ok(document | {"rule_version": rules.version})

    async def status(self, request: Request) -> Response:  # noqa: ARG002  every endpoint takes a request
        """GET /v1/status."""
        return ok(self._w.node.status())

    async def metrics(self, request: Request) -> Response:  # noqa: ARG002
        """GET /metrics in the Prometheus text format."""
        return Response(200, generate_latest(self._w.registry), CONTENT_TYPE_LATEST)

    async def docs(self, request: Request) -> Response:
        """GET /docs: one page for people."""
        kind = self._w.checks.gate.rules.kind
        page = docs_page(self._w.agency, kind, request.lang)
        safe = ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'")
        return Response(200, page.encode(), "text/html; charset=utf-8", (safe,))

    async def openapi(self, request: Request) -> Response:  # noqa: ARG002
        """GET /openapi.json."""
        rules = self._w.checks.gate.rules
        return ok(openapi(rules.kind, rules.catalogue))

    async def healthz(self, request: Request) -> Response:  # noqa: ARG002
        """GET /healthz: 200 while every part of the node runs."""
        alive = self._w.node.alive()
        return Response(200 if alive else 503, encode({"alive": alive}))

    async def readyz(self, request: Request) -> Response:  # noqa: ARG002
        """GET /readyz: 200 once there is a list to decide by."""
        reason = self._w.node.ready()
        return Response(503, encode({"ready": False})) if reason is None else ok({"ready": True, **reason})


def _result(ref: str | int | None, told: _Told, lang: Language) -> Result:
    if isinstance(told, Answer):
        return Decided(ref, shown_answer(told, lang))
    return Undecided(ref, _as_problem(told, lang))


def _as_problem(error: LiandongError | Retry, lang: Language) -> Mapping[str, object]:
    if isinstance(error, Retry):
        error = RequestProblem("RETRY_LATER", seconds=str(max(1, round(error.after))))
    return problem_of(error, lang).document
