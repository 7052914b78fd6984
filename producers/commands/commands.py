"""Commands of a court to agencies: validated, sealed, signed, into the outbox, once.

The same order given twice is the same command: court, case, agency, subject, kinds and legal document tell. So a crash, a
second click or a file sent again never watches anybody twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from ...schemas import ids
from ...schemas.errors import LiandongError
from ...schemas.fingerprints import fingerprint
from ...schemas.law.retention import COMMAND
from ...schemas.law.watch import WatchOrder, WatchRules, WatchScope, validate
from ...schemas.people.surrogates import MatchingKey
from ...schemas.wire.control import COMMAND_CONTEXT, STOP_WATCH, WATCH, SentCommand, sealing_context
from ...schemas.wire.sealing import Recipient, seal
from ...schemas.wire.signing import Signer, encode_signed
from ...topics.catalogue import names
from ...topics.keys.keyrings import Directory, NoSealingKey
from ...topics.transport.envelope import SchemaIds, outgoing
from ...topics.workers.chance import Chance
from ...topics.workers.clock import Clock
from ..register.register import Register
from .files import Request, StopRequest, WatchRequest
from .sent import CommandRegister, SentRecord

SCHEMA = "control-command"
EVENTS = "events"


class CommandRefused(LiandongError):
    """A command this court cannot give as it stands."""

    http_status = 409


@dataclass(frozen=True, slots=True)
class CommandingCourt:
    """As whom commands are given."""

    court: str
    jurisdiction: str
    signer: Signer = field(repr=False)
    directory: Directory = field(repr=False)
    matching_keys: Sequence[MatchingKey] = field(repr=False)
    clock: Clock = field(repr=False)
    chance: Chance = field(repr=False)
    max_days: int = 180
    """Longest term of a watch."""
    registry: SchemaIds | None = field(default=None, repr=False)
    """With one, what is sent has Confluent framing."""
    shares_set_apart: bool = False
    """Whether watches in cases of corps' and military courts are given here."""


@dataclass(frozen=True, slots=True)
class GivenCommand:
    """What became of a request."""

    command: SentCommand
    new: bool
    """False: the same command was given before; nothing is sent again."""


