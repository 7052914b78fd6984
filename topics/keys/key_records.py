"""Publishing keys: one record each on `participants.keys.v1`, before them the changes of the root and behind them what the
register holds; signed by the root.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from ...schemas import ids
from ...schemas.phrases import Phrase
from ...schemas.wire.signing import encode_signed
from ...schemas.wire.suites import key_id
from ..catalogue import names
from ..transport.envelope import SchemaIds, outgoing
from ..transport.errors import BrokerUnreachable
from ..transport.ports import Delivered, OutgoingRecord, Publisher
from . import roots, signed_register
from .key_book import KeyEntry
from .known_keys import SCHEMA
from .manifest import Participant
from .participants import ESCROW
from .registrar import Registrar
from .root_changes import changes_of_roots

PATIENCE = 30.0
"""Seconds the records have to be taken."""


def publish_keys(
    publisher: Publisher,
    participants: Registrar,
    *owners: str,
    registry: SchemaIds | None = None,
    anew: bool = False,
) -> int:
    """Publish all keys of these participants, and the escrow's; return how many. Publishing again changes nothing.

    Behind them stands what the register holds: all keys of everybody in the root's own books, published or not. `anew`: it is
    said under the next number, whether or not something has changed.

    ROOT_ELSEWHERE without the pinned root's key, BrokerUnreachable if the records are not taken within half a minute.
    """
    failures: list[Exception] = []

    def done(outcome: Delivered | Exception) -> None:
        if isinstance(outcome, Exception):
            failures.append(outcome)

    keys = list(_key_records(participants, owners, registry))
    word = _register_record(participants, registry, anew=anew)
    for record in (*_root_changes(participants, registry), *keys, word):
        publisher.send(record, done)
    if publisher.flush(PATIENCE):
        publisher.purge()
        raise BrokerUnreachable(
            Phrase(
                f"the keys of {', '.join(owners)} were not taken within {PATIENCE:.0f} s",
                f"{PATIENCE:.0f} 秒内未能发布 {'、'.join(owners)} 的密钥",
            )
        )
    if failures:
        raise failures[0]
    return len(keys)


def _root_changes(participants: Registrar, registry: SchemaIds | None) -> Iterator[OutgoingRecord]:
    for new, body in changes_of_roots(participants.root_folder):
        yield outgoing(
            roots.SCHEMA,
            body,
            names.KEYS,
            roots.KEY_PREFIX + key_id(new["public_key"], new["suite"]).hex().encode(),
            event_id=ids.text("evt", participants.chance.random_id()),
            source="root",
            time_ms=participants.clock.now(),
            registry=registry,
        )


def _key_records(
    participants: Registrar, owners: Sequence[str], registry: SchemaIds | None
) -> Iterator[OutgoingRecord]:
    root, now = participants.root_signer(), participants.clock.now()
    everybody = dict.fromkeys((*owners, ESCROW))
    for record in chain.from_iterable(_records(participants, owner) for owner in everybody):
        owner = record["participant"]
        yield outgoing(
            SCHEMA,
            encode_signed(SCHEMA, record, SCHEMA, root),
            names.KEYS,
            f"{owner}/{record['key_id'].hex()}".encode(),
            event_id=ids.text("evt", participants.chance.random_id()),
            source="root",
            subject=owner,
            time_ms=now,
            registry=registry,
        )


def _register_record(participants: Registrar, registry: SchemaIds | None, *, anew: bool) -> OutgoingRecord:
    everybody = [ESCROW, *(one.id for one in participants.list())]
    records = [record for owner in everybody for record in _records(participants, owner)]
    return outgoing(
        signed_register.SCHEMA,
        participants.root_books.sign(records, anew=anew),
        names.KEYS,
        signed_register.KEY,
        event_id=ids.text("evt", participants.chance.random_id()),
        source="root",
        time_ms=participants.clock.now(),
        registry=registry,
    )


def _records(participants: Registrar, owner: str) -> list[dict[str, Any]]:
    manifest = None if owner == ESCROW else participants.load(owner)
    return [_record(owner, entry, manifest) for entry in participants.keys(owner)]


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
        "takeover_on": manifest.takeover_on if manifest else "",
    }
