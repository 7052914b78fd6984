"""What comes to the town after it was founded: agencies, and nodes of agencies."""

from random import Random
from typing import TYPE_CHECKING

from liandong.tests.simulation.agency import NodeProcess
from liandong.tests.simulation.clocks import MachineClock
from liandong.tests.simulation.cluster import topics_of
from liandong.tests.simulation.founding import JURISDICTION, founding
from liandong.tests.simulation.machine import SimulatedMachine
from liandong.tests.simulation.process import Process
from liandong.tests.simulation.watchers import NotaryProcess
from liandong.tests.worlds.chance import SeededChance
from liandong.topics.keys.participants import Participants

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World


def open_node(world: "World", agency: str, node: str, machine: SimulatedMachine) -> None:
    """Open one more node of an agency on its machine."""
    process = NodeProcess(world, agency, node, machine)
    world.nodes = {**world.nodes, process.name: process}
    _at_work(world, process)


def admit_agency(world: "World", agency: str, kind: str) -> None:
    """Let an agency take part: its keys, its topics, its rights, its machine, its first node."""
    world.administrator.admit(agency, "agency", kind)
    machine = _machine(world, agency)
    made = topics_of(JURISDICTION, [agency], machine.settings)
    world.make_topics({topic: state for topic, state in made.items() if topic not in world.topics})
    world.access.add_agency(agency)
    open_node(world, agency, "1", machine)


def admit_notary(world: "World", name: str) -> None:
    """Let one more notary count the lists."""
    world.administrator.admit(name, "notary")
    _at_work(world, NotaryProcess(world, name, _machine(world, name)))


def _at_work(world: "World", process: Process) -> None:
    world.access.admit(process.name, *process.roles, agency=process.agency)
    world.processes[process.name] = process
    process.machine.processes.append(process)
    process.start()


def _machine(world: "World", participant: str) -> SimulatedMachine:
    settings, clock = founding().settle(world.folder / participant), MachineClock(world.time)
    chance = SeededChance(Random(participant), clock)
    machine = SimulatedMachine(participant, clock, chance, settings, Participants(settings))
    world.machines[participant] = machine
    world.administrator.give(machine, participant)
    return machine
