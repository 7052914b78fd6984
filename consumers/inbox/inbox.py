"""The court's inbox: what agencies sent back, each once, and only what this court may see.

Nothing counts unless a registered agency signed it and it is sealed to this court; an asset or whereabouts event counts
only under one of the court's own watches that asks for it. What does not count is shown as refused, its content dropped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import structlog

from ...schemas.law.watch import covers
from ...schemas.law.watch_kinds import Domain, find_kind, keep_until
from ...schemas.wire.avro_schemas import schema_of
from ...schemas.wire.codec import Undecodable, decode
from ...schemas.wire.control import SentCommand, sealing_context
from ...schemas.wire.framing import FramingError
from ...schemas.wire.sealing import CannotOpen, SealingKey, open_sealed
from ...schemas.wire.signing import SignatureInvalid
from ...topics.catalogue import names
from ...topics.keys.directory import Directory
from ...topics.keys.signatures import Reading, Verifier, WrongJurisdiction, WrongKind, WrongParticipant
from ...topics.transport.ports import BEGINNING, Message, Subscriber, TopicPartition
from ...topics.transport.received import unwrap
from ...topics.workers.clock import Clock
from .store import InboxStore, Item

_log = structlog.get_logger(__name__)

_HANDLE_FIELDS = {
    "interception": "event_id",
    "control-feedback": "feedback_id",
    "asset-event": "event_id",
    "whereabouts-event": "event_id",
}
_DOMAIN_OF_SCHEMA = {"asset-event": Domain.ASSET, "whereabouts-event": Domain.WHEREABOUTS}
SIGNER_UNKNOWN = "SIGNER_UNKNOWN"
"""The one refusal that is looked at again: the key may have been registered since."""
_BATCH = 500


class OwnCommands(Protocol):
    """The commands this court gave."""

    def sent(self, command_id: bytes) -> SentCommand | None:
        """Return one of this court's commands, None if it never gave it."""

    def answered(self, command_id: bytes, code: str, at: int) -> None:
        """Note an agency's answer (ms UTC); the newest counts."""


@dataclass(frozen=True, slots=True)
class CourtContext:
    """As whom an inbox is read."""

    court: str
    jurisdiction: str
    sealing_keys: Sequence[SealingKey] = field(repr=False)
    directory: Directory = field(repr=False)
    commands: OwnCommands = field(repr=False)
    clock: Clock = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenedItem:
    """An item as its court sees it."""

    item: Item
    record: Mapping[str, Any]
    """The clear part; empty once erased."""
    content: Mapping[str, Any] = field(repr=False)
    """The sealed part; empty if refused or erased."""


