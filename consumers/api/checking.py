"""POST /v1/checks and GET /v1/checks/{chk_id}: one check, a batch in order, a decision of the past."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import msgspec
import structlog

from ...schemas import ids
from ...schemas.dates import date_of_ms
from ...schemas.errors import LiandongError
from ...schemas.problems import Language
from ...topics.metrics.definitions import ENUMERATION_ALARMS
from ..acts_db.idempotency import KeyedRequest, RequestPart
from ..acts_db.outcomes import Retry
from ..gate.decision import Question
from ..interceptions.answers import Answer
from ..interceptions.journal import JournalEntry
from ..interceptions.rendering import shown_again, shown_answer, shown_entry
from .app import ApiRequest
from .context import EndpointContext
from .group_commit import GroupCommit
from .idempotency_key import keyed
from .limits import EnumerationWatch
from .problems import RequestProblem, problem_of
from .requests import BadCheck, CheckIn, read_body, read_check, to_request
from .responses import Decided, Response, Result, Results, Undecided, ok

_log = structlog.get_logger(__name__)
_SLICE = 200
"""Checks of a batch decided at once, before others get their turn."""
_BatchAnswer = Answer | Retry | LiandongError
"""What became of a check of a batch."""
AnswerT = TypeVar("AnswerT", bound=_BatchAnswer)


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


class CheckEndpoints:
    """The handlers of checks."""

    def __init__(self, context: EndpointContext) -> None:
        self._context = context
        self._gate = context.checks.gate
        self._watch = EnumerationWatch(context.clock.monotonic)
        self._commits = GroupCommit(context.checks.keep, context.writer)

    async def check(self, request: ApiRequest) -> Response:
        """Answer POST /v1/checks: one check, or a batch with results in order.

        Nothing is answered before it is kept: a refusal nobody can prove must not happen. What was kept for the same
        request before is answered again.
        """
        body, at = read_body(request.body), self._context.clock.now()
        self._context.charge(request, 1 if isinstance(body, CheckIn) else len(body))
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

    async def _check_batch(self, batch: Sequence[msgspec.Raw], asked: _Asked) -> list[Result]:
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
        return known, {} if known is None else await self._context.in_store(self._context.checks.find_earlier, known)

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
        entries = await self._context.in_store(self._context.checks.find_all, stand_for.values())
        return {number: entries[check_id] for number, check_id in stand_for.items()}

    def _answer_checks(self, checks: Sequence[CheckIn | BadCheck], asked: _Asked) -> list[_BatchAnswer]:
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

    async def find(self, request: ApiRequest) -> Response:
        """Answer GET /v1/checks/{chk_id}: a decision of the past."""
        check_id = request.path.rpartition("/")[2]
        try:
            ids.parse(check_id, "chk")
        except LiandongError:
            raise RequestProblem("CHECK_UNKNOWN") from None
        entry = await self._context.in_store(self._context.checks.find, check_id)
        if entry is None:
            raise RequestProblem("CHECK_UNKNOWN")
        return ok(shown_entry(entry, request.lang))


def _result(ref: str | int | None, answer: _BatchAnswer, lang: Language) -> Result:
    if isinstance(answer, Answer):
        return Decided(ref, shown_answer(answer, lang))
    return Undecided(ref, _problem_document(answer, lang))


def _problem_document(error: LiandongError | Retry, lang: Language) -> Mapping[str, object]:
    if isinstance(error, Retry):
        error = RequestProblem("RETRY_LATER", seconds=str(max(1, round(error.after))))
    return problem_of(error, lang).document
