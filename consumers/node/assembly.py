"""Opens a node of an agency with everything that works in it. Nothing runs yet: threads or a scheduler step its parts."""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from ...schemas.wire.suites import suite_of
from ...topics.keys.directory import KeyDirectory
from ...topics.keys.erasure import Eraser, KeyErasure
from ...topics.keys.opening import open_directory
from ...topics.keys.participants import Participants
from ...topics.keys.signing_time import SigningTime
from ...topics.keys.supervision import SupervisionActs
from ...topics.settings import Settings
from ...topics.storage.outbox import SqlOutbox
from ...topics.transport.ports import Publisher, Subscriber
from ...topics.workers.clock import Clock
from ...topics.workers.threads import Doorbell
from ...topics.workers.worker import Part
from ..acts_db.agency_home import agency_folder, load_agency_with_kind
from ..acts_db.held_back import EffectsPaused, HeldBackNote
from ..acts_db.identity import store_id
from ..acts_db.sending import send_receipt
from ..acts_db.told import Told, note_told, told
from ..effects.intake import group_of
from ..effects.loop import Effects, Surroundings
from ..interceptions.batches import Batches
from ..interceptions.missed_releases import MissedReleases
from ..replication.examination_note import ExaminationNote
from ..replication.examining import ExaminingPorts, RevokedKeyExaminer
from ..replication.keeping import Keeper, LastProvenCopy
from ..replication.receipts import Reporter
from ..replication.relief import ReliefFollower, ReliefStores
from ..replication.replicator import Replicator
from ..replication.replicator_config import ReplicatorConfig
from ..replication.status import CopyGauges, CopyStatus
from ..store.batch import KeptReceipt
from ..store.relief import ReliefStore
from ..store.writer import ListStore
from .copies import list_positions, open_lists, open_relief, relief_positions
from .desk import CopyReaders, Desk, Machine, open_desk
from .held_relay import HeldRelay, OutboxRelay
from .locks import lock_node
from .presence import NodeName, Presence, Twin, group_of_nodes

_TURN_SECONDS = 0.0005
"""How long a busy thread keeps the interpreter: whoever is freed must not wait for a backlog that is worked off beside."""


@dataclass(frozen=True, slots=True)
class NodeConnections:
    """How a node reaches others; the composition root makes them, a test on memory brings its own."""

    subscriber: Callable[[str | None, str], Subscriber]
    """Group and client id."""
    publisher: Callable[[str], Publisher]
    """Client id."""
    relay: Callable[[SqlOutbox, Publisher, Clock], OutboxRelay]


@dataclass(frozen=True, slots=True)
class NodeStores:
    """What a node keeps of the lists, which it alone writes; and the private keys it erases."""

    lists: ListStore
    relief: ReliefStore
    keys: KeyErasure
    suite: str
    """Whose digest the copy keeps."""
    keeper: Keeper
    """Keeps the last proven copy of the lists."""
    told: Told
    """What the node had told when they were opened."""
    shared: str
    """Id of the acts store the agency's nodes share, empty for one that is this machine's alone."""

    def readers(self, acts: SupervisionActs) -> CopyReaders:
        """Return readers within this process."""
        return CopyReaders(self.lists.reader(), self.relief.reader(), acts.on)


@dataclass(frozen=True, slots=True)
class Admitted:
    """What a node knows of those the root admitted: their keys, and what supervisors among them did."""

    keys: KeyDirectory
    acts: SupervisionActs


class NodeClosing(NamedTuple):
    """What closes a node, and of that what the end of its process gives back too."""

    everything: ExitStack
    locks: ExitStack


