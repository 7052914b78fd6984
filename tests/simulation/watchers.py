"""Those who watch: notaries, the monitor with its ledger, and the courts' inboxes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from liandong.consumers.inbox.court import CourtContext
from liandong.consumers.inbox.inbox import Inbox
from liandong.consumers.inbox.store import InboxStore, Item, Loss
from liandong.monitoring.log.heads import NotaryName
from liandong.monitoring.service.context import MonitoringConnections, MonitoringContext
from liandong.monitoring.service.status_source import StatusSource
from liandong.monitoring.status.document import StatusQuery
from liandong.producers.commands.sent import open_commands
from liandong.tests.simulation.founding import JURISDICTION
from liandong.tests.simulation.process import Process
from liandong.topics.keys.barrier_times import BarrierTimes
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.keys.erasure import Eraser, KeyErasure, erased_ids
from liandong.topics.workers.threads import Doorbell
from liandong.topics.workers.worker import Part

if TYPE_CHECKING:
    from liandong.tests.simulation.machine import SimulatedMachine
    from liandong.tests.simulation.world import World


class NotaryProcess(Process):
    """One notary."""

    part_names = ("register", "notary")
    roles = ("notary",)

    def open(self) -> Sequence[Part]:
        self._context = _monitoring(self)
        notary = self._context.notary(NotaryName(JURISDICTION, self.name))
        return [self._context.register, Part("notary", notary, notary.wait)]

    def let_go(self) -> None:
        self._context.resources.close()


class MonitorProcess(Process):
    """The monitor: gathers evidence and tells the status."""

    part_names = ("register", "evidence")
    roles = ("monitoring",)

    def open(self) -> Sequence[Part]:
        self._context = _monitoring(self)
        self._source = StatusSource(self._context)
        return [self._context.register, self._source.part]

    def let_go(self) -> None:
        self._context.resources.close()

    def look_up(self) -> dict[str, Any] | None:
        """The document as of now; None if the monitor is away, or dies over it."""
        if self.runs:
            with self.mortal(), self._source.current() as status:
                return status.document(StatusQuery())
        return None


class InboxProcess(Process):
    """A court's inbox."""

    part_names = ("register", "inbox", "barrier times", "erasure")
    roles = ("court",)

    def __init__(self, world: "World", court: str, machine: "SimulatedMachine") -> None:
        super().__init__(world, f"inbox of {court}", machine)
        self._court = self.court = court

    def open(self) -> Sequence[Part]:
        machine = self.machine
        directory = KeyDirectory(machine.participants.root_public_key, self.subscriber(None, "register"), machine.clock)
        self._store = InboxStore(machine.folder / "courts" / self._court / "inbox.db")
        self._commands = open_commands(machine.settings, JURISDICTION, self._court, machine.clock)
        sealing_keys = machine.participants.sealing_keys(self._court)
        context = CourtContext(
            self._court,
            JURISDICTION,
            sealing_keys,
            directory,
            self._commands,
            machine.clock,
            lambda: erased_ids(sealing_keys.path.parent),
        )
        inbox = Inbox(context, self.subscriber(None, "inbox"), self._store)
        times = BarrierTimes(self.subscriber(None, "heads"), directory, (JURISDICTION,), machine.clock)
        eraser = Eraser(KeyErasure(machine.participants, self._court, machine.clock), times.newest)
        return [
            Part("register", directory, directory.wait),
            Part("inbox", inbox, inbox.wait),
            Part("barrier times", times, times.wait),
            Part("erasure", eraser, Doorbell().wait),
        ]

    def items(self) -> Sequence[Item]:
        """What is in it."""
        return self._store.items()

    def losses(self) -> Sequence[Loss]:
        """What it says it has missed."""
        return self._store.losses()

    def let_go(self) -> None:
        self._store.close()


def _monitoring(process: Process) -> MonitoringContext:
    machine = process.machine
    directory = KeyDirectory(machine.participants.root_public_key, process.subscriber(None, "register"), machine.clock)
    connections = MonitoringConnections(lambda name: process.subscriber(None, name), process.publisher)
    return MonitoringContext(
        machine.settings, machine.clock, machine.chance, directory, connections, machine.participants
    )
