"""What an agency's counters do: ask the gate before they sell, keep what came of it, tell of whom they met."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from liandong.schemas.law.decisions import Verdict
from liandong.tests.simulation.people import townspeople

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World

COUNTERS = {
    "railway": ("rail-ticket", {"train_type": "G", "seat_class": "second", "departure": "2026-11-25T08:00:00+08:00"}),
    "police-lodging": ("lodging-check-in", {"place": "苏州", "reference": "r1"}),
    "air-carrier": ("air-ticket", {"cabin": "economy", "departure": "2026-11-25T08:00:00+08:00"}),
}
"""By kind of agency what its counters do. Tickets are what both a list entry and an order stop; a night's lodging nothing does."""
STOPPING = ("railway", "air-carrier")
"""Kinds whose counters do what is stopped."""


@dataclass(frozen=True)
class Asks:
    """A counter asks about somebody, by number among all townspeople, and mostly keeps the answer."""

    node: str
    person: int
    keeps: bool = True

    def __str__(self) -> str:
        return f"{self.node} asks about person {self.person}" + ("" if self.keeps else " and drops the answer")

    def do(self, world: "World") -> None:
        world.ask(self.node, self.person, keeps=self.keeps)


@dataclass(frozen=True)
class AsksUnderAnotherName:
    """A counter asks about somebody's certificate under the name of somebody else: two people can share a number."""

    node: str
    person: int

    def __str__(self) -> str:
        return f"{self.node} asks about the certificate of person {self.person} under another name"

    def do(self, world: "World") -> None:
        node, person = world.nodes[self.node], townspeople().everybody[self.person]
        answer = node.ask(replace(person, name="司马无名"), keeps=False) if node.runs else None
        if answer is not None:
            world.count("checks under another name")
            world.hold(answer.decision.verdict is not Verdict.BLOCK, "somebody is refused under another name")


@dataclass(frozen=True)
class Meets:
    """An agency meets somebody in the course of its business and tells whoever watches for them."""

    node: str
    person: int
    booking: int

    def __str__(self) -> str:
        return f"{self.node} meets person {self.person} (booking {self.booking})"

    def do(self, world: "World") -> None:
        world.nodes[self.node].meets(townspeople().everybody[self.person], self.booking)
