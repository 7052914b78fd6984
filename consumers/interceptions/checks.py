# mypyc: compile
"""Checks from question to answer: the gate decides, the adapter acts, the acts store keeps what must be kept.

The API and the command line both come through here. A check nobody was found for, of an agency that met nobody, writes
nothing anywhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial

from sqlalchemy import Connection, Engine

from ...schemas.dates import date_of_ms
from ...schemas.law.decisions import MeasureRuling, Verdict
from ...topics.metrics.definitions import CHECK_DURATION, CHECK_MISSES, CHECKS, CHECKS_UNTRUSTED, INTERCEPTIONS
from ...topics.metrics.recorder import Signals
from ...topics.storage.database import reading
from ..acts_db import idempotency
from ..acts_db.context import AgencyContext
from ..acts_db.outcomes import Retry
from ..adapters.protocol import Adapter, Enforced
from ..events.reports import report_all
from ..events.sightings import Sighting
from ..gate.decision import CheckRequest, Decision, Question
from ..gate.gate import Gate
from ..gate.hits import hits_of
from . import journal
from .answers import Answer
from .interceptions import intercept


class Checks:
    """The checks of one node."""

    def __init__(
        self, gate: Gate, adapter: Adapter, acts: Engine, context: AgencyContext, meters: "CheckCounters"
    ) -> None:
        self.gate = gate
        self._adapter = adapter
        self._acts = acts
        self._context = context
        self._seconds = context.clock.monotonic
        self._meters = meters

    def decide(self, request: CheckRequest, at: int, caller: str) -> Answer:
        """Decide one request as of an instant (ms UTC) and let the adapter act; nothing is kept yet.

        Raises FactProblem for a request that cannot be decided, Retry of the adapter.
        """
        answer = self.answer((self.gate.question(request, date_of_ms(at)),), at, caller)[0]
        if isinstance(answer, Retry):
            raise answer
        return answer

    def answer(self, questions: Sequence[Question], at: int, caller: str) -> list[Answer | Retry]:
        """Do as `decide` for several at once: the list is asked once for all of them."""
        started = self._seconds()
        decisions = self.gate.answer(questions, at)
        self._meters.decided(decisions, self._seconds() - started)
        return [
            self._handle(question.request, decision, caller)
            for question, decision in zip(questions, decisions, strict=True)
        ]

    def _handle(self, request: CheckRequest, decision: Decision, caller: str) -> Answer | Retry:
        try:
            return Answer(decision, hits_of(decision), self._adapter.handle(request, decision), caller)
        except Retry as later:
            return later

    def keep(self, answers: Sequence[Answer]) -> dict[str, str]:
        """Journal hits, tell their courts and report sightings under live watches, all in one transaction.

        Return, by check id, the ids of decisions that were kept before for the same request: those stand, and these
        leave nothing. Raises KeyReused.
        """
        answers = [answer for answer in answers if answer.leaves_something]
        if not answers:
            return {}
        with self._acts.begin() as connection:
            earlier = idempotency.keep_answers(connection, self._repeatable(answers))
            rulings = self._keep_new(
                connection, [answer for answer in answers if answer.decision.check_id not in earlier]
            )
        for ruling in rulings:
            self._meters.intercepted(ruling.planned.measure.id, ruling.verdict, canary=bool(ruling.entry.record_class))
        return earlier

    def _repeatable(self, answers: Iterable[Answer]) -> list[idempotency.KeptAnswer]:
        """Return what a repeat is to be answered again: hits only, whoever was not found leaves no key."""
        now = self._context.clock.now()
        return [
            idempotency.KeptAnswer(answer.part, answer.decision.check_id, now)
            for answer in answers
            if answer.part is not None and answer.hits
        ]

    def _keep_new(self, connection: Connection, answers: Sequence[Answer]) -> list[MeasureRuling]:
        enforced = [answer.decision for answer in answers if isinstance(answer.handled.outcome, Enforced)]
        sightings = [sighting for answer in answers for sighting in _sightings(answer)]
        journal.write(connection, [self._entry(answer) for answer in answers if answer.hits])
        rulings = intercept(connection, self._context, enforced)
        report_all(connection, self._context, sightings)
        return rulings

    def find(self, check_id: str) -> journal.JournalEntry | None:
        """Return a decision of the past, None if it had no match."""
        return self.find_all([check_id]).get(check_id)

    def find_all(self, check_ids: Iterable[str]) -> dict[str, journal.JournalEntry]:
        """Return decisions of the past by their ids."""
        with reading(self._acts) as connection:
            return journal.find_all(connection, check_ids)

    def find_earlier(self, request: idempotency.KeyedRequest) -> Mapping[int, journal.JournalEntry]:
        """Return what was decided and kept for the same request, by the positions of its checks. Raises KeyReused."""
        with reading(self._acts) as connection:
            kept = idempotency.kept_answers(connection, request)
            entries = journal.find_all(connection, kept.values())
        return {number: entries[check_id] for number, check_id in kept.items()}

    def _entry(self, answer: Answer) -> journal.JournalEntry:
        definitions = self.gate.rules.transaction(answer.decision.transaction).attributes
        return journal.entry_of(answer, journal.deciding(answer.decision.values, definitions))


def _sightings(answer: Answer) -> Iterable[Sighting]:
    """Return what is reported of an answer; a repeat of the same request is the same occurrence."""
    own, traceparent = "" if answer.part is None else answer.part.source(), answer.decision.traceparent
    return [replace(one, source=one.source or own, traceparent=traceparent) for one in answer.handled.sightings]


class CheckCounters:
    """Counters of the checks of one node; canaries are not counted."""

    def __init__(self, signals: Signals, agency: str, node: str) -> None:
        self._signals = signals
        self._place = {"agency": agency, "node": node}
        self._misses = signals.counter(CHECK_MISSES, **self._place)
        self._duration = signals.histogram(CHECK_DURATION, **self._place)
        self._untrusted = signals.counter(CHECKS_UNTRUSTED, **self._place)
        self._intercepted = cache(partial(signals.counter, INTERCEPTIONS, **self._place))
        self._decided = {one: signals.counter(CHECKS, **self._place, decision=one.value) for one in Verdict}

    def decided(self, decisions: Sequence[Decision], seconds: float) -> None:
        """Count checks that were decided at once."""
        counts: dict[Verdict, int] = {}
        misses = 0
        for decision in decisions:
            if decision.outcome.rulings:
                if decision.untrusted:
                    self._untrusted.inc()
                if decision.is_canary:
                    continue
            else:
                misses += 1
            verdict = decision.outcome.verdict
            counts[verdict] = counts.get(verdict, 0) + 1
        if counts:
            self._duration.observe(seconds)
        for verdict, count in counts.items():
            self._decided[verdict].inc(count)
        if misses:
            self._misses.inc(misses)

    def intercepted(self, measure: str, verdict: str, *, canary: bool) -> None:
        """Count one transaction that was refused or held."""
        if not canary:
            self._intercepted(measure=measure, outcome="REFUSED" if verdict == "BLOCK" else "HELD").inc()
