"""Signed notes and checkpoints of transparency logs, as others' tools read them (C2SP signed-note, tlog-checkpoint).

A note is text that ends with a line feed, an empty line, then a line for each signature. It holds no control character but
line feeds, and what a record's signature covers holds a zero byte: no signature of the one can ever stand for the other,
so a notary signs both with one key. Notes know Ed25519 alone.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from hashlib import sha256
from typing import NamedTuple

from ..phrases import Phrase
from .codec import Undecodable
from .signing import Signer

_ED25519 = b"\x01"
"""The type of signature, first byte of a note's public key."""


class NoteKey(NamedTuple):
    """Who signs notes: a name without blanks and plus signs, and the raw public key of 32 bytes."""

    name: str
    public_key: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that stand before its signatures."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public_key).digest()[:4]

    def __str__(self) -> str:
        """Return the verifier key, in the form Go's `sumdb/note` made common: name, id, type and key."""
        return f"{self.name}+{self.id.hex()}+{b64encode(_ED25519 + self.public_key).decode()}"


def signed_note(text: str, key: NoteKey, signer: Signer) -> str:
    """Return a note with one signature; `signer` is the private half of `key`."""
    signature = b64encode(key.id + signer.sign(text.encode())).decode()
    return f"{text}\n— {key.name} {signature}\n"


class Checkpoint(NamedTuple):
    """What a transparency log says of itself."""

    origin: str
    """Its name; unlike any other log's."""
    size: int
    """Number of entries."""
    root: bytes
    """Root of the Merkle tree over them (RFC 6962)."""

    def __str__(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def read_checkpoint(note: str) -> Checkpoint:
    """Return what a note says, whoever signed it. Raises Undecodable if it is no checkpoint."""
    lines = note.split("\n")
    try:
        return Checkpoint(lines[0], int(lines[1]), b64decode(lines[2], validate=True))
    except (IndexError, ValueError, Base64Error) as error:
        raise Undecodable(Phrase("this is no checkpoint", "不是透明日志的检查点")) from error
