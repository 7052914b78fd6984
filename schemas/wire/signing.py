"""Signatures over what travels.

A signed record starts with ``proof``: eight bytes of key id, 64 bytes of signature. The signature
covers ``context``, a zero byte and the SHA-256 of everything after the proof, so it survives any
transport, framing or mirror, and nothing but the bytes themselves is needed to check it. For list
records the context is the logical topic, which binds list, entry, version and court sequence.

Suites: ``intl`` is Ed25519 (RFC 8032). ``gm`` (SM2/SM3, GB/T 32918) goes behind the same protocol.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

from nacl.bindings import crypto_sign
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from ..errors import LiandongError
from .codec import encode

PROOF_LENGTH = 72
_EMPTY_PROOF = bytes(PROOF_LENGTH)
_SIGNATURE_LENGTH = 64


class SignatureInvalid(LiandongError):
    """Bytes whose proof does not hold; they must not take effect."""

    def __init__(self, message: str) -> None:
        super().__init__(
            "SIGNATURE_INVALID",
            message,
            "do not act on it; check that the writer's key is registered, in time and not revoked",
        )


def key_id(public_key: bytes) -> bytes:
    """Return the first eight bytes of the SHA-256 of the raw public key."""
    return sha256(public_key).digest()[:8]


class Signer(Protocol):
    """Whoever can sign."""

    key_id: bytes

    def sign(self, message: bytes) -> bytes:
        """Return a 64-byte signature."""


class Ed25519Signer:
    """Signs with an Ed25519 seed of 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        self.public_key = bytes(SigningKey(seed).verify_key)
        self._secret = seed + self.public_key
        """As libsodium wants it; its plain call takes no copies, and this runs for every record of a list."""
        self.key_id = key_id(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """Return a 64-byte signature (RFC 8032)."""
        return crypto_sign(message, self._secret)[:_SIGNATURE_LENGTH]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A registered public key and what its owner may do with it."""

    key_id: bytes
    participant: str
    kind: str
    """court, agency, approver, notary, escrow or publisher."""
    jurisdiction: str
    use: str
    """sign or seal."""
    public_key: bytes
    valid_from: int = 0
    valid_until: int = 0
    revoked_at: int = 0
    """Milliseconds UTC; 0 = open / not revoked."""
    retention: str = ""
    period: str = ""
    """Of a sealing key: what is sealed to it, and in which month (schemas/law/retention.py)."""

    def usable_at(self, at: int) -> bool:
        """Return whether a signature made at ``at`` (ms UTC) counts."""
        if at < self.valid_from or (self.valid_until and at >= self.valid_until):
            return False
        return not (self.revoked_at and at >= self.revoked_at)


class Keyring(Protocol):
    """Find registered keys: the room of facts' own view of `topics.keys.directory`, filled from ``participants.keys.v1``."""

    def key(self, key_id: bytes) -> PublicKey | None:
        """Return the registered key, None if unknown."""


def statement(context: str, content: bytes) -> bytes:
    """Return the bytes that are signed: context, a zero byte, SHA-256 of the content."""
    return _statement(context, sha256(content).digest())


def _statement(context: str, content_hash: bytes) -> bytes:
    return context.encode() + b"\x00" + content_hash


def encode_signed(name: str, record: Mapping[str, Any], context: str, signer: Signer) -> bytes:
    """Return the Avro body of a record with its proof filled in."""
    body, _ = prove(encode(name, {**record, "proof": _EMPTY_PROOF})[PROOF_LENGTH:], context, signer)
    return body


def prove(content: bytes, context: str, signer: Signer) -> tuple[bytes, bytes]:
    """Return the body of an encoded content, which is its proof and itself, and the SHA-256 that was signed."""
    content_hash = sha256(content).digest()
    return signer.key_id + signer.sign(_statement(context, content_hash)) + content, content_hash


def verify(body: bytes, context: str, keyring: Keyring, at: int) -> PublicKey:
    """Return the key that signed a body. Raises SignatureInvalid.

    The proof must hold and the key must have been usable at ``at`` (ms UTC).
    """
    signer = keyring.key(body[:8])
    if signer is None or signer.use != "sign":
        raise SignatureInvalid(f"signing key {body[:8].hex()} is not registered")
    if not signer.usable_at(at):
        raise SignatureInvalid(f"key {body[:8].hex()} of {signer.participant} was not valid then")
    try:
        VerifyKey(signer.public_key).verify(statement(context, body[72:]), body[8:72])
    except (BadSignatureError, ValueError) as error:
        raise SignatureInvalid(f"the signature of {signer.participant} does not hold") from error
    return signer
