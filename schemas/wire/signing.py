"""Signatures over what travels.

A signed record starts with ``proof``: eight bytes of key id, 64 bytes of signature. The signature
covers ``context``, a zero byte and the hash of everything after the proof, so it survives any
transport, framing or mirror, and nothing but the bytes themselves is needed to check it. For list
records the context is the logical topic, which binds list, entry, version and court sequence.

Hash and signature are those of the signing key's suite (`suites`); a signature shorter than 64 bytes is
followed by zeros.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ..errors import LiandongError
from ..phrases import Phrase, chinese
from .codec import encode
from .intl import INTL, Ed25519Signer
from .suites import KEY_ID_LENGTH, Signer, find_suite, key_id, suite_of

__all__ = [
    "PROOF_LENGTH",
    "Ed25519Signer",
    "Keyring",
    "PublicKey",
    "SignatureInvalid",
    "Signer",
    "encode_signed",
    "key_id",
    "prove",
    "statement",
    "verify",
]

PROOF_LENGTH = 72
_EMPTY_PROOF = bytes(PROOF_LENGTH)
_ROOM = PROOF_LENGTH - KEY_ID_LENGTH
"""Bytes for the signature."""


class SignatureInvalid(LiandongError):
    """Bytes whose proof does not hold; they must not take effect."""

    def __init__(self, message: str) -> None:
        super().__init__(
            "SIGNATURE_INVALID",
            message,
            "do not act on it; check that the writer's key is registered, in time and not revoked",
            f"签名无效：{chinese(message)}",
            "请勿据此办理；请核实写入方的密钥是否已登记、是否在有效期内、是否已吊销",
        )


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A registered public key and what its owner may do with it."""

    key_id: bytes
    participant: str
    kind: str
    """court, agency, approver, notary, supervisor, escrow or publisher."""
    jurisdiction: str
    use: str
    """sign or seal."""
    public_key: bytes
    valid_from: int = 0
    valid_until: int = 0
    revoked_at: int = 0
    """Milliseconds UTC; 0 = open / not revoked."""
    suite: str = INTL
    """Whose algorithms it is used with; one that is not known here signs nothing that holds."""
    retention: str = ""
    period: str = ""
    """Of a sealing key: what is sealed to it, and in which month (schemas/law/retention.py)."""

    @property
    def places(self) -> frozenset[str]:
        """The jurisdictions its owner acts in."""
        return frozenset(self.jurisdiction.split(",")) - {""}

    def usable_at(self, at: int) -> bool:
        """Return whether a signature made at ``at`` (ms UTC) counts."""
        if at < self.valid_from or (self.valid_until and at >= self.valid_until):
            return False
        return not (self.revoked_at and at >= self.revoked_at)


class Keyring(Protocol):
    """Find registered keys: the room of facts' own view of `topics.keys.directory`, filled from ``participants.keys.v1``."""

    def key(self, key_id: bytes) -> PublicKey | None:
        """Return the registered key, None if unknown."""


def statement(context: str, content: bytes, suite: str = INTL) -> bytes:
    """Return the bytes that are signed: context, a zero byte, the suite's hash of the content. Raises SuiteUnknown."""
    return _statement(context, suite_of(suite).content_hash(content))


def _statement(context: str, content_hash: bytes) -> bytes:
    return context.encode() + b"\x00" + content_hash


def encode_signed(name: str, record: Mapping[str, Any], context: str, signer: Signer) -> bytes:
    """Return the Avro body of a record with its proof filled in."""
    body, _ = prove(encode(name, {**record, "proof": _EMPTY_PROOF})[PROOF_LENGTH:], context, signer)
    return body


def prove(content: bytes, context: str, signer: Signer) -> tuple[bytes, bytes]:
    """Return the body of an encoded content, which is its proof and itself, and the hash that was signed."""
    content_hash = suite_of(signer.suite).content_hash(content)
    signature = signer.sign(_statement(context, content_hash)).ljust(_ROOM, b"\x00")
    return signer.key_id + signature + content, content_hash


def verify(body: bytes, context: str, keyring: Keyring, at: int, *, revocable: bool = True) -> PublicKey:
    """Return the key that signed a body. Raises SignatureInvalid.

    The proof must hold and the key must have been usable at ``at`` (ms UTC). Without `revocable` it does not matter whether it
    was revoked: who asks so knows that in another way than by what the record says of its own time.
    """
    signer = keyring.key(body[:KEY_ID_LENGTH])
    if signer is None or signer.use != "sign":
        raise SignatureInvalid(
            Phrase(f"signing key {body[:8].hex()} is not registered", f"签名密钥 {body[:8].hex()} 未登记")
        )
    if not (signer if revocable else replace(signer, revoked_at=0)).usable_at(at):
        raise SignatureInvalid(
            Phrase(
                f"key {body[:8].hex()} of {signer.participant} was not valid then",
                f"{signer.participant} 的密钥 {body[:8].hex()} 当时不在有效期内",
            )
        )
    suite = find_suite(signer.suite)
    if suite is None:
        raise SignatureInvalid(
            Phrase(
                f"key {body[:8].hex()} of {signer.participant} is of a suite that is not known here",
                f"{signer.participant} 的密钥 {body[:8].hex()} 所用算法套件在此未知",
            )
        )
    end = KEY_ID_LENGTH + suite.signature_length
    signed = _statement(context, suite.content_hash(body[PROOF_LENGTH:]))
    if any(body[end:PROOF_LENGTH]) or not suite.holds(signer.public_key, signed, body[KEY_ID_LENGTH:end]):
        raise SignatureInvalid(
            Phrase(f"the signature of {signer.participant} does not hold", f"{signer.participant} 的签名不成立")
        )
    return signer
