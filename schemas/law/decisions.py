"""How a gate decides: the entries found for a subject, against the measures planned for a transaction, at an instant.

Pure. Names alone never match (§5 of the domain: match levels): a certificate that is equal under another name asks a
person. Codes this release does not know ask a person too; nothing unknown is let through silently or refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum

from .listing import ENDED_FROM, Instrument, Link, RecordClass, Status
from .measures import Effect, PlannedMeasure, Stale, Who, who_is


class Verdict(StrEnum):
    """What the gate says."""

    ALLOW = "ALLOW"
    BLOCK = "BLOCK"
    REVIEW = "REVIEW"
    UNKNOWN = "UNKNOWN"
    """The copy is too old to tell, or what a revoked key signed in it is not looked through yet; nobody is refused for that."""

    __hash__ = str.__hash__
    """The enumeration's own is written in Python, and every check is counted by its verdict."""


class Action(StrEnum):
    """What the caller does next."""

    PROCEED = "PROCEED"
    REFUSE = "REFUSE"
    HOLD = "HOLD"
    """A person decides before it goes on."""
    PROCEED_AND_RECHECK = "PROCEED_AND_RECHECK"
    """It goes on, and the same check is sent again when the copy can tell."""


class Match(StrEnum):
    """How the subject asked about and the subject of an entry hang together."""

    CERTIFICATE_AND_NAME = "CERTIFICATE_AND_NAME"
    CERTIFICATE_ONLY = "CERTIFICATE_ONLY"
    """Certificate equal, name differs: two people can share a number."""
    LINKED_CERTIFICATE = "LINKED_CERTIFICATE"
    """Another certificate of the same person, such as a passport linked to an identity number."""


@dataclass(frozen=True, slots=True)
class MatchFound:
    """The best match with one entry; only one that acts may refuse."""

    level: Match
    acts: bool
    surrogate: bytes
    doubtful: bool = False
    """The entry's link code is not known to this release."""


def match_identity(surrogate: bytes, link: int, *, same_name: bool) -> MatchFound:
    """Judge the match by one certificate of an entry: its level and whether it may refuse."""
    if link not in _LINKS:
        return MatchFound(Match.LINKED_CERTIFICATE, acts=False, surrogate=surrogate, doubtful=True)
    if not same_name:
        return MatchFound(Match.CERTIFICATE_ONLY, acts=False, surrogate=surrogate)
    if link == Link.OWN:
        return MatchFound(Match.CERTIFICATE_AND_NAME, acts=True, surrogate=surrogate)
    return MatchFound(Match.LINKED_CERTIFICATE, acts=link == Link.VERIFIED, surrogate=surrogate)


def better(one: MatchFound | None, other: MatchFound) -> MatchFound:
    """Return the match to go by when a subject meets an entry in several ways."""
    return other if one is None or _rank(other) > _rank(one) else one


def _rank(match: MatchFound) -> tuple[bool, bool]:
    return match.acts, match.level is Match.CERTIFICATE_AND_NAME


class Trust(Enum):
    """How far the court's word behind an entry is proven here."""

    PROVEN = "proven"
    NOBODYS = "nobody's"
    """No court that may say so has signed it: the answer is as if it were not there."""
    OPEN = "open"
    """Nobody can tell now, or the key under it was revoked since: a person has to look, and nobody is refused."""


