"""Accepting updates: court sequence, signature, envelope and outbox rows, in the caller's transaction.

After the commit an update is a promise: it is in the outbox, numbered and signed, and will be in the log.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from ..schemas import ids
from ..schemas.codec import to_wire
from ..schemas.listing import RELIEF, Change
from ..schemas.signing import PROOF_LENGTH, Signer, encode_signed
from ..schemas.surrogates import MatchingKey
from ..topics import names
from ..topics.envelope import SchemaIds, outgoing
from ..topics.ports import OutgoingRecord
from .register import Register


@dataclass(frozen=True, slots=True)
class Desk:
    """A court at its jurisdiction's publisher: who signs, and with which matching keys subjects are made unreadable."""

    court: str
    court_name: str
    jurisdiction: str
    signer: Signer = field(repr=False)
    matching_keys: tuple[MatchingKey, ...]
    registry: SchemaIds | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An update before it is accepted: the record but for what acceptance adds to it."""

    entry_id: bytes
    version: int
    change: Change
    reason: str
    changed_on: str
    record: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Accepted:
    """An update as it was accepted; `body` is what was signed and will travel, `value` the same in single-object encoding."""

    update_id: bytes
    body: bytes = field(repr=False)

    @property
    def value(self) -> bytes:
        """The body with its schema's fingerprint, readable by every later release."""
        return to_wire("list-record", self.body)


def accept(
    register: Register, connection: Connection, desk: Desk, batch_id: str, drafts: Sequence[Draft], now: int
) -> list[Accepted]:
    """Accepts drafts in their order. The caller has claimed the court and writes the entries in the same transaction.

    Relief goes on both lanes: the same bytes, so that whichever comes first frees.
    """
    if not drafts:
        return []
    sealed = _sealed(register, connection, desk, batch_id, drafts, now)
    jurisdiction = desk.jurisdiction
    relief = [
        _outgoing(desk, draft, made, names.relief(jurisdiction), now)
        for draft, made, _, _ in sealed
        if draft.change in RELIEF
    ]
    state = [_outgoing(desk, draft, made, topic, now) for draft, made, topic, _ in sealed]
    relief_rows = iter(register.outbox.append(connection, "relief", relief))
    state_rows = register.outbox.append(connection, "state", state)
    updates = [
        (
            made.update_id,
            draft.entry_id,
            draft.version,
            desk.court,
            topic,
            sequence,
            batch_id,
            int(draft.change),
            state_row,
            next(relief_rows) if draft.change in RELIEF else None,
            now,
            sha256(memoryview(made.body)[PROOF_LENGTH:]).digest(),
        )
        for (draft, made, topic, sequence), state_row in zip(sealed, state_rows, strict=True)
    ]
    register.add_updates(connection, updates)
    return [made for _, made, _, _ in sealed]


def _sealed(
    register: Register, connection: Connection, desk: Desk, batch_id: str, drafts: Sequence[Draft], now: int
) -> list[tuple[Draft, Accepted, str, int]]:
    """Every draft with its signed body, its list and its number in the court's sequence for that list."""
    topics = [names.state_topic(draft.record["instrument"], desk.jurisdiction) for draft in drafts]
    counts = Counter(topics)
    following = {
        topic: register.take(connection, f"court/{desk.court}/{topic}", counts[topic]) for topic in sorted(counts)
    }
    sealed = []
    for draft, topic in zip(drafts, topics, strict=True):
        sequence = following[topic]
        following[topic] = sequence + 1
        update_id = ids.new_ordered()
        record = {
            **draft.record,
            "entry_id": draft.entry_id,
            "version": draft.version,
            "court": desk.court,
            "court_sequence": sequence,
            "update_id": update_id,
            "change": int(draft.change),
            "reason": draft.reason,
            "changed_on": draft.changed_on,
            "recorded_at": now,
            "batch_id": batch_id,
        }
        sealed.append(
            (draft, Accepted(update_id, encode_signed("list-record", record, topic, desk.signer)), topic, sequence)
        )
    return sealed


def _outgoing(desk: Desk, draft: Draft, made: Accepted, topic: str, now: int) -> OutgoingRecord:
    return outgoing(
        "list-record",
        made.body,
        topic,
        draft.entry_id,
        event_id=ids.text("upd", made.update_id),
        source=desk.court,
        subject=ids.entry_text(draft.record["instrument"], draft.entry_id),
        time_ms=now,
        registry=desk.registry,
    )
