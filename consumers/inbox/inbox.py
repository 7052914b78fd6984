"""The court's inbox: what agencies sent back and other courts tell, each once, and only what this court may see.

Nothing counts unless a registered agency or court signed it and it is sealed to this court; an asset or whereabouts event counts
only under one of the court's own watches that asks for it. What does not count is shown as refused, its content dropped.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from sqlalchemy import Connection

from ...schemas.wire.avro_schemas import schema_of
from ...schemas.wire.codec import Undecodable, decode
from ...schemas.wire.control import sealing_context
from ...schemas.wire.framing import FramingError
from ...schemas.wire.sealing import CannotOpen, open_sealed
from ...topics.catalogue import names
from ...topics.keys.signatures import SIGNER_UNKNOWN
from ...topics.storage.faults import DatabaseFault
from ...topics.transport.errors import TransportError
from ...topics.transport.ports import Message, Subscriber, TopicPartition
from ...topics.transport.reading import lane_of, topic_lanes
from ...topics.transport.received import unwrap
from ...topics.workers.threads import Doorbell
from ...topics.workers.worker import AT_ONCE
from .court import CourtContext
from .enforcement import note_interception
from .places import InboxPlaces
from .said import SaidCounts
from .store import HANDLING_FAILED, InboxStore, Item, Loss, apart
from .verdicts import Verdicts

_log = structlog.get_logger(__name__)

_HANDLE_FIELDS = {
    "interception": "event_id",
    "control-feedback": "feedback_id",
    "court-notice": "notice_id",
    "asset-event": "event_id",
    "whereabouts-event": "event_id",
}
_SENDERS = {"court-notice": "sender"}
"""The field that names who signed, where that is no agency."""
_BATCH = 500
_RETRY_SECONDS = 1.0
_LOOK_SECONDS = 5.0
_TIDY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class OpenedItem:
    """An item as its court sees it."""

    item: Item
    record: Mapping[str, Any]
    """The clear part; empty once erased."""
    content: Mapping[str, Any] = field(repr=False)
    """The sealed part; empty if refused or erased."""


def topics_of(jurisdiction: str) -> list[str]:
    """Return what an inbox reads."""
    kinds = (names.interceptions, names.feedback, names.asset_events, names.whereabouts_events, names.court_notices)
    return [each(jurisdiction) for each in kinds]


class Inbox:
    """Reads one court's answers into its store; a `Worker`. Whatever the transport or the store fails with is tried again."""

    def __init__(
        self, context: CourtContext, subscriber: Subscriber, store: InboxStore, said: SaidCounts | None = None
    ) -> None:
        """Take a subscriber without a group: positions are in the store. Nothing is read before the first step.

        With `said` the court's own counts are read back too.
        """
        self._said = said
        self._has_counts = False
        """Whether they are read."""
        self._verdicts = Verdicts(context)
        self._places = InboxPlaces(store, subscriber, context.clock)
        self._context = context
        self._subscriber = subscriber
        self._store = store
        self._pause = Doorbell()
        self._retry_at = self._next_tidying = -math.inf
        self._unread: dict[TopicPartition, int] | None = None
        """Where each partition not read so far ended when it was first assigned; None before that."""
        self._following = False
        self._keys_version = -1
        """Of the register of keys when what waits for a key was last looked at."""
        self.new = 0
        """Items of this court that were new."""
        self.failure: Exception | None = None
        """Why nothing can be read now."""

    @property
    def caught_up(self) -> bool:
        """Whether everything is read that stood in the log when reading began."""
        return self._unread is not None and not self._unread and (self._said is None or self._has_counts)

    def step(self) -> float:
        """Read what has come; return when to be called again."""
        left = self._retry_at - self._context.clock.monotonic()
        if left > 0:
            return left
        try:
            self._tidy()
            self._judge_again()
            if not self._following or self._places.moved() or self._has_counts != self._may_count:
                self._follow()
            pause = self._read()
        except (TransportError, DatabaseFault) as failed:
            return self._fail(failed)
        except Exception:
            self._following = False  # what was polled is not kept: it is read again
            raise
        self.failure = None
        return pause

    def wait(self, seconds: float) -> bool:
        """Wait for a record, after a failure for the time to try again; return whether there is a record."""
        return (self._pause if self.failure else self._subscriber).wait(seconds)

    def close(self) -> None:
        """Do nothing: what was read is kept, the subscriber is its owner's."""

    def _tidy(self) -> None:
        """Erase what is over, once a minute."""
        clock = self._context.clock
        if clock.monotonic() < self._next_tidying:
            return
        self._store.erase_due(clock.now())
        self._next_tidying = clock.monotonic() + _TIDY_SECONDS

    def _follow(self) -> None:
        """Read on where the inbox stopped."""
        topics = topics_of(self._context.jurisdiction)
        own = [self._said.topic] if self._said is not None and self._may_count else []
        ends = {at: self._subscriber.watermarks(at) for at in topic_lanes(self._subscriber, *topics, *own)}
        starts = self._places.starts(ends, frozenset(topics))
        if self._unread is None or bool(own) != self._has_counts:
            self._has_counts = bool(own)
            self._unread = {at: end.high for at, end in ends.items() if max(starts[at], end.low) < end.high}
        self._subscriber.assign(starts)
        self._following = True

    def _read(self) -> float:
        messages = self._subscriber.poll(_BATCH, 0)
        if not messages:
            return _LOOK_SECONDS
        counts, answers = self._apart(messages)
        items = [self._judge(message) for message in answers]
        ends = {lane_of(self._subscriber, each): each.offset() + 1 for each in messages}
        with self._store.engine.begin() as connection:
            new = sum(self._keep_alone(connection, item) for item in items if item is not None)
            for said, message in counts:
                said.hear(connection, message)
            for at, next_offset in ends.items():
                self._store.save(connection, at, next_offset)
        self.new += new
        self._unread = {at: end for at, end in (self._unread or {}).items() if ends.get(at, 0) < end}
        return AT_ONCE

    @property
    def _may_count(self) -> bool:
        return self._said is not None and self._said.ready

    def _apart(self, messages: Sequence[Message]) -> tuple[Sequence[tuple[SaidCounts, Message]], Sequence[Message]]:
        """Return the court's own counts, and the messages of agencies."""
        said = self._said
        if said is None:
            return (), messages
        counts = [(said, each) for each in messages if said.is_here(self._subscriber, each)]
        return counts, [each for each in messages if not said.is_here(self._subscriber, each)] if counts else messages

    def _keep_alone(self, connection: Connection, item: Item) -> bool:
        """Keep an item; whatever is wrong with it alone leaves the others as they are."""
        try:
            with connection.begin_nested():
                return self._keep(connection, item)
        except DatabaseFault:
            raise
        except Exception:  # noqa: BLE001  about this item, whatever it is: others must be taken
            _log.exception("an item was not expected", schema=item.schema, agency=item.agency)
            return self._store.put(connection, apart(replace(item, refused=HANDLING_FAILED)))

    def _keep(self, connection: Connection, item: Item) -> bool:
        """Keep an item, and what an interception says; return False if it is here already."""
        new = self._store.put(connection, item)
        if new:
            self._note(connection, item)
        return new

    def _note(self, connection: Connection, item: Item) -> None:
        if item.schema == "interception" and not item.refused:
            opened = self.open(item)
            note_interception(connection, item, opened.record, opened.content)

    def _fail(self, failed: Exception) -> float:
        if self.failure is None:
            _log.warning("the inbox waits", court=self._context.court, reason=str(failed))
        self.failure, self._following = failed, False
        self._retry_at = self._context.clock.monotonic() + _RETRY_SECONDS
        return _RETRY_SECONDS

    def unshown(self) -> list[OpenedItem]:
        """Return what nobody has seen yet."""
        return [self.open(each) for each in self._store.items(unshown=True)]

    def mark_shown(self, item: OpenedItem) -> None:
        """Note that somebody at the court has seen an item."""
        self._store.mark_shown(item.item.event_id)

    def losses(self, *, unshown: bool) -> list[Loss]:
        """Return what left the log before it was read here, or of that what nobody was told of."""
        return self._store.losses(unshown=unshown)

    def mark_losses_shown(self) -> None:
        """Note that somebody at the court knows of them."""
        self._store.mark_losses_shown()

    def all_items(self) -> list[OpenedItem]:
        """Return all items that are kept."""
        return [self.open(each) for each in self._store.items()]

    def open(self, item: Item) -> OpenedItem:
        """Return an item with its content, if it counts and was not erased."""
        if item.body is None:
            return OpenedItem(item, {}, {})
        record = _decoded(item)
        if item.refused:
            return OpenedItem(item, record, {})
        sealed_for = sealing_context(item.schema, item.event_id)
        try:
            return OpenedItem(item, record, open_sealed(record["sealed"], sealed_for, *self._context.sealing_keys))
        except CannotOpen:  # it could be opened when it came: its key has been erased since
            return OpenedItem(replace(item, body=None), {}, {})

    def _judge(self, message: Message) -> Item | None:
        """Return the item a message is for this court; None if it is for another or cannot be read at all."""
        try:
            fingerprint, body = unwrap(message)
            record = decode(fingerprint, body)
        except (FramingError, Undecodable) as broken:
            _log.error(
                "unreadable record", topic=message.topic(), partition=message.partition(), offset=message.offset()
            )
            _log.debug("unreadable because", error=str(broken))
            return None
        schema = schema_of(fingerprint)
        if schema is None or schema.name not in _HANDLE_FIELDS or record["court"] != self._context.court:
            return None
        now, handle = self._context.clock.now(), record[_HANDLE_FIELDS[schema.name]]
        sender = record[_SENDERS.get(schema.name, "agency")]
        item = Item(handle, schema.name, fingerprint, sender, now, message.timestamp()[1], "", body, 0)
        return self._verdict(item, record)

    def _verdict(self, item: Item, record: Mapping[str, Any]) -> Item:
        """Return an item with its verdict, under the id it is kept by."""
        try:
            return apart(self._verdicts.of(item, record))
        except (TransportError, DatabaseFault):
            raise
        except Exception:  # noqa: BLE001  about this item, whatever it is: others must be taken
            _log.exception("an item was not expected", schema=item.schema, agency=item.agency)
            return apart(replace(item, refused=HANDLING_FAILED))

    def _judge_again(self) -> None:
        """Look again at what waits for a key, once the register says something new."""
        version = self._context.directory.version
        if version == self._keys_version:
            return
        for item in self._store.items(refused=SIGNER_UNKNOWN):
            if item.body is not None:
                record = _decoded(item)
                handle = record[_HANDLE_FIELDS[item.schema]]
                judged = self._verdict(replace(item, event_id=handle, refused=""), record)
                if judged.refused != SIGNER_UNKNOWN:
                    with self._store.engine.begin() as connection:
                        self._store.remove(connection, item.event_id)
                        self._keep_alone(connection, judged)
        self._keys_version = version


def _decoded(item: Item) -> dict[str, Any]:
    return decode(item.fingerprint, item.body or b"")
