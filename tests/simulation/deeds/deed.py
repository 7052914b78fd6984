"""What every deed is: something that can be done to a world, and said in a line."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World


class Deed(Protocol):
    """One thing somebody does. Its `str` is the line a failure shows."""

    def do(self, world: "World") -> None:
        """Do it; a promise that breaks is raised."""
