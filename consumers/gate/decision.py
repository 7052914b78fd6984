"""A question to the gate and its answer: what is asked, what the gate looks at, what it says."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from ...schemas.law.attributes import Value
from ...schemas.law.decisions import Action, Outcome, Trust, Verdict
from ...schemas.law.listing import RecordClass
from ...schemas.law.measures import PlannedMeasure
from ...schemas.masking import Masked
from ...schemas.people.names import comparison_form
from ...schemas.people.surrogates import MatchingKey
from ...schemas.wire.codec import GatePrefix
from .subjects import Subject


class FoundEntry(Protocol):
    """An entry a surrogate leads to (`consumers.replication.list_view.ListedEntry`)."""

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
        """Decode the whole record. Raises Undecodable."""


class CopyPosition(Protocol):
    """Where this node's copy stands (`consumers.replication.list_view.ListPosition`)."""

    @property
    def notary(self) -> str:
        """Whose barriers it counts by; empty before the first."""

    @property
    def barrier(self) -> int:
        """Newest barrier passed in all partitions, -1 = none."""

    @property
    def digest(self) -> str:
        """Of the copy at that barrier."""

    @property
    def fresh_as_of(self) -> int:
        """Ms UTC, 0 = never."""

    @property
    def proven(self) -> bool:
        """Whether it is known to be what a notary signed."""

    @property
    def barrier_at(self) -> int:
        """When the newest barrier was issued, by its notary's clock; ms UTC."""

    @property
    def examined(self) -> bool:
        """Whether everything is known of what revoked keys signed: before that a live entry may have been ended by a thief."""


class CopyView(Protocol):
    """The newest of state and relief (`consumers.replication.list_view.ListView`)."""

    def find(self, surrogates: Sequence[bytes]) -> Sequence[FoundEntry]:
        """Return live entries that name one of these surrogates."""

    def known_surrogates(self, surrogates: Sequence[bytes]) -> set[bytes]:
        """Return those of these surrogates anything is known under; of the others it is certain that nothing is."""

    def position(self, jurisdiction: str | None = None) -> CopyPosition:
        """Return where the copy of a jurisdiction's lists stands; without one, of the jurisdiction furthest behind."""

    def trust(self, entry: Any) -> Trust:
        """Return how far an entry is proven. Raises TransportError if nobody can know now."""


class CheckRequest(msgspec.Struct, frozen=True):
    """A question to the gate."""

    transaction: str
    subject: Subject
    attributes: Mapping[str, object] = {}
    site: str = ""
    traceparent: str = ""
    """W3C trace context of whoever asks, as version 00 has it; empty without one. It decides nothing."""


class Question(Masked, msgspec.Struct, frozen=True):
    """A request made ready: what its attributes mean, the measures that can reach it, what its subject is listed under."""

    request: CheckRequest
    values: Mapping[str, Value]
    plan: tuple[PlannedMeasure, ...]
    keys: Mapping[bytes, MatchingKey]
    """By surrogate, what it was made with; a name tag is made when one of them is found."""

    def __repr__(self) -> str:
        """Show no surrogates."""
        return f"Question({self.request.transaction}, {len(self.keys)} surrogates)"

    @property
    def reserved(self) -> bool:
        """Whether nobody is asked about but who does not exist: every certificate is one reserved for canaries."""
        return all(each.is_reserved for each in self.request.subject.certificates)

    def same_name(self, surrogate: bytes, name_tag: bytes) -> bool:
        """Return whether an entry found under a surrogate names the subject as the caller does."""
        return self.keys[surrogate].name_tag(surrogate, comparison_form(self.request.subject.name)) == name_tag


class ListStand(msgspec.Struct, frozen=True):
    """What a decision rests on; barrier -1 and fresh_as_of 0 while there is no list yet."""

    barrier: int
    digest: str
    fresh_as_of: int
    stale: bool
    """It is too old, or proven by nobody: nobody is refused by it, and nobody passes for certain."""
    notary: str = ""
    """Whose barrier that is."""


class Decision(Masked, msgspec.Struct, frozen=True):
    """The gate's answer; `found` are the entries its rulings rest on, by entry id."""

    check_id: str
    at: int
    transaction: str
    site: str
    values: Mapping[str, Value]
    outcome: Outcome
    stand: ListStand
    rule_version: str
    found: Mapping[bytes, FoundEntry] = {}
    untrusted: bool = False
    """Whether an entry that would have reached somebody is not proven, or cannot be now."""
    traceparent: str = ""
    """Of the request."""
    unexamined: bool = False
    """Whether the log was not yet looked through for what a revoked key of a court signed."""
    term_over: int = 0
    """Where nothing restricts the subject any more: when the last term of a proven entry on them was over, ms UTC; else 0."""

    def __repr__(self) -> str:
        """Show neither what was asked nor what was found: decisions reach tracebacks."""
        return f"Decision({self.check_id}, {self.verdict})"

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
