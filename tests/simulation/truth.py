"""What the courts really said, kept apart from the product: by this the world judges what gates answer and copies hold.

It hears of an update when a clerk's act was accepted, and knows of an entry only what its records say in the clear.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

ACTIVE, SHIELDED = 1, 2
LIST_ENTRY, CONSUMPTION_ORDER = 1, 2
TravelRestriction = (LIST_ENTRY, CONSUMPTION_ORDER)


@dataclass(frozen=True)
class SaidVersion:
    """One version of an entry, as its court signed it."""

    entry_id: bytes
    version: int
    court: str
    sequence: int
    instrument: int
    status: int
    since: int
    until: int
    """ms UTC, exclusive; 0 = open."""
    surrogates: frozenset[bytes]
    case: str
    """Number of the case; empty once the entry has ended."""
    frees: bool
    """Whether it travels on the relief lane too."""
    body: bytes = b""
    """What was signed, proof included."""

    def restricts(self, surrogates: frozenset[bytes], at: int) -> bool:
        """Whether somebody with one of these surrogates is restricted at an instant."""
        if self.status != ACTIVE or not self.surrogates & surrogates:
            return False
        return at >= self.since and not (self.until and at >= self.until)


class KeptHit(NamedTuple):
    """Somebody was stopped because of an entry, and the agency has kept it: its court must hear of it."""

    check: str
    entry_id: bytes
    version: int
    surrogates: frozenset[bytes]


@dataclass
class Truth:
    """All entries of all courts."""

    versions: dict[bytes, list[SaidVersion]] = field(default_factory=dict)
    _signed: set[bytes] = field(default_factory=set)

    def hear(self, record: dict[str, Any], body: bytes, *, frees: bool) -> None:
        """Take one accepted update."""
        said = SaidVersion(
            record["entry_id"],
            record["version"],
            record["court"],
            record["court_sequence"],
            record["instrument"],
            record["status"],
            record["effective_from"],
            record["effective_until"],
            frozenset(each["surrogate"] for each in record["identities"]),
            record["case_number"],
            frees,
            body,
        )
        history = self.versions.setdefault(said.entry_id, [])
        assert not history or said.version > history[-1].version, "a court gave a number twice"
        history.append(said)
        self._signed.add(body)

    def knows(self, entry_id: bytes, version: int, content_hash: bytes) -> bool:
        """Whether just this version was heard before, by the hash of what its court signed."""
        history = self.versions.get(entry_id, ())
        return any(said.version == version and sha256(said.body[72:]).digest() == content_hash for said in history)

    def entry(self, number: int) -> bytes:
        """The entry that was included as this number."""
        return list(self.versions)[number]

    def court_of(self, number: int) -> str:
        """Whose entry it is that was included as this number."""
        return self.versions[self.entry(number)][0].court

    def changes(self, number: int) -> int:
        """How many versions the entry has that was included as this number."""
        return len(self.versions[self.entry(number)])

    def listed(self) -> dict[tuple[str, int, str, frozenset[bytes]], list[bytes]]:
        """Which entries each subject ever had in a case of a court under an instrument, the wrong ones before a correction too."""
        entries: dict[tuple[str, int, str, frozenset[bytes]], list[bytes]] = {}
        for entry_id, history in self.versions.items():
            for subject in {(one.court, one.instrument, one.case, one.surrogates) for one in history if one.case}:
                entries.setdefault(subject, []).append(entry_id)
        return entries

    def newest(self, entry_id: bytes) -> SaidVersion | None:
        """What stands, None of an entry no court ever made."""
        history = self.versions.get(entry_id)
        return history[-1] if history else None

    def all_newest(self) -> Iterator[SaidVersion]:
        """The newest version of every entry."""
        return (history[-1] for history in self.versions.values())

    def ever_named(self, surrogates: frozenset[bytes]) -> bool:
        """Whether any court ever said anything about somebody."""
        return any(each.surrogates & surrogates for history in self.versions.values() for each in history)

    def is_genuine(self, body: bytes) -> bool:
        """Whether a court of this town signed these bytes."""
        return body in self._signed

    def is_released(self, hit: KeptHit, counts: Callable[[SaidVersion], bool] = lambda _: True) -> bool:
        """Whether a later version of the entry, which travels on the relief lane and counts, no longer means who was stopped."""
        if hit.entry_id not in self.versions:
            return True  # no court made it: a person was asked while nobody could know
        later = self.versions[hit.entry_id][hit.version :]
        freeing = (
            each for each in later if each.frees and not (each.status == ACTIVE and each.surrogates & hit.surrogates)
        )
        return any(map(counts, freeing))

    def basis(self, surrogates: frozenset[bytes], at: int) -> list[SaidVersion]:
        """What restricts somebody from travelling at an instant."""
        return [
            each
            for each in self.all_newest()
            if each.instrument in TravelRestriction and each.restricts(surrogates, at)
        ]
