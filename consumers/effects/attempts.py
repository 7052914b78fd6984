"""Attempts at messages: each in a transaction of its own, with what becomes of it.

One that cannot be handled now waits with those of its signer behind it; one that can never be handled goes to the dead
letters. Whatever a handler fails with is about its message, unless it is about the store or the transport: no message ends
anything.
"""

from collections.abc import Callable

import structlog
from sqlalchemy import Engine

from ...schemas.errors import LiandongError, Unavailable
from ...topics.keys.signatures import SIGNER_UNKNOWN
from ...topics.storage.database import reading
from ...topics.storage.faults import DatabaseDamaged, DatabaseFault
from ...topics.transport.errors import TransportError
from ..acts_db.context import AgencyContext
from ..acts_db.messages import Received
from ..acts_db.outcomes import Poison, Retry
from ..acts_db.positions import note_handled
from ..commands import parked
from ..commands.parked import BEHIND_ANOTHER, NOT_UNDERSTOOD, ParkedMessage
from ..commands.parking import first_attempt, longest_after, next_attempt
from . import dead_letters
from .authors import author_of
from .fuse import blown
from .routing import handle_any

_log = structlog.get_logger(__name__)

STORE_AWAY = (DatabaseFault,)
"""What a database fails with that does not answer, whatever it is asked."""
AWAY = (*STORE_AWAY, TransportError, Unavailable)
"""What is no message's fault and passes."""
HANDLING_FAILED = "HANDLING_FAILED"
"""Failure of a message that a handler did not expect."""
_PERHAPS_LATER = frozenset({"UNDECODABLE", "WRONG_SCHEMA", HANDLING_FAILED})
"""Failures that another release may not have."""
_PAGE = 100


class Attempts:
    """Handles what comes and what waits. Raises what `AWAY` names, with nothing done."""

    def __init__(self, context: AgencyContext, engine: Engine, put_aside: Callable[[str], None]) -> None:
        """Take what hears the failure of each new dead letter."""
        self._context = context
        self._engine = engine
        self._count = put_aside

    def handle(self, message: Received) -> None:
        """Handle a message that came from the log; it waits if others of its key and signer do."""
        try:
            if not self._waits_behind(message):
                self._try(message, None)
        except Retry as retry:
            self._park(message, retry)
        except Poison as poison:
            self._put_aside(message, poison, 1)

    def retry_due(self, now: int) -> bool:
        """Try parked messages whose time has come, each key and signer in its order; return whether there may be more."""
        with self._engine.begin() as connection:
            waiting = parked.due(connection, now, _PAGE)
        for each in waiting:
            self._try_again(each, now)
        return bool(waiting)

    def _try(self, message: Received, waited: ParkedMessage | None) -> None:
        """Handle a message in one transaction. Raises Retry or Poison."""
        try:
            with self._engine.begin() as connection:
                if waited is None:
                    note_handled(connection, message.origin)
                elif not parked.still_parked(connection, waited):
                    return
                handle_any(connection, self._context, message)
                if waited is not None:
                    parked.unpark(connection, waited)
        except (Retry, Poison, *AWAY, DatabaseDamaged):
            raise
        except Exception as unexpected:  # about this message, whatever it is: others must go on
            _log.exception("a message was not expected", **_place(message))
            code = unexpected.code if isinstance(unexpected, LiandongError) else type(unexpected).__name__
            raise Poison(HANDLING_FAILED, code) from unexpected

    def _waits_behind(self, message: Received) -> bool:
        """Park a message behind those of its key and signer; return False if there are none."""
        with reading(self._engine) as connection:
            signers = parked.signers_waiting(connection, message)
        if not signers or (author := author_of(self._context, message)) not in signers:
            return False
        now = self._context.clock.now()
        with self._engine.begin() as connection:
            note_handled(connection, message.origin)
            parked.park(connection, message, author, BEHIND_ANOTHER, now, now)
        return True

    def _park(self, message: Received, retry: Retry) -> None:
        _log.warning("message waits", reason=retry.reason, **_place(message))
        now, author = self._context.clock.now(), self._author(message, retry.reason)
        with self._engine.begin() as connection:
            note_handled(connection, message.origin)
            parked.park(connection, message, author, retry.reason, now, first_attempt(retry.after, now))

    def _author(self, message: Received, reason: str) -> str:
        return "" if reason == SIGNER_UNKNOWN else author_of(self._context, message)

    def _try_again(self, waiting: ParkedMessage, now: int) -> None:
        try:
            self._try(waiting.message, waiting)
        except Retry as retry:
            next_at = next_attempt(waiting.attempts, retry.after, now)
            if next_at is None:
                self._put_aside(waiting.message, Poison(retry.reason, "tried too often"), waiting.attempts + 1, waiting)
                return
            author = self._author(waiting.message, retry.reason)
            with self._engine.begin() as connection:
                parked.postpone(connection, waiting, author, retry.reason, next_at)
        except Poison as poison:
            self._put_aside(waiting.message, poison, waiting.attempts + 1, waiting)

    def _put_aside(self, message: Received, poison: Poison, attempts: int, waited: ParkedMessage | None = None) -> None:
        """Send a message to the dead letters; what a court signed and another release may handle waits before that."""
        if poison.failure in _PERHAPS_LATER and self._waits_for_a_release(message, waited):
            return
        with self._engine.begin() as connection:
            new = dead_letters.put_aside(connection, self._context, message, poison, attempts)
            if waited is None:
                note_handled(connection, message.origin)
            else:
                parked.unpark(connection, waited)
        if new:
            _log.error("message put aside", failure=poison.failure, reason=poison.reason, **_place(message))
            self._count(poison.failure)

    def _waits_for_a_release(self, message: Received, waited: ParkedMessage | None) -> bool:
        """Park a message that a court signed, or let it wait on; return False if nobody did or it has waited long enough."""
        author, now = author_of(self._context, message), self._context.clock.now()
        if not author:
            return False
        with self._engine.begin() as connection:
            if waited is None:
                _log.error("a court's message is not understood and waits", court=author, **_place(message))
                note_handled(connection, message.origin)
                parked.park(connection, message, author, NOT_UNDERSTOOD, now, first_attempt(1.0, now))
                return True
            next_at = next_attempt(waited.attempts, 1.0, now)
            if next_at is None and blown(connection, self._context.agency) is None:
                return False
            parked.postpone(connection, waited, author, NOT_UNDERSTOOD, next_at or longest_after(now))
            return True


def _place(message: Received) -> dict[str, object]:
    return {"topic": message.origin.topic, "partition": message.origin.partition, "offset": message.origin.offset}
