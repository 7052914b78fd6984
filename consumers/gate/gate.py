# mypyc: compile
"""The gate: may this subject do this now, by this node's copy of the list?

A check of somebody who is not listed touches the index and two counters, nothing else. Whoever is found is decided on
by the catalogue (`schemas.law.decisions`), after the signatures of the entries that reach them were verified.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import structlog

from ...schemas import ids
from ...schemas.dates import date_of_ms
from ...schemas.law.decisions import Action, EntryFacts, MatchFound, Trust, better, decide, match_identity, nobody_found
from ...schemas.law.listing import RecordClass, Status
from ...schemas.people.certificates import Certificate
from ...schemas.people.surrogates import MatchingKey
from ...topics.transport.errors import TransportError
from ...topics.workers.chance import Chance
from ...topics.workers.clock import Clock
from .decision import CheckRequest, CopyPosition, CopyView, Decision, FoundEntry, ListStand, Question
from .hits import is_of_court_apart
from .identifying import surrogates_of
from .rules import Rules

_log = structlog.get_logger(__name__)
_POSITION_SECONDS = 0.02
_MOST_LOGGED = 10_000


class Gate:
    """Decides by one view of the list; safe to use from several threads."""

    def __init__(
        self,
        view: CopyView,
        rules: Rules,
        matching_keys: Sequence[MatchingKey],
        clock: Clock,
        chance: Chance,
        jurisdictions: Sequence[str] = (),
    ) -> None:
        """Take what to decide by.

        `jurisdictions` are those whose lists must be fresh; without them, all the view has ever met.
        """
        self._view = view
        self.rules = rules
        self._keys = tuple(matching_keys)
        self._clock = clock
        self._new_id: Callable[[], bytes] = chance.ordered_id
        self._jurisdictions: tuple[str | None, ...] = tuple(jurisdictions) or (None,)
        self._logged: set[tuple[bytes, str]] = set()
        """What the log already says; the counter goes on."""
        self._last_position: tuple[float, CopyPosition] | None = None
        self._barrier_at: dict[str | None, int] = {}
        """By jurisdiction, when its newest barrier was issued."""
        self._examined = False
        """Whether the copy was looked through for what revoked keys signed, when its position was read last."""
        self._stand: tuple[CopyPosition | None, ListStand] = (None, ListStand(-1, "", 0, stale=True))
        """The last one, and the position it was made of."""

    def surrogates(self, certificate: Certificate) -> list[bytes]:
        """Return everything a certificate can be listed under, for callers that keep them ready."""
        return list(surrogates_of((certificate,), self._keys))

    def listed(self, surrogate: bytes) -> bool:
        """Return whether anything may be in force under a surrogate: no is certain, yes needs a check; the fast path."""
        return bool(self._view.known_surrogates((surrogate,)))

    def check(self, request: CheckRequest) -> Decision:
        """Decide one request. Raises FactProblem for what the request lacks, whoever it asks about."""
        at = self._clock.now()
        return self.answer((self.question(request, date_of_ms(at)),), at)[0]

    def question(self, request: CheckRequest, day: date) -> Question:
        """Prepare a request to be answered as of an instant of a day. Raises FactProblem for what it lacks."""
        plan = self.rules.plan(request.transaction, request.attributes, day)
        return Question(request, plan.values, plan.measures, surrogates_of(request.subject.certificates, self._keys))

    def answer(self, questions: Sequence[Question], at: int) -> list[Decision]:
        """Decide questions in order, all of one instant (ms UTC); the list is asked once for all of them."""
        stand = self.stand(at)
        whole = self._examined  # before the list is asked: what an examination finds again is there once it is over
        known = self._view.known_surrogates([each for question in questions if question.plan for each in question.keys])
        return [
            self._of_nobody(question, at, stand, whole)
            if known.isdisjoint(question.keys) or not question.plan
            else self._of_somebody(question, at, stand, whole)
            for question in questions
        ]

    def stand(self, at: int) -> ListStand:
        """Return where the copy stands at an instant (ms UTC), and whether it is too old, or not proven, to refuse anybody by."""
        position = self._position()
        age = abs(at - position.fresh_as_of)  # below 0 the own clock was set back, and tells nothing
        stale = not position.proven or age > self.rules.stale_after_ms
        last_position, stand = self._stand
        if position is not last_position or stale is not stand.stale:
            stand = ListStand(position.barrier, position.digest, position.fresh_as_of, stale, position.notary)
            self._stand = (position, stand)
        return stand

    def _of_nobody(self, question: Question, at: int, stand: ListStand, whole: bool) -> Decision:
        outcome = nobody_found(stale=(stand.stale or not whole) and bool(question.plan))
        request, check_id = question.request, ids.text("chk", self._new_id())
        return Decision(
            check_id,
            at,
            request.transaction,
            request.site,
            question.values,
            outcome,
            stand,
            self.rules.version,
            traceparent=request.traceparent,
            unexamined=not whole,
        )

    def _of_somebody(self, question: Question, at: int, stand: ListStand, whole: bool) -> Decision:
        request = question.request
        entries = {one.entry_id: one for one in self._view.find(tuple(question.keys))}
        untrusted: list[bytes] = []

        def trusted(entry: EntryFacts) -> Trust:
            trust = self._trust(entries[entry.entry_id], question)
            if trust is not Trust.PROVEN:
                untrusted.append(entry.entry_id)
            return trust

        known = [_facts(one, question) for one in entries.values()]
        facts = [one for one in known if not self._is_over(entries[one.entry_id])]
        outcome = decide(facts, question.plan, at, stale=stand.stale, trusted=trusted, whole=whole)
        return Decision(
            check_id=ids.text("chk", self._new_id()),
            at=at,
            transaction=request.transaction,
            site=request.site,
            values=question.values,
            outcome=outcome,
            stand=stand,
            rule_version=self.rules.version,
            found={one.entry.entry_id: entries[one.entry.entry_id] for one in outcome.rulings},
            untrusted=bool(untrusted),
            traceparent=request.traceparent,
            unexamined=not whole,
            term_over=self._term_over(known, entries, at) if outcome.action is Action.PROCEED else 0,
        )

    def _term_over(self, known: Sequence[EntryFacts], entries: Mapping[bytes, FoundEntry], at: int) -> int:
        """Return when the last term of a proven entry on the very subject was over, 0 if there was none: the answer says so."""
        over = [
            one.effective_until
            for one in known
            if one.match.acts
            and one.status == Status.ACTIVE
            and (0 < one.effective_until <= at or self._is_over(entries[one.entry_id]))
            and self._is_proven(entries[one.entry_id])
        ]
        return max(over, default=0)

    def _is_proven(self, entry: FoundEntry) -> bool:
        """Return whether a court that may say so has signed an entry on a real person, as far as can be known now."""
        try:
            return entry.prefix["record_class"] == RecordClass.REAL and self._view.trust(entry) is Trust.PROVEN
        except TransportError:
            return False

    def _position(self) -> CopyPosition:
        """Return the position of the lists that are least to be relied on, read at most every 20 ms."""
        now, last = self._clock.monotonic(), self._last_position
        if last is not None and now - last[0] < _POSITION_SECONDS:
            return last[1]
        positions = {one: self._view.position(one) for one in self._jurisdictions}
        position = min(positions.values(), key=lambda one: (one.proven, one.fresh_as_of))
        self._last_position = (now, position)
        self._barrier_at = {one: each.barrier_at for one, each in positions.items()}
        self._examined = all(each.examined for each in positions.values())
        return position

    def _is_over(self, entry: FoundEntry) -> bool:
        """Return whether the term of an entry is over by the newest barrier, whatever the own clock says: a clock that is slow
        keeps nobody listed.
        """
        until = entry.prefix["effective_until"]
        reached = self._barrier_at.get(entry.jurisdiction, self._barrier_at.get(None, 0))
        return 0 < until <= reached

    def _trust(self, entry: FoundEntry, question: Question) -> Trust:
        """Return how far an entry is proven that reaches somebody; a canary reaches reserved certificates alone."""
        if entry.prefix["record_class"] == RecordClass.CANARY and not question.reserved:
            return Trust.NOBODYS
        if not self.rules.shares_set_apart and is_of_court_apart(entry):
            self._say(
                entry, "cases of corps' and military courts do not go over the shared topics of this installation"
            )
            return Trust.NOBODYS
        why = "no court that may say so has signed it"
        try:
            trust = self._view.trust(entry)
        except TransportError as failed:
            trust, why = Trust.OPEN, f"the signing key is unknown and the register cannot be read ({failed.code})"
        if trust is not Trust.PROVEN:
            self._say(entry, why)
        return trust

    def _say(self, entry: FoundEntry, why: str) -> None:
        """Say once in the log that a live entry reaches nobody."""
        if (entry.entry_id, why) in self._logged:
            return
        if len(self._logged) >= _MOST_LOGGED:
            self._logged.clear()
        self._logged.add((entry.entry_id, why))
        _log.error("a live entry refuses nobody", entry=entry.entry_id.hex(), court=entry.prefix["court"], why=why)


def _facts(entry: FoundEntry, question: Question) -> EntryFacts:
    """Return what is decided on of one entry."""
    prefix, match = entry.prefix, None
    for identity in prefix["identities"]:
        surrogate = identity["surrogate"]
        if surrogate in question.keys:
            same = question.same_name(surrogate, identity["name_tag"])
            match = better(match, match_identity(surrogate, identity["link"], same_name=same))
    return EntryFacts(
        entry.entry_id,
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
        entry.opaque,
        entry.jurisdiction,
    )


_INDEX_ONLY = MatchFound(match_identity(b"", -1, same_name=False).level, acts=False, surrogate=b"", doubtful=True)
"""An index that leads to a record without that surrogate: a person has to look."""