class Commands:
    """Gives commands of one court."""

    def __init__(self, court: CommandingCourt, register: Register) -> None:
        """Take the jurisdiction's register and make its table of commands if it is missing."""
        self._court = court
        self._register = register
        self._sent = CommandRegister(register.engine, court.court)

    def give(self, request: Request, agency_kinds: frozenset[str] | None = None) -> GivenCommand:
        """Give a command; `agency_kinds` are the kinds of data the agency has, if known. Raises the problem of the order."""
        if isinstance(request, StopRequest):
            return self._stop(request)
        return self._watch(request, agency_kinds)

    def check(self, request: Request, agency_kinds: frozenset[str] | None = None) -> None:
        """Raise what `give` would say against the order itself."""
        if isinstance(request, WatchRequest):
            validate(request.order, self._rules(self._court.clock.now(), agency_kinds))
            self._readers(request.agency)
        else:
            self._own_watch(request.stops)

    def _rules(self, now: int, agency_kinds: frozenset[str] | None) -> WatchRules:
        shared = self._court.shares_set_apart
        return WatchRules(now, self._court.max_days, agency_kinds, shares_set_apart=shared)

    def _watch(self, request: WatchRequest, agency_kinds: frozenset[str] | None) -> GivenCommand:
        now, order = self._court.clock.now(), request.order
        validate(order, self._rules(now, agency_kinds))
        identities = [_identity(self._court.court, request, key) for key in self._court.matching_keys]
        command_id = self._court.chance.random_id()
        scope = WatchScope(order.purpose, frozenset(order.kinds), now, order.until)
        due = now + request.due_ms
        command = SentCommand(command_id, self._court.court, request.agency, WATCH, order.case_number, scope, due)
        with self._register.engine.begin() as connection:
            self._register.claim(connection, self._court.court, numbered=False)
            earlier = self._sent.by_identity(connection, identities)
            if earlier is not None:
                _check_same(earlier, order)
                return GivenCommand(earlier, new=False)
            self._send(connection, command, order, key=command_id, identity=identities[-1])
        return GivenCommand(command, new=True)

    def _stop(self, request: StopRequest) -> GivenCommand:
        now, court = self._court.clock.now(), self._court
        watch = self._own_watch(request.stops)
        identity = fingerprint(b"stop\x00" + request.stops)
        command_id = self._court.chance.random_id()
        scope, due = WatchScope("", frozenset(), now, watch.scope.until), now + request.due_ms
        command = SentCommand(command_id, court.court, watch.agency, STOP_WATCH, watch.case_number, scope, due)
        with self._register.engine.begin() as connection:
            self._register.claim(connection, court.court, numbered=False)
            earlier = self._sent.by_identity(connection, [identity])
            if earlier is not None:
                return GivenCommand(earlier, new=False)
            order = WatchOrder(watch.case_number, until=now, stops=request.stops)
            # the watch's own handle as key: the stop never overtakes it, and waits with it where it waits
            self._send(connection, command, order, key=request.stops, identity=identity)
            self._sent.stop(connection, request.stops, now)
        return GivenCommand(command, new=True)

    def _own_watch(self, command_id: bytes) -> SentCommand:
        watch = self._sent.sent(command_id)
        if watch is None or watch.kind != WATCH:
            raise CommandRefused(
                "COMMAND_UNKNOWN",
                f"{self._court.court} has given no watch {ids.text('cmd', command_id)}",
                "look it up with `liandong court command --list`; only the court that ordered a watch can stop it",
                f"{self._court.court} 没有下达过协助查找 {ids.text('cmd', command_id)}",
                "请用 `liandong court command --list` 查找；只有下达的法院才能停止",
            )
        return watch

    def _send(
        self, connection: Connection, command: SentCommand, order: WatchOrder, *, key: bytes, identity: bytes
    ) -> None:
        """Put a command into the outbox under the message key `key`, and remember it by its identity."""
        court, handle = self._court, command.command_id
        record = {
            "command_id": handle,
            "jurisdiction": court.jurisdiction,
            "court": court.court,
            "agency": command.agency,
            "kind": command.kind,
            "issued_at": command.scope.since,
            "due_at": command.due_at,
            "sealed": seal(
                "watch-order", order.as_record(), sealing_context(SCHEMA, handle), self._readers(command.agency)
            ),
        }
        body = encode_signed(SCHEMA, record, COMMAND_CONTEXT, court.signer)
        topic, event_id = names.commands(command.agency), ids.text("cmd", handle)
        now = command.scope.since
        message = outgoing(
            SCHEMA, body, topic, key, event_id=event_id, source=court.court, time_ms=now, registry=court.registry
        )
        (row,) = self._register.outbox.append(connection, EVENTS, [message])
        self._sent.add(connection, command, identity, SentRecord(row, message))

    def resend(self) -> list[SentCommand]:
        """Put what is not answered and not over into the outbox once more, byte for byte; return these commands.

        An agency that has carried one out does not do so again; it answers again.
        """
        with self._register.engine.begin() as connection:
            self._register.claim(connection, self._court.court)
            waiting = self._sent.to_send_again(connection, self._court.clock.now())
            self._register.outbox.append(connection, EVENTS, list(waiting.values()))
        return [command for each in waiting if (command := self._sent.sent(each)) is not None]

    def _readers(self, agency: str) -> list[Recipient]:
        """Name who can open the order: the agency; for audits the court itself, its superior and the escrow."""
        try:
            recipients = self._court.directory.recipients(agency, COMMAND)
        except NoSealingKey as missing:
            raise CommandRefused(
                "AGENCY_UNKNOWN",
                f"no sealing key of {agency[:63]!r} is registered that is valid now",
                "check the agency's id; its keys are registered with `liandong participant new` or `publish`, and renewed "
                "with `renew`",
                f"{agency[:63]} 没有现行有效的密封密钥",
                "请核对协助单位的编号；其密钥由 `liandong participant new` 或 `publish` 登记，由 `renew` 更新",
            ) from missing
        readers = [*recipients, *self._court.directory.recipients(self._court.court, COMMAND)]
        return list({each.key_id: each for each in readers}.values())


def _identity(court: str, request: WatchRequest, key: MatchingKey) -> bytes:
    """Return 32 bytes that are equal for the same order; the subject goes in as surrogates."""
    order = request.order
    subject = sorted(key.surrogate(each.type, each.number, each.country) for each in order.certificates)
    parts = [court, order.case_number, request.agency, " ".join(order.kinds)]
    return fingerprint("\x00".join(parts).encode() + b"\x00" + b"".join(subject) + order.document_hash)


def _check_same(earlier: SentCommand, order: WatchOrder) -> None:
    """Refuse an order that was given before, if something about it has changed or it was stopped."""
    handle = ids.text("cmd", earlier.command_id)
    if earlier.scope.stopped_at:
        raise CommandRefused(
            "WATCH_WAS_STOPPED",
            f"this court has stopped {handle}, the watch of this order",
            "a stopped watch does not come back; watching again needs a new legal document",
            f"本院已停止 {handle}，即本指令所指的协助查找",
            "已停止的协助查找不再恢复；继续查找须有新的法律文书",
        )
    if (earlier.scope.until, earlier.scope.purpose) != (order.until, order.purpose):
        raise CommandRefused(
            "WATCH_DIFFERS",
            f"{handle} was given under the same document with another end or purpose",
            "another end or purpose needs a new legal document; stop the old watch and give a new one",
            f"{handle} 依同一文书下达，而截止日期或用途不同",
            "变更截止日期或用途须有新的法律文书；请停止原协助查找，另行下达",
        )
