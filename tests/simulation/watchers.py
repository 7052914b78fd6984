"""Those who watch: notaries, the monitor with its ledger, and the courts' inboxes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from liandong.consumers.inbox.assembly import InboxMachine, OpenInbox, open_inbox
from liandong.consumers.inbox.store import Item, Loss, inbox_file
from liandong.monitoring.log.heads import NotaryName
from liandong.monitoring.service.context import MonitoringConnections, MonitoringContext
from liandong.monitoring.service.status_source import StatusSource
from liandong.monitoring.status.document import StatusQuery
from liandong.producers.commands.sent import open_commands
from liandong.tests.simulation.founding import JURISDICTION
from liandong.tests.simulation.process import Process
from liandong.topics.keys.opening import open_directory
from liandong.topics.storage.outbox import SqlOutbox
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
        self._notary = self._context.notary(NotaryName(JURISDICTION, self.name))
        return [self._context.register, Part("notary", self._notary, self._notary.wait)]

    @property
    def is_live(self) -> bool:
        """Whether it has read to where the lists ended when it started."""
        return self._notary.live

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

    @property
    def source(self) -> StatusSource:
        """Where it takes the status from."""
        return self._source

    def look_up(self) -> dict[str, Any] | None:
        """The document as of now; None if the monitor is away, or dies over it."""
        if self.runs:
            with self.mortal(), self._source.current() as status:
                return status.document(StatusQuery())
        return None


class InboxProcess(Process):
    """A court's inbox."""

    part_names = ("register", "barrier times", "erasure", "inbox", "counting", "relay")
    roles = ("court",)

    def __init__(self, world: "World", court: str, machine: "SimulatedMachine") -> None:
        super().__init__(world, f"inbox of {court}", machine)
        self.court = court
        self._opened: OpenInbox

    @property
    def outbox(self) -> SqlOutbox:
        """Its counts that wait to be sent."""
        return self._opened.outbox

    def open(self) -> Sequence[Part]:
        machine = self.machine
        directory = open_directory(machine.settings, self.subscriber(None, "register"), machine.clock)
        beneath = InboxMachine(machine.settings, machine.clock, lambda name: self.subscriber(None, name), open_commands)
        self._opened = open_inbox(beneath, self.court, directory)
        relay = self.relay(self.outbox, self.publisher("relay"), inbox_file(machine.settings, self.court).parent)
        return [*self._opened.parts(), Part("relay", relay, relay.wait)]

    def items(self) -> Sequence[Item]:
        """What is in it."""
        return self._opened.store.items()

    def losses(self) -> Sequence[Loss]:
        """What it says it has missed."""
        return self._opened.store.losses()

    def let_go(self) -> None:
        self._opened.close()


def _monitoring(process: Process) -> MonitoringContext:
    machine = process.machine
    directory = open_directory(machine.settings, process.subscriber(None, "register"), machine.clock)
    connections = MonitoringConnections(
        lambda name: process.subscriber(None, name),
        process.publisher,
        free=lambda _: 0 if machine.disk.full else 1 << 40,
    )
    return MonitoringContext(
        machine.settings, machine.clock, machine.chance, directory, connections, machine.participants
    )
