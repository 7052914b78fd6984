"""What can befall the broker, files and keys, as a step draws it; `drawing` has the rest and puts all together."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from liandong.tests.simulation.choices import Choices
from liandong.tests.simulation.cluster import needs_every_record
from liandong.tests.simulation.deeds.broker import Answers, Delays, Forbids, MakesAgain, PutsOut
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.founding import JURISDICTION
from liandong.topics.transport.memory.network import Acknowledgements

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World

Draw = Callable[["World", Choices], Deed]


def _answers(world: "World", choices: Choices) -> Deed:
    return Answers(choices.one_of(sorted(world.processes)), choices.one_of(list(Acknowledgements)))


def _puts_out(world: "World", choices: Choices) -> Deed:
    members = [name for name in sorted(world.processes) if world.is_group_member(name)]
    return PutsOut(choices.one_of(members or sorted(world.processes)))


def _delays(world: "World", choices: Choices) -> Deed:
    return Delays(choices.one_of(world.all_partitions), choices.one_of((1, 5, 30, 300)))


def _makes_again(world: "World", choices: Choices) -> Deed:
    return MakesAgain(
        choices.one_of([one for one in sorted(world.topics) if not needs_every_record(one, JURISDICTION)])
    )


def _forbids(world: "World", choices: Choices) -> Deed:
    missing = sorted(world.access.missing)
    if missing and choices.happens(60):
        return Forbids(*choices.one_of(missing), back=True)
    process = choices.one_of(sorted(world.processes))
    return Forbids(
        process, choices.one_of([topic for topic in sorted(world.topics) if world.access.may_use(process, topic)])
    )


FAULTS: Mapping[Draw, int] = {
    _answers: 15,
    _puts_out: 10,
    _delays: 10,
    _makes_again: 8,
    _forbids: 8,
}
