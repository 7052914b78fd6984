"""Which of the root's revocations a notary's next barrier shows: each until the broker has it in that partition, all now and then.

What a barrier covers is told from its own bytes (docs/wire.md). Shown in every barrier, some tens of revoked keys would be most
of what is written; shown once, a partition that was made again, or whose old barriers are compacted away, would lack them.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from ...schemas.wire.rules import RULES
from ...topics.transport.ports import TopicPartition

ALL_EVERY = 60
"""Every barrier whose number this divides shows all."""
KINDS = frozenset[str]().union(*(rule.kinds for rule in RULES.values() if rule.revoked_by_barrier))
"""Kinds of participants whose revoked keys a barrier covers."""


class MarkerPlace(NamedTuple):
    """Where a marker of a barrier goes."""

    lane: TopicPartition
    number: int


class ShownRevocations:
    """What one notary has shown since it was started, by partition and the record that revokes."""

    def __init__(self) -> None:
        self._written: defaultdict[TopicPartition, set[bytes]] = defaultdict(set)
        self._under_way: dict[MarkerPlace, list[bytes]] = {}

    def choose(self, place: MarkerPlace, known: Mapping[bytes, bytes]) -> list[bytes]:
        """Return the records that a barrier shows in its place, in the order of the keys' ids; `known` is all there is, by key."""
        written = set() if place.number % ALL_EVERY == 0 else self._written[place.lane]
        chosen = [known[key_id] for key_id in sorted(known) if known[key_id] not in written]
        if chosen:
            self._under_way[place] = chosen
        return chosen

    def settle(self, place: MarkerPlace, *, written: bool) -> None:
        """Note what became of a barrier: what one showed that the broker has need not be shown by the next."""
        chosen = self._under_way.pop(place, [])
        if written:
            self._written[place.lane].update(chosen)
