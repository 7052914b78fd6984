"""Handling of one command: is it well formed, from whom it says, allowed, in time; then its effect, once.

Everything here happens inside one transaction of the acts store: the effect, the feedback in the outbox and the key that
makes a redelivery have no second effect. The offset is committed afterwards.
"""

import structlog
from sqlalchemy import Connection

from ...schemas.ids import text
from ...schemas.law.retention import COMMAND
from ...schemas.law.watch import WatchOrder, WatchRules, validate, validate_stop
from ...schemas.problems import FactProblem
from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import Undecodable
from ...schemas.wire.control import (
    CLOCK_TOLERANCE_MS,
    STOP_WATCH,
    WATCH,
    Command,
    read_command,
    sealing_context,
)
from ...schemas.wire.feedback import FeedbackCode
from ...schemas.wire.framing import FramingError
from ...schemas.wire.sealing import CannotOpen, open_sealed
from ...schemas.wire.signing import SignatureInvalid
from ...topics.keys.entitlement import Reading, WrongJurisdiction, WrongKind
from ...topics.keys.keyrings import NoSealingKey
from ...topics.keys.signatures import SIGNER_UNKNOWN, Verifier
from ...topics.transport.received import unwrap_value
from ..acts_db.context import AgencyContext
from ..acts_db.messages import Received
from ..acts_db.outcomes import CommandRejected, Poison, Retry
from ..events import watches
from . import handled
from .feedback import CommandAnswer, answer

_log = structlog.get_logger(__name__)
_FEEDBACK_OF_PROBLEM = {
    "WATCH_KIND_NOT_HELD": FeedbackCode.RETURNED,
    "WATCH_END": FeedbackCode.ALREADY_ENDED,
    "WATCH_SUBJECT": FeedbackCode.IDENTITY_MISMATCH,
    "WATCH_SET_APART": FeedbackCode.AUTHORITY_MISMATCH,
}
"""Feedback for what is wrong with an order; all else is DOC_INVALID."""
_ANSWERED_AGAIN_AFTER_MS = 60_000
"""So often at most a command that is sent again is answered again."""


def handle(connection: Connection, context: AgencyContext, message: Received) -> FeedbackCode | None:
    """Carry out a command and answer it with feedback; return the code, or None if it was handled before.

    Raises Retry or Poison; then the caller's transaction must be rolled back.
    """
    command = _read(message)
    if command.agency != context.agency:
        raise Poison("WRONG_ADDRESS", f"for {command.agency}")
    before = handled.find(connection, command)
    if before is not None:
        _log.info("command seen again, no effect", command=text("cmd", command.command_id), court=command.court)
        _answer_again(connection, context, command, before)
        return None
    _check_signature(context, command)
    try:
        _check_sender(connection, context, command)
        message_text = _execute(connection, context, command)
        code = FeedbackCode.DONE
    except CommandRejected as refused:
        code, message_text = refused.code, refused.message
    _check_answerable(context, command)
    handled.remember(connection, command, code, context.clock.now())
    answer(connection, context, command, CommandAnswer(handled.content_of(command), code, message_text))
    _log.info("command handled", command=text("cmd", command.command_id), court=command.court, code=code.value)
    return code


def _read(message: Received) -> Command:
    if message.value is None:
        raise Poison("EMPTY", "a command without a value")
    try:
        fingerprint, body = unwrap_value(message.value, message.headers)
        if not is_version_of(fingerprint, "control-command"):
            raise Poison("WRONG_SCHEMA", f"schema {fingerprint.hex()} is no command known to this release")
        return read_command(fingerprint, body)
    except (FramingError, Undecodable) as broken:
        raise Poison("UNDECODABLE", type(broken).__name__) from broken


