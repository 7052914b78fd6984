# mypyc: compile
"""From a checked listing to the fields of a `ListRecord`: pure, no clock, no database.

A record of a live entry says everything a gate and a reader of a hit need, without a number; a record of an ended entry
says that it ended and why, nothing about the person.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec

from ...schemas.dates import end_of_day_ms, start_of_day_ms
from ...schemas.fingerprints import fingerprint
from ...schemas.law.listing import Link, RecordClass, Status
from ...schemas.people.certificates import Certificate, CertificateType, equivalents
from ...schemas.people.names import comparison_form
from ...schemas.people.surrogates import MatchingKey
from ...schemas.wire.codec import decode_fields, encode_fields
from ..intake.rows.model import HeldCertificate, Initiative, ListingInput

Fields = dict[str, Any]
_EMPTIED = ("name", "case_number", "decision_number", "term_start", "term_end", "filing_date", "publish_date",
            "basis_number", "basis_maker", "claim_amount", "related_entity")  # fmt: skip
"""Text fields of a record that must not outlive the entry."""


_SCHEMA = "list-record"


class RecordParts(NamedTuple):
    """What a record says, encoded, without what acceptance adds before, between and behind: a body's two large parts."""

    instrument: int
    gate: bytes
    """From `instrument` to `identities`."""
    content: bytes
    """From `name` to the end."""

    def __repr__(self) -> str:
        """Show what it is, not whom it names."""
        return f"RecordParts(instrument={self.instrument}, {len(self.gate) + len(self.content)} bytes)"


def parts_of(record: Mapping[str, Any]) -> RecordParts:
    """Encode the parts of a record's fields."""
    instrument, *rest = _leading_values(record)
    leading = _leading(instrument, record["record_class"], record["status"], *rest)
    return RecordParts(
        record["instrument"],
        leading + encode_fields(_SCHEMA, "identities", "identities", record),
        encode_fields(_SCHEMA, "name", "related_entity", record),
    )


_LEADING = ("instrument", "record_class", "status", "person_kind", "person_role", "effective_from", "effective_until")
_leading_values = itemgetter("instrument", "person_kind", "person_role", "effective_from", "effective_until")
"""Those of them that a court can correct."""


@lru_cache(maxsize=16384)
def _leading(*values: int) -> bytes:
    """Encode the integers before the identities; many records of a file share them."""
    return encode_fields(_SCHEMA, "instrument", "effective_until", dict(zip(_LEADING, values, strict=True)))


def fields_of(parts: RecordParts) -> Fields:
    """Decode the fields in the parts."""
    gate = decode_fields(_SCHEMA, "instrument", "identities", parts.gate)
    return gate | decode_fields(_SCHEMA, "name", "related_entity", parts.content)


def content_of(listing: ListingInput) -> Fields:
    """Return the fields of a listing that travel, but for the identities, which need the matching keys."""
    return {
        "instrument": int(listing.instrument),
        "person_kind": int(listing.kind),
        "person_role": int(listing.role),
        "effective_from": start_of_day_ms(listing.publish_date),
        "effective_until": listing.effective_until_ms,
        "name": listing.name,
        "court_name": listing.court_name,
        "case_number": listing.case_number,
        "decision_number": listing.decision_number,
        "grounds": [int(ground) for ground in listing.grounds],
        "term_start": _day(listing.term_start),
        "term_end": _day(listing.term_end),
        "filing_date": _day(listing.filing_date),
        "publish_date": _day(listing.publish_date),
        "basis_number": listing.basis_number,
        "basis_maker": listing.basis_maker,
        "performance": int(listing.performance),
        "claim_amount": listing.claim_amount,
        "related_entity": listing.related_entity,
    }


def digest_of(
    content: Mapping[str, Any],
    certificates: Sequence[HeldCertificate],
    encoded: bytes | None = None,
    packed: bytes | None = None,
) -> bytes:
    """Return 16 bytes that change when anything a court can correct changes; they stay in the court's own database.

    `encoded` is the content of the record's `RecordParts` and `packed` the certificates packed, where they are at hand.
    The certificates count by themselves, whichever matching keys are in use; a change of status or class is no correction.
    """
    instrument, *rest = _leading_values(content)
    leading = _leading(instrument, int(RecordClass.REAL), int(Status.ACTIVE), *rest)
    if encoded is None:
        encoded = encode_fields(_SCHEMA, "name", "related_entity", content)
    if packed is None or len(certificates) > 1:
        packed = pack_certificates(sorted(certificates, key=_identifying))
    return blake2b(leading + encoded + packed, digest_size=16).digest()


