"""Publishing keys: one record each on `participants.keys.v1`, signed by the root."""

from collections.abc import Iterator
from typing import Any

from ...schemas import ids
from ...schemas.wire.signing import encode_signed
from ..catalogue import names
from ..transport.envelope import SchemaIds, outgoing
from ..transport.errors import BrokerUnreachable
from ..transport.ports import Delivered, OutgoingRecord, Publisher
from .key_book import KeyEntry
from .known_keys import SCHEMA
from .manifest import Participant
from .participants import ESCROW
from .registrar import Registrar

PATIENCE = 30.0
"""Seconds the records have to be taken."""


def publish_keys(
    publisher: Publisher, participants: Registrar, participant: str, *, registry: SchemaIds | None = None
) -> int:
    """Publish all keys of a participant, or of the escrow; return how many. Publishing again changes nothing.

    ROOT_ELSEWHERE without the pinned root's key, BrokerUnreachable if the records are not taken within half a minute.
    """
    failures: list[Exception] = []

    def done(outcome: Delivered | Exception) -> None:
        if isinstance(outcome, Exception):
            failures.append(outcome)

    records = list(_key_records(participants, participant, registry))
    for record in records:
        publisher.send(record, done)
    if publisher.flush(PATIENCE):
        publisher.purge()
        raise BrokerUnreachable(f"the keys of {participant} were not taken within {PATIENCE:.0f} s")
    if failures:
        raise failures[0]
    return len(records)


def _key_records(participants: Registrar, participant: str, registry: SchemaIds | None) -> Iterator[OutgoingRecord]:
    root, now = participants.root_signer(), participants.clock.now()
    manifest = None if participant == ESCROW else participants.load(participant)
    for entry in participants.keys(participant):
        record = _record(participant, entry, manifest)
        yield outgoing(
            SCHEMA,
            encode_signed(SCHEMA, record, SCHEMA, root),
            names.KEYS,
            f"{participant}/{entry.key_id.hex()}".encode(),
            event_id=ids.text("evt", participants.chance.random_id()),
            source="root",
            subject=participant,
            time_ms=now,
            registry=registry,
        )


def _record(owner: str, entry: KeyEntry, manifest: Participant | None) -> dict[str, Any]:
    return {
        "participant": owner,
        "key_id": entry.key_id,
        "kind": manifest.kind if manifest else ESCROW,
        "jurisdiction": ",".join(manifest.jurisdictions) if manifest else "",
        "name": manifest.name if manifest else "",
        "superior": manifest.superior if manifest else "",
        "use": entry.use,
        "retention": entry.retention,
        "period": entry.period,
        "suite": entry.suite,
        "public_key": bytes.fromhex(entry.public_key),
        "valid_from": entry.valid_from,
        "valid_until": entry.valid_until,
        "revoked_at": entry.revoked_at,
    }
