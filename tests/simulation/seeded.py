"""Chance from a seed alone."""

from random import Random

from liandong.tests.worlds.chance import SeededChance
from liandong.tests.worlds.clock import HandClock


def chance_of(seed: int) -> SeededChance:
    """Make chance that comes the same again, its ids as of one moment."""
    return SeededChance(Random(seed), HandClock())
