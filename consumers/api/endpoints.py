"""What each path of the check API answers."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, ParamSpec, Protocol, TypeVar

import msgspec
import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from ...schemas import ids
from ...schemas.dates import date_of_ms
from ...schemas.errors import LiandongError
from ...schemas.people.surrogates import MatchingKey
from ...schemas.problems import Language
from ...topics.metrics.definitions import API_RATE_LIMITED, ENUMERATION_ALARMS
from ...topics.metrics.recorder import Signals
from ...topics.workers.clock import Clock
from ..acts_db.idempotency import KeyedRequest, RequestPart
from ..acts_db.outcomes import Retry
from ..gate.decision import Question
from ..interceptions.answers import Answer
from ..interceptions.checks import Checks
from ..interceptions.journal import JournalEntry
from ..interceptions.rendering import shown_again, shown_answer, shown_entry
from .app import ApiRequest, Route, Routes
from .documents import PAGE_POLICY, docs_page
from .group_commit import GroupCommit
from .idempotency_key import keyed
from .limits import EnumerationWatch, RateLimiter
from .openapi import openapi
from .problems import RequestProblem, problem_of
from .requests import BadCheck, CheckIn, read_body, read_check, to_request
from .responses import Decided, Response, Result, Results, Undecided, encode, ok

_log = structlog.get_logger(__name__)
_SLICE = 200
"""Checks of a batch decided at once, before others get their turn."""
_BatchAnswer = Answer | Retry | LiandongError
"""What became of a check of a batch."""
AnswerT = TypeVar("AnswerT", bound=_BatchAnswer)
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
        self, payload: Mapping[str, Any], keyed: KeyedRequest | None, traceparent: str
    ) -> Mapping[str, Any]:
        """Answer POST /v1/events; `keyed` if it came with an Idempotency-Key, `traceparent` empty if it came without one."""


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


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the checks of one request share."""

    at: int
    """ms UTC."""
    caller: str
    lang: Language
    known: KeyedRequest | None
    """The request as it is known again, if it says that it may come again."""
    earlier: Mapping[int, JournalEntry]
    """What was decided of it before, by position."""
    traceparent: str

    @property
    def day(self) -> date:
        """The day it is asked on."""
        return date_of_ms(self.at)

    def marked(self, answer: AnswerT, number: int) -> AnswerT:
        """Return the answer to the check at a position so that it is known again."""
        if self.known is None or not isinstance(answer, Answer):
            return answer
        return msgspec.structs.replace(answer, part=RequestPart(self.known, number))


