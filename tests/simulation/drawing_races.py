"""How it is drawn what comes in between: a relief that overtakes its list, a node that dies over what a court says."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from liandong.schemas.dates import date_of_ms
from liandong.schemas.law.listing import Change
from liandong.tests.simulation.choices import Choices
from liandong.tests.simulation.deeds.clerk import Acts, Corrects, CorrectsAmount, Publishes, Watches
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.races import Death, DiesOver, LosesPowerOver, Overtakes
from liandong.tests.simulation.people import COURTS, DEBTORS, Listing
from liandong.tests.simulation.truth import ACTIVE

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World

_FREEING = (Change.REVOKE, Change.DELETE, Change.LIFT, Change.SHIELD)
_PARTS = ("list", "list", "effects", "effects", "relief")
_MOST_KEPT = {"list": 5, "effects": 3, "relief": 3}
"""How often a part keeps something of one message at most."""
_DOCUMENTS = 200
"""So many that few orders to watch are the same."""
Draw = Callable[["World", Choices], Deed]


def overtakes(world: "World", choices: Choices) -> Deed:
    entry = _active(world, choices)
    if entry is None:
        return _publishes(world, choices)
    death = _death(choices, _MOST_KEPT["relief"]) if choices.happens(30) else None
    seconds, asks = choices.one_of((2, 5, 30)), choices.happens(50)
    return Overtakes(_saying(world, entry, choices), entry, seconds, asks, death)


def dies_over(world: "World", choices: Choices) -> Deed:
    node, part = choices.one_of(sorted(world.nodes)), choices.one_of(_PARTS)
    death = _death(choices, _MOST_KEPT[part])
    if part == "list":
        return DiesOver(_publishes(world, choices), node, part, death)
    entry = _active(world, choices)
    if entry is None or (part == "effects" and choices.happens(70)):
        agency, document = world.nodes[node].agency, choices.below(_DOCUMENTS)
        return DiesOver(Watches(choices.one_of(COURTS), agency, choices.below(DEBTORS), document), node, part, death)
    return DiesOver(_saying(world, entry, choices), node, part, death)


def loses_power_over(world: "World", choices: Choices) -> Deed:
    node, number = choices.one_of(sorted(world.nodes)), choices.below(1 << 30)
    return LosesPowerOver(_publishes(world, choices), node, number)


def _active(world: "World", choices: Choices) -> int | None:
    """Return the number of an entry that restricts somebody, None if no court has one."""
    newest = enumerate(world.truth.all_newest())
    active = [number for number, said in newest if said.status == ACTIVE and said.court in world.courts]
    return choices.one_of(active) if active else None


def _saying(world: "World", entry: int, choices: Choices) -> Deed:
    court = world.truth.court_of(entry)
    if choices.happens(50):
        return Acts(court, choices.one_of(_FREEING), entry)
    if choices.happens(60):
        return Corrects(court, entry, choices.below(DEBTORS))
    return CorrectsAmount(court, entry, 1 + choices.below(1_000_000))


def _publishes(world: "World", choices: Choices) -> Deed:
    court, today = choices.one_of(COURTS), date_of_ms(world.time.now())
    person, instrument = choices.below(DEBTORS), choices.one_of(("LIST_ENTRY", "CONSUMPTION_ORDER"))
    last_day = today + timedelta(days=200) if instrument == "CONSUMPTION_ORDER" else None
    return Publishes(court, (Listing(court, person, instrument, 1 + choices.below(40), today, last_day),))


def _death(choices: Choices, most: int) -> Death:
    return Death(1 + choices.below(most), after=choices.happens(50))


RACES: Mapping[Draw, int] = {overtakes: 25, dies_over: 25, loses_power_over: 10}
"""As often as a step draws it."""
