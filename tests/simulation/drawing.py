"""Which deed a step is: drawn from the step's own integer and from what there is in the town to do it to."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from liandong.schemas.dates import date_of_ms
from liandong.schemas.law.listing import Change
from liandong.schemas.problems import Language
from liandong.tests.simulation.attempts import Draw
from liandong.tests.simulation.choices import Choices
from liandong.tests.simulation.counter import BODIES, TOKENS
from liandong.tests.simulation.deeds.calls import Calls
from liandong.tests.simulation.deeds.clerk import Acts, Corrects, Publishes, SendsAgain, StopsWatch, Watches
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.operator import (
    BrokerAway,
    Cleans,
    CutOff,
    DiesSoon,
    Hides,
    Looks,
    LosesPower,
    Restarts,
    SetsClock,
)
from liandong.tests.simulation.deeds.passing import EverybodyWorks, Passes, Works
from liandong.tests.simulation.deeds.repeats import CallsUntilAnswered
from liandong.tests.simulation.deeds.staff import Asks, AsksUnderAnotherName, Meets
from liandong.tests.simulation.drawing_faults import FAULTS
from liandong.tests.simulation.drawing_races import RACES
from liandong.tests.simulation.people import COURTS, DEBTORS, OTHERS, Listing

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World

ACTS = (Change.REVOKE, Change.DELETE, Change.LIFT, Change.SHIELD, Change.UNSHIELD)
PAUSES = (10, 50, 200, 1_000, 5_000, 60_000)
LONG_PAUSES = (86_400_000, 86_400_000, 8 * 86_400_000, 32 * 86_400_000)
"""A day, longer than keys are kept uncompacted, longer than evidence and relief are kept."""
_DAYS = 3
"""Of a hundred pauses so many are whole days."""


def draw(world: "World", number: int, attacks: Mapping[Draw, int]) -> Deed:
    """The deed of a step; besides what always happens the adversary does what is in `attacks`, as often as that says."""
    choices = Choices(number)
    return choices.weighted({**_WEIGHTS, **attacks})(world, choices)


def _works(world: "World", choices: Choices) -> Deed:
    process = choices.one_of(sorted(world.processes))
    parts = ["", *world.processes[process].part_names]
    return Works(process, choices.one_of(parts), choices.one_of((1, 2, 5, 20)))


def _everybody_works(_world: "World", choices: Choices) -> Deed:
    return EverybodyWorks(choices.one_of((1, 3, 10)))


def _passes(_world: "World", choices: Choices) -> Deed:
    return Passes(choices.one_of(LONG_PAUSES) if choices.happens(_DAYS) else choices.one_of(PAUSES))


def _publishes(world: "World", choices: Choices) -> Deed:
    court, today = choices.one_of(COURTS), date_of_ms(world.time.now())
    listings = []
    for _ in range(choices.one_of((1, 1, 2, 4))):
        instrument = choices.one_of(("LIST_ENTRY", "CONSUMPTION_ORDER"))
        last = choices.one_of((None, 0, 1, 200)) if instrument == "CONSUMPTION_ORDER" else None
        last_day = None if last is None else today + timedelta(days=last)
        listings.append(Listing(court, choices.below(DEBTORS), instrument, 1 + choices.below(40), today, last_day))
    return Publishes(court, tuple(listings))


def _sends_again(world: "World", choices: Choices) -> Deed:
    court = choices.one_of(COURTS)
    exports = len(world.courts[court].exports)
    return SendsAgain(court, choices.below(exports)) if exports else _publishes(world, choices)


def _acts(world: "World", choices: Choices) -> Deed:
    if not world.truth.versions:
        return _publishes(world, choices)
    entry = choices.below(len(world.truth.versions))
    court = world.truth.court_of(entry) if choices.happens(90) else choices.one_of(COURTS)
    court = court if court in world.courts else choices.one_of(COURTS)
    return Acts(court, choices.one_of(ACTS), entry)


def _corrects(world: "World", choices: Choices) -> Deed:
    if not world.truth.versions:
        return _publishes(world, choices)
    entry = choices.below(len(world.truth.versions))
    court = world.truth.court_of(entry)
    court = court if court in world.courts else choices.one_of(COURTS)
    return Corrects(court, entry, choices.below(DEBTORS))


def _watches(world: "World", choices: Choices) -> Deed:
    agency = choices.one_of(sorted({node.agency for node in world.nodes.values()}))
    return Watches(choices.one_of(COURTS), agency, choices.below(DEBTORS), choices.below(6))


def stops_watch(world: "World", choices: Choices) -> Deed:
    court = choices.one_of(COURTS)
    watches = len(world.courts[court].watches)
    return StopsWatch(court, choices.below(watches)) if watches else _watches(world, choices)


def _asks(world: "World", choices: Choices) -> Deed:
    person = choices.below(DEBTORS + OTHERS)
    node, keeps = choices.one_of(sorted(world.nodes)), choices.happens(90)
    if choices.happens(5):
        return AsksUnderAnotherName(node, person)
    return _calls(node, person, choices) if choices.happens(30) else Asks(node, person, keeps=keeps)


def _calls(node: str, person: int, choices: Choices) -> Deed:
    if choices.happens(30):
        return CallsUntilAnswered(node, person)
    others = tuple(choices.below(DEBTORS + OTHERS) for _ in range(choices.one_of((0, 0, 0, 2, 7))))
    language: Language = choices.one_of(("zh", "en"))
    return Calls(node, (person, *others), choices.weighted(TOKENS), choices.weighted(BODIES), language)


def _meets(world: "World", choices: Choices) -> Deed:
    return Meets(choices.one_of(sorted(world.nodes)), choices.below(DEBTORS), choices.below(30))


def _restarts(world: "World", choices: Choices) -> Deed:
    return Restarts(choices.one_of(sorted(world.processes)))


def _dies_soon(world: "World", choices: Choices) -> Deed:
    return DiesSoon(choices.one_of(sorted(world.processes)), 1 + choices.below(30), after=choices.happens(50))


def _loses_power(world: "World", choices: Choices) -> Deed:
    return LosesPower(choices.one_of(sorted(world.machines)), choices.below(1 << 30))


def _sets_clock(world: "World", choices: Choices) -> Deed:
    seconds = choices.one_of((0, 0, -3_600, -60, -1, 1, 60, 3_600))
    return SetsClock(choices.one_of(sorted(world.machines)), seconds)


def _broker_away(world: "World", _choices: Choices) -> Deed:
    return BrokerAway(back=not world.broker.up)


def _hides(world: "World", choices: Choices) -> Deed:
    held = sorted(world.held)
    if held and choices.happens(60):
        return Hides(choices.one_of(held), shown=True)
    return Hides(choices.one_of(world.all_partitions))


def _cut_off(world: "World", choices: Choices) -> Deed:
    cut = sorted(name for name, process in world.processes.items() if process.is_cut_off)
    if cut and choices.happens(60):
        return CutOff(choices.one_of(cut), back=True)
    return CutOff(choices.one_of(sorted(world.processes)))


def _cleans(world: "World", _choices: Choices) -> Deed:
    return Cleans() if world.compacts_to_what_was_said() else Looks()


def _looks(_world: "World", _choices: Choices) -> Deed:
    return Looks()


_WEIGHTS: Mapping[Draw, int] = {
    _works: 300,
    _everybody_works: 60,
    _passes: 80,
    _publishes: 80,
    _sends_again: 20,
    _acts: 80,
    _corrects: 20,
    _watches: 15,
    stops_watch: 5,
    _asks: 200,
    _meets: 20,
    _restarts: 20,
    _dies_soon: 40,
    _loses_power: 10,
    _sets_clock: 10,
    _broker_away: 10,
    _hides: 15,
    _cut_off: 10,
    _cleans: 10,
    _looks: 15,
    **FAULTS,
    **RACES,
}
