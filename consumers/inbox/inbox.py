"""The court's inbox: what agencies sent back, each once, and only what this court may see.

Nothing counts unless a registered agency signed it and it is sealed to this court; an asset or whereabouts event counts
only under one of the court's own watches that asks for it. What does not count is shown as refused, its content dropped.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from sqlalchemy import Connection

from ...schemas.law.retention import COMMAND, INTERCEPTION, kept_until
from ...schemas.law.watch import covers
from ...schemas.law.watch_kinds import Domain, find_kind, keep_until
from ...schemas.wire.avro_schemas import schema_of
from ...schemas.wire.codec import Undecodable, decode
from ...schemas.wire.control import sealing_context
from ...schemas.wire.framing import FramingError
from ...schemas.wire.sealing import CannotOpen, open_sealed
from ...schemas.wire.signing import SignatureInvalid
from ...topics.catalogue import names
from ...topics.keys.signatures import SIGNER_UNKNOWN, Reading, Verifier, WrongJurisdiction, WrongKind, WrongParticipant
from ...topics.storage.faults import DatabaseFault
from ...topics.transport.errors import TransportError
from ...topics.transport.ports import BEGINNING, Message, Subscriber, TopicPartition
from ...topics.transport.reading import lane_of, topic_lanes
from ...topics.transport.received import unwrap
from ...topics.workers.threads import Doorbell
from ...topics.workers.worker import AT_ONCE
from .contents import ItemRefused, content_of
from .court import CourtContext
from .enforcement import note_interception
from .store import InboxStore, Item, Loss

_log = structlog.get_logger(__name__)

_HANDLE_FIELDS = {
    "interception": "event_id",
    "control-feedback": "feedback_id",
    "asset-event": "event_id",
    "whereabouts-event": "event_id",
}
_DOMAIN_OF_SCHEMA = {"asset-event": Domain.ASSET, "whereabouts-event": Domain.WHEREABOUTS}
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
    kinds = (names.interceptions, names.feedback, names.asset_events, names.whereabouts_events)
    return [each(jurisdiction) for each in kinds]


class Inbox:
    """Reads one court's answers into its store; a `Worker`. Whatever the transport or the store fails with is tried again."""

    def __init__(self, context: CourtContext, subscriber: Subscriber, store: InboxStore) -> None:
        """Take a subscriber without a group: positions are in the store. Nothing is read before the first step."""
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
        return self._unread is not None and not self._unread

    def step(self) -> float:
        """Read what has come; return when to be called again."""
        left = self._retry_at - self._context.clock.monotonic()
        if left > 0:
            return left
        try:
            self._tidy()
            self._judge_again()
            if not self._following:
                self._follow()
            pause = self._read()
        except (TransportError, DatabaseFault) as failed:
            return self._fail(failed)
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
        ends = {at: self._subscriber.watermarks(at) for at in topic_lanes(self._subscriber, *topics)}
        starts = self._starts({at: ends[at].low for at in ends})
        if self._unread is None:
            self._unread = {at: end.high for at, end in ends.items() if max(starts[at], end.low) < end.high}
        self._subscriber.assign(starts)
        self._following = True

    def _read(self) -> float:
        messages = self._subscriber.poll(_BATCH, 0)
        if not messages:
            return _LOOK_SECONDS
        items = [self._judge(message) for message in messages]
        ends = {lane_of(self._subscriber, each): each.offset() + 1 for each in messages}
        with self._store.engine.begin() as connection:
            new = sum(self._keep(connection, item) for item in items if item is not None)
            for at, next_offset in ends.items():
                self._store.save(connection, at, next_offset)
        self.new += new
        self._unread = {at: end for at, end in (self._unread or {}).items() if ends.get(at, 0) < end}
        return AT_ONCE

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

    def _starts(self, lows: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
        """Return where to read on; what the log no longer has is noted as lost, once.

        That counts from a partition's first record: an inbox made anew, or reached late, has missed what left before too.
        """
        stored, now = self._store.positions(), self._context.clock.now()
        gone = [Loss(at, stored.get(at, 0), low, now) for at, low in lows.items() if stored.get(at, 0) < low]
        if gone:
            with self._store.engine.begin() as connection:
                for loss in gone:
                    self._store.lose(connection, loss)
        for loss in gone:
            _log.error("records left the log before the inbox read them", topic=loss.at.topic, records=loss.records)
        return {at: max(low, stored[at]) if at in stored else BEGINNING for at, low in lows.items()}

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
        item = Item(handle, schema.name, fingerprint, record["agency"], now, message.timestamp()[1], "", body, 0)
        return self._with_verdict(item, record)

    def _judge_again(self) -> None:
        """Look again at what waits for a key, once the register says something new."""
        version = self._context.directory.version
        if version == self._keys_version:
            return
        for item in self._store.items(refused=SIGNER_UNKNOWN):
            if item.body is not None:
                judged = self._with_verdict(replace(item, refused=""), _decoded(item))
                if judged.refused != SIGNER_UNKNOWN:
                    with self._store.engine.begin() as connection:
                        self._store.replace(connection, judged)
                        self._note(connection, judged)
        self._keys_version = version

    def _with_verdict(self, item: Item, record: Mapping[str, Any]) -> Item:
        """Return the item with its verdict. The bytes of what is refused are not kept, unless its key may still come."""
        try:
            self._check_signature(item, record)
            content = content_of(self._context, item, record["sealed"])
            if content is None:
                return replace(item, body=None)
            if item.schema in _DOMAIN_OF_SCHEMA:
                return self._check_report(item, content)
            if item.schema == "control-feedback":
                self._note_answer(record)
            item = replace(item, keep_until=self._until_erasure(item))
        except ItemRefused as refused:
            _log.error("refused", reason=refused.reason, schema=item.schema, agency=item.agency)
            body = item.body if refused.reason == SIGNER_UNKNOWN else None
            return replace(item, refused=refused.reason, body=body)
        return item

    def _check_signature(self, item: Item, record: Mapping[str, Any]) -> None:
        directory, body = self._context.directory, item.body or b""
        if directory.key(body[:8]) is None:
            raise ItemRefused(SIGNER_UNKNOWN)
        try:
            Verifier(directory).signed(
                item.schema, body, record, Reading((self._context.jurisdiction,), item.written_at)
            )
        except (WrongKind, WrongParticipant) as mismatch:
            raise ItemRefused("SIGNER_MISMATCH") from mismatch
        except WrongJurisdiction as elsewhere:
            raise ItemRefused("WRONG_JURISDICTION") from elsewhere
        except SignatureInvalid as invalid:
            raise ItemRefused(invalid.code) from invalid

    @staticmethod
    def _until_erasure(item: Item) -> int:
        """Return until when an interception or an answer is kept, ms UTC."""
        retention = INTERCEPTION if item.schema == "interception" else COMMAND
        return kept_until(retention, item.received_at)

    def _check_report(self, item: Item, content: Mapping[str, Any]) -> Item:
        """Set an item's time of erasure. An asset or whereabouts event counts only under an own watch that asks for it."""
        domain = _DOMAIN_OF_SCHEMA[item.schema]
        kind = find_kind(domain, content["kind"])
        command = self._context.commands.sent(content["command_id"])
        if command is None or command.agency != item.agency or command.case_number != content["case_number"]:
            raise ItemRefused("NO_SUCH_COMMAND")
        occurred_at = content["occurred_at"]
        if kind is None or not covers(command.scope, domain, kind.name, occurred_at):
            raise ItemRefused("OUTSIDE_THE_WATCH")
        ends = [each for each in (keep_until(kind, occurred_at), content.get("keep_until", 0)) if each]
        until = min(ends, default=0)
        expired = until != 0 and until <= self._context.clock.now()
        return replace(item, keep_until=until, body=None if expired else item.body)

    def _note_answer(self, record: Mapping[str, Any]) -> None:
        command = self._context.commands.sent(record["command_id"])
        if command is None or command.agency != record["agency"]:
            raise ItemRefused("NO_SUCH_COMMAND")
        self._context.commands.answered(record["command_id"], record["code"], record["at"])


def _decoded(item: Item) -> dict[str, Any]:
    return decode(item.fingerprint, item.body or b"")
