"""The gate: may this subject do this now, by this node's copy of the list?

A check of somebody who is not listed touches the index and two counters, nothing else. Whoever is found is decided on
by the catalogue (`schemas.decisions`), after his entry's signature was verified if he would be refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Protocol

import structlog

from ...schemas import ids
from ...schemas.attributes import Value
from ...schemas.certificates import Certificate
from ...schemas.codec import GatePrefix
from ...schemas.dates import date_of_ms
from ...schemas.decisions import (
    Action,
    EntryFacts,
    MatchFound,
    Outcome,
    Verdict,
    better,
    decide,
    match_identity,
)
from ...schemas.listing import RecordClass
from ...schemas.surrogates import MatchingKey
from ...topics.ports import Clock
from ...topics.transport.errors import TransportError
from .rules import Rules
from .subjects import Subject, Tags

_log = structlog.get_logger(__name__)
_POSITION_SECONDS = 0.02
_MOST_TOLD = 10_000


class FoundEntry(Protocol):
    """An entry a surrogate leads to (`consumers.replication.list_view.Found`)."""

    @property
    def entry_id(self) -> bytes:
        """16 bytes."""

    @property
    def prefix(self) -> GatePrefix:
        """Of the newest record that can be read."""

    @property
    def body(self) -> bytes:
        """That record, empty if there is none."""

    @property
    def opaque(self) -> bool:
        """Whether a newer record cannot be read."""

    @property
    def jurisdiction(self) -> str:
        """Whose list it stands on."""

    def record(self) -> dict[str, Any]:
        """The whole record."""


class Position(Protocol):
    """Where this node's copy stands (`consumers.replication.list_view.ListPosition`)."""

    @property
    def barrier(self) -> int:
        """Newest barrier passed in all partitions, -1 = none."""

    @property
    def digest(self) -> str:
        """Of the copy at that barrier."""

    @property
    def fresh_as_of(self) -> int:
        """Ms UTC, 0 = never."""


class View(Protocol):
    """The newest of state and relief (`consumers.replication.list_view.ListView`)."""

    def find(self, surrogates: Sequence[bytes]) -> Sequence[FoundEntry]:
        """Live entries that name one of these surrogates."""

    def names_any(self, surrogates: Sequence[bytes]) -> bool:
        """Whether anything is known under one of these surrogates; no is certain."""

    def position(self, jurisdiction: str | None = None) -> Position:
        """Where the copy of a jurisdiction's lists stands."""

    def verify_once(self, found: Any) -> bool:
        """Whether the signature of an entry holds. TransportError if nobody can know now."""


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """A question to the gate."""

    transaction: str
    subject: Subject
    attributes: Mapping[str, object] = field(default_factory=dict)
    site: str = ""


@dataclass(frozen=True, slots=True)
class ListStand:
    """What a decision rests on; barrier -1 and fresh_as_of 0 while there is no list yet."""

    barrier: int
    digest: str
    fresh_as_of: int
    stale: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """The gate's answer; `found` are the entries its rulings rest on, by entry id."""

    check_id: str
    at: int
    transaction: str
    site: str
    values: Mapping[str, Value]
    outcome: Outcome
    stand: ListStand
    rule_version: str
    found: Mapping[bytes, FoundEntry] = field(default_factory=dict, repr=False)
    untrusted: bool = False
    """Whether the signature of an entry that would have refused somebody does not hold, or cannot be verified now."""

    @property
    def verdict(self) -> Verdict:
        """ALLOW, BLOCK, REVIEW or UNKNOWN."""
        return self.outcome.verdict

    @property
    def action(self) -> Action:
        """What the caller does next."""
        return self.outcome.action

    @property
    def is_canary(self) -> bool:
        """Whether it speaks of legally void probes only; those count in no statistic."""
        rulings = self.outcome.rulings
        return bool(rulings) and all(one.entry.record_class == RecordClass.CANARY for one in rulings)


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

    def surrogates(self, certificate: Certificate) -> list[bytes]:
        """Everything a certificate can be listed under, for callers that keep them ready."""
        return list(Tags.of(Subject((certificate,), ""), self._keys).keys)

    def listed(self, surrogate: bytes) -> bool:
        """Whether anything may be in force under a surrogate: no is certain, yes needs a check. The fast path."""
        return self._view.names_any((surrogate,))

    def check(self, request: CheckRequest) -> Decision:
        """One decision. Raises FactProblem for what the request lacks, whoever it asks about."""
        at = self._clock.now()
        values, plan = self.rules.plan(request.transaction, request.attributes, date_of_ms(at))
        tags = Tags.of(request.subject, self._keys)
        found = {one.entry_id: one for one in self._view.find(tuple(tags.keys))} if plan else {}
        stand = self.stand(at)
        untrusted: list[bytes] = []

        def trusted(entry: EntryFacts) -> bool:
            holds = self._trusted(found[entry.entry_id])
            if not holds:
                untrusted.append(entry.entry_id)
            return holds

        facts = [_facts(one, tags) for one in found.values()]
        outcome = decide(facts, plan, at, stale=stand.stale and bool(plan), trusted=trusted)
        return Decision(
            check_id=ids.text("chk", ids.new_ordered()),
            at=at,
            transaction=request.transaction,
            site=request.site,
            values=values,
            outcome=outcome,
            stand=stand,
            rule_version=self.rules.version,
            found={one.entry.entry_id: found[one.entry.entry_id] for one in outcome.rulings},
            untrusted=bool(untrusted),
        )

    def stand(self, at: int) -> ListStand:
        """Where the copy stands at an instant (ms UTC), and whether it is too old to refuse anybody by."""
        position = self._position()
        stale = at - position.fresh_as_of > self.rules.stale_after_ms
        return ListStand(position.barrier, position.digest, position.fresh_as_of, stale)

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


def _facts(found: FoundEntry, tags: Tags) -> EntryFacts:
    """What is decided on of one entry."""
    prefix, match = found.prefix, None
    for identity in prefix["identities"]:
        surrogate = identity["surrogate"]
        if surrogate in tags.keys:
            same = tags.same_name(surrogate, identity["name_tag"])
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
