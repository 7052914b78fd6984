"""A certificate in canonical form, and the types there are."""

from enum import IntEnum

import msgspec

from ..masking import Masked


class CertificateType(IntEnum):
    """Kind of certificate; the numbers travel in records and surrogates and never change."""

    CN_ID = 1
    """Citizen identity number (公民身份号码), 18 characters."""
    CN_ID15 = 2
    """Its 15-digit predecessor; only ever an input, `normalise` makes it a CN_ID."""
    PASSPORT = 3
    """Passport; unique only together with the issuing country."""
    HK_MACAU_PERMIT = 4
    """Travel permit of Hong Kong and Macau residents (回乡证)."""
    TAIWAN_PERMIT = 5
    """Travel permit of Taiwan residents (台胞证)."""
    RESIDENCE_PERMIT = 6
    """Residence permit of Hong Kong, Macau and Taiwan residents (港澳台居民居住证)."""
    FOREIGN_PR_CARD = 7
    """Foreign permanent resident identity card (外国人永久居留身份证)."""
    USCC = 20
    """Unified social credit code (统一社会信用代码)."""
    ORG_CODE = 21
    """Organisation code (组织机构代码)."""
    BUSINESS_REG = 22
    """Business registration number (工商注册号), before 2015."""

    __hash__ = int.__hash__
    """The enumeration's own is written in Python, and types are looked up in every check."""

    @property
    def is_personal(self) -> bool:
        """Whether natural persons carry it; the others belong to entities."""
        return self < CertificateType.USCC


IDENTITY_TYPES = frozenset((CertificateType.CN_ID, CertificateType.RESIDENCE_PERMIT, CertificateType.FOREIGN_PR_CARD))
"""Canonical types whose 18-character numbers carry birth date and sex."""

RESERVED_REGION = "10"
"""First two digits of the identity numbers that canaries carry; GB/T 2260 gives them to no province."""
_VISIBLE_START = 3
_VISIBLE_END = 2


class Certificate(Masked, msgspec.Struct, frozen=True):
    """A certificate in canonical form; shows itself masked only.

    `country` is the issuer of a passport (ISO 3166-1 alpha-3 or ICAO Doc 9303), empty for all other types.
    """

    type: CertificateType
    number: str
    country: str = ""

    @property
    def is_reserved(self) -> bool:
        """Whether it is an identity number of no region there is: such ones are canaries' and nobody's."""
        return self.type == CertificateType.CN_ID and self.number.startswith(RESERVED_REGION)

    def __repr__(self) -> str:
        """Show it masked: certificates reach logs and tracebacks."""
        return f"Certificate({self})"

    def __str__(self) -> str:
        """Return type, country and masked number."""
        return " ".join(part for part in (self.type.name, self.country, mask(self.number)) if part)


def mask(number: str) -> str:
    """Leave the first three and the last two characters; of numbers under nine characters the last two only."""
    start = _VISIBLE_START if len(number) > 8 else 0
    end = _VISIBLE_END if len(number) > 4 else 0
    return number[:start] + "*" * (len(number) - start - end) + number[len(number) - end :]