_LINKS = frozenset(Link)
_INSTRUMENTS = frozenset(Instrument)
_STATUSES = frozenset(Status)
_CLASSES = frozenset(RecordClass)


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What is decided on: codes of a gate prefix, and the match."""

    entry_id: bytes
    version: int
    court: str
    instrument: int
    record_class: int
    status: int
    person_kind: int
    person_role: int
    effective_from: int
    effective_until: int
    match: MatchFound
    opaque: bool = False
    """The newest record of the entry cannot be decoded; these facts are of an older one."""
    jurisdiction: str = ""
    """Whose list it stands on."""

    def in_effect(self, at: int) -> bool:
        """Whether the entry restricts anybody at an instant (ms UTC); a term that is over frees by itself."""
        known = self.status in _STATUSES
        if known and (self.status == Status.SHIELDED or self.status >= ENDED_FROM):
            return False
        return at >= self.effective_from and not (self.effective_until and at >= self.effective_until)

    @property
    def doubtful(self) -> bool:
        """Whether a code is not known to this release, or the record is not readable."""
        known = self.instrument in _INSTRUMENTS and self.status in _STATUSES and self.record_class in _CLASSES
        person = who_is(self.person_kind, self.person_role)
        by_listing_of_another = person is Who.RELATED and self.instrument == Instrument.LIST_ENTRY
        return not known or person is None or by_listing_of_another or self.opaque or self.match.doubtful


@dataclass(frozen=True, slots=True)
class MeasureRuling:
    """What one measure does because of one entry."""

    planned: PlannedMeasure
    entry: EntryFacts
    effect: Effect
    verdict: Verdict
    action: Action


@dataclass(frozen=True, slots=True)
class Outcome:
    """The decision, and every reason for it, strongest first."""

    verdict: Verdict
    action: Action
    rulings: tuple[MeasureRuling, ...] = ()


_NOBODY = Outcome(Verdict.ALLOW, Action.PROCEED)
_TOO_OLD = Outcome(Verdict.UNKNOWN, Action.PROCEED_AND_RECHECK)
_STRENGTH = {Verdict.ALLOW: 0, Verdict.UNKNOWN: 1, Verdict.REVIEW: 2, Verdict.BLOCK: 3}


def decide(
    entries: Sequence[EntryFacts],
    plan: Sequence[PlannedMeasure],
    at: int,
    *,
    stale: bool,
    trusted: Callable[[EntryFacts], Trust],
    whole: bool = True,
) -> Outcome:
    """Decide what happens to a transaction at an instant (ms UTC).

    `plan` is `MeasureCatalogue.plan` of its attributes. `trusted` says how far an entry is proven; it is asked only for what
    reaches somebody. On a stale copy nobody is refused: a last known hit follows its measure, a miss goes on and is checked again.
    A copy that is not `whole` may have lost a live entry to a thief: what it has still refuses, a miss is checked again.
    """
    rulings = [
        _rule(planned, entry, effect, stale=stale)
        for entry in entries
        if entry.in_effect(at)
        for planned in plan
        if (effect := _effect(planned, entry, trusted)) is not None
    ]
    if not rulings:
        return nobody_found(stale=stale or not whole)
    rulings.sort(key=lambda one: (-_STRENGTH[one.verdict], -one.effect, one.entry.entry_id))
    first = rulings[0]
    if (stale or not whole) and first.verdict is Verdict.ALLOW:
        return Outcome(_TOO_OLD.verdict, _TOO_OLD.action, tuple(rulings))
    return Outcome(first.verdict, first.action, tuple(rulings))


def nobody_found(*, stale: bool) -> Outcome:
    """Return what happens where no entry restricts the subject, by a fresh copy or by one that cannot tell."""
    return _TOO_OLD if stale else _NOBODY


def _effect(planned: PlannedMeasure, entry: EntryFacts, trusted: Callable[[EntryFacts], Trust]) -> Effect | None:
    """Return the effect of a measure through an entry, None if it does not reach."""
    effect = _claimed_effect(planned, entry)
    if effect is None or (trust := trusted(entry)) is Trust.NOBODYS:
        return None
    return Effect.REVIEW if effect is Effect.BLOCK and trust is Trust.OPEN else effect


def _claimed_effect(planned: PlannedMeasure, entry: EntryFacts) -> Effect | None:
    if entry.instrument in _INSTRUMENTS and entry.instrument not in planned.triggers:
        return None
    if planned.only_in is not None and entry.jurisdiction not in planned.only_in:
        return None
    if entry.doubtful:
        return Effect.REVIEW
    if who_is(entry.person_kind, entry.person_role) not in planned.who:
        return None
    if planned.effect is not Effect.BLOCK:
        return planned.effect
    return Effect.BLOCK if entry.match.acts else Effect.REVIEW


def _rule(planned: PlannedMeasure, entry: EntryFacts, effect: Effect, *, stale: bool) -> MeasureRuling:
    if effect is Effect.REFERENCE:
        return MeasureRuling(planned, entry, effect, Verdict.ALLOW, Action.PROCEED)
    if stale and planned.measure.stale is Stale.PROCEED_AND_RECHECK:
        return MeasureRuling(planned, entry, effect, Verdict.UNKNOWN, Action.PROCEED_AND_RECHECK)
    if stale or effect is Effect.REVIEW:
        return MeasureRuling(planned, entry, effect, Verdict.REVIEW, Action.HOLD)
    return MeasureRuling(planned, entry, effect, Verdict.BLOCK, Action.REFUSE)
