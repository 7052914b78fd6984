"""What comes to the town after it was founded: agencies, and nodes of agencies."""

from random import Random
from typing import TYPE_CHECKING

from liandong.tests.simulation.agency import NodeProcess
from liandong.tests.simulation.clocks import MachineClock
from liandong.tests.simulation.cluster import topics_of
from liandong.tests.simulation.founding import JURISDICTION, founding
from liandong.tests.simulation.machine import SimulatedMachine
from liandong.tests.worlds.chance import SeededChance
from liandong.topics.keys.participants import Participants

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World


def open_node(world: "World", agency: str, node: str, machine: SimulatedMachine) -> None:
    """Open one more node of an agency on its machine."""
    process = NodeProcess(world, agency, node, machine)
    world.access.admit(process.name, *process.roles, agency=agency)
    world.processes[process.name] = process
    world.nodes = {**world.nodes, process.name: process}
    machine.processes.append(process)
    process.start()


def admit_agency(world: "World", agency: str, kind: str) -> None:
    """Let an agency take part: its keys, its topics, its rights, its machine, its first node."""
    folder = world.folder / agency
    settings = founding().settle(folder)
    world.administrator.admit(agency, kind)
    have = world.topics
    made = topics_of(JURISDICTION, [agency], settings)
    world.make_topics({topic: state for topic, state in made.items() if topic not in have})
    world.access.add_agency(agency)
    clock = MachineClock(world.time)
    chance = SeededChance(Random(agency), clock)
    world.machines[agency] = SimulatedMachine(agency, clock, chance, settings, Participants(settings))
    world.administrator.give(world.machines[agency], agency)
    open_node(world, agency, "1", world.machines[agency])