class OpenAgency:
    """A node of an agency with its stores open."""

    def __init__(
        self,
        node: str,
        desk: Desk,
        stores: NodeStores,
        admitted: Admitted,
        connections: NodeConnections,
        closing: NodeClosing,
    ) -> None:
        """Take what `open_agency` opened."""
        self.agency, self.node = desk.context.agency, node
        self.desk = desk
        self.directory, self._acts = admitted.keys, admitted.acts
        self._stores = stores
        self._connections = connections
        self._closing, self._locks = closing
        self._presence: Presence | None = None
        self._held_back = HeldBackNote(desk.context.clock)
        self._paused = EffectsPaused()
        self._jurisdictions, copy = tuple(sorted(desk.context.jurisdictions)), desk.copy
        self.copy_status = CopyStatus(self.agency, node, self._jurisdictions, desk.view, copy.lists, copy.relief)

    def parts(self) -> list[Part]:
        """Return what works in this node, connected; to be asked for once."""
        connections, context, own = self._connections, self.desk.context, f"{self.agency}.{self.node}"
        subscriber = connections.subscriber
        incarnation = context.chance.ordered_id()
        me = NodeName(self.agency, self.node, incarnation.hex(), self._stores.shared)
        presence = Presence(me, subscriber(group_of_nodes(self.agency), f"{own}-nodes"), context.clock)
        self._presence = presence
        signing = SigningTime(self.agency, context.signer.key_id, self.directory, context.clock)
        following = subscriber(f"{own}.list", f"{own}-list")
        replicator = self._replicator(following, incarnation, presence, signing)
        stores = ReliefStores(self._stores.relief, self._stores.lists.reader())
        freeing = subscriber(None, f"{own}-relief")
        relief = ReliefFollower(self._jurisdictions, freeing, stores, self.directory, context.clock)
        reading, note = subscriber(None, f"{own}-revoked"), ExaminationNote(self._stores.lists.path)
        remembered = partial(self.directory.remembered_revoked, "court")
        examining = ExaminingPorts(reading, self.desk.copy.lists, self.directory, context.clock, note, remembered)
        revoked = partial(self.directory.revoked, "court")
        examiner = RevokedKeyExaminer(self._jurisdictions, examining, revoked, self.desk.revoked)
        joining = partial(subscriber, group_of(self.agency), f"{own}-effects")
        missed = MissedReleases(context, self.desk.engine, self.desk.view)
        told = missed.expect, self._held_back.hear, self._hear_paused
        around = Surroundings(lambda: self.directory.loaded, presence.may_act, *told)
        effects = Effects(context, joining, self.desk.engine, self.desk.signals, self.node, around)
        batches = Batches(context, self.desk.engine)
        sending = connections.relay(context.outbox, connections.publisher(f"{own}-relay"), context.clock)
        relay = HeldRelay(sending, signing)
        standing = CopyGauges(self.copy_status, self.desk.signals, context.outbox, context.clock)
        return [
            Part("register", self.directory, self.directory.wait),
            Part("acts", self._acts, self._acts.wait),
            Part("clock", signing, Doorbell().wait),
            Part("nodes", presence, presence.wait),
            Part("list", replicator, replicator.wait),
            Part("relief", relief, relief.wait),
            Part("revoked", examiner, examiner.wait),
            Part("effects", effects, effects.wait),
            Part("releases", missed, missed.wait),
            Part("batches", batches, batches.wait),
            Part("relay", relay, relay.wait),
            Part("standing", standing, Doorbell().wait),
            Part("keeping", LastProvenCopy(self._stores.lists, self._stores.keeper, context.clock), Doorbell().wait),
            Part("erasure", Eraser(self._stores.keys, self._barrier_at), Doorbell().wait),
        ]

    def rebuild(self) -> None:
        """Have the copy of the lists made again from the log, beside the present one; to be asked for before `parts`."""
        self._stores.lists.rebuild()

    def close(self) -> None:
        """Close the stores; the parts must have been closed before."""
        self._closing.close()

    def abandon(self) -> None:
        """Let go of the files as the end of the process does: nothing is flushed, nothing noted, nothing sent."""
        self._closing.pop_all()
        self._stores.lists.abandon()
        self._stores.relief.abandon()
        self.desk.engine.dispose()
        self._locks.close()

    @property
    def twin(self) -> Twin | None:
        """Who has taken this node's place."""
        return None if self._presence is None else self._presence.twin

    def _replicator(
        self, subscriber: Subscriber, incarnation: bytes, presence: Presence, signing: SigningTime
    ) -> Replicator:
        context, relief = self.desk.context, self._stores.relief.reader()
        known, reports = self._stores.told.sequence, presence.may_report
        who = self.agency, self.node, incarnation, context.signer
        reporter = Reporter(
            *(*who, self._emit, known, reports, relief),
            held_back=self._held_back.current,
            paused=lambda: self._paused,
            unexamined=self.copy_status.unexamined,
            signing=signing,
        )
        config = ReplicatorConfig(self._jurisdictions, suite=self._stores.suite)
        return Replicator(config, subscriber, self._stores.lists, self.directory, context.clock, reporter)

    def _hear_paused(self, paused: EffectsPaused) -> None:
        self._paused = paused

    def _barrier_at(self) -> int:
        """Return when the newest barrier that stands in all lanes of the copy was issued, ms UTC."""
        return self.desk.gate.stand(self.desk.context.clock.now()).fresh_as_of

    def _emit(self, receipt: KeptReceipt) -> None:
        """Put a receipt into the outbox, and note what is told. Raises DatabaseFault."""
        copy = self.desk.copy
        positions = {**list_positions(copy.lists), **relief_positions(copy.relief)}
        with self.desk.engine.begin() as connection:
            send_receipt(connection, self.desk.context, self.node, receipt.body)
            note_told(connection, self.node, Told(receipt.sequence, positions))


