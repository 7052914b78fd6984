"""Who keeps the root key: makes participants, changes their keys, gives each machine its files, and publishes."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from liandong.schemas.wire.codec import to_wire
from liandong.schemas.wire.signing import encode_signed
from liandong.tests.simulation.clocks import MachineClock, VirtualTime
from liandong.tests.simulation.cluster import ADMINISTRATOR
from liandong.tests.simulation.founding import JURISDICTION, MONTHS_AHEAD, founding
from liandong.tests.simulation.machine import SimulatedMachine
from liandong.tests.worlds.chance import SeededChance
from liandong.topics.catalogue import names
from liandong.topics.keys import signed_register
from liandong.topics.keys.key_records import _records, publish_keys
from liandong.topics.keys.known_keys import SCHEMA
from liandong.topics.keys.manifest import Kind
from liandong.topics.keys.opening import open_directory
from liandong.topics.keys.participants import ESCROW
from liandong.topics.keys.registrar import Registrar
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.ports import OutgoingRecord
from liandong.topics.workers.worker import AT_ONCE

_AHEAD_MS = 2 * 3_600_000
"""Keys are drawn so long before they are used: more than any clock of the town is slow."""


class Administrator:
    """The administrator of the jurisdiction."""

    def __init__(self, broker: MemoryBroker, time: VirtualTime, chance: SeededChance, folder: Path) -> None:
        self._broker, self._time, self._chance = broker, time, chance
        self._folder, self._clock = folder / f"{ADMINISTRATOR}-root", MachineClock(time)

    @cached_property
    def registrar(self) -> Registrar:
        """Everybody's keys, private ones too; most towns never need it."""
        return Registrar(founding().settle_everything(self._folder), self._clock, self._chance, MONTHS_AHEAD)

    def publish_founding(self) -> None:
        """Publish the keys everybody was founded with."""
        publisher = self._broker.publisher(client_id=ADMINISTRATOR)
        for record in founding().keys:
            publisher.send(record)
        publisher.flush(0)

    def publish_all(self) -> None:
        """Publish everybody's keys again."""
        self.publish([one.id for one in self.registrar.list()])

    def publish(self, participants: Sequence[str]) -> None:
        """Publish keys, having brought the books level with the topic; the broker must be there."""
        self._read_topic()
        publish_keys(self._broker.publisher(client_id=ADMINISTRATOR), self.registrar, *participants)

    def replace_root(self) -> bytes:
        """Let another root key take the place of the one there is; return its public half."""
        self._read_topic()
        return self.registrar.root_books.replace_root(self._chance).raw

    def sign_register(self, seconds: float) -> None:
        """Sign the next register, which counts for so many seconds."""
        self._read_topic()
        settings = self.registrar.settings.model_copy(update={"key_register_days": seconds / 86_400})
        short = Registrar(settings, self._clock, self._chance, MONTHS_AHEAD)
        publish_keys(self._broker.publisher(client_id=ADMINISTRATOR), short, anew=True)

    def _read_topic(self) -> None:
        directory = open_directory(
            self.registrar.settings, self._broker.subscriber(client_id=ADMINISTRATOR), self._clock
        )
        while directory.step() == AT_ONCE:
            pass
        self.registrar.level_with(directory.known)
        directory.close()

    def rotate(self, participant: str, *, revoked: bool, drawn_now: bool = False, since_ms: int = _AHEAD_MS) -> None:
        """Draw new keys for a participant and publish them; the old ones end tomorrow, or are revoked.

        They are revoked as of `since_ms` from now: by itself when nobody can have signed by them: thefts are deeds of their own.
        """
        since = self._time.now() + since_ms if revoked else None
        self._clock.skew_ms = 0 if drawn_now else -_AHEAD_MS
        self.registrar.rotate(participant, compromised_since=since)
        self._clock.skew_ms = 0
        self.publish([participant])

    def misplace(self, participant: str, place: str) -> None:
        """Publish new keys as a tool would that asks nothing: the one a participant signs with says that it acts elsewhere."""
        self._read_topic()
        self._clock.skew_ms = -_AHEAD_MS
        self.registrar.rotate(participant)
        self._clock.skew_ms = 0
        moved, everybody = (
            self.registrar.signer(participant).key_id,
            (ESCROW, *(one.id for one in self.registrar.list())),
        )
        records = [record for each in everybody for record in _records(self.registrar, each)]
        records = [each | {"jurisdiction": place} if each["key_id"] == moved else each for each in records]
        root, publisher = self.registrar.root_signer(), self._broker.publisher(client_id=ADMINISTRATOR)
        for each in (one for one in records if one["participant"] == participant):
            key = f"{participant}/{each['key_id'].hex()}".encode()
            publisher.send(OutgoingRecord(names.KEYS, key, to_wire(SCHEMA, encode_signed(SCHEMA, each, SCHEMA, root))))
        word = self.registrar.root_books.sign(records)
        publisher.send(OutgoingRecord(names.KEYS, signed_register.KEY, to_wire(signed_register.SCHEMA, word)))
        publisher.flush(0)

    def admit(self, participant: str, kind: Kind, agency_kind: str = "") -> None:
        """Make a participant."""
        self._clock.skew_ms = -_AHEAD_MS
        self.registrar.new(participant, kind, jurisdictions=(JURISDICTION,), agency_kind=agency_kind)
        self._clock.skew_ms = 0
        self.publish([participant])

    def retire(self, participant: str) -> None:
        """End a participant."""
        self.registrar.retire(participant)
        self.publish([participant])

    def give(self, machine: SimulatedMachine, participant: str) -> None:
        """Bring a participant's files to its machine."""
        own = Path("participants") / participant
        target = machine.folder / own
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in sorted((self._folder / own).iterdir()):
            (target / path.name).touch(mode=0o600)
            (target / path.name).write_bytes(path.read_bytes())

    def give_again(self, machine: SimulatedMachine, participant: str) -> None:
        """Bring a participant's files once more, as they are now."""
        self.registrar.load(participant)
        self.give(machine, participant)
