"""Suites: the algorithms behind a record's signature, seal, digest and surrogates, by a name that travels with it.

A signature is of the suite of the key that made it, a wrap of the suite of the key it is for, an envelope's content, a
set digest and the surrogates of a matching key of the suite their record or key names. `intl` is built in; another one,
as `gm` with SM2, SM3 and SM4, is made known by `register` before anything is read, and nothing outside this drawer and
`schemas.people.surrogates` asks which.

What is the same in every suite: the proof's length, contexts, statements, leaves, and all that is not cryptography.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from ..errors import SuiteUnknown
from ..people.surrogates import hmac_sha256, register_mac
from . import intl
from .digest import SetDigest, leaf
from .intl import INTL

KEY_ID_LENGTH = 8


class Signer(Protocol):
    """Whoever can sign."""

    key_id: bytes
    public_key: bytes
    suite: str

    def sign(self, message: bytes) -> bytes:
        """Return a signature of the suite's length."""


class Opener(Protocol):
    """A private key that opens what was wrapped for it."""

    public_key: bytes

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the secret. Raises ValueError if it was not wrapped for this key and context."""


class RunningDigest(Protocol):
    """The digest of a set of leaves that is kept while they come and go; their order does not matter."""

    def update(self, added: Iterable[bytes] = (), removed: Iterable[bytes] = ()) -> None:
        """Add and take out leaves; a leaf that stands in both cancels."""

    def state(self) -> bytes:
        """Return the bytes to store and to go on from."""

    def value(self) -> bytes:
        """Return the 32 bytes to publish and compare."""


@dataclass(frozen=True, slots=True)
class Suite:
    """One set of algorithms. `context` is additional data a ciphertext is bound to; what cannot be undone is a ValueError."""

    name: str
    content_hash: Callable[[bytes], bytes]
    """32 bytes of any content."""
    signer: Callable[[bytes], Signer]
    """From a seed of 32 bytes."""
    signature_length: int
    """At most 64: what the proof has room for."""
    holds: Callable[[bytes, bytes, bytes], bool]
    """Whether a public key's owner signed a message; third the signature."""
    opener: Callable[[bytes], Opener]
    """From a seed of 32 bytes."""
    wrap: Callable[[bytes, bytes, bytes], bytes]
    """For a public key: a secret, and its context."""
    content_key_length: int
    nonce_length: int
    encrypt: Callable[[bytes, bytes, bytes, bytes], bytes]
    """Content key, nonce, content, context."""
    decrypt: Callable[[bytes, bytes, bytes, bytes], bytes]
    leaf: Callable[[bytes, int, int, bytes], bytes]
    """Entry id, version, status, whole body: as `digest.leaf`, with this suite's hash."""
    set_digest: Callable[[bytes], RunningDigest]
    """From a stored state; from no bytes that of no leaves."""
    mac: Callable[[bytes, bytes], bytes]
    """Of surrogates and name tags: key and message; at least 16 bytes."""


_suites: dict[str, Suite] = {}


def register(suite: Suite) -> None:
    """Make a suite known; one of its name takes its place. Done before anything is read: nothing is looked at again."""
    _suites[suite.name] = suite
    register_mac(suite.name, suite.mac)


def find_suite(name: str) -> Suite | None:
    """Return the suite of that name, None if this release has none."""
    return _suites.get(name)


def suite_of(name: str) -> Suite:
    """Return the suite of that name. Raises SuiteUnknown."""
    suite = _suites.get(name)
    if suite is None:
        raise SuiteUnknown(name)
    return suite


def key_id(public_key: bytes, suite: str = INTL) -> bytes:
    """Return the first eight bytes of the suite's hash of the raw public key. Raises SuiteUnknown."""
    return suite_of(suite).content_hash(public_key)[:KEY_ID_LENGTH]


def signing_key(seed: bytes, suite: str = INTL) -> Signer:
    """Return the suite's signer of a seed of 32 bytes. Raises SuiteUnknown."""
    return suite_of(suite).signer(seed)


INTL_SUITE = Suite(
    INTL,
    intl.content_hash,
    intl.Ed25519Signer,
    intl.SIGNATURE_LENGTH,
    intl.holds,
    intl.X25519Opener,
    intl.wrap,
    intl.CONTENT_KEY_LENGTH,
    intl.NONCE_LENGTH,
    intl.encrypt,
    intl.decrypt,
    leaf,
    SetDigest,
    hmac_sha256,
)
register(INTL_SUITE)
