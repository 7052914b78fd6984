"""Accepting updates: court sequence, signature, envelope and outbox rows, in the caller's transaction.

After the commit an update is a promise: it is in the outbox, numbered and signed, and will be in the log.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection

from ...schemas import ids
from ...schemas.law.listing import RELIEF, Change
from ...schemas.people.surrogates import MatchingKey
from ...schemas.wire.codec import encode_fields, to_wire
from ...schemas.wire.signing import Signer, prove
from ...topics.catalogue import names
from ...topics.storage.bulk import Row
from ...topics.transport.envelope import SchemaIds, outgoing
from ...topics.transport.ports import OutgoingRecord
from ...topics.workers.chance import Chance
from ..register.register import Register
from .records import RecordParts

_SCHEMA = "list-record"


@dataclass(frozen=True, slots=True)
class CourtIdentity:
    """A court at its jurisdiction's publisher: who signs, and with which matching keys subjects are made unreadable."""

    court: str
    court_name: str
    jurisdiction: str
    signer: Signer = field(repr=False)
    matching_keys: tuple[MatchingKey, ...]
    chance: Chance = field(repr=False)
    registry: SchemaIds | None = None
    court_token: str = ""
    """In the numbers of its cases; empty: they are held against no court."""


class Draft(NamedTuple):
    """An update before it is accepted: what its record says but for what acceptance adds to it."""

    entry_id: bytes
    version: int
    change: Change
    reason: str
    changed_on: str
    parts: RecordParts


class Accepted(NamedTuple):
    """An update with its number in the court's sequence for its list; `body` is what was signed and will travel."""

    draft: Draft
    update_id: bytes
    topic: str
    sequence: int
    body: bytes
    content_hash: bytes
    """Hash of the body behind its proof, of the signing key's suite: what the signature covers."""

    def __repr__(self) -> str:
        """Show the id only: the body holds a name."""
        return f"Accepted({self.update_id.hex()})"

    @property
    def value(self) -> bytes:
        """The body in single-object encoding, readable by every later release."""
        return to_wire(_SCHEMA, self.body)


class Acceptance(NamedTuple):
    """Under which batch updates are accepted, and when (ms UTC)."""

    batch_id: str
    accepted_at: int


def accept(
    register: Register, connection: Connection, identity: CourtIdentity, drafts: Sequence[Draft], acceptance: Acceptance
) -> list[Accepted]:
    """Accept drafts in their order. The caller has claimed the court and writes the entries in the same transaction."""
    last = register.last_numbers(connection, sequences_of(identity, drafts))
    updates = number_and_sign(identity, drafts, last, acceptance)
    store(register, connection, identity, updates, acceptance)
    return updates


def sequences_of(identity: CourtIdentity, drafts: Iterable[Draft]) -> list[str]:
    """Name the court's sequences that drafts take numbers of."""
    instruments = {draft.parts.instrument for draft in drafts}
    return sorted({_sequence(identity, _topic(identity, instrument)) for instrument in instruments})


def number_and_sign(
    identity: CourtIdentity, drafts: Sequence[Draft], last: Mapping[str, int], acceptance: Acceptance
) -> list[Accepted]:
    """Give drafts the numbers behind the `last` ones of the court's sequences, and sign them.

    Nothing is promised before `store`, and that only holds while the court is claimed since before `last` was read, or
    while it is sure that nobody claimed it in between.
    """
    numbers, updates, new_id = dict(last), [], identity.chance.ordered_id
    batch_id, accepted_at = acceptance
    topics = {each: _topic(identity, each) for each in {draft.parts.instrument for draft in drafts}}
    sequences = {each: _sequence(identity, topic) for each, topic in topics.items()}
    for draft in drafts:
        instrument = draft.parts.instrument
        topic, name = topics[instrument], sequences[instrument]
        sequence = numbers[name] = numbers[name] + 1
        update_id = new_id()
        content = b"".join(
            (
                draft.entry_id,
                _opening(draft.version, identity.court),
                encode_fields(_SCHEMA, "court_sequence", "court_sequence", {"court_sequence": sequence}),
                draft.parts.gate,
                update_id,
                _stamp(int(draft.change), draft.reason, draft.changed_on, accepted_at, batch_id),
                draft.parts.content,
            )
        )
        updates.append(Accepted(draft, update_id, topic, sequence, *prove(content, topic, identity.signer)))
    return updates


@lru_cache(maxsize=1024)
def _opening(version: int, court: str) -> bytes:
    """Encode the fields behind the entry's id; most records share them."""
    return encode_fields(_SCHEMA, "version", "court", {"version": version, "court": court})


@lru_cache(maxsize=1024)
def _stamp(change: int, reason: str, changed_on: str, recorded_at: int, batch_id: str) -> bytes:
    """Encode the fields behind the update's id; most records of a chunk share them."""
    stamp = {"change": change, "reason": reason, "changed_on": changed_on}
    stamp |= {"recorded_at": recorded_at, "batch_id": batch_id}
    return encode_fields(_SCHEMA, "change", "batch_id", stamp)


def _topic(identity: CourtIdentity, instrument: int) -> str:
    return names.state_topic(instrument, identity.jurisdiction)


def _sequence(identity: CourtIdentity, topic: str) -> str:
    return f"court/{identity.court}/{topic}"


def store(
    register: Register,
    connection: Connection,
    identity: CourtIdentity,
    updates: Sequence[Accepted],
    acceptance: Acceptance,
) -> None:
    """Take the numbers and put the records into the outbox.

    Relief goes on both lanes: the same bytes, so that whichever comes first frees.
    """
    if not updates:
        return
    accepted_at = acceptance.accepted_at
    for topic, count in Counter(each.topic for each in updates).items():
        register.take(connection, _sequence(identity, topic), count)
    relief_topic = names.relief(identity.jurisdiction)
    relief = [_outgoing(identity, each, relief_topic, accepted_at) for each in updates if each.draft.change in RELIEF]
    state = [_outgoing(identity, each, each.topic, accepted_at) for each in updates]
    relief_rows = iter(register.outbox.append(connection, "relief", relief))
    state_rows = register.outbox.append(connection, "state", state)
    register.add_updates(connection, _rows(identity.court, updates, acceptance, state_rows, relief_rows))


def _rows(
    court: str,
    updates: Sequence[Accepted],
    acceptance: Acceptance,
    state_rows: Iterable[int],
    relief_rows: Iterator[int],
) -> list[Row]:
    """Return updates with their places in the outbox, values in the order of `Update`'s fields."""
    batch_id, accepted_at = acceptance
    return [
        (
            each.update_id,
            each.draft.entry_id,
            each.draft.version,
            court,
            each.topic,
            each.sequence,
            batch_id,
            int(each.draft.change),
            state_row,
            next(relief_rows) if each.draft.change in RELIEF else None,
            accepted_at,
            each.content_hash,
        )
        for each, state_row in zip(updates, state_rows, strict=True)
    ]


def _outgoing(identity: CourtIdentity, update: Accepted, topic: str, accepted_at: int) -> OutgoingRecord:
    draft = update.draft
    return outgoing(
        _SCHEMA,
        update.body,
        topic,
        draft.entry_id,
        event_id=ids.text("upd", update.update_id),
        source=identity.court,
        subject=ids.entry_text(draft.parts.instrument, draft.entry_id),
        time_ms=accepted_at,
        registry=identity.registry,
    )
