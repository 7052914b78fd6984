"""What checks are decided by, put together in one place: for a node, for `liandong check`, for measurements."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import Engine

from ...schemas.law.supervision import Switches, nothing_on
from ...schemas.problems import Language
from ...schemas.wire.signing import PublicKey
from ...topics.keys.keyrings import Directory
from ...topics.keys.opening import await_keys, open_directory
from ...topics.keys.supervision import SupervisionActs, await_acts
from ...topics.metrics.recorder import Signals
from ...topics.settings import Settings
from ...topics.transport.errors import TransportError
from ...topics.transport.ports import Subscriber
from ...topics.workers.chance import Chance
from ...topics.workers.clock import Clock
from ...topics.workers.threads import work_until
from ...topics.workers.worker import Part
from ..acts_db.agency_home import agency_folder, load_agency_with_kind
from ..acts_db.context import AgencyContext, context_of
from ..acts_db.database import open_acts_of
from ..acts_db.idempotency import KeyedRequest
from ..adapters.registry import find_adapter
from ..events.intake import publish_events
from ..gate.gate import Gate
from ..gate.rules import Rules, load_rules
from ..interceptions.checks import CheckCounters, Checks
from ..replication.examination_note import ExaminationNote
from ..replication.examining import ExaminingPorts, RevokedKeyExaminer
from ..replication.keeping import ChildKeeper, Keeper
from ..replication.list_view import ListView
from ..replication.revoked_keys import RevokedKeys
from ..store.errors import StoreError
from ..store.layout import StoredPosition
from ..store.reader import ListReader
from ..store.relief import ReliefReader

_EXAMINED_SECONDS = 10.0
"""So long a visit looks through the log where a key of a court was revoked."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What a node finds on the machine it runs on."""

    clock: Clock
    chance: Chance
    boot: str
    """Id of the machine's present run (`store.power.boot_id`)."""
    open_acts: Callable[[Settings, str], Engine] = open_acts_of
    """Opens the acts database of an agency; the nodes of one agency may share it."""
    keeper: Callable[[], Keeper] = ChildKeeper
    """Keeps the last proven copy of the lists."""


@dataclass(frozen=True, slots=True)
class CopyReaders:
    """A node's copy of the lists and of what is switched on, to be read."""

    lists: ListReader
    relief: ReliefReader
    switches: Switches = nothing_on


class Desk:
    """One node's check desk: the gate over its copy, and the acts store that keeps what was decided."""

    def __init__(
        self, context: AgencyContext, engine: Engine, copy: CopyReaders, rules: Rules, node: str, signals: Signals
    ) -> None:
        self.context = context
        self.engine = engine
        self.copy = copy
        self.signals = signals
        self.revoked = RevokedKeys(context.clock)
        self.view = ListView(copy.lists, copy.relief, context.directory, self.revoked)
        jurisdictions = sorted(context.jurisdictions)
        self.gate = Gate(self.view, rules, context.matching_keys, context.clock, context.chance, jurisdictions)
        counters = CheckCounters(signals, context.agency, node)
        self.checks = Checks(self.gate, find_adapter(rules.kind.adapter), engine, context, counters)

    def publish_events(
        self,
        payload: Mapping[str, Any],
        keyed: KeyedRequest | None = None,
        traceparent: str = "",
        lang: Language = "en",
    ) -> Mapping[str, Any]:
        """Take what the agency's own system met; return the answer of POST /v1/events."""
        return publish_events(self.engine, self.context, payload, keyed, traceparent, lang)


def newest_barrier_at(lists: ListReader, jurisdiction: str) -> int:
    """Return when the newest barrier that stands in all lanes of a jurisdiction's lists was issued, ms UTC; 0 without any, and while
    the copy cannot be read: then it says nothing about the time.
    """
    try:
        with lists.snapshot() as snapshot:
            return snapshot.positions().get(jurisdiction, StoredPosition()).barrier_at
    except StoreError:
        return 0


def open_desk(
    settings: Settings, agency: str, node: str, copy: CopyReaders, directory: Directory, machine: Machine
) -> Desk:
    """Open the check desk of an agency of this machine over a node's copy; whoever opens it disposes of its engine.

    Raises AGENCY_UNKNOWN, AGENCY_KIND_MISSING, DATABASE_UNAVAILABLE, LIMITS_INVALID.
    """
    kind = load_agency_with_kind(settings, agency).agency_kind
    stale_after_ms = int(settings.stale_after_seconds * 1000)
    shared = settings.corps_and_military_courts == "shared"
    rules = load_rules(kind, agency_folder(settings, agency), stale_after_ms, copy.switches, shares_set_apart=shared)
    engine = machine.open_acts(settings, agency)
    try:
        context = context_of(settings, agency, directory, engine, machine.clock, machine.chance)
        context = replace(context, barrier_at=partial(newest_barrier_at, copy.lists))
        return Desk(context, engine, copy, rules, node, Signals())
    except BaseException:
        engine.dispose()
        raise


@contextmanager
def visiting(
    settings: Settings, agency: str, node: str, register: Callable[[], Subscriber], machine: Machine
) -> Iterator[Desk]:
    """Give a check desk beside a node's own: over the copy of that node, which another process may be writing.

    It waits for the register of keys, which `register` reads, and goes on without it where it cannot be reached.
    Raises as `open_desk`, StoreMissing, StoreBusy, StoreDamaged.
    """
    manifest = load_agency_with_kind(settings, agency)
    folder = agency_folder(settings, agency) / node
    with ExitStack() as stack:
        lists = stack.enter_context(closing(ListReader.open(folder / "list")))
        relief = stack.enter_context(closing(ReliefReader.open(folder / "relief")))
        directory = stack.enter_context(closing(open_directory(settings, register(), machine.clock)))
        with suppress(TransportError):  # logged; without the register a last known hit asks a person
            await_keys(directory)
        acts = SupervisionActs(manifest.jurisdictions, register(), directory, machine.clock)
        await_acts(stack.enter_context(closing(acts)))
        desk = open_desk(settings, agency, node, CopyReaders(lists, relief, acts.on), directory, machine)
        stack.callback(desk.engine.dispose)
        _examine(desk, register(), partial(directory.revoked, "court"), ExaminationNote(folder / "list", writes=False))
        yield desk


def _examine(desk: Desk, log: Subscriber, revoked: Callable[[], Iterable[PublicKey]], note: ExaminationNote) -> None:
    """Look through the log for what revoked keys signed, for a while, unless the node has: until then nobody passes for certain."""
    context, jurisdictions = desk.context, sorted(desk.context.jurisdictions)
    ports = ExaminingPorts(log, desk.copy.lists, context.directory, context.clock, note)
    with closing(RevokedKeyExaminer(jurisdictions, ports, revoked, desk.revoked)) as examiner:
        part = Part("revoked", examiner, examiner.wait)
        work_until(part, lambda: all(desk.view.position(one).examined for one in jurisdictions), _EXAMINED_SECONDS)
