"""Receipts: what one node holds at a barrier, signed, and never more than what is on the disk.

A receipt is written into the commit of what it tells of, handed on after that commit was synced, and kept until then;
after a crash it is handed on again with the same sequence and the same bytes.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...schemas.wire.intl import INTL
from ...schemas.wire.signing import Signer, encode_signed
from ...topics.keys.signing_time import SigningTime
from ..acts_db.held_back import EffectsPaused, HeldBack
from ..store.batch import KeptReceipt, StoreBatch
from ..store.layout import LaneState, Mark, TrustedHead
from ..store.relief import ReliefLane, ReliefReader
from .barriers import Barriers
from .latency import ApplyLatency

_NO_HASH = bytes(32)
_SHORT_FORMS = 59
"""At most so many receipts in a row refer to one that says all: who reads from the middle of the log soon knows."""
Canaries = Callable[[str], Sequence[Mapping[str, Any]]]
"""Jurisdiction to the gate's answers to canaries, in the shape of the schema's `CanaryResult`."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reports, with what, and where to."""

    agency: str
    node: str
    incarnation: bytes
    """A UUIDv7 of this start: of two nodes that carry one name the later one has the higher."""
    signer: Signer
    emit: Callable[[KeptReceipt], None]
    """Takes a signed receipt, whose body is in Avro; when it returns, the receipt is kept elsewhere (the outbox).
    Raises Unavailable while that does not answer.
    """
    told: int = 0
    """The number of the newest receipt that was taken before: a copy that was put back does not know of it."""
    may_report: Callable[[], bool] = lambda: True
    """Whether this node is still the one that reports: not if another one of its name was started later."""
    relief: ReliefReader | None = None
    """Without one the relief lane is not part of the receipts; a serving node always has one."""
    canaries: Canaries | None = None
    held_back: Callable[[], HeldBack] = HeldBack
    """What the agency holds back, as far as it is known now."""
    paused: Callable[[], EffectsPaused] = EffectsPaused
    """What keeps the agency's effects from going on at this node."""
    unexamined: Callable[[str], int] = lambda _: -1
    """By jurisdiction, for how many revoked keys of courts the log is not looked through yet; -1 = nobody says."""
    signing: SigningTime | None = None
    """Whether what is signed now counts; without it everything does."""

    def may_sign(self) -> bool:
        """Whether a new receipt would count: one that others must refuse takes no number."""
        return self.may_report() and (self.signing is None or self.signing.may_number())


@dataclass(frozen=True, slots=True)
class JurisdictionCopy:
    """What a node has of the lists of one jurisdiction, as a receipt tells it."""

    jurisdiction: str
    barriers: Barriers
    lanes: Mapping[int, LaneState]
    heads: Mapping[str, TrustedHead]
    """By notary."""
    at: int
    """ms UTC."""


@dataclass(frozen=True, slots=True)
class _WholeReceipt:
    """The newest receipt for a notary that says all."""

    sequence: int
    unchanging: list[dict[str, Any]]
    """Its lanes without their offsets."""