def remainder_of(listing: ListingInput) -> bytes:
    """Return 8 bytes that change when anything changes that a row says and its record does not carry.

    Two rows that differ in it contradict each other; a published entry does not change by it. It is never stored.
    """
    remainder = (
        listing.sex,
        listing.birth_date,
        listing.previous_case_number,
        listing.initiated_by,
        listing.applied_on,
        listing.related_entity_certificate,
        listing.legal_representative,
        listing.debtor_category,
        listing.term.basis,
        listing.term.extension_months,
        listing.beginning,
    )
    return blake2b(_encode(remainder), digest_size=8).digest()


_encode = msgspec.msgpack.Encoder().encode


def _identifying(each: HeldCertificate) -> tuple[int, str, str, int]:
    certificate = each.certificate
    return certificate.type, certificate.country, certificate.number, each.link


def identities(certificates: Iterable[HeldCertificate], name: str, keys: Sequence[MatchingKey]) -> list[Fields]:
    """Return what agencies match by: every certificate and every one it contains, under every matching key in use."""
    form = comparison_form(name)
    identity_fields = []
    for key in keys:
        named: set[Certificate] = set()
        for each in certificates:
            for certificate in equivalents(each.certificate):
                if certificate not in named:
                    named.add(certificate)
                    surrogate = key.surrogate(int(certificate.type), certificate.number, certificate.country)
                    identity_fields.append(
                        {
                            "key_id": key.key_id,
                            "certificate_type": int(certificate.type),
                            "link": int(each.link),
                            "surrogate": surrogate,
                            "name_tag": key.name_tag(surrogate, form),
                        }
                    )
    return identity_fields


def with_term_end(content: Mapping[str, Any], last_day: date) -> Fields:
    """Return the content with another last day."""
    return {**content, "term_end": last_day.isoformat(), "effective_until": end_of_day_ms(last_day)}


def ended(record: Mapping[str, Any], status: Status) -> Fields:
    """Return what is left of a record that ends: which entry of which court, which instrument; no person, no case."""
    return {
        **record,
        **dict.fromkeys(_EMPTIED, ""),
        "status": int(status),
        "person_kind": 0,
        "person_role": 0,
        "effective_from": 0,
        "effective_until": 0,
        "identities": [],
        "grounds": [],
        "performance": 0,
    }


def holder_hash(certificate: Certificate) -> bytes:
    """Return 16 bytes by which a court finds its own entries; an unkeyed hash of a number, so it stays in its database."""
    text = "\x1f".join((str(int(certificate.type)), certificate.country, certificate.number))
    return fingerprint(text.encode())[:16]


def name_hash(name: str) -> bytes:
    """Return eight bytes equal for two spellings of one name."""
    return blake2b(comparison_form(name).encode("utf-8", "surrogatepass"), digest_size=8).digest()


def pack_certificates(certificates: Sequence[HeldCertificate]) -> bytes:
    """Pack the raw certificates for the court's own database."""
    rows = [
        [int(each.certificate.type), each.certificate.country, each.certificate.number, int(each.link)]
        for each in certificates
    ]
    return msgspec.json.encode(rows)


def pack_beginning(listing: ListingInput) -> bytes:
    """Pack what is stated of the beginning for the court's own database, by intake column; empty if nothing is."""
    beginning = listing.beginning
    stated = {
        "signed_by": beginning.signed_by,
        "signed_on": _day(beginning.signed_on),
        "served_on": _day(beginning.served_on),
        "initiated_by": "" if listing.initiated_by is Initiative.UNKNOWN else listing.initiated_by.value,
        "applied_on": _day(listing.applied_on),
        "warned_on": _day(beginning.warned_on),
    }
    return msgspec.json.encode(stated) if any(stated.values()) else b""


def unpack_beginning(packed: bytes | None) -> dict[str, str]:
    """Unpack what is stated of a beginning: by intake column what is not empty."""
    stated: dict[str, str] = msgspec.json.decode(packed) if packed else {}
    return {column: text for column, text in stated.items() if text}


def completed_beginning(before: bytes | None, now: bytes) -> bytes:
    """Return what was stated of a beginning with what a later row adds; what was stated already stays."""
    return msgspec.json.encode(unpack_beginning(now) | unpack_beginning(before))


def unpack_certificates(packed: bytes) -> tuple[HeldCertificate, ...]:
    """Unpack what `pack_certificates` packed."""
    return tuple(
        HeldCertificate(Certificate(CertificateType(kind), number, country), Link(link))
        for kind, country, number, link in msgspec.json.decode(packed)
    )


def new_record(content: Mapping[str, Any], identity_fields: list[Fields], record_class: RecordClass) -> Fields:
    """Return a listing's content and identities as a live entry's record, without what acceptance adds."""
    return {**content, "record_class": int(record_class), "status": int(Status.ACTIVE), "identities": identity_fields}


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
