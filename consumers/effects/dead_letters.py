"""Dead letters: what an agency cannot handle, with its original bytes and headers, and why.

They go to ``dead-letters.<agency>.v1`` through the outbox, once for each place in the log. Redriving one runs it through
the same handling again: a signature in the bytes is still checked and an effect still happens once.

What is so large that no record could carry it with its reasons is cut: its place, its hash and its first bytes are kept, and it
is redriven from where it stands in the log.
"""

import hashlib
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Engine

from ...schemas.phrases import Phrase
from ...topics.catalogue import names
from ...topics.storage.database import insert_once
from ...topics.transport.errors import AuthorizationFailed, TopicMissing
from ...topics.transport.ports import Headers, Message, OutgoingRecord, Subscriber
from ...topics.transport.reading import read_all, read_one, topic_lanes
from ...topics.transport.received import headers_of
from ...topics.workers.clock import Clock
from ..acts_db.context import AgencyContext
from ..acts_db.messages import Origin, Received
from ..acts_db.outcomes import Poison, Retry
from ..acts_db.tables import dead_letters
from .failures import FAILURES, failure_text
from .routing import handle_any

HEADER_PREFIX = "dead-letter-"
"""Of the headers added to the original ones."""
NO_DEAD_LETTER = "NO_DEAD_LETTER"
"""Failure of a message in the topic that does not say why it is there."""
WHOLE_BYTES = 900_000
"""Up to this size key, value and headers are kept whole; a record has at most 1,000,000 bytes."""
FIRST_BYTES = 4_096
"""Of the value of what is larger, and at most so many of its key and of its headers."""
_AROUND_A_HEADER = 10
"""Bytes for lengths, at most."""
_YEAR_10000 = 253_402_300_800_000


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead letter as it stands in its topic."""

    number: str
    """Its place, `<partition>-<offset>`: what `show` and `redrive` take."""
    failure: str
    reason: str
    attempts: int
    at: int
    """ms UTC."""
    message: Received
    """The original, or what was kept of it."""
    sha256: str = ""
    """Of the whole value, in hexadecimal digits, if it was cut."""


def put_aside(connection: Connection, context: AgencyContext, message: Received, poison: Poison, attempts: int) -> bool:
    """Send a message to the dead letters; return False if it is there already."""
    now = context.clock.now()
    if not note_once(connection, message.origin, poison.failure, now):
        return False
    origin = message.origin
    facts = {
        "failure": poison.failure,
        "reason": poison.reason,
        "topic": origin.topic,
        "partition": origin.partition,
        "offset": origin.offset,
        "attempts": attempts,
        "at": now,
    }
    kept = message
    if _size(message) > WHOLE_BYTES:
        kept = _cut(message)
        facts |= {"size": len(message.value or b""), "sha256": hashlib.sha256(message.value or b"").hexdigest()}
    reasons = [(HEADER_PREFIX + name, str(value).encode()) for name, value in facts.items()]
    record = OutgoingRecord(names.dead_letters(context.agency), kept.key, kept.value, [*kept.headers, *reasons])
    context.outbox.append(connection, "events", [record])
    return True


def _size(message: Received) -> int:
    return len(message.key or b"") + len(message.value or b"") + _header_bytes(message.headers)


def _header_bytes(headers: Headers) -> int:
    return sum(len(name.encode()) + len(value) + _AROUND_A_HEADER for name, value in headers)


def _cut(message: Received) -> Received:
    """Return the first bytes of a message; headers only if they are short."""
    headers = message.headers if _header_bytes(message.headers) <= FIRST_BYTES else ()
    key, value = (part if part is None else part[:FIRST_BYTES] for part in (message.key, message.value))
    return Received(message.origin, key, value, headers)


def note_once(connection: Connection, origin: Origin, failure: str, now: int) -> bool:
    """Note a dead letter; return False if it is one already."""
    row = {
        "topic": origin.topic,
        "log_partition": origin.partition,
        "log_offset": origin.offset,
        "failure": failure,
        "at": now,
    }
    return insert_once(connection, dead_letters, row)


def read_dead_letters(subscriber: Subscriber, agency: str, clock: Clock) -> list[DeadLetter]:
    """Read all dead letters of an agency the log still has, oldest first within a partition."""
    topic = names.dead_letters(agency)
    lanes = topic_lanes(subscriber, topic)
    return [_dead_letter(message, topic) for message in read_all(subscriber, dict.fromkeys(lanes, 0), clock)]


def original(subscriber: Subscriber, letter: DeadLetter, clock: Clock) -> DeadLetter | None:
    """Return a dead letter with the message as it stands in the log; None if it was cut and is not there any more."""
    if not letter.sha256:
        return letter
    origin = letter.message.origin
    try:
        is_there = origin.at in topic_lanes(subscriber, origin.topic)
    except (TopicMissing, AuthorizationFailed):  # anybody may have written where it comes from
        is_there = False
    found = read_one(subscriber, origin.at, origin.offset, clock) if is_there else None
    if found is None or hashlib.sha256(found.value() or b"").hexdigest() != letter.sha256:
        return None
    return replace(letter, message=Received(origin, found.key(), found.value(), headers_of(found)), sha256="")


def redrive(engine: Engine, context: AgencyContext, letter: DeadLetter, *, dry_run: bool = False) -> Phrase:
    """Handle a dead letter again in one transaction, undone if `dry_run`; return what came of it, for people.

    What fails again stays where it is; nothing is put aside twice. What was cut is handled as `original` gives it.
    """
    if letter.sha256:
        return _fails("ORIGINAL_GONE", FAILURES["ORIGINAL_GONE"])
    with engine.connect() as connection:
        try:
            outcome = handle_any(connection, context, letter.message)
        except Retry as retry:
            return Phrase(f"fails for now: {retry.reason}", f"暂不成功：{retry.reason}")
        except Poison as poison:
            return _fails(poison.failure, failure_text(poison.failure, poison.reason))
        if not dry_run:
            connection.commit()
        return outcome


def _fails(failure: str, why: Phrase) -> Phrase:
    return Phrase(f"fails: {failure}, {why}", f"失败：{failure}，{why.zh}")


def _dead_letter(message: Message, topic: str) -> DeadLetter:
    """Return a message of the topic as a dead letter; anybody may have written it, so that its headers may say anything."""
    headers = headers_of(message)
    facts = {
        name.removeprefix(HEADER_PREFIX): _readable(value) for name, value in headers if name.startswith(HEADER_PREFIX)
    }
    own = [(name, value) for name, value in headers if not name.startswith(HEADER_PREFIX)]
    try:
        origin = Origin(facts["topic"], int(facts["partition"]), int(facts["offset"]))
        story = facts["failure"], facts["reason"], int(facts["attempts"]), _instant(facts["at"])
    except (KeyError, ValueError) as missing:
        # not an agency's own: shown where it stands, and no topic a message is handled from
        origin = Origin(topic, message.partition(), message.offset())
        at = min(max(0, message.timestamp()[1]), _YEAR_10000 - 1)
        story = NO_DEAD_LETTER, f"{type(missing).__name__}: {missing}", 0, at
    number = f"{message.partition()}-{message.offset()}"
    received = Received(origin, message.key(), message.value(), own)
    return DeadLetter(number, *story, received, facts.get("sha256", ""))


def _readable(value: bytes) -> str:
    """Return the text of a header without what a terminal would act on."""
    return "".join(each if each.isprintable() else "\ufffd" for each in value.decode(errors="replace"))


def _instant(text: str) -> int:
    at = int(text)
    if not 0 <= at < _YEAR_10000:
        raise ValueError("no time")
    return at
