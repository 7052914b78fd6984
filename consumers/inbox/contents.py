"""What stands sealed in an item of the inbox: opened with the court's keys, and only if it will be erased with the right ones."""

from collections.abc import Mapping
from typing import Any

from ...schemas.law.retention import retention_of
from ...schemas.law.watch_kinds import DAY_MS
from ...schemas.wire.avro_schemas import current_schema
from ...schemas.wire.codec import Undecodable
from ...schemas.wire.control import sealing_context
from ...schemas.wire.framing import FramingError
from ...schemas.wire.sealing import CannotOpen, open_sealed, sealed_to
from .court import CourtContext
from .store import Item

_CONTENTS = {
    "interception": "interception-detail",
    "control-feedback": "feedback-detail",
    "court-notice": "notice-detail",
    "asset-event": "asset-report",
    "whereabouts-event": "whereabouts-report",
}
"""What stands sealed in each."""


class ItemRefused(Exception):
    """An item that does not count, and why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def content_of(context: CourtContext, item: Item, sealed: bytes) -> Mapping[str, Any] | None:
    """Return what is sealed in an item, None if the key it was sealed to was erased since. Raises ItemRefused, TransportError."""
    name = _CONTENTS[item.schema]
    try:
        content = open_sealed(sealed, sealing_context(item.schema, item.event_id), *context.sealing_keys)
    except (CannotOpen, Undecodable, FramingError) as closed:
        if _was_erased(context, sealed):
            return None
        raise ItemRefused("ENVELOPE_UNREADABLE") from closed
    fields = {field["name"] for field in current_schema(name).definition["fields"]}
    if not fields <= content.keys():  # it is sealed and something else; a later version has more fields
        raise ItemRefused("ENVELOPE_UNREADABLE")
    if not _erased_in_time(context, sealed, retention_of(name, content), item.received_at):
        raise ItemRefused("SEALED_TO_WRONG_KEY")
    return content


def _was_erased(context: CourtContext, sealed: bytes) -> bool:
    erased = frozenset(context.erased())
    try:
        return not erased.isdisjoint(sealed_to(sealed)) if erased else False
    except (Undecodable, FramingError):
        return False


def _erased_in_time(context: CourtContext, sealed: bytes, retention: str, received_at: int) -> bool:
    """Return whether all known keys something was sealed to are destroyed when its keep time is over: they are of its retention
    kind, and of no month that has not begun.
    """
    keys = [context.directory.key(key_id) for key_id in sealed_to(sealed)]
    return all(key.retention == retention and key.valid_from <= received_at + DAY_MS for key in keys if key is not None)