class _ItemRefused(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def topics_of(jurisdiction: str) -> list[str]:
    """Return what an inbox reads."""
    kinds = (names.interceptions, names.feedback, names.asset_events, names.whereabouts_events)
    return [each(jurisdiction) for each in kinds]


class Inbox:
    """Reads one court's answers into its store; `subscriber` has no group, positions are in the store."""

    def __init__(self, context: CourtContext, subscriber: Subscriber, store: InboxStore) -> None:
        """Erase what is over, look again at what waited for a key, and start where the inbox stopped."""
        self._context = context
        self._subscriber = subscriber
        self._store = store
        self.lost = 0
        """Records that left the log before they were read here."""
        store.erase_due(context.clock.now())
        self._judge_again()
        subscriber.assign(self._starts())

    def step(self, timeout: float) -> int:
        """Read what has come, and return how many items of this court were new."""
        messages = self._subscriber.poll(_BATCH, timeout)
        items = [self._judge(message) for message in messages]
        if not messages:
            return 0
        ends = {
            TopicPartition(self._subscriber.topic_of(each), each.partition()): each.offset() + 1 for each in messages
        }
        with self._store.engine.begin() as connection:
            new = sum(self._store.put(connection, item) for item in items if item is not None)
            for at, next_offset in ends.items():
                self._store.save(connection, at, next_offset)
        return new

    def catch_up(self, timeout: float) -> int:
        """Read to the end of the log as it stands now, and return how many items of this court were new."""
        ends = {at: self._subscriber.watermarks(at) for at in self._partitions()}
        new = 0
        while self._is_behind(ends):
            new += self.step(timeout)
        return new

    def unshown(self) -> list[OpenedItem]:
        """Return what nobody has seen yet."""
        return [self.open(each) for each in self._store.items(unshown=True)]

    def mark_shown(self, item: OpenedItem) -> None:
        """Note that somebody at the court has seen an item."""
        self._store.mark_shown(item.item.event_id)

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
        return OpenedItem(item, record, open_sealed(record["sealed"], sealed_for, *self._context.sealing_keys))

    def _partitions(self) -> list[TopicPartition]:
        topics = topics_of(self._context.jurisdiction)
        return [TopicPartition(topic, number) for topic in topics for number in self._subscriber.partitions(topic)]

    def _starts(self) -> dict[TopicPartition, int]:
        stored, starts = self._store.positions(), {}
        for at in self._partitions():
            low, _ = self._subscriber.watermarks(at)
            if at in stored and stored[at] < low:
                self.lost += low - stored[at]
                _log.error("records left the log before the inbox read them", topic=at.topic, records=low - stored[at])
            starts[at] = max(low, stored[at]) if at in stored else BEGINNING
        return starts

    def _is_behind(self, ends: Mapping[TopicPartition, tuple[int, int]]) -> bool:
        stored = self._store.positions()
        return any(low < high and stored.get(at, low) < high for at, (low, high) in ends.items())

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
        for item in self._store.items(refused=SIGNER_UNKNOWN):
            if item.body is not None:
                judged = self._with_verdict(replace(item, refused=""), _decoded(item))
                if judged.refused != SIGNER_UNKNOWN:
                    with self._store.engine.begin() as connection:
                        self._store.replace(connection, judged)

    def _with_verdict(self, item: Item, record: Mapping[str, Any]) -> Item:
        """Return the item with its verdict. The bytes of what is refused are not kept, unless its key may still come."""
        try:
            self._check_signature(item, record)
            content = self._content(item, record)
            if item.schema in _DOMAIN_OF_SCHEMA:
                return self._check_report(item, content)
            if item.schema == "control-feedback":
                self._note_answer(record)
        except _ItemRefused as refused:
            _log.error("refused", reason=refused.reason, schema=item.schema, agency=item.agency)
            body = item.body if refused.reason == SIGNER_UNKNOWN else None
            return replace(item, refused=refused.reason, body=body)
        return item

    def _check_signature(self, item: Item, record: Mapping[str, Any]) -> None:
        directory, body = self._context.directory, item.body or b""
        if directory.key(body[:8]) is None:
            raise _ItemRefused(SIGNER_UNKNOWN)
        try:
            Verifier(directory).signed(
                item.schema, body, record, Reading((self._context.jurisdiction,), item.written_at)
            )
        except (WrongKind, WrongParticipant) as mismatch:
            raise _ItemRefused("SIGNER_MISMATCH") from mismatch
        except WrongJurisdiction as elsewhere:
            raise _ItemRefused("WRONG_JURISDICTION") from elsewhere
        except SignatureInvalid as invalid:
            raise _ItemRefused(invalid.code) from invalid

    def _content(self, item: Item, record: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return open_sealed(
                record["sealed"], sealing_context(item.schema, item.event_id), *self._context.sealing_keys
            )
        except (CannotOpen, Undecodable, FramingError) as closed:
            raise _ItemRefused("ENVELOPE_UNREADABLE") from closed

    def _check_report(self, item: Item, content: Mapping[str, Any]) -> Item:
        """Set an item's time of erasure. An asset or whereabouts event counts only under an own watch that asks for it."""
        domain = _DOMAIN_OF_SCHEMA[item.schema]
        kind = find_kind(domain, content["kind"])
        command = self._context.commands.sent(content["command_id"])
        if command is None or command.agency != item.agency or command.case_number != content["case_number"]:
            raise _ItemRefused("NO_SUCH_COMMAND")
        occurred_at = content["occurred_at"]
        if kind is None or not covers(command.scope, domain, kind.name, occurred_at):
            raise _ItemRefused("OUTSIDE_THE_WATCH")
        ends = [each for each in (keep_until(kind, occurred_at), content.get("keep_until", 0)) if each]
        until = min(ends, default=0)
        expired = until != 0 and until <= self._context.clock.now()
        return replace(item, keep_until=until, body=None if expired else item.body)

    def _note_answer(self, record: Mapping[str, Any]) -> None:
        command = self._context.commands.sent(record["command_id"])
        if command is None or command.agency != record["agency"]:
            raise _ItemRefused("NO_SUCH_COMMAND")
        self._context.commands.answered(record["command_id"], record["code"], record["at"])


def _decoded(item: Item) -> dict[str, Any]:
    return decode(item.fingerprint, item.body or b"")
