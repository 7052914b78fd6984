"""Batches: interceptions wait in the acts store and leave it together, in an order drawn at random.

Whoever reads the log live sees that some were told in a stretch of time, never which came first or when in it. The turns
are the same for all nodes of an agency: stretches of the wall clock, and one of the nodes takes each. What is held when
a turn begins leaves with it, what comes later with the next, also when nodes stop or start in between: a node that stops
sends nothing early, a batch of few would tell too much.
"""

import structlog
from sqlalchemy import Engine, delete, select, update

from ...topics.storage.database import insert_once
from ...topics.storage.faults import DatabaseFault
from ...topics.workers.chance import shuffled
from ...topics.workers.pause import Pause
from ...topics.workers.worker import AT_ONCE
from ..acts_db.context import AgencyContext
from ..acts_db.sending import is_batched, send_held
from ..acts_db.tables import batch_turns, held_events

_log = structlog.get_logger(__name__)
_RETRY_SECONDS = 1.0
_HELD_SECONDS = 1.0
_PAGE = 200
"""Events that leave in one transaction: whoever keeps a hit meanwhile waits for no more than that."""
_NAME = "interceptions"


class Batches:
    """Lets what is held leave at each turn, as a `Worker`."""

    def __init__(self, context: AgencyContext, engine: Engine) -> None:
        """Take the acts store; what is held there leaves at the next turn, not at once."""
        self._context, self._engine = context, engine
        self._every = max(1, round(context.interceptions_every_seconds * 1000))
        self._turn = self._current_turn()
        self._last: bytes | None = None
        """The handle behind which the turn this node has taken goes on; None if it has none."""
        self._pause = Pause(context.clock, _RETRY_SECONDS)

    def step(self) -> float:
        """Send a page of what is held if it is time; return in how many seconds to look again."""
        if left := self._pause.left():
            return left
        turn = self._current_turn()
        if turn == self._turn and self._last is None:
            return self._until_next()
        if not self._context.may_sign():
            return _HELD_SECONDS  # the turn is taken once what is signed counts
        try:
            if self._last is None and self._takes(turn):
                self._last = b""
            self._turn = turn
            if self._last is not None:
                self._last = self._send_behind(self._last)
        except DatabaseFault as away:
            _log.warning("interceptions wait, the acts store does not answer", code=away.code, reason=away.message)
            return self._pause.begin()
        return self._until_next() if self._last is None else AT_ONCE

    def wait(self, seconds: float) -> bool:
        """Wait so long; nothing makes a turn come early."""
        return self._pause.wait(seconds, None)

    def close(self) -> None:
        """Do nothing: what is held is kept for the next turn of whichever node runs then."""

    def _current_turn(self) -> int:
        return self._context.clock.now() // self._every

    def _until_next(self) -> float:
        return (self._every - self._context.clock.now() % self._every) / 1000

    def _takes(self, turn: int) -> bool:
        """Return whether this node is the one that sends at a turn."""
        row = {"name": _NAME, "turn": turn}
        with self._engine.begin() as connection:
            if insert_once(connection, batch_turns, row):
                return True
            others = (batch_turns.c.name == _NAME) & (batch_turns.c.turn != turn)
            return bool(connection.execute(update(batch_turns).where(others).values(turn=turn)).rowcount)

    def _send_behind(self, last: bytes) -> bytes | None:
        """Put the next page into the outbox, by random handle and shuffled; return its last handle, None when all is sent."""
        held = held_events.c
        page = (
            select(held_events)
            .where(is_batched(), held.handle > last)
            .order_by(held.handle)
            .limit(_PAGE)
            .with_for_update()
        )
        with self._engine.begin() as connection:
            rows = connection.execute(page).all()
            if not rows:
                return None
            connection.execute(delete(held_events).where(held.handle.in_([row.handle for row in rows])))
            send_held(connection, self._context, shuffled(rows, self._context.chance))
        return rows[-1].handle if len(rows) == _PAGE else None