class Receipts:
    """Writes a receipt for every barrier that was passed in all partitions of all lanes."""

    def __init__(self, reporter: Reporter, last_sequence: int, waiting: Sequence[KeptReceipt]) -> None:
        self._reporter = reporter
        self._sequence = max(last_sequence, reporter.told)
        self._waiting = [each for each in waiting if each.sequence > reporter.told]
        self._handed_on = [each.sequence for each in waiting if each.sequence <= reporter.told]
        self._reported: dict[tuple[str, str], int] = {}
        self._whole: dict[tuple[str, str], _WholeReceipt] = {}
        self._latency: defaultdict[str, ApplyLatency] = defaultdict(ApplyLatency)

    @property
    def has_waiting(self) -> bool:
        """Whether receipts wait to be handed on."""
        return bool(self._waiting)

    def note_visible(self, stamps: Mapping[str, Sequence[int]], now: int) -> None:
        """Count records with these timestamps (by jurisdiction) as visible at `now`; ms UTC."""
        for jurisdiction, timestamps in stamps.items():
            self._latency[jurisdiction].note(timestamps, now)

    def add(self, copy: JurisdictionCopy, batch: StoreBatch) -> None:
        """Put the receipts that are due into a batch."""
        for notary in copy.barriers.notaries() if self._reporter.may_sign() else ():
            number = copy.barriers.newest(notary)
            if number <= self._reported.get((copy.jurisdiction, notary), -1):
                continue
            relief = self._relief(copy.jurisdiction, notary, number)
            if relief is None:
                continue
            self._reported[copy.jurisdiction, notary] = number
            self._sequence += 1
            batch.receipts.append(KeptReceipt(self._sequence, self._body(copy, notary, number, relief)))

    def settle(self, batch: StoreBatch) -> None:
        """Let a batch forget the receipts that were handed on since the last one."""
        batch.handed_on += self._handed_on
        self._handed_on = []

    def keep(self, receipts: Sequence[KeptReceipt]) -> None:
        """Keep receipts of a commit until they can be handed on."""
        self._waiting += receipts

    def hand_on(self) -> None:
        """Hand on what waits, whose commits were synced. Raises what `Reporter.emit` raises; the rest goes on waiting."""
        if not self._reporter.may_report():
            return
        if self._waiting and self._reporter.relief is not None:
            self._reporter.relief.sync()
        while self._waiting:
            self._reporter.emit(self._waiting[0])
            self._handed_on.append(self._waiting.pop(0).sequence)

    def _relief(self, jurisdiction: str, notary: str, number: int) -> list[ReliefLane] | None:
        """Return the relief lanes, None if one of them has not passed the barrier."""
        if self._reporter.relief is None:
            return []
        lanes = [lane for lane in self._reporter.relief.lanes() if lane.jurisdiction == jurisdiction]
        passed = [lane.newest.get(notary, -1) >= number for lane in lanes]
        return lanes if lanes and all(passed) else None

    def _body(self, copy: JurisdictionCopy, notary: str, number: int, relief: Sequence[ReliefLane]) -> bytes:
        marks, lanes = copy.barriers.at(notary, number), copy.lanes.values()
        head, reporter = copy.heads.get(notary), self._reporter
        rows = [_state_lane(lane, marks[lane.number]) for lane in lanes] + [_relief_lane(lane) for lane in relief]
        record = {
            "agency": reporter.agency,
            "node": reporter.node,
            "incarnation": reporter.incarnation,
            "jurisdiction": copy.jurisdiction,
            "sequence": self._sequence,
            "notary": notary,
            "barrier": number,
            "barrier_issued_at": max(mark.issued_at for mark in marks.values()),
            "at": copy.at,
            "durable": True,
            "suite": next((lane.suite for lane in lanes), INTL),
            **self._lanes((copy.jurisdiction, notary), rows),
            "applied": sum(lane.applied for lane in lanes),
            "stale": sum(lane.stale for lane in lanes),
            "opaque": sum(lane.opaque for lane in lanes),
            "proven_barrier": head.proven_number if head else -1,
            "proven_head": head.proven_hash if head and head.proven_hash else _NO_HASH,
            "proven_at": head.proven_at if head else 0,
            "latency": self._latency[copy.jurisdiction].take(),
            "canaries": list(reporter.canaries(copy.jurisdiction)) if reporter.canaries else [],
            **reporter.held_back()._asdict(),
            "refused": sum(lane.refused for lane in lanes),
            "unexamined": reporter.unexamined(copy.jurisdiction),
            **reporter.paused()._asdict(),
        }
        return encode_signed("receipt", record, "receipt", reporter.signer)

    def _lanes(self, of: tuple[str, str], rows: list[dict[str, Any]]) -> dict[str, Any]:
        """Say what the lanes are, or that only their offsets are other ones than in an earlier receipt for this notary."""
        unchanging = [{name: row[name] for name in ("topic", "partition", "digest", "records")} for row in rows]
        whole = self._whole.get(of)
        if whole is None or whole.unchanging != unchanging or self._sequence - whole.sequence > _SHORT_FORMS:
            self._whole[of] = _WholeReceipt(self._sequence, unchanging)
            return {"unchanged_since": 0, "lanes": rows, "offsets": []}
        return {"unchanged_since": whole.sequence, "lanes": [], "offsets": [row["applied_offset"] for row in rows]}


def _state_lane(lane: LaneState, mark: Mark) -> dict[str, Any]:
    """Describe a state lane for a receipt: one batch is read, applied and synced before the next, so both offsets are
    one.
    """
    return {
        "topic": lane.topic,
        "partition": lane.partition,
        "received_offset": lane.next_offset,
        "applied_offset": lane.next_offset,
        "digest": mark.digest,
        "records": mark.records,
    }


def _relief_lane(lane: ReliefLane) -> dict[str, Any]:
    offsets = {"received_offset": lane.next_offset, "applied_offset": lane.next_offset}
    return {"topic": lane.topic, "partition": lane.partition, "digest": _NO_HASH, "records": 0} | offsets
