"""Founding a town: its participants and their keys, made once in a process; each machine gets what it needs of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from liandong.schemas.wire.sealing import SealingKey
from liandong.schemas.wire.signing import Signer
from liandong.tests.simulation.clocks import VirtualTime
from liandong.tests.simulation.people import COURTS, SIBLING
from liandong.tests.worlds.chance import SeededChance
from liandong.topics.catalogue import names
from liandong.topics.keys.key_records import publish_keys
from liandong.topics.keys.participants import ESCROW
from liandong.topics.keys.registrar import Registrar
from liandong.topics.settings import Settings, load_settings
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.ports import OutgoingRecord

JURISDICTION = "js"
HIGH_COURT = "court-js"
PUBLISHER = "publisher-js"
NOTARIES = ("notary-js-1", "notary-js-2")
AGENCIES = {"railway-js": "railway", "air-js": "air-carrier", "police-js": "police-lodging"}
LATE_AGENCY = "air-east-js"
"""Of the kind that asks about flights; it may take part later than the others."""
BARRIER_SECONDS = 2.0
CHECKS_PER_SECOND, CHECKS_BURST = 0.5, 6
"""How often a counter may ask over the check API: less than a real node can be told, since nobody here asks a thousand times."""
EVIDENCE_DAYS = 20.0
"""Short enough for what replaced records and old evidence leave behind to matter in a run."""
_FOUNDED_BEFORE_MS = 30 * 86_400_000
MONTHS_AHEAD = 8


@dataclass(frozen=True)
class Founding:
    """Files of the administrator's state directory, records of everybody's keys, and the keys the world itself needs."""

    files: Mapping[Path, bytes]
    keys: Sequence[OutgoingRecord]
    escrow: Sequence[SealingKey]
    signers: Mapping[str, Signer]
    root: Signer

    def settle_everything(self, directory: Path) -> Settings:
        """Give the administrator's machine everything."""
        return self._settle(directory, self.files)

    def settle(self, directory: Path, *participants: str) -> Settings:
        """Give a machine the private files of these participants, and what everybody may have; return its settings."""
        return self._settle(directory, [path for path in self.files if _is_for(path, participants)])

    def _settle(self, directory: Path, paths: Iterable[Path]) -> Settings:
        for path in paths:
            target = directory / path
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            target.touch(mode=0o600)
            target.write_bytes(self.files[path])
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        limits = {"checks_per_second": CHECKS_PER_SECOND, "checks_burst": CHECKS_BURST}
        acts = {"acts_url": f"sqlite:///{directory}/agencies/{{agency}}/acts.db"}  # an agency's nodes share it
        return _settings().model_copy(update={"state_dir": directory, **limits, **acts})


def _is_for(path: Path, participants: Sequence[str]) -> bool:
    if path.parts[0] == "participants":
        return path.parts[1] in participants
    return path.parts[0] == "matching" or path == Path("root/public.key")


@cache
def _settings() -> Settings:
    return load_settings(
        barrier_interval_seconds=BARRIER_SECONDS, evidence_days=EVIDENCE_DAYS, interceptions_every_seconds=1.0
    )


@cache
def founding() -> Founding:
    """Found the town, the same for everybody in this process and in every other."""
    time, broker = VirtualTime(), MemoryBroker(topics=(names.KEYS,), partitions=1)
    time.wall_ms -= _FOUNDED_BEFORE_MS
    with TemporaryDirectory() as folder:
        registrar = Registrar(
            load_settings(state_dir=Path(folder)), time, SeededChance(Random("founding"), time), MONTHS_AHEAD
        )
        registrar.new(HIGH_COURT, "court", jurisdictions=(JURISDICTION,))
        registrar.new(PUBLISHER, "publisher", jurisdictions=(JURISDICTION,))
        for court in (*COURTS, SIBLING):
            registrar.new(court, "court", jurisdictions=(JURISDICTION,), superior=HIGH_COURT, name="示例区人民法院")
        for notary in NOTARIES:
            registrar.new(notary, "notary", jurisdictions=(JURISDICTION,))
        for agency, kind in AGENCIES.items():
            registrar.new(agency, "agency", jurisdictions=(JURISDICTION,), agency_kind=kind)
        everybody = [one.id for one in registrar.list()]
        publish_keys(broker.publisher(), registrar, *everybody)
        return Founding(
            {path.relative_to(folder): path.read_bytes() for path in sorted(Path(folder).rglob("*")) if path.is_file()},
            [OutgoingRecord(names.KEYS, m.key(), m.value(), m.headers() or []) for m in broker.records(names.KEYS)],
            tuple(registrar.sealing_keys(ESCROW)),
            {participant: registrar.signer(participant) for participant in everybody},
            registrar.root_signer(),
        )
