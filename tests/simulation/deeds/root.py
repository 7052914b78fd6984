"""What whoever keeps the root key does to the register of keys."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from liandong.schemas.wire.signing import encode_signed
from liandong.tests.simulation.deeds.pen import model, write
from liandong.tests.simulation.founding import founding
from liandong.topics.catalogue import names

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World


@dataclass(frozen=True)
class Revokes:
    """The signing key of a participant is revoked as of now, or as of so many seconds ago."""

    participant: str
    seconds: int = 0

    def __str__(self) -> str:
        return f"the key of {self.participant} is revoked" + f" as of {self.seconds} s ago" * bool(self.seconds)

    def do(self, world: "World") -> None:
        registered = model(world, "participant-key", participant=self.participant, use="sign")
        assert registered is not None
        assert registered.key is not None
        world.count("keys revoked")
        fields = {**registered.fields, "revoked_at": world.time.now() - self.seconds * 1000}
        body = encode_signed("participant-key", fields, "participant-key", founding().root)
        write(world, "participant-key", body, names.KEYS, registered.key)
        world.read_log()
        said = model(world, "key-register")
        assert said is not None
        word = world.register.word(said.fields["number"] + 1, world.time.now())
        body = encode_signed("key-register", word, "key-register", founding().root)
        write(world, "key-register", body, names.KEYS, b"register")