def _check_signature(context: AgencyContext, command: Command) -> None:
    """Require that the court a command names signed it, one that this agency obeys: nobody else is answered or does anything.

    Raises Poison; and Retry for a key that is not known: one that was registered a moment ago may not be here yet.
    """
    if context.directory.key(command.body[:8]) is None:
        raise Retry(SIGNER_UNKNOWN)
    claimed = {"court": command.court, "jurisdiction": command.jurisdiction, "issued_at": command.issued_at}
    reading = Reading(context.jurisdictions, now=context.instant().of(command.jurisdiction))
    try:
        Verifier(context.directory).signed("control-command", command.body, claimed, reading)
    except (WrongKind, WrongJurisdiction) as not_entitled:
        raise Poison("AUTHORITY_MISMATCH", not_entitled.message) from not_entitled
    except SignatureInvalid as invalid:
        raise Poison("SIGNATURE_INVALID", invalid.message) from invalid


def _answer_again(
    connection: Connection, context: AgencyContext, command: Command, before: handled.HandledCommand
) -> None:
    """Say once more, under the same handle, what a command was answered with: its court may have lost the answer."""
    now = context.clock.now()
    if abs(now - before.answered_at) < _ANSWERED_AGAIN_AFTER_MS:
        return
    try:
        answer(connection, context, command, CommandAnswer(before.content, before.code, "handled before"))
    except NoSealingKey as missing:
        raise Retry(missing.code) from missing
    handled.note_answer(connection, command, before, now)


def _check_sender(connection: Connection, context: AgencyContext, command: Command) -> None:
    if command.issued_at > context.instant().of(command.jurisdiction) + CLOCK_TOLERANCE_MS:
        raise CommandRejected(FeedbackCode.DOC_INVALID, "issued in the future; check the court's clock")
    if handled.is_id_taken(connection, command.command_id):
        raise CommandRejected(FeedbackCode.DOC_INVALID, "another command with this id was handled before")


def _check_answerable(context: AgencyContext, command: Command) -> None:
    """Raise Retry if the court has no sealing key, so that it could not be told."""
    try:
        context.directory.recipients(command.court, COMMAND)
    except NoSealingKey as missing:
        raise Retry(missing.code) from missing


def _execute(connection: Connection, context: AgencyContext, command: Command) -> str:
    try:
        if command.kind == WATCH:
            return _watch(connection, context, command, _open_order(context, command))
        if command.kind == STOP_WATCH:
            return _stop(connection, command, _open_order(context, command))
    except FactProblem as problem:
        code = _FEEDBACK_OF_PROBLEM.get(problem.code, FeedbackCode.DOC_INVALID)
        raise CommandRejected(code, f"{problem.code}: {problem.message}") from problem
    raise CommandRejected(FeedbackCode.RETURNED, f"{context.agency} does not know the command {command.kind[:40]!r}")


def _open_order(context: AgencyContext, command: Command) -> WatchOrder:
    sealed_for = sealing_context("control-command", command.command_id)
    try:
        return WatchOrder.from_record(open_sealed(command.sealed, sealed_for, *context.sealing_keys))
    except (CannotOpen, Undecodable, FramingError) as closed:
        raise CommandRejected(FeedbackCode.DOC_INVALID, closed.message) from closed
    except KeyError as missing:
        raise CommandRejected(FeedbackCode.DOC_INVALID, "the sealed body is no watch order") from missing


def _watch(connection: Connection, context: AgencyContext, command: Command, order: WatchOrder) -> str:
    now = context.instant().of(command.jurisdiction)
    shared = context.shares_set_apart
    validate(order, WatchRules(now, context.watch_max_days, context.kinds, command.issued_at, shared))
    if not watches.admit(connection, command, order, context.matching_keys):
        raise CommandRejected(FeedbackCode.ALREADY_ENDED, "the watch was stopped before it came")
    return "watching"


def _stop(connection: Connection, command: Command, order: WatchOrder) -> str:
    validate_stop(order)
    watch = watches.find(connection, order.stops)
    if watch is not None and watch.court != command.court:
        raise CommandRejected(FeedbackCode.AUTHORITY_MISMATCH, "the watch was ordered by another court")
    watches.stop(connection, order.stops, command.court, command.issued_at)
    if watch is not None and watch.scope.stopped_at:
        raise CommandRejected(FeedbackCode.ALREADY_ENDED, "the watch had been stopped already")
    return "stopped"
