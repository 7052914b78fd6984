"""Whose signature must stand under what, and what is done when a key is not known yet."""

from typing import TYPE_CHECKING

from ...schemas.law.listing import RecordClass
from ...schemas.wire.codec import GatePrefix, Undecodable, decode
from ...schemas.wire.signing import PublicKey, SignatureInvalid, verify
from ..catalogue import names

if TYPE_CHECKING:
    from .directory import RefreshingKeyring


class Verifier:
    """Checks list records and what notaries say; everything refused is a `SignatureInvalid` that says why.

    A key that is not known is looked up once more before the answer is no. If the register cannot be reached its
    TransportError goes up: not knowing is no reason to refuse a record for good.
    """

    def __init__(self, keyring: "RefreshingKeyring") -> None:
        self._keyring = keyring

    def record(self, fingerprint: bytes, body: bytes, prefix: GatePrefix, jurisdiction: str) -> None:
        """Require that the court a list record names signed it, with a key that was valid when the publisher accepted it."""
        context = names.state_topic(prefix["instrument"], jurisdiction)
        try:
            recorded_at = decode(fingerprint, body)["recorded_at"]
        except Undecodable as broken:
            raise SignatureInvalid(f"what was signed cannot be read in full: {broken.message}") from broken
        signer = self._signer(body, context, recorded_at)
        if signer.participant != prefix["court"]:
            raise SignatureInvalid(f"signed by {signer.participant}, claims to be from {prefix['court']}")
        if signer.kind != "court" and prefix["record_class"] != RecordClass.CANARY:
            raise SignatureInvalid(f"{signer.participant} is a {signer.kind}, only courts publish real entries")
        if signer.jurisdiction not in ("", jurisdiction):
            raise SignatureInvalid(f"{signer.participant} belongs to {signer.jurisdiction}, not {jurisdiction}")

    def notary(self, body: bytes, context: str, notary: str, jurisdiction: str, at: int) -> None:
        """Require that the notary a barrier or head names signed it, for the jurisdiction it is read in."""
        signer = self._signer(body, context, at)
        if signer.kind != "notary" or signer.participant != notary:
            raise SignatureInvalid(f"signed by {signer.kind} {signer.participant}, claims to be from notary {notary}")
        if signer.jurisdiction and jurisdiction not in signer.jurisdiction.split(","):
            raise SignatureInvalid(f"notary {notary} belongs to {signer.jurisdiction}, not {jurisdiction}")

    def _signer(self, body: bytes, context: str, at: int) -> PublicKey:
        if self._keyring.key(body[:8]) is None:
            self._keyring.refresh()
        return verify(body, context, self._keyring, at)
