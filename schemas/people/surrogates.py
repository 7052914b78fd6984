# mypyc: compile
"""Surrogates and name tags: how a subject is known on shared topics without its number.

surrogate = MAC(matching key, length-prefixed type, country and canonical number), 16 bytes;
name tag  = MAC(matching key, surrogate and comparison form of the name), 16 bytes.
The MAC is that of the matching key's suite: of `intl` HMAC-SHA-256, of others what `schemas.wire.suites` registers here.
The key is shared by all agencies, so this is pseudonymous, not anonymous, data (PIPL art. 73).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Protocol

from ..errors import SuiteUnknown

LENGTH = 16
_INTL = "intl"
_BLOCK = 64
"""Block of SHA-256, bytes."""


class _Hash(Protocol):
    """What `hashlib` gives; its own type is private."""

    def copy(self) -> "_Hash": ...
    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...


_macs: dict[str, Callable[[bytes, bytes], bytes]] = {}


def register_mac(suite: str, mac: Callable[[bytes, bytes], bytes]) -> None:
    """Make a suite's MAC known, a function of key and message that gives 16 bytes or more."""
    _macs[suite] = mac


@dataclass(frozen=True, slots=True)
class MatchingKey:
    """A secret of 32 bytes and its number; the number travels beside every surrogate."""

    key_id: int
    secret: bytes = field(repr=False)
    suite: str = _INTL

    def __reduce__(self) -> tuple[type["MatchingKey"], tuple[int, bytes, str]]:
        """Pickle for another process; a compiled frozen class cannot be filled afterwards."""
        return MatchingKey, (self.key_id, self.secret, self.suite)

    def surrogate(self, certificate_type: int, number: str, country: str = "") -> bytes:
        """Return 16 bytes for a certificate in canonical form (``schemas.people.certificates.normalise``)."""
        own = number.encode()
        if self.suite != _INTL:
            parts = (str(int(certificate_type)).encode(), country.encode(), own)
            return self._mac(b"".join([len(part).to_bytes(2, "big") + part for part in parts]))
        start, end = _begun(self.secret, certificate_type, country, len(own))
        return _hmac(start, end, own)[:LENGTH]

    def name_tag(self, surrogate: bytes, comparison_form: str) -> bytes:
        """Return 16 bytes for a name in comparison form (``schemas.people.names.comparison_form``)."""
        message = surrogate + comparison_form.encode()
        return _hmac(*_states(self.secret), message)[:LENGTH] if self.suite == _INTL else self._mac(message)

    def _mac(self, message: bytes) -> bytes:
        mac = _macs.get(self.suite)
        if mac is None:
            raise SuiteUnknown(self.suite)
        return mac(self.secret, message)[:LENGTH]


def hmac_sha256(secret: bytes, message: bytes) -> bytes:
    """Return the MAC of the suite `intl`."""
    return _hmac(*_states(secret), message)


def _hmac(start: _Hash, end: _Hash, message: bytes) -> bytes:
    """Return HMAC-SHA-256 (RFC 2104) from the two states a key begins with.

    The standard library's takes 2.5 times as long for a message, and every check makes one or more.
    """
    inner, outer = start.copy(), end.copy()
    inner.update(message)
    outer.update(inner.digest())
    return outer.digest()


@lru_cache(maxsize=64)
def _states(secret: bytes) -> "tuple[_Hash, _Hash]":
    """Return the states of SHA-256 after the inner and the outer padding of a key."""
    key = (sha256(secret).digest() if len(secret) > _BLOCK else secret).ljust(_BLOCK, b"\x00")
    return sha256(bytes(byte ^ 0x36 for byte in key)), sha256(bytes(byte ^ 0x5C for byte in key))


@lru_cache(maxsize=4096)
def _begun(secret: bytes, certificate_type: int, country: str, length: int) -> "tuple[_Hash, _Hash]":
    """Return the states of a key when all of the message but the number itself is in: its length-prefixed parts come first."""
    start, end = _states(secret)
    begun = start.copy()
    for part in (str(int(certificate_type)).encode(), country.encode()):
        begun.update(len(part).to_bytes(2, "big") + part)
    begun.update(length.to_bytes(2, "big"))
    return begun, end
