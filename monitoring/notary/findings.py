"""What a notary found amiss in the lists, beside what its heads say: kept in its tally, told in its reports.

What happened once is told for a week after it was seen last; what is missing is told until it is there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from ...topics.transport.ports import TopicPartition
from ..log.sequences import SequenceSet

_TOLD_MS = 7 * 86_400_000
_GAP_SETTLES_MS = 60_000
"""Records of one court go to several partitions: numbers come out of order for a while, which is no loss."""
_MOST_TOLD = 200


class FindingKind(StrEnum):
    """What can be amiss."""

    SEQUENCE_GAP = "sequence-gap"
    """Numbers of a court are missing below its highest."""
    SEQUENCE_DUPLICATE = "sequence-duplicate"
    """A court's number stands on two different records."""
    VERSION_CONFLICT = "version-conflict"
    """A court signed two contents of one version of an entry."""
    NOTARY_TWIN = "notary-twin"
    """A barrier under the notary's own key that it did not send."""


class FindingPlace(NamedTuple):
    """Where something was seen and by which court; no court for barriers."""

    lane: TopicPartition
    offset: int
    court: str = ""


@dataclass(slots=True)
class ListFinding:
    """A row of a report, as the schema `notary-report` has it."""

    kind: str
    list: str
    court: str
    low: int
    high: int
    count: int
    partition: int
    offset: int
    at: int


class ListFindings:
    """Everything one notary has found."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str, str], ListFinding] = {}
        """By kind, list and court."""
        self._stuck: dict[tuple[str, str], tuple[int, int]] = {}
        """List and court → the number up to which there is no gap, and since when it is that one, ms UTC."""

    def note(self, kind: FindingKind, number: int, place: FindingPlace, now: int) -> None:
        """Take down that something was seen; `now` in ms UTC."""
        (topic, partition), offset, court = place
        key = (kind.value, topic, court)
        known = self._seen.get(key)
        if known is None:
            self._seen[key] = ListFinding(*key, number, number, 1, partition, offset, now)
            return
        known.low, known.high, known.count = min(known.low, number), max(known.high, number), known.count + 1
        known.partition, known.offset, known.at = partition, offset, now

    def rows(self, sequences: Mapping[tuple[str, str], SequenceSet], now: int) -> list[dict[str, Any]]:
        """List what is to be told at a barrier, given the courts' numbers seen by list and court; `now` in ms UTC."""
        self._seen = {key: each for key, each in self._seen.items() if now - each.at <= _TOLD_MS}
        told = [*self._seen.values(), *self._gaps(sequences, now)]
        told.sort(key=lambda each: (each.kind, each.list, each.court))
        return [asdict(each) for each in told[:_MOST_TOLD]]

    def _gaps(self, sequences: Mapping[tuple[str, str], SequenceSet], now: int) -> Iterator[ListFinding]:
        for (topic, court), numbers in sequences.items():
            if numbers.contiguous == numbers.highest:
                self._stuck.pop((topic, court), None)
                continue
            contiguous, since = self._stuck.get((topic, court), (-1, now))
            if contiguous != numbers.contiguous:
                since = now
            self._stuck[topic, court] = numbers.contiguous, since
            if now - since >= _GAP_SETTLES_MS:
                low, high = numbers.missing()[0]
                missing = numbers.missing_count()
                yield ListFinding(FindingKind.SEQUENCE_GAP.value, topic, court, low, high, missing, -1, -1, since)

    def state(self) -> list[dict[str, Any]]:
        """Return what was seen as JSON takes it."""
        return [asdict(each) for each in self._seen.values()]

    def restore(self, state: Iterable[Mapping[str, Any]]) -> None:
        """Take what `state` gave."""
        found = [ListFinding(**each) for each in state]
        self._seen = {(each.kind, each.list, each.court): each for each in found}
