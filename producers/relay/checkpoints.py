"""Checkpoints of a jurisdiction's publisher: what it has written so far, behind the records it speaks of.

One follows every burst of records, a moment after the last of them is confirmed, and one comes every few minutes whatever is
sent. They are sent while nothing of the state lane is under way, so in every partition they stand behind what they count and
before what comes next.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog

from ...schemas import ids
from ...schemas.wire.signing import Signer, encode_signed
from ...topics.catalogue import names
from ...topics.keys.key_book import KeyBook, KeyEntry
from ...topics.keys.participants import Participants
from ...topics.settings import Settings
from ...topics.transport.envelope import SchemaIds, outgoing
from ...topics.transport.errors import TransportError
from ...topics.transport.ports import Delivered, OutgoingRecord, Publisher
from ...topics.transport.received import CHECKPOINT_KEY
from ...topics.transport.registry import registered
from ...topics.workers.chance import Chance
from ...topics.workers.clock import Clock
from ..register.checkpoints import CheckpointBook, CheckpointContent
from ..register.register import Register

_log = structlog.get_logger(__name__)
SCHEMA = "court-checkpoint"
QUIET_SECONDS = 1.0
"""A burst is over when nothing was sent for so long."""
_NOTHING = -1
_RETRY_SECONDS = 60.0
"""While the lists cannot be found."""


@dataclass(frozen=True, slots=True)
class PublisherIdentity:
    """Who signs checkpoints, and how often at least."""

    publisher: str
    """Participant id."""
    jurisdiction: str
    signer: Signer = field(repr=False)
    chance: Chance
    interval_seconds: float
    registry: SchemaIds | None = None
    """With one, values carry Confluent framing."""
    key: KeyEntry | None = None
    """The key it signs with, as its own book has it."""

    def may_sign(self, now: int) -> bool:
        """Whether what is signed now (ms UTC) counts: others refuse what is not from within the key's time."""
        return self.key is None or self.key.usable_at(now)


class Checkpoints:
    """Sends checkpoints for the relay that holds the outbox's lease; `lane` is the lane of the outbox they speak of."""

    lane = "state"

    def __init__(self, identity: PublisherIdentity, book: CheckpointBook, clock: Clock) -> None:
        """Send nothing before `begin`."""
        self._identity, self._book, self._clock = identity, book, clock
        self._told = _NOTHING
        """The row up to which the newest checkpoint speaks."""
        self._seen = _NOTHING
        self._seen_at = self._due_at = math.inf
        self._partitions: dict[str, list[int]] = {}
        self._number = 0
        """Of the checkpoint that is, or was last, on its way."""
        self._failed = False
        self.in_flight = 0
        """Partitions about which the publisher has said nothing yet."""

    def begin(self) -> None:
        """Go on from what is in the register: the lease was just taken."""
        self._told, now = self._book.told(), self._clock.monotonic()
        self._seen, self._seen_at = _NOTHING, now
        self._due_at = now + self._identity.interval_seconds

    @property
    def waits(self) -> bool:
        """Whether nothing more of the lane may be handed over before the next checkpoint."""
        return self._clock.monotonic() >= self._due_at and not self.in_flight

    def work(self, through: int, publisher: Publisher, *, at_once: bool = False) -> None:
        """Send a checkpoint if one is due, or `at_once` if there is news; the lane is sent and confirmed up to a row.

        Nothing of the lane may be under way. Raises TransportError when the publisher takes no more.
        """
        now = self._clock.monotonic()
        if through != self._seen:
            self._seen, self._seen_at = through, now
        is_over = at_once or now - self._seen_at >= QUIET_SECONDS
        if not self.in_flight and (now >= self._due_at or (through != self._told and is_over)):
            self._send(through, publisher)

    def _send(self, through: int, publisher: Publisher) -> None:
        now = self._clock.monotonic()
        self._seen_at, self._due_at = now, now + self._identity.interval_seconds
        if not self._identity.may_sign(self._clock.now()):
            _log.warning(
                "no checkpoint is written, the key is not valid by this clock", publisher=self._identity.publisher
            )
            self._seen_at = now + _RETRY_SECONDS - QUIET_SECONDS
            return
        try:
            for topic in names.state_topics(self._identity.jurisdiction):
                self._partitions[topic] = self._partitions.get(topic) or publisher.partitions(topic)
        except TransportError as failed:
            _log.warning("no checkpoint can be written now", publisher=self._identity.publisher, reason=failed.message)
            self._seen_at = now + _RETRY_SECONDS - QUIET_SECONDS
            return
        content = self._book.draw_up(through)
        self._told = through
        if content is not None:
            self._send_to_all(content, publisher)

    def _send_to_all(self, content: CheckpointContent, publisher: Publisher) -> None:
        lanes = [(topic, partition) for topic, numbers in self._partitions.items() for partition in numbers]
        records = [self._record(content, *lane) for lane in lanes]
        self._number, self._failed, self.in_flight = content.number, False, len(records)
        try:
            for record in records:
                publisher.send(record, partial(self._settle, content.number))
        except TransportError:
            self.in_flight, self._number, self._told = 0, 0, _NOTHING
            raise

    def _settle(self, number: int, outcome: Delivered | Exception) -> None:
        """Take the publisher's word about one partition; a checkpoint that did not come to all is made again."""
        if number != self._number:
            return
        if isinstance(outcome, Exception):
            self._failed = True
            _log.warning("a checkpoint was not written", publisher=self._identity.publisher, reason=str(outcome))
        self.in_flight -= 1
        if self.in_flight:
            return
        if self._failed:
            self._told = _NOTHING
        else:
            self._book.note_told(self._told)

    def _record(self, content: CheckpointContent, topic: str, partition: int) -> OutgoingRecord:
        identity, now = self._identity, self._clock.now()
        fields: dict[str, Any] = {
            "jurisdiction": identity.jurisdiction,
            "publisher": identity.publisher,
            "topic": topic,
            "partition": partition,
            "number": content.number,
            "issued_at": now,
            "epoch": content.epoch,
            "courts": list(_courts(content, topic)),
        }
        made = outgoing(
            SCHEMA,
            encode_signed(SCHEMA, fields, SCHEMA, identity.signer),
            topic,
            CHECKPOINT_KEY + identity.publisher.encode(),
            event_id=ids.text("evt", identity.chance.random_id()),
            source=identity.publisher,
            time_ms=now,
            registry=identity.registry,
        )
        return OutgoingRecord(made.topic, made.key, made.value, made.headers, partition)


def _courts(content: CheckpointContent, topic: str) -> Iterable[dict[str, Any]]:
    for each in content.courts:
        if each.topic == topic:
            yield {"court": each.court, "highest": each.highest, "live": each.live}


def publisher_checkpoints(
    settings: Settings, jurisdiction: str, register: Register, clock: Clock, chance: Chance
) -> Checkpoints | None:
    """Open the checkpoints of a jurisdiction's publisher; None where its key is not on this machine."""
    participants = Participants(settings)
    found = [
        each.id
        for each in participants.list()
        if each.kind == "publisher" and not each.retired_at and each.jurisdictions == (jurisdiction,)
    ]
    if not found:
        return None
    signer, book = participants.signer(found[0]), KeyBook(participants.file(found[0], "keys.yaml"))
    identity = PublisherIdentity(
        found[0],
        jurisdiction,
        signer,
        chance,
        settings.checkpoint_interval_seconds,
        registered(settings, SCHEMA),
        next((each for each in book.entries() if each.key_id == signer.key_id), None),
    )
    return Checkpoints(identity, CheckpointBook(register, chance), clock)
