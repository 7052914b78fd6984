"""Who is asked about: one in a hundred is on the list, in an order without pattern."""

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from ..consumers.gate.gate import Gate
from ..consumers.gate.rules import load_rules
from ..consumers.replication.list_view import ListView
from ..topics.workers.chance import SystemChance
from ..topics.workers.clock import SystemClock
from .corpus.people import KEY, name_of, number_of, tags_of
from .place import Place

HITS = 100
"""One hit in so many."""
TRANSACTION = "rail-ticket"
ATTRIBUTES = {"train_type": "G", "seat_class": "second"}
_NOBODY = 50_000_000
"""People from here on are on no list."""
_NEVER_STALE_MS = 10**15
"""The corpus has no notary that goes on, and how fast a stale gate answers is another question."""


class WrittenPerson(NamedTuple):
    """Somebody as a caller of the API writes them."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Questions:
    """People to ask about and how many of them are listed."""

    people: list[int]
    hits: int

    @classmethod
    def of(cls, place: Place) -> "Questions":
        """Make as many as the place says; the same ones every time."""
        random = Random(place.amount)
        hits = place.amount // HITS
        listed = [random.randrange(place.entries) for _ in range(hits)]
        others = [_NOBODY + random.randrange(_NOBODY) for _ in range(place.amount - hits)]
        people = listed + others
        random.shuffle(people)
        return cls(people, hits)

    def surrogates(self) -> list[bytes]:
        """Return the surrogates of the people."""
        return [tags_of(person)[0] for person in self.people]

    def written(self) -> list[WrittenPerson]:
        """Return numbers and names as a caller writes them."""
        return [WrittenPerson(number_of(person), name_of(person)) for person in self.people]


def gate_of(view: ListView, place: Place) -> Gate:
    """Return a railway's gate over the view."""
    return Gate(view, load_rules("railway", place.folder, _NEVER_STALE_MS), (KEY,), SystemClock(), SystemChance())
