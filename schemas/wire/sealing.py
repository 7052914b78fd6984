"""Sealing: content only its recipients can open.

The content is encrypted once with a fresh AES-256-GCM key; that key is wrapped with HPKE (RFC 9180,
X25519, HKDF-SHA256) for each recipient: the court, its superior and an audit escrow. Wraps travel in
the log and stay there; the keys they are for belong to a retention kind and a month, and destroying
those private keys is erasure (schemas/law/retention.py). ``context`` binds an envelope to the record
that carries it.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from ..errors import LiandongError
from .codec import decode, encode, from_wire, to_wire
from .framing import unframe
from .signing import key_id

_HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_NONCE_LENGTH = 12


class CannotOpen(LiandongError):
    """An envelope that is not for this key, or was changed on the way."""

    def __init__(self, message: str) -> None:
        super().__init__(
            "ENVELOPE_UNREADABLE",
            message,
            "check that it was sealed to this participant, and whether its keys of that time were erased",
        )


@dataclass(frozen=True, slots=True)
class Recipient:
    """A public sealing key."""

    key_id: bytes
    public_key: bytes


class SealingKey:
    """An X25519 private key that opens envelopes."""

    def __init__(self, seed: bytes) -> None:
        self._key = X25519PrivateKey.from_private_bytes(seed)
        raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        self.public_key = self._key.public_key().public_bytes(*raw)
        self.key_id = key_id(self.public_key)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Decrypt the content key of an envelope."""
        return _HPKE.decrypt(wrapped, self._key, context)


@lru_cache(maxsize=4096)
def _public(raw: bytes) -> X25519PublicKey:
    """Return a recipient's key as the library wants it; kept, for the same courts are told again and again."""
    return X25519PublicKey.from_public_bytes(raw)


def seal(name: str, content: Mapping[str, Any], context: str, to: Sequence[Recipient]) -> bytes:
    """Encrypt a record of the named schema into an encoded ``SealedEnvelope``."""
    # no injected chance: HPKE's encapsulation draws from OpenSSL, so one content is never sealed to the same bytes twice
    secret, nonce, aad = AESGCM.generate_key(256), os.urandom(_NONCE_LENGTH), context.encode()  # noqa: TID251
    wraps = [
        {
            "key_id": one.key_id,
            "wrapped": _HPKE.encrypt(secret, _public(one.public_key), aad),
        }
        for one in to
    ]
    plain = to_wire(name, encode(name, content))
    envelope = {
        "suite": "intl",
        "nonce": nonce,
        "wraps": wraps,
        "ciphertext": AESGCM(secret).encrypt(nonce, plain, aad),
    }
    return to_wire("sealed-envelope", encode("sealed-envelope", envelope))


def sealed_to(sealed: bytes) -> list[bytes]:
    """Return the ids of the keys an envelope was sealed to. Raises Undecodable, FramingError."""
    return [wrap["key_id"] for wrap in decode(*unframe(sealed))["wraps"]]


def open_sealed(sealed: bytes, context: str, *keys: SealingKey) -> dict[str, Any]:
    """Return the record inside an envelope, opened with whichever of a participant's keys it was sealed to.

    Raises CannotOpen if it was sealed to none of them or was changed.
    """
    envelope, aad = decode(*unframe(sealed)), context.encode()
    by_id = {key.key_id: key for key in keys}
    readable = [(by_id[wrap["key_id"]], wrap["wrapped"]) for wrap in envelope["wraps"] if wrap["key_id"] in by_id]
    if not readable:
        raise CannotOpen(f"not sealed to any of {len(by_id)} keys that are here")
    key, wrapped = readable[0]
    try:
        secret = key.unwrap(wrapped, aad)
        plain = AESGCM(secret).decrypt(envelope["nonce"], envelope["ciphertext"], aad)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("the envelope was changed or belongs to another record") from error
    return from_wire(plain)
