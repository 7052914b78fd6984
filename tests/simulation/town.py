"""The town as it is founded: topics with their rules, machines, processes, and the wish of its integer how things stand."""

from pathlib import Path
from random import Random

from liandong.tests.simulation.administrator import Administrator
from liandong.tests.simulation.agency import NodeProcess
from liandong.tests.simulation.choices import Choices
from liandong.tests.simulation.clocks import MachineClock
from liandong.tests.simulation.cluster import ADMINISTRATOR, TownAccess, topics_of
from liandong.tests.simulation.founding import AGENCIES, JURISDICTION, NOTARIES, PUBLISHER, founding
from liandong.tests.simulation.machine import SimulatedMachine
from liandong.tests.simulation.office import PublisherProcess
from liandong.tests.simulation.people import COURTS
from liandong.tests.simulation.process import Process
from liandong.tests.simulation.watchers import InboxProcess, MonitorProcess, NotaryProcess
from liandong.tests.simulation.world import World
from liandong.tests.worlds.chance import SeededChance
from liandong.topics.keys.participants import Participants
from liandong.topics.transport.memory.broker import MemoryBroker

_SKEWS = (0, 0, 0, 0, 0, -3_600_000, -900, 900, 3_600_000)


def found(town: Choices, folder: Path) -> World:
    """Found a town and let everybody come to work."""
    world = World(folder)
    founded = founding()
    world.access = TownAccess(JURISDICTION, AGENCIES)
    chance = SeededChance(Random(town.raw(8)), world.time)
    world.broker = MemoryBroker(topics=(), clock=world.time, chance=chance, access=world.access)
    world.administrator = Administrator(world.broker, world.time, SeededChance(Random(town.raw(8)), world.time), folder)
    world.make_topics(topics_of(JURISDICTION, AGENCIES, founded.settle(folder / ADMINISTRATOR)))
    world.administrator.publish_founding()
    world.read_log()
    for process in _processes(world, town):
        world.processes[process.name] = process
        process.machine.processes.append(process)
        world.access.admit(process.name, *process.roles, agency=process.agency)
    for process in world.processes.values():
        process.start()
    return world


def _processes(world: World, town: Choices) -> list[Process]:
    publisher = PublisherProcess(world, "publisher", _machine(world, town, PUBLISHER, PUBLISHER, *COURTS))
    world.publisher, world.courts = publisher, publisher.courts
    nodes = [
        NodeProcess(world, agency, node, _machine(world, town, f"{agency}", agency))
        for agency, node in (("air-js", "1"), ("police-js", "1"))
    ]
    railway = _machine(world, town, "railway-js", "railway-js")
    nodes += [NodeProcess(world, "railway-js", node, railway) for node in ("1", "2")]
    world.nodes = {node.name: node for node in nodes}
    watchers = [NotaryProcess(world, name, _machine(world, town, name, name)) for name in NOTARIES]
    monitor = MonitorProcess(world, "monitor", publisher.machine)
    world.monitor = monitor
    world.inboxes = [InboxProcess(world, court, publisher.machine) for court in COURTS]
    return [publisher, *nodes, *watchers, *world.inboxes, monitor]


def _machine(world: World, town: Choices, name: str, *participants: str) -> SimulatedMachine:
    folder = world.folder / name
    settings = founding().settle(folder, *participants)
    clock = MachineClock(world.time, town.one_of(_SKEWS))
    chance = SeededChance(Random(town.raw(8)), clock)
    machine = SimulatedMachine(name, clock, chance, settings, Participants(settings))
    world.machines[name] = machine
    return machine
