"""What a notary found amiss in the lists, beside what its heads say: kept in its tally, told in its reports.

What happened once is told for a week after it was seen last; what is missing is told until it is there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from ...topics.transport.ports import TopicPartition
from .court_numbers import MissingNumbers

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
    FOREIGN_RECORD = "foreign-record"
    """A court signed a record of another court's entry; it changes nothing, and its number is none of either."""
    NOTARY_TWIN = "notary-twin"
    """A barrier under the notary's own key that it did not send."""
    NOTARY_RESTORED = "notary-restored"
    """The notary's own state was older than the heads in the log under its key: a backup of it was put back, or it was lost."""


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
        """List and court → the first number that is missing, and since when it is that one, ms UTC."""

    def note(self, kind: FindingKind, number: int, place: FindingPlace, now: int, before: int = 0) -> None:
        """Take down that something was seen, of as many numbers `before` this one too; `now` in ms UTC."""
        (topic, partition), offset, court = place
        key, low = (kind.value, topic, court), number - before
        known = self._seen.get(key)
        if known is None:
            self._seen[key] = ListFinding(*key, low, number, 1 + before, partition, offset, now)
            return
        known.low, known.high, known.count = min(known.low, low), max(known.high, number), known.count + 1 + before
        known.partition, known.offset, known.at = partition, offset, now

    def rows(self, missing: Mapping[tuple[str, str], MissingNumbers], now: int) -> list[dict[str, Any]]:
        """List what is to be told at a barrier, given what is missing by list and court; `now` in ms UTC."""
        self._seen = {key: each for key, each in self._seen.items() if now - each.at <= _TOLD_MS}
        told = [*self._seen.values(), *self._gaps(missing, now)]
        told.sort(key=lambda each: (each.kind, each.list, each.court))
        return [asdict(each) for each in told[:_MOST_TOLD]]

    def _gaps(self, missing: Mapping[tuple[str, str], MissingNumbers], now: int) -> Iterator[ListFinding]:
        for (topic, court), (gaps, partition, offset) in missing.items():
            if not gaps:
                self._stuck.pop((topic, court), None)
                continue
            low, high = gaps[0]
            stuck_at, since = self._stuck.get((topic, court), (-1, now))
            if stuck_at != low:
                since = now
            self._stuck[topic, court] = low, since
            if now - since >= _GAP_SETTLES_MS:
                count = sum(end - begin + 1 for begin, end in gaps)
                about = FindingKind.SEQUENCE_GAP.value, topic, court
                yield ListFinding(*about, low, high, count, partition, offset, since)

    def state(self) -> list[dict[str, Any]]:
        """Return what was seen as JSON takes it."""
        return [asdict(each) for each in self._seen.values()]

    def restore(self, state: Iterable[Mapping[str, Any]]) -> None:
        """Take what `state` gave."""
        found = [ListFinding(**each) for each in state]
        self._seen = {(each.kind, each.list, each.court): each for each in found}