def open_agency(
    settings: Settings, agency: str, node: str, connections: NodeConnections, machine: Machine
) -> OpenAgency:
    """Open a node of an agency. Raises AGENCY_UNKNOWN, NODE_RUNNING, ACTS_URL_NEEDED, StoreError, DatabaseFault,
    LIMITS_INVALID, SUITE_UNKNOWN.
    """
    manifest = load_agency_with_kind(settings, agency)
    folder = agency_folder(settings, agency) / node
    with ExitStack() as stack:
        locks = stack.enter_context(lock_node(folder.parent, node, is_shared=settings.acts_url is not None))
        register = connections.subscriber(None, f"{agency}.{node}-register")
        directory = open_directory(settings, register, machine.clock)
        stack.callback(directory.close)
        reader = connections.subscriber(None, f"{agency}.{node}-acts")
        acts = SupervisionActs(manifest.jurisdictions, reader, directory, machine.clock)
        stack.callback(acts.close)
        known = _known(settings, agency, node, machine)
        lists = open_lists(folder, machine.boot, known.told)
        stack.callback(lists.close)
        relief = open_relief(folder, machine.boot, known.told)
        stack.callback(relief.close)
        keys = KeyErasure(Participants(settings), agency, machine.clock)
        stores = NodeStores(lists, relief, keys, suite_of(settings.suite).name, machine.keeper(), *known)
        desk = open_desk(settings, agency, node, stores.readers(acts), directory, machine)
        stack.callback(desk.engine.dispose)
        return OpenAgency(
            node, desk, stores, Admitted(directory, acts), connections, NodeClosing(stack.pop_all(), locks)
        )


class _Known(NamedTuple):
    """What the acts store says before anything else is opened."""

    told: Told
    shared: str


def _known(settings: Settings, agency: str, node: str, machine: Machine) -> _Known:
    """Ask the acts store, and let go of it again. Raises DatabaseFault."""
    engine = machine.open_acts(settings, agency)
    try:
        shared = store_id(engine, machine.chance) if settings.acts_url is not None else ""
        return _Known(told(engine, node), shared)
    finally:
        engine.dispose()


@contextmanager
def tuned() -> Iterator[None]:
    """Tune the interpreter to the threads of a node while the block lasts."""
    turn = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_SECONDS)
    gc.collect()
    gc.freeze()  # what is there now stays; the collector need not look at it again
    try:
        yield
    finally:
        gc.unfreeze()
        sys.setswitchinterval(turn)
