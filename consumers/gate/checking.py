"""Checks from question to answer: the gate decides, the adapter acts, the acts store keeps what must be kept.

The API and the command line both come through here. A check nobody was found for, of an agency that met nobody, writes
nothing anywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from sqlalchemy import Engine

from ...schemas.decisions import Verdict
from ...topics.database import reading
from ...topics.metering import Signals
from ...topics.signals import CHECK_DURATION, CHECK_MISSES, CHECKS, CHECKS_UNTRUSTED, INTERCEPTIONS
from ..adapters.protocol import Adapter, Enforced, Handled, NotApplicable
from ..commands.context import AgencyContext
from ..commands.events import report
from . import journal
from .gate import CheckRequest, Decision, Gate
from .hits import Hit, hits_of
from .interceptions import intercept


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision ready to be shown, and what is to be kept of it."""

    decision: Decision
    hits: tuple[Hit, ...]
    handled: Handled
    caller: str

    @property
    def leaves_something(self) -> bool:
        """Whether the acts store has to be asked; a miss of an agency that met nobody is nothing."""
        return bool(self.hits or self.handled.sightings)


class Checks:
    """The checks of one node."""

    def __init__(self, gate: Gate, adapter: Adapter, acts: Engine, context: AgencyContext, meters: "Meters") -> None:
        self.gate = gate
        self._adapter = adapter
        self._acts = acts
        self._context = context
        self._meters = meters

    def decide(self, request: CheckRequest, caller: str) -> Answer:
        """One decision and what the agency does with it; nothing is kept yet.

        Raises FactProblem for a request that cannot be decided, Retry of the adapter.
        """
        started = perf_counter()
        decision = self.gate.check(request)
        self._meters.decided(decision, perf_counter() - started)
        handled = self._adapter.handle(request, decision)
        return Answer(decision, hits_of(decision), handled, caller)

    def keep(self, answers: Sequence[Answer]) -> None:
        """Journals hits, tells their courts and reports sightings under live watches, all in one transaction."""
        kept = [answer for answer in answers if answer.leaves_something]
        if not kept:
            return
        told = []
        with self._acts.begin() as connection:
            journal.write(connection, [self._entry(answer) for answer in kept if answer.hits])
            for answer in kept:
                if isinstance(answer.handled.outcome, Enforced):
                    told += intercept(connection, self._context, answer.decision)
                for sighting in answer.handled.sightings:
                    report(connection, self._context, sighting)
        for ruling in told:
            self._meters.intercepted(ruling.planned.measure.id, ruling.verdict, canary=bool(ruling.entry.record_class))

    def find(self, check_id: str) -> journal.Entry | None:
        """A decision of the past, None if it had no match."""
        with reading(self._acts) as connection:
            return journal.find(connection, check_id)

    def _entry(self, answer: Answer) -> journal.Entry:
        decision, outcome = answer.decision, answer.handled.outcome
        definitions = self.gate.rules.transaction(decision.transaction).attributes
        kept = journal.deciding(decision.values, definitions)
        if isinstance(outcome, Enforced):
            told = (answer.caller, "ENFORCED", "")
        elif isinstance(outcome, NotApplicable):
            told = (answer.caller, "NOT_APPLICABLE", outcome.reason)
        else:
            told = (answer.caller, "REFUSED", outcome.reason)
        return journal.entry_of(decision, answer.hits, told, kept)


class Meters:
    """Counters of the checks of one node; canaries are not counted."""

    def __init__(self, signals: Signals, agency: str, node: str) -> None:
        self._signals = signals
        self._place = {"agency": agency, "node": node}
        self._misses = signals.counter(CHECK_MISSES, **self._place)
        self._duration = signals.histogram(CHECK_DURATION, **self._place)
        self._untrusted = signals.counter(CHECKS_UNTRUSTED, **self._place)
        self._decided = {one: signals.counter(CHECKS, **self._place, decision=one.value) for one in Verdict}

    def decided(self, decision: Decision, seconds: float) -> None:
        """Counts one check."""
        if decision.untrusted:
            self._untrusted.inc()
        if decision.is_canary:
            return
        self._duration.observe(seconds)
        self._decided[decision.verdict].inc()
        if not decision.outcome.rulings:
            self._misses.inc()

    def intercepted(self, measure: str, verdict: str, *, canary: bool) -> None:
        """Counts one transaction that was refused or held."""
        if not canary:
            outcome = "REFUSED" if verdict == "BLOCK" else "HELD"
            self._signals.counter(INTERCEPTIONS, **self._place, measure=measure, outcome=outcome).inc()
