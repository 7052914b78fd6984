"""The assembly of a court's inbox: what reads, what counts enforcement, and what erases the court's own keys in time.

`liandong court inbox` and the simulated town make the same one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ...topics.keys.barrier_times import BarrierTimes
from ...topics.keys.directory import KeyDirectory
from ...topics.keys.erasure import Eraser, KeyErasure, erased_ids
from ...topics.keys.participants import Participants
from ...topics.settings import Settings
from ...topics.storage.outbox import SqlOutbox
from ...topics.transport.ports import Subscriber
from ...topics.transport.registry import registered
from ...topics.workers.clock import Clock
from ...topics.workers.threads import Doorbell
from ...topics.workers.worker import Part
from .counting import Counting, CountingCourt, open_outbox
from .counts_store import CountsStore
from .court import CourtContext, OwnCommands
from .inbox import Inbox
from .said import SaidCounts
from .store import InboxStore, inbox_file

OpenCommands = Callable[[Settings, str, str, Clock], OwnCommands]
"""The commands a court gave: settings, jurisdiction, court, clock. The composition root knows where they are kept."""


@dataclass(frozen=True, slots=True)
class InboxMachine:
    """What an inbox stands on."""

    settings: Settings
    clock: Clock
    subscriber: Callable[[str], Subscriber]
    """Makes a subscriber without a group; takes what it is for."""
    open_commands: OpenCommands


@dataclass(frozen=True, slots=True)
class OpenInbox:
    """An inbox and the parts that work beside it; `close` ends it."""

    box: Inbox
    store: InboxStore
    counting: Counting
    outbox: SqlOutbox
    """Of its counts."""
    beside: Sequence[Part]
    """The register of keys it asks, and what erases the court's own keys."""
    _subscribers: Sequence[Subscriber | KeyDirectory] = field(repr=False)

    def parts(self) -> list[Part]:
        """Return what works by itself, but for the relay of the outbox."""
        counting = Part("counting", self.counting, Doorbell().wait)
        return [*self.beside, Part("inbox", self.box, self.box.wait), counting]

    def close(self) -> None:
        """Let go of all that was opened."""
        for each in self._subscribers:
            each.close()
        self.store.close()


def open_inbox(machine: InboxMachine, court: str, directory: KeyDirectory) -> OpenInbox:
    """Open the inbox of a court; nothing is read before its parts are stepped. Raises COURT_UNKNOWN, DATABASE_UNAVAILABLE."""
    participants, settings, clock = Participants(machine.settings), machine.settings, machine.clock
    jurisdiction, keys = participants.court(court).jurisdictions[0], participants.sealing_keys(court)
    commands = machine.open_commands(settings, jurisdiction, court, clock)
    folder = keys.path.parent
    context = CourtContext(court, jurisdiction, keys, directory, commands, clock, lambda: erased_ids(folder))
    reader, heads, store = (
        machine.subscriber("inbox"),
        machine.subscriber("heads"),
        InboxStore(inbox_file(settings, court)),
    )
    counts_store = CountsStore(store.engine, court, jurisdiction)
    box, outbox = Inbox(context, reader, store, SaidCounts(counts_store, directory)), open_outbox(store, clock)
    registry = registered(settings, "enforcement-count")
    counting = CountingCourt(court, jurisdiction, participants.signer(court), outbox, clock, directory, registry)
    counts = Counting(counting, box, counts_store)
    times = BarrierTimes(heads, directory, (jurisdiction,), clock)
    eraser = Eraser(KeyErasure(participants, court, clock), times.newest)
    beside = [
        Part("register", directory, directory.wait),
        Part("barrier times", times, times.wait),
        Part("erasure", eraser, Doorbell().wait),
    ]
    return OpenInbox(box, store, counts, outbox, beside, (reader, heads, directory))
