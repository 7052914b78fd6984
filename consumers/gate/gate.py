# mypyc: compile
"""The gate: may this subject do this now, by this node's copy of the list?

A check of somebody who is not listed touches the index and two counters, nothing else. Whoever is found is decided on
by the catalogue (`schemas.decisions`), after his entry's signature was verified if he would be refused.
"""

from collections.abc import Sequence
from datetime import date
from time import monotonic

import structlog

from ...schemas import ids
from ...schemas.certificates import Certificate
from ...schemas.dates import date_of_ms
from ...schemas.decisions import EntryFacts, MatchFound, better, decide, match_identity, nobody_found
from ...schemas.surrogates import MatchingKey
from ...topics.ports import Clock
from ...topics.transport.errors import TransportError
from .decision import CheckRequest, Decision, FoundEntry, ListStand, Position, Question, View
from .identifying import surrogates_of
from .rules import Rules

_log = structlog.get_logger(__name__)
_POSITION_SECONDS = 0.02
_MOST_TOLD = 10_000


class Gate:
    """Decides by one view of the list; safe to use from several threads."""

    def __init__(
        self,
        view: View,
        rules: Rules,
        matching_keys: Sequence[MatchingKey],
        clock: Clock,
        jurisdictions: Sequence[str] = (),
    ) -> None:
        """`jurisdictions` are those whose lists must be fresh; without them, all the view has ever met."""
        self._view = view
        self.rules = rules
        self._keys = tuple(matching_keys)
        self._clock = clock
        self._jurisdictions: tuple[str | None, ...] = tuple(jurisdictions) or (None,)
        self._told: set[tuple[bytes, str]] = set()
        """What the log already says; the counter goes on."""
        self._seen: tuple[float, Position] | None = None
        self._stand: tuple[Position | None, ListStand] = (None, ListStand(-1, "", 0, stale=True))
        """The last one, and the position it was made of."""

    def surrogates(self, certificate: Certificate) -> list[bytes]:
        """Everything a certificate can be listed under, for callers that keep them ready."""
        return list(surrogates_of((certificate,), self._keys))

    def listed(self, surrogate: bytes) -> bool:
        """Whether anything may be in force under a surrogate: no is certain, yes needs a check. The fast path."""
        return bool(self._view.known((surrogate,)))

    def check(self, request: CheckRequest) -> Decision:
        """One decision. Raises FactProblem for what the request lacks, whoever it asks about."""
        at = self._clock.now()
        return self.answer((self.question(request, date_of_ms(at)),), at)[0]

    def question(self, request: CheckRequest, day: date) -> Question:
        """A request made ready to be answered as of an instant of a day. Raises FactProblem for what it lacks."""
        values, plan = self.rules.plan(request.transaction, request.attributes, day)
        return Question(request, values, plan, surrogates_of(request.subject.certificates, self._keys))

    def answer(self, questions: Sequence[Question], at: int) -> list[Decision]:
        """Decisions in order, all of one instant (ms UTC); the list is asked once for all of them."""
        known = self._view.known([each for one in questions if one.plan for each in one.keys])
        stand = self.stand(at)
        return [
            self._of_nobody(one, at, stand)
            if known.isdisjoint(one.keys) or not one.plan
            else self._of_somebody(one, at, stand)
            for one in questions
        ]

    def stand(self, at: int) -> ListStand:
        """Where the copy stands at an instant (ms UTC), and whether it is too old to refuse anybody by."""
        position = self._position()
        stale = at - position.fresh_as_of > self.rules.stale_after_ms
        known, stand = self._stand
        if position is not known or stale is not stand.stale:
            stand = ListStand(position.barrier, position.digest, position.fresh_as_of, stale)
            self._stand = (position, stand)
        return stand

    def _of_nobody(self, question: Question, at: int, stand: ListStand) -> Decision:
        outcome = nobody_found(stale=stand.stale and bool(question.plan))
        request, check_id = question.request, ids.new_ordered_text("chk")
        return Decision(
            check_id, at, request.transaction, request.site, question.values, outcome, stand, self.rules.version
        )

    def _of_somebody(self, question: Question, at: int, stand: ListStand) -> Decision:
        request = question.request
        found = {one.entry_id: one for one in self._view.find(tuple(question.keys))}
        untrusted: list[bytes] = []

        def trusted(entry: EntryFacts) -> bool:
            holds = self._trusted(found[entry.entry_id])
            if not holds:
                untrusted.append(entry.entry_id)
            return holds

        facts = [_facts(one, question) for one in found.values()]
        outcome = decide(facts, question.plan, at, stale=stand.stale, trusted=trusted)
        return Decision(
            check_id=ids.new_ordered_text("chk"),
            at=at,
            transaction=request.transaction,
            site=request.site,
            values=question.values,
            outcome=outcome,
            stand=stand,
            rule_version=self.rules.version,
            found={one.entry.entry_id: found[one.entry.entry_id] for one in outcome.rulings},
            untrusted=bool(untrusted),
        )

    def _position(self) -> Position:
        """The position, read at most every 20 ms: it only moves forward, so an older one never says too much."""
        now, seen = monotonic(), self._seen
        if seen is not None and now - seen[0] < _POSITION_SECONDS:
            return seen[1]
        positions = [self._view.position(one) for one in self._jurisdictions]
        position = min(positions, key=lambda one: one.fresh_as_of)
        self._seen = (now, position)
        return position

    def _trusted(self, found: FoundEntry) -> bool:
        """Whether somebody may be refused because of an entry; where nobody can tell now a person has to look."""
        try:
            holds, why = self._view.verify_once(found), "the signature does not hold"
        except TransportError as failed:
            holds, why = False, f"the signing key is unknown and the register cannot be read ({failed.code})"
        if not holds and (found.entry_id, why) not in self._told:
            if len(self._told) >= _MOST_TOLD:
                self._told.clear()
            self._told.add((found.entry_id, why))
            _log.error("a live entry refuses nobody", entry=found.entry_id.hex(), court=found.prefix["court"], why=why)
        return holds


def _facts(found: FoundEntry, question: Question) -> EntryFacts:
    """What is decided on of one entry."""
    prefix, match = found.prefix, None
    for identity in prefix["identities"]:
        surrogate = identity["surrogate"]
        if surrogate in question.keys:
            same = question.same_name(surrogate, identity["name_tag"])
            match = better(match, match_identity(surrogate, identity["link"], same_name=same))
    return EntryFacts(
        found.entry_id,
        prefix["version"],
        prefix["court"],
        prefix["instrument"],
        prefix["record_class"],
        prefix["status"],
        prefix["person_kind"],
        prefix["person_role"],
        prefix["effective_from"],
        prefix["effective_until"],
        match or _INDEX_ONLY,
        found.opaque,
    )


_INDEX_ONLY = MatchFound(match_identity(b"", -1, same_name=False).level, acts=False, surrogate=b"", doubtful=True)
"""An index that leads to a record without that surrogate: a person has to look."""
