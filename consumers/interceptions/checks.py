# mypyc: compile
"""Checks from question to answer: the gate decides, the adapter acts, the acts store keeps what must be kept.

The API and the command line both come through here. A check nobody was found for, of an agency that met nobody, writes
nothing anywhere.
"""

from collections.abc import Sequence
from functools import cache, partial

from sqlalchemy import Engine

from ...schemas.dates import date_of_ms
from ...schemas.law.decisions import Verdict
from ...topics.metrics.definitions import CHECK_DURATION, CHECK_MISSES, CHECKS, CHECKS_UNTRUSTED, INTERCEPTIONS
from ...topics.metrics.recorder import Signals
from ...topics.storage.database import reading
from ..acts_db.context import AgencyContext
from ..acts_db.outcomes import Retry
from ..adapters.protocol import Adapter, Enforced
from ..events.reports import report_all
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

    def keep(self, answers: Sequence[Answer]) -> None:
        """Journal hits, tell their courts and report sightings under live watches, all in one transaction."""
        answers = [answer for answer in answers if answer.leaves_something]
        if not answers:
            return
        enforced = [answer.decision for answer in answers if isinstance(answer.handled.outcome, Enforced)]
        sightings = [sighting for answer in answers for sighting in answer.handled.sightings]
        with self._acts.begin() as connection:
            journal.write(connection, [self._entry(answer) for answer in answers if answer.hits])
            rulings = intercept(connection, self._context, enforced)
            report_all(connection, self._context, sightings)
        for ruling in rulings:
            self._meters.intercepted(ruling.planned.measure.id, ruling.verdict, canary=bool(ruling.entry.record_class))

    def find(self, check_id: str) -> journal.JournalEntry | None:
        """Return a decision of the past, None if it had no match."""
        with reading(self._acts) as connection:
            return journal.find(connection, check_id)

    def _entry(self, answer: Answer) -> journal.JournalEntry:
        definitions = self.gate.rules.transaction(answer.decision.transaction).attributes
        return journal.entry_of(answer, journal.deciding(answer.decision.values, definitions))


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
