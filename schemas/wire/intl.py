"""The algorithms of the suite `intl`: Ed25519, HPKE over X25519 with AES-256-GCM, SHA-256; its digest stands in `digest`."""

from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from nacl.bindings import crypto_sign
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

INTL = "intl"
SIGNATURE_LENGTH, CONTENT_KEY_LENGTH, NONCE_LENGTH = 64, 32, 12
_HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def content_hash(content: bytes) -> bytes:
    """Return the SHA-256."""
    return sha256(content).digest()


class Ed25519Signer:
    """Signs with an Ed25519 seed of 32 bytes."""

    suite = INTL

    def __init__(self, seed: bytes) -> None:
        self.public_key = bytes(SigningKey(seed).verify_key)
        self._secret = seed + self.public_key
        """As libsodium wants it; its plain call takes no copies, and this runs for every record of a list."""
        self.key_id = content_hash(self.public_key)[:8]

    def sign(self, message: bytes) -> bytes:
        """Return a 64-byte signature (RFC 8032)."""
        return crypto_sign(message, self._secret)[:SIGNATURE_LENGTH]


def holds(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether an Ed25519 signature is that of a key's owner under a message."""
    try:
        VerifyKey(public_key).verify(message, signature)
    except (BadSignatureError, ValueError):
        return False
    return True


class X25519Opener:
    """An X25519 private key of 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        self._key = X25519PrivateKey.from_private_bytes(seed)
        raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        self.public_key = self._key.public_key().public_bytes(*raw)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return what was wrapped for this key. Raises ValueError."""
        try:
            return _HPKE.decrypt(wrapped, self._key, context)
        except InvalidTag as error:
            raise ValueError("not wrapped for this key, or for another record") from error


@lru_cache(maxsize=4096)
def _public(raw: bytes) -> X25519PublicKey:
    """Return a recipient's key as the library wants it; kept, for the same courts are told again and again."""
    return X25519PublicKey.from_public_bytes(raw)


def wrap(public_key: bytes, secret: bytes, context: bytes) -> bytes:
    """Return the HPKE encapsulation and ciphertext (RFC 9180, base mode) of a secret."""
    return _HPKE.encrypt(secret, _public(public_key), context)


def encrypt(secret: bytes, nonce: bytes, plain: bytes, context: bytes) -> bytes:
    """Return the AES-256-GCM ciphertext with its tag."""
    return AESGCM(secret).encrypt(nonce, plain, context)


def decrypt(secret: bytes, nonce: bytes, ciphertext: bytes, context: bytes) -> bytes:
    """Return what `encrypt` was given. Raises ValueError."""
    try:
        return AESGCM(secret).decrypt(nonce, ciphertext, context)
    except InvalidTag as error:
        raise ValueError("changed, or of another record") from error
