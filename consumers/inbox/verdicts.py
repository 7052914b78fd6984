"""Whether an item counts for its court: who signed it, whether it was sealed to this court, whether it was asked for."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog

from ...schemas.law.retention import COMMAND, INTERCEPTION, kept_until
from ...schemas.law.watch import covers
from ...schemas.law.watch_kinds import Domain, find_kind, keep_until
from ...schemas.wire.signing import SignatureInvalid
from ...topics.keys.entitlement import Reading, WrongJurisdiction, WrongKind, WrongParticipant
from ...topics.keys.signatures import SIGNER_UNKNOWN, Verifier
from .contents import ItemRefused, content_of
from .court import CourtContext
from .store import Item

_log = structlog.get_logger(__name__)
_FROM_ANYWHERE = frozenset({"court-notice"})
"""What is said in the sender's jurisdiction, which may be another one than its reader's."""
_DOMAIN_OF_SCHEMA = {"asset-event": Domain.ASSET, "whereabouts-event": Domain.WHEREABOUTS}


class Verdicts:
    """What one court makes of items."""

    def __init__(self, context: CourtContext) -> None:
        self._context = context

    def of(self, item: Item, record: Mapping[str, Any]) -> Item:
        """Return the item with its verdict."""
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
            return replace(item, refused=refused.reason)
        return item

    def _check_signature(self, item: Item, record: Mapping[str, Any]) -> None:
        directory, body = self._context.directory, item.body or b""
        if directory.key(body[:8]) is None:
            raise ItemRefused(SIGNER_UNKNOWN)
        places = None if item.schema in _FROM_ANYWHERE else (self._context.jurisdiction,)
        try:
            Verifier(directory).signed(item.schema, body, record, Reading(places, item.written_at))
        except (WrongKind, WrongParticipant) as mismatch:
            raise ItemRefused("SIGNER_MISMATCH") from mismatch
        except WrongJurisdiction as elsewhere:
            raise ItemRefused("WRONG_JURISDICTION") from elsewhere
        except SignatureInvalid as invalid:
            raise ItemRefused(invalid.code) from invalid

    @staticmethod
    def _until_erasure(item: Item) -> int:
        """Return until when an interception, an answer or a notice is kept, ms UTC."""
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
