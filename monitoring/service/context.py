"""What the monitoring commands share, made from the settings: notaries and evidence."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from ...schemas.errors import WrongUsage
from ...schemas.wire.intl import INTL
from ...topics.catalogue import names
from ...topics.keys.directory import KeyDirectory
from ...topics.keys.opening import read_directory
from ...topics.keys.participants import Participants
from ...topics.metrics.definitions import Signals
from ...topics.settings import Settings
from ...topics.storage.database import open_database, sqlite_url
from ...topics.transport.kafka import KafkaPublisher, KafkaPulse, KafkaSubscriber
from ...topics.transport.ports import Publisher, Subscriber
from ...topics.transport.process_clock import clock_of
from ...topics.transport.registry import registered
from ...topics.workers.chance import Chance, SystemChance
from ...topics.workers.clock import Clock
from ...topics.workers.worker import Part
from ..ledger.evidence import Evidence
from ..ledger.evidence_tables import FORMAT
from ..ledger.trusted_floors import TrustedFloors
from ..log.heads import NotaryName
from ..notary.config import NotaryConfig, NotaryPorts
from ..notary.notary import Notary
from ..notary.signing import NotaryIdentity
from ..transparency.head_log import HeadLog, HeadLogPorts, LogName, note_key
from ..transparency.tiled_log import TiledLog
from .disk_space import free_bytes

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class MonitoringConnections:
    """How monitoring reaches the log, by client id: Kafka in production, in a simulation the transport in memory."""

    subscriber: Callable[[str], Subscriber]
    publisher: Callable[[str], Publisher]
    pulse: Callable[[str], Callable[[float], None]] | None = None
    """Makes what raises TransportError unless the log answers within so many seconds; None: who reads hears of it at once."""
    free: Callable[[Path], int] = free_bytes
    """How much room there is on the disk of a folder."""


@dataclass(frozen=True, slots=True)
class MonitoringContext:
    """The monitor's assembly: makes notaries, evidence and their parts from settings, clock, chance and connections."""

    settings: Settings
    clock: Clock
    chance: Chance
    directory: KeyDirectory
    connections: MonitoringConnections
    participants: Participants
    signals: Signals = field(default_factory=Signals)
    resources: ExitStack = field(default_factory=ExitStack)

    def parts(self) -> list[Part]:
        """Return the parts of the register of keys and of all notaries of this machine."""
        return [self.register, *chain.from_iterable(map(self.notary_parts, self.local_notaries()))]

    def notary_parts(self, local: NotaryName) -> list[Part]:
        """Return the parts of one notary of this machine: itself, and the log of its heads if notes know its signature."""
        parts = [self.notary_part(local)]
        if self.participants.signer(local.name).suite == INTL:
            log = self.head_log(local)
            parts.append(Part(f"log of {local}", log, log.wait))
        return parts

    def notary_part(self, local: NotaryName) -> Part:
        """Return the part of one notary of this machine."""
        notary = self.notary(local)
        return Part(str(local), notary, notary.wait)

    @property
    def register(self) -> Part:
        """The part that keeps `directory` up to date."""
        return Part("register", self.directory, self.directory.wait)

    def subscriber(self, client_id: str) -> Subscriber:
        """Open a subscriber for the caller alone; it is closed with the context."""
        subscriber = self.connections.subscriber(client_id)
        self.resources.callback(subscriber.close)
        return subscriber

    def publisher(self, client_id: str) -> Publisher:
        """Open a publisher for the caller alone; it is closed with the context."""
        publisher = self.connections.publisher(client_id)
        self.resources.callback(publisher.close)
        return publisher

    @property
    def folder(self) -> Path:
        """The folder of monitoring's files."""
        return monitoring_folder(self.settings)

    def notary(self, local: NotaryName) -> Notary:
        """Build a notary of this machine, ready to run."""
        settings, (jurisdiction, name) = self.settings, local
        config = NotaryConfig(
            jurisdiction,
            name,
            self.folder / jurisdiction / name,
            interval=round(settings.barrier_interval_seconds * 1_000),
            head_valid=round(settings.head_valid_seconds * 1_000),
            evidence_window=round(settings.evidence_days * _DAY_MS),
            suite=settings.suite,
        )
        registry = registered(settings, "barrier", "list-head")
        identity = NotaryIdentity(
            self.participants.signer(name), self.publisher(name), self.clock, self.chance, registry
        )
        return Notary(config, NotaryPorts(identity, self.subscriber(name), self.directory, self.signals))

    def head_log(self, local: NotaryName) -> HeadLog:
        """Build what keeps the transparency log of a notary of this machine."""
        signer = self.participants.signer(local.name)
        key = note_key(local, signer.public_key)
        subscriber = self.subscriber(f"{local.name}-log")
        ports = HeadLogPorts(subscriber, self.directory, self.clock, self.signals)
        return HeadLog(local, lambda: TiledLog(self.log_folder(local), key, signer), ports)

    def log_folder(self, local: NotaryName) -> Path:
        """Return where the transparency log of a notary of this machine lies."""
        return self.folder / local.jurisdiction / local.name / "heads-log"

    def logs(self) -> list[LogName]:
        """List the transparency logs of all registered notaries, one for each signing key that is valid now."""
        keys = [key for key in self.directory.signing("notary") if key.suite == INTL]
        notaries = [(NotaryName(each, key.participant), key.public_key) for key in keys for each in sorted(key.places)]
        return [LogName(notary, note_key(notary, public_key)) for notary, public_key in sorted(notaries)]

    def evidence(self) -> Evidence:
        """Open the cache of receipts and heads; it is closed with the context."""
        engine = open_database(sqlite_url(evidence_file(self.settings)))
        self.resources.callback(engine.dispose)
        return Evidence(engine, self.directory, self.signals, TrustedFloors(self.folder / "floors"))

    def local_notaries(self) -> list[NotaryName]:
        """List every active notary whose keys lie on this machine, once for each of its jurisdictions."""
        return [
            NotaryName(jurisdiction, participant.id)
            for participant in self.participants.list()
            if participant.kind == "notary" and not participant.retired_at
            for jurisdiction in participant.jurisdictions
        ]

    def only_notary(self, jurisdiction: str) -> NotaryName:
        """Return the one notary of this machine for a jurisdiction; NOTARY_UNKNOWN if there is none or more than one."""
        notaries = [local for local in self.local_notaries() if local.jurisdiction == jurisdiction]
        if len(notaries) != 1:
            names = [local.name for local in notaries]
            problem = f"{' and '.join(names)} are notaries" if names else "there is no notary"
            problem_zh = (
                f"本机有 {jurisdiction} 的多个见证节点：{'、'.join(names)}"
                if names
                else f"本机没有 {jurisdiction} 的见证节点"
            )
            raise WrongUsage(
                "NOTARY_UNKNOWN",
                f"{problem} of {jurisdiction} on this machine",
                "name one with --as, or make one with `liandong participant new notary-… --kind notary`",
                problem_zh,
                "请用 --as 指定，或用 `liandong participant new notary-… --kind notary` 建立",
            )
        return notaries[0]


def monitoring_folder(settings: Settings) -> Path:
    """Return the folder of monitoring's files."""
    return settings.state_dir / "monitoring"


def evidence_file(settings: Settings) -> Path:
    """Return where what was read of receipts and heads is kept."""
    return monitoring_folder(settings) / f"evidence.v{FORMAT}.db"


@contextmanager
def monitoring_context(settings: Settings, client_id: str) -> Iterator[MonitoringContext]:
    """Open the context with its connections and close them at the end. TransportError if the cluster does not answer."""
    clock, participants = clock_of(settings), Participants(settings)
    with ExitStack() as resources:
        register = KafkaSubscriber(settings, client_id=f"{client_id}-keys")
        directory = read_directory(settings, register, clock)
        resources.callback(directory.close)
        connections = MonitoringConnections(
            lambda client_id: KafkaSubscriber(settings, client_id=client_id),
            lambda client_id: KafkaPublisher(settings, client_id=client_id),
            lambda client_id: KafkaPulse(settings, names.KEYS, client_id=client_id).require,
        )
        yield MonitoringContext(
            settings, clock, SystemChance(), directory, connections, participants, resources=resources
        )