class Endpoints:
    """The handlers of one node's paths."""

    def __init__(self, context: EndpointContext) -> None:
        self._context = context
        self._gate = context.checks.gate
        self._watch = EnumerationWatch(context.clock.monotonic)
        self._commits = GroupCommit(context.checks.keep, context.writer)

    def routes(self) -> Routes:
        """Return who answers which path; health and documentation are open, all else wants a token or the socket."""
        exact = {
            "/v1/checks": Route({"POST": self.check}, "check"),
            "/v1/events": Route({"POST": self.events}, "events"),
            "/v1/transactions": Route({"GET": self.transactions}, "check"),
            "/v1/status": Route({"GET": self.status}, "status"),
            "/metrics": Route({"GET": self.metrics}, "status"),
            "/docs": Route({"GET": self.docs}, None),
            "/openapi.json": Route({"GET": self.openapi}, None),
            "/healthz": Route({"GET": self.healthz}, None),
            "/readyz": Route({"GET": self.readyz}, None),
        }
        return Routes(exact, {"/v1/checks/": Route({"GET": self.find}, "check")})

    async def check(self, request: ApiRequest) -> Response:
        """Answer POST /v1/checks: one check, or a batch with results in order.

        Nothing is answered before it is kept: a refusal nobody can prove must not happen. What was kept for the same
        request before is answered again.
        """
        body, at = read_body(request.body), self._context.clock.now()
        self._charge(request, 1 if isinstance(body, CheckIn) else len(body))
        known, earlier = await self._earlier(request)
        asked = _Asked(at, request.caller.name, request.lang, known, earlier, request.traceparent)
        if not isinstance(body, CheckIn):
            return ok(Results(await self._check_batch(body, asked)))
        if 0 in earlier:
            return ok(shown_again(earlier[0], request.lang))
        question = self._gate.question(to_request(body, asked.day, asked.traceparent), asked.day)
        answer = asked.marked(self._answer_questions((question,), at, request.caller.name)[0], 0)
        if isinstance(answer, Retry):
            raise answer
        if answer.leaves_something and (entries := await self._keep({0: answer})):
            return ok(shown_again(entries[0], request.lang))
        return ok(shown_answer(answer, request.lang))

    async def _check_batch(self, batch: Sequence[msgspec.Raw], asked: "_Asked") -> list[Result]:
        """Answer the checks of a batch, in order."""
        results: list[Result] = []
        to_keep: dict[int, Answer] = {}
        for start in range(0, len(batch), _SLICE):
            checks = {start + number: read_check(raw) for number, raw in enumerate(batch[start : start + _SLICE])}
            new = {number: check for number, check in checks.items() if number not in asked.earlier}
            answers = dict(zip(new, self._answer_checks(list(new.values()), asked), strict=True))
            for number, check in checks.items():
                if number in asked.earlier:
                    results.append(Decided(check.ref, shown_again(asked.earlier[number], asked.lang)))
                    continue
                answer = asked.marked(answers[number], number)
                results.append(_result(check.ref, answer, asked.lang))
                if isinstance(answer, Answer) and answer.leaves_something:
                    to_keep[number] = answer
            await asyncio.sleep(0)
        for number, entry in (await self._keep(to_keep)).items():
            results[number] = Decided(results[number].ref, shown_again(entry, asked.lang))
        return results

    async def _earlier(self, request: ApiRequest) -> tuple[KeyedRequest | None, Mapping[int, JournalEntry]]:
        """Return a request as it is known again, and what was decided of it before, by position. Raises KeyReused."""
        known = keyed(request, self._context.matching_keys)
        return known, {} if known is None else await self._in_store(self._context.checks.find_earlier, known)

    async def _keep(self, answers: Mapping[int, Answer]) -> dict[int, JournalEntry]:
        """Keep answers; return, in place of those that another request like this one was answered meanwhile, what those are."""
        if not answers:
            return {}
        earlier = await self._commits.keep(list(answers.values()))
        stand_for = {
            number: earlier[answer.decision.check_id]
            for number, answer in answers.items()
            if answer.decision.check_id in earlier
        }
        if not stand_for:
            return {}
        entries = await self._in_store(self._context.checks.find_all, stand_for.values())
        return {number: entries[check_id] for number, check_id in stand_for.items()}

    async def _in_store(self, call: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Return what a call returns that reaches the acts store."""
        work = partial(call, *arguments, **named)
        return await asyncio.get_running_loop().run_in_executor(self._context.writer, work)

    def _answer_checks(self, checks: Sequence[CheckIn | BadCheck], asked: "_Asked") -> list[_BatchAnswer]:
        """Decide checks of a batch; return answers or problems, in order."""
        problems: list[LiandongError | None] = []
        questions: list[Question] = []
        for check in checks:
            try:
                if isinstance(check, BadCheck):
                    raise check.problem
                questions.append(self._gate.question(to_request(check, asked.day, asked.traceparent), asked.day))
                problems.append(None)
            except LiandongError as problem:
                problems.append(problem)
        answers = iter(self._answer_questions(questions, asked.at, asked.caller))
        return [next(answers) if problem is None else problem for problem in problems]

    def _answer_questions(self, questions: Sequence[Question], at: int, caller: str) -> list[Answer | Retry]:
        answers = self._context.checks.answer(questions, at, caller)
        missed = [
            question.request.subject
            for question, answer in zip(questions, answers, strict=True)
            if isinstance(answer, Answer) and not answer.hits
        ]
        if self._watch.missed(caller, missed):
            place = {"agency": self._context.agency, "node": self._context.node_name, "caller": caller}
            self._context.signals.counter(ENUMERATION_ALARMS, **place).inc()
            _log.warning("a caller seems to try out certificate numbers", caller=caller)
        return answers

    def _charge(self, request: ApiRequest, amount: int) -> None:
        wait = self._context.limiter.take(request.caller.name, amount, request.caller.rate)
        if wait:
            place = {"agency": self._context.agency, "node": self._context.node_name, "caller": request.caller.name}
            self._context.signals.counter(API_RATE_LIMITED, **place).inc()
            raise RequestProblem("RATE_LIMITED", seconds=str(max(1, int(wait) + 1)))

    async def find(self, request: ApiRequest) -> Response:
        """Answer GET /v1/checks/{chk_id}: a decision of the past."""
        check_id = request.path.rpartition("/")[2]
        try:
            ids.parse(check_id, "chk")
        except LiandongError:
            raise RequestProblem("CHECK_UNKNOWN") from None
        entry = await self._in_store(self._context.checks.find, check_id)
        if entry is None:
            raise RequestProblem("CHECK_UNKNOWN")
        return ok(shown_entry(entry, request.lang))

    async def events(self, request: ApiRequest) -> Response:
        """Answer POST /v1/events: what the agency met, for courts with a live watch."""
        try:
            payload = msgspec.json.decode(request.body, type=dict[str, Any])
        except msgspec.ValidationError:
            raise RequestProblem("REQUEST_INVALID", what="one JSON object is wanted") from None
        except (msgspec.DecodeError, RecursionError):
            raise RequestProblem("JSON_INVALID") from None
        self._charge(request, 1)
        known = keyed(request, self._context.matching_keys)
        return ok(await self._in_store(self._context.node.publish_events, payload, known, request.traceparent))

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


def _result(ref: str | int | None, answer: _BatchAnswer, lang: Language) -> Result:
    if isinstance(answer, Answer):
        return Decided(ref, shown_answer(answer, lang))
    return Undecided(ref, _problem_document(answer, lang))


def _problem_document(error: LiandongError | Retry, lang: Language) -> Mapping[str, object]:
    if isinstance(error, Retry):
        error = RequestProblem("RETRY_LATER", seconds=str(max(1, round(error.after))))
    return problem_of(error, lang).document
