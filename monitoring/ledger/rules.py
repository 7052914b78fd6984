"""The ledger: how far each agency is with each update. A pure function of what agencies and notaries signed.

`pending → received → applied → gate-proven`, an agency standing where the slowest of its serving nodes stands. That it was
enforced on somebody only the entry's court can see (`consumers.inbox.enforced`).
`late` takes the place of pending and received after the promised time, which counts from when the update stands in the log:
what was not sent yet no agency can have. `refused` means that a node claims to have applied
the update while its digest contradicts the signed head of the same barrier, so that the claim counts for nothing.

More receipts never take a node back, their order does not matter, and one that comes twice counts once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from ...topics.transport.ports import TopicPartition


class Level(IntEnum):
    """How far an update has come, as evidence shows."""

    PENDING = 0
    RECEIVED = 1
    APPLIED = 2
    GATE_PROVEN = 3


class State(StrEnum):
    """The state of one update at one agency."""

    PENDING = "pending"
    RECEIVED = "received"
    APPLIED = "applied"
    GATE_PROVEN = "gate-proven"
    LATE = "late"
    REFUSED = "refused"


_STATE_OF = (State.PENDING, State.RECEIVED, State.APPLIED, State.GATE_PROVEN)


@dataclass(frozen=True, slots=True)
class LogPosition:
    """Where one copy of an update stands in the log."""

    lane: TopicPartition
    offset: int
    at: int = 0
    """When it was put there, ms UTC."""


@dataclass(frozen=True, slots=True)
class LedgerUpdate:
    """One accepted update; times in ms UTC."""

    update_id: bytes
    entry_id: bytes
    version: int
    frees: bool
    """It suspends or ends the entry's effect."""
    jurisdiction: str
    accepted_at: int
    positions: tuple[LogPosition, ...] = ()
    """On the state lane and, for relief, on the relief lane; empty until sent."""


@dataclass(frozen=True, slots=True)
class ReceiptStep:
    """What one receipt of a node says about one lane, ms UTC."""

    lane: TopicPartition
    at: int
    received: int
    """Next offset to be read."""
    applied: int
    """Next offset to be applied; everything below is durable."""
    contradicted: bool = False
    """The digest in the receipt differs from the signed head of the same barrier."""


@dataclass(frozen=True, slots=True)
class CanaryAnswer:
    """What a node's gate said to a canary, ms UTC."""

    at: int
    right: bool


@dataclass(frozen=True, slots=True)
class NodeEvidence:
    """What the receipts of one serving node show."""

    steps: Sequence[ReceiptStep] = ()
    canaries: Sequence[CanaryAnswer] = ()


@dataclass(frozen=True, slots=True)
class AgencyEvidence:
    """What an agency has shown; without nodes it has shown nothing."""

    nodes: Mapping[str, NodeEvidence]


@dataclass(frozen=True, slots=True)
class AgencyStanding:
    """One update at one agency; `since` in ms UTC."""

    state: State
    since: int
    level: Level
    """The level behind `late` and `refused`."""


@dataclass(frozen=True, slots=True)
class _Reached:
    """Levels a node has reached with an update → when, ms UTC."""

    at: Mapping[Level, int]
    refused_at: int = 0

    @property
    def level(self) -> Level:
        return max(self.at)


def standing(update: LedgerUpdate, agency: AgencyEvidence, now: int, late_after: int) -> AgencyStanding:
    """Work out where one agency stands with one update; `late_after` in ms."""
    nodes = [_reached(update, node) for node in agency.nodes.values()]
    level = min((node.level for node in nodes), default=Level.PENDING)
    since = max((node.at[level] for node in nodes), default=update.accepted_at)
    if level >= Level.APPLIED:
        return AgencyStanding(_STATE_OF[level], since, level)
    refused = [node.refused_at for node in nodes if node.refused_at]
    if refused:
        return AgencyStanding(State.REFUSED, min(refused), level)
    promised = max(update.accepted_at, min((position.at for position in update.positions), default=now)) + late_after
    if now > promised:
        return AgencyStanding(State.LATE, promised, level)
    return AgencyStanding(_STATE_OF[level], since, level)


def _reached(update: LedgerUpdate, node: NodeEvidence) -> _Reached:
    at = {Level.PENDING: update.accepted_at}
    offsets = {position.lane: position.offset for position in update.positions}
    steps = [step for step in node.steps if step.lane in offsets]
    received = [step.at for step in steps if step.received > offsets[step.lane]]
    applied = [step for step in steps if step.applied > offsets[step.lane]]
    believed = [step.at for step in applied if not step.contradicted]
    if not received and not applied:
        return _Reached(at)
    at[Level.RECEIVED] = min(received + [step.at for step in applied])
    if not believed:
        return _Reached(at, min((step.at for step in applied), default=0))
    at[Level.APPLIED] = min(believed)
    right = [answer.at for answer in node.canaries if answer.right and answer.at >= at[Level.APPLIED]]
    if right:
        at[Level.GATE_PROVEN] = min(right)
    return _Reached(at)
