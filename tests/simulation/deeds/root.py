"""What whoever keeps the root key does to the register of keys."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from liandong.schemas.wire.avro_schemas import current_schema
from liandong.schemas.wire.codec import decode, encode
from liandong.schemas.wire.signing import PROOF_LENGTH, Ed25519Signer, encode_signed, prove
from liandong.tests.simulation.deeds.pen import model, write
from liandong.tests.simulation.founding import founding
from liandong.topics.catalogue import names
from liandong.topics.keys.roots import KEY_PREFIX, change_of_roots
from liandong.topics.keys.roots import SCHEMA as ROOT_CHANGE

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


@dataclass(frozen=True)
class ReplacesRoot:
    """Another root key takes the place of the one there was, both sign that, and everybody's keys are published under it."""

    def __str__(self) -> str:
        return "another root key takes the place of the one there was"

    def do(self, world: "World") -> None:
        world.count("roots replaced")
        world.register.roots.add(world.administrator.replace_root())
        world.administrator.publish_all()
        world.read_log()


@dataclass(frozen=True)
class AnnouncesRoot:
    """The adversary says that a key of their own takes the place of the root; the root has not signed that."""

    def __str__(self) -> str:
        return "the adversary announces a root of their own"

    def do(self, world: "World") -> None:
        own, root = Ed25519Signer(b"adversary".ljust(32)), founding().root
        body = change_of_roots(own, own, world.time.now())
        fields = decode(current_schema(ROOT_CHANGE).fingerprint, body) | {"former_key": root.public_key}
        by_the_new, _ = prove(encode(ROOT_CHANGE, fields)[2 * PROOF_LENGTH :], ROOT_CHANGE, own)
        world.count("forged roots")
        body = prove(by_the_new, ROOT_CHANGE, own)[0]
        write(world, ROOT_CHANGE, body, names.KEYS, KEY_PREFIX + own.key_id.hex().encode())
