"""Surrogates and name tags: how a subject is known on shared topics without its number.

surrogate = HMAC-SHA-256(matching key, length-prefixed type and canonical number), 16 bytes;
name tag  = HMAC-SHA-256(matching key, surrogate and comparison form of the name), 16 bytes.
The key is shared by all agencies, so this is pseudonymous, not anonymous, data (PIPL art. 73).
"""

import hmac
from dataclasses import dataclass, field

LENGTH = 16


@dataclass(frozen=True, slots=True)
class MatchingKey:
    """A secret of 32 bytes and its number; the number travels beside every surrogate."""

    key_id: int
    secret: bytes = field(repr=False)

    def surrogate(self, certificate_type: int, number: str, country: str = "") -> bytes:
        """16 bytes for a certificate in canonical form (``schemas.certificates.normalise``)."""
        parts = (str(certificate_type), country, number)
        message = b"".join(len(raw := part.encode()).to_bytes(2, "big") + raw for part in parts)
        return hmac.digest(self.secret, message, "sha256")[:LENGTH]

    def name_tag(self, surrogate: bytes, comparison_form: str) -> bytes:
        """16 bytes for a name in comparison form (``schemas.names.comparison_form``)."""
        return hmac.digest(self.secret, surrogate + comparison_form.encode(), "sha256")[:LENGTH]
