"""What an adversary writes to agencies and to the register of keys: commands of courts, dead letters, keys the root never signed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from liandong.schemas.wire.control import WATCH
from liandong.schemas.wire.signing import Ed25519Signer
from liandong.tests.simulation.deeds.pen import handle, model, sealed, signed, write
from liandong.tests.simulation.founding import JURISDICTION
from liandong.tests.simulation.office import watch_order
from liandong.tests.simulation.people import DEBTORS
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import OutgoingRecord

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World

_HOUR_MS = 3_600_000


@dataclass(frozen=True)
class ForgesCommand:
    """A command to an agency in a court's name, under a key of its own or under that of the newest genuine one."""

    by: str
    court: str
    agency: str
    number: int
    under_another: bool = False

    def __str__(self) -> str:
        under = " under a watch's key" if self.under_another else ""
        return f"the adversary commands {self.agency} in the name of {self.court}{under} with {self.by}"

    def do(self, world: "World") -> None:
        genuine = model(world, "control-command", agency=self.agency) if self.under_another else None
        number = handle(self.number)
        fields = {
            "command_id": number,
            "jurisdiction": JURISDICTION,
            "court": self.court,
            "agency": self.agency,
            "kind": WATCH,
            "issued_at": world.time.now(),
            "due_at": world.time.now() + _HOUR_MS,
            "sealed": self._order(world, number),
        }
        world.count("forged commands")
        key = genuine.key if genuine is not None and genuine.key else number
        body = signed(world, self.by, "control-command", fields)
        write(world, "control-command", body, names.commands(self.agency), key)

    def _order(self, world: "World", number: bytes) -> bytes:
        """An order that can be carried out, unless it would be the court's own: what that orders is lawful."""
        if self.by == self.court:
            return number * 4
        order = watch_order(self.number % DEBTORS, 0, world.time.now())
        return sealed(world, "control-command", number, ("watch-order", order.as_record()), self.agency)


@dataclass(frozen=True)
class ForgesKey:
    """A key of the adversary's own is put into the register in a participant's name."""

    by: str
    participant: str

    def __str__(self) -> str:
        return f"the adversary registers a key in the name of {self.participant} with {self.by}"

    def do(self, world: "World") -> None:
        registered = model(world, "participant-key", participant=self.participant, use="sign")
        if registered is None:
            return
        own = Ed25519Signer(b"adversary".ljust(32))
        fields = {**registered.fields, "key_id": own.key_id, "public_key": own.public_key}
        world.count("forged keys")
        body = signed(world, self.by, "participant-key", fields)
        write(world, "participant-key", body, names.KEYS, f"{self.participant}/{own.key_id.hex()}".encode())


@dataclass(frozen=True)
class ForgesDeadLetter:
    """A dead letter that no agency put aside says that it comes from a topic, or says nothing that can be read."""

    agency: str
    topic: str

    def __str__(self) -> str:
        return f"the adversary writes a dead letter of {self.agency} from {self.topic or 'nowhere'}"

    def do(self, world: "World") -> None:
        facts = {"failure": b"X", "reason": b"\x1b[2J\xff", "topic": self.topic.encode(), "partition": b"-1"}
        facts |= {"offset": b"9" * 30, "attempts": b"x" if not self.topic else b"1", "at": b"-7"}
        headers = [(f"dead-letter-{name}", value) for name, value in facts.items()]
        world.count("forged dead letters")
        world.forge(OutgoingRecord(names.dead_letters(self.agency), b"k", b"\0\xff", headers))
