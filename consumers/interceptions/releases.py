"""Releases: when what a person was stopped by ends, the court hears it once for every transaction still stopped.

The gate frees by itself, at once; this tells it. Read from the relief lanes, where every change that frees somebody
travels, and now and then from the copy (`missed_releases`); a hit on a newer version than the one that frees stays open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import NamedTuple

import structlog
from sqlalchemy import Connection, delete, select

from ...schemas import ids
from ...schemas.dates import date_of_ms
from ...schemas.law.listing import Status
from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import GatePrefix, Undecodable, decode_prefix
from ...schemas.wire.framing import FramingError
from ...schemas.wire.signing import SignatureInvalid
from ...schemas.wire.suites import KEY_ID_LENGTH
from ...topics.catalogue import names
from ...topics.keys.entitlement import WrongJurisdiction, WrongKind
from ...topics.keys.signatures import SIGNER_UNKNOWN, KeyRevoked, Verifier
from ...topics.storage.bulk import insert_missing_rows
from ...topics.transport.errors import TransportError
from ...topics.transport.received import unwrap_value
from ..acts_db import idempotency
from ..acts_db.context import AgencyContext
from ..acts_db.messages import Received
from ..acts_db.outcomes import Poison, Retry
from ..acts_db.sending import AgencyEvent, SealedPart, send_or_keep
from ..acts_db.tables import open_hits
from ..gate.hits import handle_of
from . import recent_releases
from .recent_releases import HandledVersion, SignersNow

_log = structlog.get_logger(__name__)

INTERCEPTION_SCHEMA = "interception"


@dataclass(frozen=True, slots=True)
class OpenHit:
    """A transaction refused or held, as its interception told it."""

    event_id: bytes
    """Handle of the interception."""
    entry_id: bytes
    entry_version: int
    jurisdiction: str
    court: str
    measure: str
    rule_version: str
    notary: str
    barrier: int
    record_class: int
    subject: str
    """Handle of the surrogate that matched (`hits.handle_of`)."""
    check_id: str
    transaction_kind: str
    site: str


_COLUMNS = OpenHit.__slots__
_row = attrgetter(*_COLUMNS)


class SignedRecord(NamedTuple):
    """A list record, its signature not checked here yet."""

    fingerprint: bytes
    body: bytes
    prefix: GatePrefix


def note_open(connection: Connection, context: AgencyContext, hits: Sequence[OpenHit]) -> None:
    """Remember hits until they are released, and release those that come too late for that.

    Runs in the transaction that keeps their interceptions for the next batch, after them; it began with
    `recent_releases.lock_entries`.
    """
    signers = SignersNow(Verifier(context.directory).may_follow, partial(_counts, context))
    stopped = [HandledVersion(hit.entry_id, hit.entry_version, hit.court) for hit in hits]
    freed = [
        recent_releases.freed_by(connection, version, hit.subject, signers)
        for hit, version in zip(hits, stopped, strict=True)
    ]
    still_open = [hit for hit, version in zip(hits, freed, strict=True) if version is None]
    insert_missing_rows(connection, open_hits, _COLUMNS, map(_row, still_open))
    for hit, version in zip(hits, freed, strict=True):
        if version is not None:
            idempotency.forget_decision(connection, hit.check_id)
            _tell(connection, context, hit, version)


def release(connection: Connection, context: AgencyContext, message: Received, jurisdiction: str) -> int:
    """Tell the releases a record of a relief lane brings about, and return how many those were. Raises Poison or Retry."""
    relief = _read(message)
    return 0 if relief is None else release_by(connection, context, relief, jurisdiction)


def release_by(
    connection: Connection, context: AgencyContext, record: SignedRecord, jurisdiction: str, *, proven: bool = False
) -> int:
    """Tell the releases a list record brings about, and return how many those were. Raises Poison or Retry.

    `proven`: the copy of the list holds the record, and that its court signed it is known.
    """
    prefix = record.prefix
    recent_releases.lock_entries(connection, (prefix["entry_id"],))
    still_meant = _still_meant(prefix)
    verifier = Verifier(context.directory)
    signer = verifier.signer_of(prefix)
    older = [hit for hit in _older_hits(connection, prefix) if hit.subject not in still_meant]
    hits = [hit for hit in older if verifier.may_follow(hit.court, signer)]
    try:
        if not proven and not _holds(context, record, jurisdiction):
            return 0
    except Poison:
        if any(verifier.may_follow(hit.court, prefix["court"]) for hit in older):
            raise
        return 0  # it frees nobody, and no gate takes it either
    handled = HandledVersion(prefix["entry_id"], prefix["version"], signer)
    recent_releases.remember(connection, handled, record.body[:KEY_ID_LENGTH], still_meant, context.clock.now())
    idempotency.forget_decisions(connection, prefix["entry_id"], prefix["version"], still_meant)
    for hit in hits:
        connection.execute(delete(open_hits).where(open_hits.c.event_id == hit.event_id))
        _tell(connection, context, hit, prefix["version"])
    if hits:
        _log.info("released", entry=ids.entry_text(prefix["instrument"], prefix["entry_id"]), hits=len(hits))
    return len(hits)


def release_all(connection: Connection, context: AgencyContext, entry_id: bytes) -> None:
    """Tell the releases of everybody who is stopped by an entry that no court made."""
    recent_releases.lock_entries(connection, (entry_id,))
    rows = connection.execute(select(open_hits).where(open_hits.c.entry_id == entry_id).with_for_update())
    for hit in [OpenHit(**row._mapping) for row in rows]:  # noqa: SLF001  the documented way to a row's columns
        idempotency.forget_decision(connection, hit.check_id)
        connection.execute(delete(open_hits).where(open_hits.c.event_id == hit.event_id))
        _tell(connection, context, hit, hit.entry_version)


def _read(message: Received) -> SignedRecord | None:
    """Read a list record; None for a barrier. Raises Poison."""
    try:
        fingerprint, body = unwrap_value(message.value, message.headers)
        if is_version_of(fingerprint, "barrier"):
            return None
        if not is_version_of(fingerprint, "list-record"):
            raise Poison("WRONG_SCHEMA", f"schema {fingerprint.hex()} is no list record known to this release")
        return SignedRecord(fingerprint, body, decode_prefix(body))
    except (FramingError, Undecodable) as broken:
        raise Poison("UNDECODABLE", type(broken).__name__) from broken


def _still_meant(prefix: GatePrefix) -> set[str]:
    """Return the handles of those whom the entry restricts from this version on."""
    if prefix["status"] != Status.ACTIVE:
        return set()
    return {handle_of(identity["surrogate"]) for identity in prefix["identities"]}


def _older_hits(connection: Connection, prefix: GatePrefix) -> list[OpenHit]:
    """Return the open hits on older versions of the entry."""
    older = (open_hits.c.entry_id == prefix["entry_id"], open_hits.c.entry_version < prefix["version"])
    rows = connection.execute(select(open_hits).where(*older).with_for_update())
    return [OpenHit(**row._mapping) for row in rows]  # noqa: SLF001  the documented way to a row's columns


def _holds(context: AgencyContext, record: SignedRecord, jurisdiction: str) -> bool:
    """Return whether a record frees anybody: not if its key was revoked, until the copy of the list shows that it does."""
    if context.directory.key(record.body[:8]) is None:
        raise Retry(SIGNER_UNKNOWN)
    try:
        Verifier(context.directory).record(*record, jurisdiction)
    except (WrongKind, WrongJurisdiction) as not_entitled:
        raise Poison("AUTHORITY_MISMATCH", not_entitled.message) from not_entitled
    except KeyRevoked:
        return False
    except SignatureInvalid as invalid:
        raise Poison("SIGNATURE_INVALID", invalid.message) from invalid
    return True


def _counts(context: AgencyContext, key_id: bytes) -> bool:
    """Return whether what a key has signed frees anybody by itself, now; if nobody can know, the copy of the list will say."""
    try:
        key = context.directory.key(key_id)
    except TransportError:
        return False
    return key is not None and not key.revoked_at


def _tell(connection: Connection, context: AgencyContext, hit: OpenHit, version: int) -> None:
    handle, now = context.chance.random_id(), context.clock.now()
    fields = {
        "event_id": handle,
        "jurisdiction": hit.jurisdiction,
        "court": hit.court,
        "outcome": "RELEASED",
        "rule_version": hit.rule_version,
        "day": date_of_ms(now).isoformat(),
        "record_class": hit.record_class,
    }
    topic, sealed = names.interceptions(hit.jurisdiction), SealedPart("interception-detail", _detail(hit, version, now))
    send_or_keep(connection, context, [AgencyEvent(INTERCEPTION_SCHEMA, topic, handle, now, fields, sealed)])


def _detail(hit: OpenHit, version: int, now: int) -> dict[str, object]:
    """Return what is sealed to the court."""
    return {
        "entry_id": hit.entry_id,
        "entry_version": version,
        "measure": hit.measure,
        "notary": hit.notary,
        "barrier": hit.barrier,
        "check_id": hit.check_id,
        "occurred_at": now,
        "transaction": hit.transaction_kind,
        "site": hit.site,
        "attributes": {"released": ids.text("evt", hit.event_id)},
        "traceparent": "",  # nobody's request brings a release about
    }
