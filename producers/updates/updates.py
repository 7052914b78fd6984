"""Accepting updates: court sequence, signature, envelope and outbox rows, in the caller's transaction.

After the commit an update is a promise: it is in the outbox, numbered and signed, and will be in the log.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
from ...topics.transport.envelope import SchemaIds, outgoing
from ...topics.transport.ports import OutgoingRecord
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
    registry: SchemaIds | None = None


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
    """SHA-256 of the body behind its proof: what the signature covers and the digest of the list counts."""

    def __repr__(self) -> str:
        """The id only: the body holds a name."""
        return f"Accepted({self.update_id.hex()})"

    @property
    def value(self) -> bytes:
        """The body in single-object encoding, readable by every later release."""
        return to_wire(_SCHEMA, self.body)


def accept(
    register: Register, connection: Connection, desk: CourtIdentity, batch_id: str, drafts: Sequence[Draft], now: int
) -> list[Accepted]:
    """Accepts drafts in their order. The caller has claimed the court and writes the entries in the same transaction."""
    made = seal(desk, batch_id, drafts, register.last_numbers(connection, sequences_of(desk, drafts)), now)
    store(register, connection, desk, made, (batch_id, now))
    return made


def sequences_of(desk: CourtIdentity, drafts: Iterable[Draft]) -> list[str]:
    """The names of the court's sequences that drafts take numbers of."""
    instruments = {draft.parts.instrument for draft in drafts}
    return sorted({_sequence(desk, _topic(desk, instrument)) for instrument in instruments})


def seal(
    desk: CourtIdentity, batch_id: str, drafts: Sequence[Draft], last: Mapping[str, int], now: int
) -> list[Accepted]:
    """Numbers drafts behind the `last` numbers of the court's sequences, and signs them.

    Nothing is promised before `store`, and that only holds while the court is claimed since before `last` was read, or
    while it is sure that nobody claimed it in between.
    """
    following, made = dict(last), []
    topics = {each: _topic(desk, each) for each in {draft.parts.instrument for draft in drafts}}
    places = {each: (topic, _sequence(desk, topic)) for each, topic in topics.items()}
    for draft in drafts:
        topic, name = places[draft.parts.instrument]
        sequence = following[name] = following[name] + 1
        update_id = ids.new_ordered()
        content = b"".join(
            (
                draft.entry_id,
                _opening(draft.version, desk.court),
                encode_fields(_SCHEMA, "court_sequence", "court_sequence", {"court_sequence": sequence}),
                draft.parts.gate,
                update_id,
                _stamp(int(draft.change), draft.reason, draft.changed_on, now, batch_id),
                draft.parts.content,
            )
        )
        made.append(Accepted(draft, update_id, topic, sequence, *prove(content, topic, desk.signer)))
    return made


@lru_cache(maxsize=1024)
def _opening(version: int, court: str) -> bytes:
    """The fields behind the entry's id; most records share them."""
    return encode_fields(_SCHEMA, "version", "court", {"version": version, "court": court})


@lru_cache(maxsize=1024)
def _stamp(change: int, reason: str, changed_on: str, recorded_at: int, batch_id: str) -> bytes:
    """The fields behind the update's id; most records of a chunk share them."""
    said = {"change": change, "reason": reason, "changed_on": changed_on}
    said |= {"recorded_at": recorded_at, "batch_id": batch_id}
    return encode_fields(_SCHEMA, "change", "batch_id", said)


def _topic(desk: CourtIdentity, instrument: int) -> str:
    return names.state_topic(instrument, desk.jurisdiction)


def _sequence(desk: CourtIdentity, topic: str) -> str:
    return f"court/{desk.court}/{topic}"


def store(
    register: Register, connection: Connection, desk: CourtIdentity, made: Sequence[Accepted], at: tuple[str, int]
) -> None:
    """Takes the numbers and puts the records into the outbox, with their batch and the moment of acceptance (ms UTC).

    Relief goes on both lanes: the same bytes, so that whichever comes first frees.
    """
    if not made:
        return
    batch_id, now = at
    for topic, count in Counter(each.topic for each in made).items():
        register.take(connection, _sequence(desk, topic), count)
    relief_topic = names.relief(desk.jurisdiction)
    relief = [_outgoing(desk, each, relief_topic, now) for each in made if each.draft.change in RELIEF]
    state = [_outgoing(desk, each, each.topic, now) for each in made]
    relief_rows = iter(register.outbox.append(connection, "relief", relief))
    state_rows = register.outbox.append(connection, "state", state)
    updates = [
        (
            each.update_id,
            each.draft.entry_id,
            each.draft.version,
            desk.court,
            each.topic,
            each.sequence,
            batch_id,
            int(each.draft.change),
            state_row,
            next(relief_rows) if each.draft.change in RELIEF else None,
            now,
            each.content_hash,
        )
        for each, state_row in zip(made, state_rows, strict=True)
    ]
    register.add_updates(connection, updates)


def _outgoing(desk: CourtIdentity, made: Accepted, topic: str, now: int) -> OutgoingRecord:
    draft = made.draft
    return outgoing(
        _SCHEMA,
        made.body,
        topic,
        draft.entry_id,
        event_id=ids.text("upd", made.update_id),
        source=desk.court,
        subject=ids.entry_text(draft.parts.instrument, draft.entry_id),
        time_ms=now,
        registry=desk.registry,
    )
