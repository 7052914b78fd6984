"""Puts the watching room together from the settings: notaries and evidence on a real cluster."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...schemas.errors import WrongUsage
from ...topics.keys.directory import KeyDirectory, load_directory
from ...topics.keys.participants import Participants
from ...topics.metrics.definitions import Signals
from ...topics.settings import Settings
from ...topics.storage.database import open_database, sqlite_url
from ...topics.transport.kafka import KafkaPublisher, KafkaSubscriber
from ...topics.transport.ports import Clock, Publisher, Subscriber, SystemClock
from ...topics.transport.registry import registered
from ..ledger.evidence import Evidence
from ..ledger.evidence_tables import FORMAT
from ..notary.notary import Notary, NotaryConfig, NotaryPorts
from ..notary.signing import NotaryIdentity

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class MonitoringContext:
    """What everything in this room needs of the world."""

    settings: Settings
    clock: Clock
    signals: Signals
    participants: Participants
    directory: KeyDirectory
    resources: ExitStack

    def subscriber(self, client_id: str) -> Subscriber:
        """A subscriber of its own, closed with the post."""
        subscriber = KafkaSubscriber(self.settings, client_id=client_id)
        self.resources.callback(subscriber.close)
        return subscriber

    def publisher(self, client_id: str) -> Publisher:
        """A publisher of its own, closed with the post."""
        publisher = KafkaPublisher(self.settings, client_id=client_id)
        self.resources.callback(publisher.close)
        return publisher

    @property
    def folder(self) -> Path:
        """Where this room keeps its files."""
        return self.settings.state_dir / "monitoring"

    def notary(self, jurisdiction: str, name: str) -> Notary:
        """A notary of this machine, ready to run."""
        settings = self.settings
        config = NotaryConfig(
            jurisdiction,
            name,
            self.folder / jurisdiction / name,
            interval=round(settings.barrier_interval_seconds * 1_000),
            head_valid=round(settings.head_valid_seconds * 1_000),
            evidence_window=round(settings.evidence_days * _DAY_MS),
        )
        registry = registered(settings, "barrier", "list-head")
        voice = NotaryIdentity(self.participants.signer(name), self.publisher(name), self.clock, registry)
        return Notary(config, NotaryPorts(voice, self.subscriber(name), self.directory, self.signals))

    def evidence(self) -> Evidence:
        """The cache of receipts and heads."""
        engine = open_database(sqlite_url(self.folder / f"evidence.v{FORMAT}.db"))
        self.resources.callback(engine.dispose)
        return Evidence(engine, self.directory, self.signals)

    def own_notaries(self) -> list[tuple[str, str]]:
        """(jurisdiction, notary) for every active notary whose keys lie on this machine."""
        return [
            (jurisdiction, each.id)
            for each in self.participants.list()
            if each.kind == "notary" and not each.retired_at
            for jurisdiction in each.jurisdictions
        ]

    def only_notary(self, jurisdiction: str) -> str:
        """The one notary of this machine for a jurisdiction; NOTARY_UNKNOWN if there is none or more than one."""
        found = [name for where, name in self.own_notaries() if where == jurisdiction]
        if len(found) != 1:
            said = f"{' and '.join(found)} are notaries" if found else "there is no notary"
            raise WrongUsage(
                "NOTARY_UNKNOWN",
                f"{said} of {jurisdiction} on this machine",
                "name one with --as, or make one with `liandong participant new notary-… --kind notary`",
            )
        return found[0]

    def jurisdictions(self) -> list[str]:
        """Every jurisdiction a registered court or agency acts in."""
        everybody = [self.directory.serving(kind).values() for kind in ("court", "agency")]
        return sorted({each for found in everybody for served in found for each in served})


@contextmanager
def watching(settings: Settings, client_id: str) -> Iterator[MonitoringContext]:
    """The room with its connections; closes them at the end. TransportError if the cluster does not answer."""
    clock, participants = SystemClock(), Participants(settings)
    with ExitStack() as resources:
        directory = load_directory(
            KafkaSubscriber(settings, client_id=f"{client_id}-keys"), participants.root_public_key, clock
        )
        resources.callback(directory.close)
        yield MonitoringContext(settings, clock, Signals(), participants, directory, resources)
