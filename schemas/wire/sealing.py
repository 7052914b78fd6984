"""Sealing: content only its recipients can open.

The content is encrypted once with a fresh key; that key is wrapped for each recipient: the court, its superior and an
audit escrow. Wraps travel in the log and stay there; the keys they are for belong to a retention kind and a month, and
destroying those private keys is erasure (schemas/law/retention.py). ``context`` binds an envelope to the record that carries it.

The content's cipher is of the suite the envelope names, which is that of the first recipient; each wrap is of the suite of
the key it is for (`suites`).
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import LiandongError
from ..phrases import Phrase, chinese
from .avro_schemas import is_version_of
from .codec import Undecodable, decode, encode, from_wire, to_wire
from .framing import unframe
from .intl import INTL
from .suites import find_suite, key_id, suite_of

_SCHEMA = "sealed-envelope"
_LONGEST_NAME = 32
"""Characters of a suite's name shown: it is what somebody wrote."""


class CannotOpen(LiandongError):
    """An envelope that is not for this key, or was changed on the way."""

    def __init__(self, message: str) -> None:
        super().__init__(
            "ENVELOPE_UNREADABLE",
            message,
            "check that it was sealed to this participant, and whether its keys of that time were erased",
            f"密封内容无法打开：{chinese(message)}",
            "请核实其是否密封给本参与方，以及当时的密钥是否已销毁",
        )


@dataclass(frozen=True, slots=True)
class Recipient:
    """A public sealing key."""

    key_id: bytes
    public_key: bytes
    suite: str = INTL


class SealingKey:
    """A private key that opens envelopes."""

    def __init__(self, seed: bytes, suite: str = INTL) -> None:
        """Take a seed of 32 bytes. Raises SuiteUnknown."""
        self._opener = suite_of(suite).opener(seed)
        self.public_key = self._opener.public_key
        self.key_id = key_id(self.public_key, suite)
        self.suite = suite

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Decrypt the content key of an envelope. Raises ValueError."""
        return self._opener.unwrap(wrapped, context)


def seal(name: str, content: Mapping[str, Any], context: str, to: Sequence[Recipient]) -> bytes:
    """Encrypt a record of the named schema into an encoded ``SealedEnvelope``. Raises SuiteUnknown."""
    suite, aad = suite_of(to[0].suite if to else INTL), context.encode()
    # no injected chance: wrapping draws from the library, so one content is never sealed to the same bytes twice
    secret, nonce = os.urandom(suite.content_key_length), os.urandom(suite.nonce_length)  # noqa: TID251
    wraps = [{"key_id": one.key_id, "wrapped": suite_of(one.suite).wrap(one.public_key, secret, aad)} for one in to]
    envelope = {
        "suite": suite.name,
        "nonce": nonce,
        "wraps": wraps,
        "ciphertext": suite.encrypt(secret, nonce, to_wire(name, encode(name, content)), aad),
    }
    return to_wire(_SCHEMA, encode(_SCHEMA, envelope))


def sealed_to(sealed: bytes) -> list[bytes]:
    """Return the ids of the keys an envelope was sealed to. Raises Undecodable, FramingError."""
    return [wrap["key_id"] for wrap in _envelope(sealed)["wraps"]]


def _envelope(sealed: bytes) -> dict[str, Any]:
    fingerprint, body = unframe(sealed)
    if not is_version_of(fingerprint, _SCHEMA):
        raise Undecodable(Phrase("it is no sealed envelope", "不是密封内容"))
    return decode(fingerprint, body)


def open_sealed(sealed: bytes, context: str, *keys: SealingKey) -> dict[str, Any]:
    """Return the record inside an envelope, opened with whichever of a participant's keys it was sealed to.

    Raises CannotOpen if it was sealed to none of them, was changed, or is of a suite that is not known here.
    """
    envelope, aad = _envelope(sealed), context.encode()
    suite = find_suite(envelope["suite"])
    if suite is None:
        raise CannotOpen(
            Phrase(
                f"sealed under the suite {envelope['suite'][:_LONGEST_NAME]!r}, which is not known here",
                f"密封所用算法套件 {envelope['suite'][:_LONGEST_NAME]} 在此未知",
            )
        )
    by_id = {key.key_id: key for key in keys}
    readable = [(by_id[wrap["key_id"]], wrap["wrapped"]) for wrap in envelope["wraps"] if wrap["key_id"] in by_id]
    if not readable:
        raise CannotOpen(
            Phrase(f"not sealed to any of {len(by_id)} keys that are here", f"不是密封给这里的 {len(by_id)} 个密钥")
        )
    key, wrapped = readable[0]
    try:
        secret = key.unwrap(wrapped, aad)
        plain = suite.decrypt(secret, envelope["nonce"], envelope["ciphertext"], aad)
    except ValueError as error:
        raise CannotOpen(
            Phrase("the envelope was changed or belongs to another record", "密封内容已被改动，或属于其他记录")
        ) from error
    return from_wire(plain)
