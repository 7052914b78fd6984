"""A list as an attentive reader follows it, from the signed records alone: what may never happen on it, whoever sends what.

Nothing of the product decides here. A person is known by the name, which stands for one person in these tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

INCLUDE, CORRECT, EXTEND, REVOKE = 1, 2, 7, 6
ACTIVE, SHIELDED = 1, 2
FREEING = 3
"""From this status on an entry has ended."""


@dataclass
class FollowedEntry:
    """One entry: what it says now, and all it ever said."""

    case: str
    name: str
    published: str
    term_end: str
    version: int = 0
    status: int = ACTIVE
    names: set[str] = field(default_factory=set)
    decisions: set[str] = field(default_factory=set)

    def is_live(self, day: str) -> bool:
        """Whether it takes effect on a day, or is only suspended."""
        return self.status < FREEING and not self.is_over(day)

    def is_over(self, day: str) -> bool:
        """Whether its term ended before a day."""
        return bool(self.term_end) and self.term_end < day


@dataclass
class FollowedList:
    """All entries of one court, and who of its people was freed."""

    entries: dict[bytes, FollowedEntry] = field(default_factory=dict)

    def read(self, record: Mapping[str, Any], day: str, *, by_file: bool) -> None:
        """Take the next record, which a file or else an act brought about on a day; assert that it may be."""
        entry = self.entries.get(record["entry_id"])
        if entry is None:
            self._begins(record, day)
            return
        assert record["version"] == entry.version + 1
        entry.version = record["version"]
        if record["status"] >= FREEING:
            assert not by_file, "a file ended an entry"
            entry.status = record["status"]
            return
        assert entry.status < FREEING, "what had ended lives again"
        self._changes(entry, record, day, by_file=by_file)

    def live(self, day: str) -> set[tuple[str, str]]:
        """Who stands on the list on a day, by case and name."""
        return {(each.case, each.name) for each in self.entries.values() if each.is_live(day)}

    def _begins(self, record: Mapping[str, Any], day: str) -> None:
        """Nobody who was on the list in a case comes back under a decision that was that entry's, at any time."""
        assert (record["change"], record["version"], record["status"]) == (INCLUDE, 1, ACTIVE)
        case, name, decision = record["case_number"], record["name"], record["decision_number"]
        for other in self.entries.values():
            if other.case == case and name in other.names:
                assert decision, "back on the list without a decision"
                assert decision not in other.decisions, f"back on the list by {decision}, which had listed before"
                assert not (other.is_live(day) and other.name == name), "on the list twice"
        entry = FollowedEntry(case, name, record["publish_date"], record["term_end"], 1)
        assert not entry.is_over(day)
        entry.names.add(name)
        entry.decisions.add(decision)
        self.entries[record["entry_id"]] = entry

    def _changes(self, entry: FollowedEntry, record: Mapping[str, Any], day: str, *, by_file: bool) -> None:
        assert record["publish_date"] == entry.published, "the day of the first publication moved"
        assert record["term_end"] >= entry.term_end, "an extension was taken back"
        if record["term_end"] != entry.term_end:
            assert record["change"] == EXTEND, "a term changed without an extension"
            assert not entry.is_over(day), "who was free is on the list again"
        if by_file:
            assert record["change"] == CORRECT
            assert (record["name"], record["case_number"]) == (entry.name, entry.case), "a corrected identity is back"
            assert record["decision_number"] in entry.decisions, "a file brought a second decision"
            assert record["status"] == entry.status, "a file ended or lifted a suspension"
        entry.status, entry.term_end, entry.name = record["status"], record["term_end"], record["name"]
        entry.names.add(record["name"])
        entry.decisions.add(record["decision_number"])
