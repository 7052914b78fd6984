"""Run worlds of the tree this was imported from: of each line `World` of `trees.py`, a line of JSON each."""

import json
import logging
import signal
import sys
from collections.abc import Mapping, Sequence
from types import FrameType

import structlog

from liandong.tests.simulation import (
    attempts,
    stories,
    stories_counters,
    stories_databases,
    stories_disks,
    stories_everyday,
    stories_keys,
    stories_machines,
    stories_safeguards,
    stories_sights,
)
from liandong.tests.simulation.attacks import KINDS, REGULAR
from liandong.tests.simulation.attempts import Draw, again
from liandong.tests.simulation.choices import integers
from liandong.tests.simulation.deeds.adversary import Replays
from liandong.tests.simulation.deeds.broker import LosesList
from liandong.tests.simulation.deeds.forgery import LIST, RELIEF
from liandong.tests.simulation.deeds.register import (
    LetsRegisterRunOut,
    PublishesBelow,
    RevivesKey,
    UsesStolenKey,
)
from liandong.tests.simulation.drawing import stops_watch
from liandong.tests.simulation.drawing_faults import commands_made_again, overtaken_marks
from liandong.tests.simulation.founding import AGENCIES, JURISDICTION
from liandong.tests.simulation.people import COURTS, DEBTORS, OTHERS
from liandong.tests.simulation.running import play, run
from liandong.topics.catalogue import names

STORIES = {
    title: deeds
    for told in (
        stories,
        stories_counters,
        stories_databases,
        stories_disks,
        stories_everyday,
        stories_keys,
        stories_machines,
        stories_safeguards,
        stories_sights,
    )
    for title, deeds in told.HOLDING.items()
}
"""Whose titles a row may name."""
COMES_WHOLE = frozenset({*stories_keys.HOLDING, *stories_machines.WHOLE, *stories_counters.WHOLE})
"""Titles of those that come whole in the end: where they do not, something broke although the status names it."""
OFTEN = 30
"""How often each attack comes that is asked for, in about a thousand steps."""
ATTACKS: Mapping[str, Draw] = {
    **KINDS,
    "overtaken-marks": overtaken_marks,
    "keys-put-back": lambda _world, choices: RevivesKey(
        choices.one_of(COURTS), "railway-js 1", choices.below(DEBTORS), choices.below(500)
    ),
    "stolen-keys": lambda _world, choices: UsesStolenKey(
        choices.one_of(COURTS),
        "railway-js 1",
        (choices.below(DEBTORS), DEBTORS + choices.below(OTHERS)),
        choices.below(500),
        late=choices.happens(50),
        seconds=choices.one_of((30, 300)),
        lanes=choices.one_of(((LIST, RELIEF), (RELIEF,))),
    ),
    "commands-made-again": commands_made_again,
    "registers-run-out": lambda _world, _choices: LetsRegisterRunOut(),
    "keys-below": lambda _world, choices: PublishesBelow(
        choices.one_of(COURTS), choices.below(DEBTORS), choices.below(500)
    ),
    "stopped-watches": stops_watch,
    "lists-made-again": lambda world, _: LosesList(90 + len(world.machines)),
    "lost-registers": attempts.loses_register,
    "signed-again": attempts.signs_again,
    "replayed-heads": again(lambda one: one.topic() == names.heads(JURISDICTION), lambda number, _: Replays(number)),
    "replayed-commands": again(
        lambda one: one.topic() in map(names.commands, AGENCIES), lambda number, _: Replays(number)
    ),
    "replayed-interceptions": again(
        lambda one: one.topic() == names.interceptions(JURISDICTION), lambda number, _: Replays(number)
    ),
}
"""What a row may ask for: what the adversary may do, replays of one kind each, and deeds the regular run has among others."""
LONGEST_SECONDS = 120
"""A world takes about one; what takes so long will not end."""


class WorldDoesNotEnd(BaseException):
    """A world in which time goes on and nothing comes of it."""


def broken(seed: int, steps: int, attacks: Sequence[str] | None, story: str = "") -> str:
    """Run one world, or play the story of this title; return what broke, empty if all held."""
    drawn = REGULAR if attacks is None else {ATTACKS[kind]: OFTEN for kind in attacks}
    signal.alarm(LONGEST_SECONDS)
    try:
        done = play(STORIES[story]) if story else run(integers(seed, steps), drawn)
    except WorldDoesNotEnd:
        return "the world does not end"
    except Exception as error:  # noqa: BLE001  what the world itself stumbles over is an answer, too
        return f"{type(error).__name__}: {error}"
    finally:
        signal.alarm(0)
    if done.broken is not None:
        return str(done.broken)
    is_whole = story not in COMES_WHOLE or done.counters["endings that came whole"]
    return "" if is_whole else "in the end something is missing that the status names"


def main() -> None:
    """Answer until nobody asks any more."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGALRM, _give_up)
    for line in sys.stdin:
        print(json.dumps({"broken": broken(*json.loads(line))}), flush=True)


def _give_up(_number: int, _frame: FrameType | None) -> None:
    raise WorldDoesNotEnd


if __name__ == "__main__":
    main()
