"""Targets of the register of keys: what a machine keeps of it, and the books beside the root's own key."""

import binascii
from contextlib import suppress

from liandong.schemas.errors import LiandongError
from liandong.schemas.wire.avro_schemas import is_version_of
from liandong.schemas.wire.framing import SINGLE_OBJECT
from liandong.schemas.wire.signing import PROOF_LENGTH, Ed25519Signer, SignatureInvalid, prove
from liandong.tests.fuzz.file_targets import folder, written
from liandong.tests.fuzz.target import FuzzTarget
from liandong.tests.fuzz.wire_targets import LATE, ROOT
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import VirtualClock
from liandong.topics.keys import roots, signed_register
from liandong.topics.keys.key_records import _root_changes
from liandong.topics.keys.known_keys import SCHEMA, KnownKeys
from liandong.topics.keys.register_memory import RegisterMemory
from liandong.topics.keys.registrar import Registrar
from liandong.topics.settings import Settings

SEED = b"r" * 32
FORMER, SUCCESSOR = Ed25519Signer(SEED), Ed25519Signer(b"s" * 32)
"""The pinned root, and one that takes its place."""
_HEAD = 10
"""Bytes of a single-object encoding before its body."""
_LINES = b"\n==\n"
"""Between two lines of an input."""


def signed_anew(value: bytes) -> bytes:
    """A value of the register with the signatures that its schema asks for, so that changing it spoils none of them."""
    if value[:2] != SINGLE_OBJECT or len(value) < _HEAD + 2 * PROOF_LENGTH:
        return value
    fingerprint, body = value[2:_HEAD], value[_HEAD:]
    if is_version_of(fingerprint, roots.SCHEMA):
        by_the_new, _ = prove(body[2 * PROOF_LENGTH :], roots.SCHEMA, SUCCESSOR)
        return value[:_HEAD] + prove(by_the_new, roots.SCHEMA, FORMER)[0]
    for schema in (SCHEMA, signed_register.SCHEMA):
        if is_version_of(fingerprint, schema):
            return value[:_HEAD] + prove(body[PROOF_LENGTH:], schema, FORMER)[0]
    return value


def memory(data: bytes) -> None:
    """What the processes of a machine keep of the register, line by line: the first byte of each says whether it is signed anew.

    Whoever starts knows nothing that was not signed, and what it keeps itself is read by the next.
    """
    lines = [
        binascii.b2a_base64(signed_anew(each[1:]), newline=False) if each[:1] == b"+" else each[1:]
        for each in data.split(_LINES)
    ]
    place = written("register/records.txt", b"\n".join(lines)).parent
    kept, known = RegisterMemory(place), KnownKeys(ROOT)
    known.recall(kept.recall())
    known.begin(anew=False)
    known.standing(LATE)
    kept.keep([data])
    assert not data or data in RegisterMemory(place).recall()


def books(data: bytes) -> None:
    """The root's own files as an operator may have put them back: the first byte says which of them it is."""
    machine = folder() / "root-machine"
    written("root-machine/root/signing.key", f"{SEED.hex()}\n".encode())
    change, word = machine / "root/changes/0001.hex", machine / "root/register.yaml"
    change.unlink(missing_ok=True)
    word.unlink(missing_ok=True)
    of_change = data[:1] == b"c"
    raw = signed_anew(SINGLE_OBJECT + data[1:])[_HEAD:].hex().encode() if data[:1] == b"C" else data[1:]
    path = change if of_change or data[:1] == b"C" else word
    written(str(path.relative_to(folder())), raw)
    settings = Settings(state_dir=machine, root_public_key=str(ROOT))
    registrar = Registrar(settings, VirtualClock(LATE), CHANCE)
    for use in (registrar.root_signer, lambda: list(_root_changes(registrar, None)), registrar.root_books.said):
        with suppress(LiandongError):
            use()
    before = registrar.root_books._said()["number"]
    registrar.root_books.sign([], anew=True)
    after = registrar.root_books.said()
    assert after is not None
    assert after.number == before + 1
    registrar.root_books.level_with(after)


def shown(data: bytes) -> None:
    """What a barrier shows as a record of the root that revokes a key: the first byte says whether it is signed anew.

    Whatever counts revokes something and is the root's, and it is no other thing the second time.
    """
    value, known = signed_anew(data[1:]) if data[:1] == b"+" else data[1:], KnownKeys(ROOT)
    with suppress(SignatureInvalid):
        said = known.revocation(value)
        assert said.revoked_at
        assert value[_HEAD : _HEAD + len(FORMER.key_id)] == FORMER.key_id
        assert known.revocation(value) == said


TARGETS = (
    FuzzTarget("shown-revocation", shown, "a record that a barrier shows"),
    FuzzTarget("register-memory", memory, "what a machine keeps of the register of keys"),
    FuzzTarget("root-books", books, "the root's own books"),
)
