"""Requests that say by an Idempotency-Key that they are the same: what the first one kept is what a repeat is answered.

Kept in the transaction that keeps the answer itself, so that both stand or neither. Neither key nor body is kept, only
keyed hashes of them; a request that left nothing leaves no key.
"""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from sqlalchemy import Connection, delete, select

from ...schemas.people.surrogates import MatchingKey
from ...schemas.problems import FactProblem, Text
from ...topics.storage.bulk import insert_rows
from ...topics.storage.database import lock_until_commit
from .tables import decision_reasons, idempotent_answers

KEPT_MS = 86_400_000
"""How long a repeat is known at least."""
_rows = idempotent_answers.c


class KeyReused(FactProblem):
    """An Idempotency-Key that stood for another request before."""

    texts: ClassVar[dict[str, Text]] = {
        "IDEMPOTENCY_KEY_REUSED": Text(
            "this Idempotency-Key came with another body before; nothing was decided",
            "send a new key with a new request, and the old key only with the very same request",
            "该 Idempotency-Key 此前用于内容不同的请求，未作出决定",
            "新请求请使用新的键；仅在重发同一请求时使用原键",
        )
    }


class RequestHashes(NamedTuple):
    """By what the acts store knows a request."""

    key: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request that came with an Idempotency-Key."""

    hashes: Sequence[RequestHashes] = field(repr=False)
    """Under each matching key, the newest first: a repeat is known across a change of that key."""


class RequestPart(NamedTuple):
    """One check or event of a request, by its position."""

    request: KeyedRequest
    number: int

    def source(self) -> str:
        """Return what a sighting that came of it is known by, where it has no reference of its own."""
        return f"{self.request.hashes[-1].key.hex()}.{self.number}"


class KeptAnswer(NamedTuple):
    """What is to be known again: ids of what was kept for a part, at a time (ms UTC)."""

    part: RequestPart
    answer: str
    at: int


def keyed_request(keys: Sequence[MatchingKey], scope: Sequence[str], key: str, body: bytes) -> KeyedRequest:
    """Return a request as it is known. `scope` says whose key it is and for what; `keys` have the newest last."""
    whose = b"".join(len(part).to_bytes(4, "big") + part for part in (text.encode() for text in (*scope, key)))
    return KeyedRequest([_hashes(matching.secret, whose, body) for matching in reversed(keys)])


def _hashes(secret: bytes, whose: bytes, body: bytes) -> RequestHashes:
    own = hmac.digest(secret, b"liandong Idempotency-Key", "sha256")
    key = hmac.digest(own, whose, "sha256")
    return RequestHashes(key, hmac.digest(own, key + body, "sha256"))


def kept_answers(connection: Connection, request: KeyedRequest) -> dict[int, str]:
    """Return what was kept for the parts of a request, by position. Raises KeyReused."""
    query = select(_rows.key, _rows.number, _rows.body, _rows.answer)
    rows = connection.execute(query.where(_rows.key.in_([known.key for known in request.hashes]))).all()
    bodies = dict(request.hashes)
    if any(not hmac.compare_digest(bodies[row.key], row.body) for row in rows):
        raise KeyReused("IDEMPOTENCY_KEY_REUSED")
    return {row.number: row.answer for row in rows}


def kept_answer(connection: Connection, part: RequestPart) -> str | None:
    """Return what was kept for a part; whoever comes at the same time waits for the end of this transaction.

    Raises KeyReused.
    """
    lock_until_commit(connection, part.request.hashes[-1].key)
    return kept_answers(connection, part.request).get(part.number)


def keep_answers(connection: Connection, answers: Sequence[KeptAnswer]) -> dict[str, str]:
    """Keep answers; return, by the new answer, what was kept for the same part before. Raises KeyReused.

    Whoever comes at the same time, on whatever node, waits until this transaction ends, and is then told what it kept.
    """
    requests = {part.request.hashes[-1].key: part.request for part, _, _ in answers}
    known = {}
    for key in sorted(requests):
        lock_until_commit(connection, key)
        known[key] = kept_answers(connection, requests[key])
    earlier, new = {}, []
    for (request, number), answer, at in answers:
        before = known[request.hashes[-1].key].setdefault(number, answer)
        if before != answer:
            earlier[answer] = before
        else:
            new.append((request.hashes[0].key, number, request.hashes[0].body, answer, at))
    insert_rows(connection, idempotent_answers, ("key", "number", "body", "answer", "at"), new)
    return earlier


def forget_decision(connection: Connection, check_id: str) -> None:
    """Forget a decision that holds no more: the same request is then decided afresh."""
    connection.execute(delete(idempotent_answers).where(_rows.answer == check_id))


def forget_decisions(connection: Connection, entry_id: bytes, version: int, still_meant: Iterable[str]) -> None:
    """Do so with all decisions on older versions of an entry about others than those it still means (by handle)."""
    reasons = decision_reasons.c
    older = (reasons.entry_id == entry_id, reasons.version < version, reasons.handle.not_in(list(still_meant)))
    ended = select(reasons.check_id).where(*older)
    connection.execute(delete(idempotent_answers).where(_rows.answer.in_(ended)))


def forget_old(connection: Connection, now: int) -> None:
    """Drop what was kept long enough."""
    connection.execute(delete(idempotent_answers).where(_rows.at < now - KEPT_MS))
