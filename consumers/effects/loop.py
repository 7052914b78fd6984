"""Effects: what happens once per agency, wherever the consumer group puts it: commands, and releases after relief.

The position in the log is a part of the effect's own transaction, so that a store that is put back handles what it has not
done; the group's offset is committed behind it, for lag tools. Its keys make a redelivery or a replay have no second effect. A message that cannot be handled now waits with those of its signer
behind it while others flow; one that can never be handled goes to the dead letters. While the store does not answer,
what came stays in memory in its order, and is handled when it does.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import Engine

from ...schemas.errors import LiandongError
from ...topics.keys.register_ends import RegisterAwaited
from ...topics.keys.signatures import SIGNER_UNKNOWN
from ...topics.metrics.definitions import DEAD_LETTERS, EFFECTS_FUSE, WATCHES
from ...topics.metrics.recorder import Signals
from ...topics.transport.ports import Subscriber
from ...topics.workers.outages import OutageLog
from ...topics.workers.pause import Pause
from ...topics.workers.worker import AT_ONCE
from ..acts_db import idempotency
from ..acts_db.context import AgencyContext
from ..acts_db.held_back import EffectsPaused, HeldBack, count_held_back
from ..acts_db.sending import send_unsigned, send_waiting
from ..commands import parked
from ..events import watches
from ..interceptions import recent_releases
from .attempts import AWAY, STORE_AWAY, Attempts
from .fuse import FuseBlown, blown
from .intake import EffectsIntake, topics_of
from .places import Places

_log = structlog.get_logger(__name__)

_RETRY_SECONDS = 2.0
_TICK_SECONDS = 1.0
_WAIT_FOR_KEYS = (SIGNER_UNKNOWN, "NO_SEALING_KEY")
"""Reasons that may be gone when the register of keys says something new."""
_SAME_PAUSE_SECONDS = 10.0
"""What fails again so soon has not gone on in between."""
_KEYS_SECONDS = 0.1
"""How often it is looked whether the register of keys was read."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What effects ask and tell of the node they are a part of."""

    keys_known: Callable[[], bool] = lambda: True
    """Whether the register of keys was read."""
    may_act: Callable[[], bool] = lambda: True
    """Whether this node is still the one to act: not if another one of its name was started later."""
    lost: Callable[[], None] = lambda: None
    """Hears that messages left the log before they were read here."""
    held_back: Callable[[HeldBack], None] = lambda _: None
    """Hears once a second what the agency holds back."""
    paused: Callable[[EffectsPaused], None] = lambda _: None
    """Hears with every attempt what keeps effects from going on."""


_NO_NODE = Surroundings()


class Effects:
    """What one node does for its agency, as a `Worker`."""

    def __init__(
        self,
        context: AgencyContext,
        join: Callable[[], Subscriber],
        engine: Engine,
        signals: Signals | None = None,
        node: str = "1",
        around: Surroundings = _NO_NODE,
    ) -> None:
        """Open nothing yet: the first step joins the group, once the keys of those who command are known.

        `engine` comes from `open_acts`; `join` makes a subscriber of the group `group_of(agency)`.
        """
        self._context = context
        self._engine = engine
        self._signals = signals or Signals()
        self._node = node
        self._around = around
        self._intake = EffectsIntake(topics_of(context), join, Places(engine, context.clock, around.lost))
        self._attempts = Attempts(context, engine, self._count)
        self._keys_version = -1
        """Of the register of keys when what waits for a key was last tried."""
        self._keyless = 0
        """Events that waited for the agency's own key when they were last looked at."""
        self._pause = Pause(context.clock, _RETRY_SECONDS)
        self._tick_at = context.clock.monotonic()
        self._is_more_due = False
        self._outage = OutageLog(__name__, "effects wait", "effects go on", context.clock)
        self._away: Exception | None = None
        self._fuse: FuseBlown | None = None
        self._failed_at, self._paused_since = -math.inf, 0

    @property
    def failure(self) -> Exception | None:
        """Why nothing can be done now, or what is wrong with this release."""
        return self._away or self._intake.places.failure or self._fuse

    @property
    def kept(self) -> int:
        """How many messages came and are not handled yet."""
        return len(self._intake.kept)

    def step(self) -> float:
        """Do what waits and is due, then what has come; return the seconds until the next of both, 0 while messages come.

        A broker or a store that does not answer is tried again later.
        """
        if left := self._pause.left():
            return left
        try:
            pause = self._work()
        except AWAY as away:
            self._note_away(away)
            self._tell_paused()
            return self._pause.begin()
        self._away = None
        self._outage.works()
        self._tell_paused()
        return pause

    def wait(self, seconds: float) -> bool:
        """Wait for messages; return whether there are any."""
        return self._pause.wait(seconds, self._intake.news)

    def close(self) -> None:
        """Leave the group; what is kept is delivered again."""
        self._intake.close()

    def _tell_paused(self) -> None:
        failure, running = self.failure, self._context.clock.monotonic()
        if failure is None:
            self._around.paused(EffectsPaused())
            return
        if running - self._failed_at > _SAME_PAUSE_SECONDS:
            self._paused_since = self._context.clock.now()
        self._failed_at = running
        self._around.paused(EffectsPaused(_code(failure), self._paused_since))

    def _note_away(self, away: Exception) -> None:
        reason = away.message if isinstance(away, LiandongError) else str(getattr(away, "orig", away))
        code = _code(away)
        self._outage.fails(code, reason, awaited=isinstance(away, RegisterAwaited))
        self._away = away

    def _work(self) -> float:
        if not self._around.may_act():
            self._intake.leave()
            return _RETRY_SECONDS
        if not self._intake.joined and not self._around.keys_known():
            return _KEYS_SECONDS
        self._intake.take_in()
        came = bool(self._intake.kept)
        try:
            self._handle_kept()
        except STORE_AWAY:
            self._intake.commit()
            raise
        self._intake.commit()
        self._tick()
        return AT_ONCE if came or self._is_more_due else self._tick_at - self._context.clock.monotonic()

    def _handle_kept(self) -> None:
        while self._intake.kept:
            self._attempts.handle(self._intake.kept[0])
            self._intake.note_handled()

    def _tick(self) -> None:
        """Do what is due once a second: try again what waits, erase what ended, set the gauges."""
        running, now = self._context.clock.monotonic(), self._context.clock.now()
        if running >= self._tick_at:
            self._tick_at = running + _TICK_SECONDS
            self._tidy(now)
        elif not self._is_more_due:
            return
        self._is_more_due = self._attempts.retry_due(now)

    def _tidy(self, now: int) -> None:
        self._context.directory.refresh()
        version, instant = self._context.directory.version, self._context.instant()
        with self._engine.begin() as connection:
            self._note_keyless(send_waiting(connection, self._context).keyless)
            send_unsigned(connection, self._context)
            if version != self._keys_version:
                parked.wake(connection, _WAIT_FOR_KEYS, now)
            erased = watches.erase_ended(connection, instant)
            recent_releases.forget(connection, now)
            idempotency.forget_old(connection, now)
            live = watches.count_live(connection, instant)
            fuse = blown(connection, self._context.agency)
            held_back = count_held_back(connection)
        self._around.held_back(held_back)
        self._keys_version = version
        self._note_fuse(fuse)
        for kind in self._context.kinds:
            self._signals.gauge(WATCHES, agency=self._context.agency, kind=kind).set(live.get(kind, 0))
        if erased:
            _log.info("watches ended by their date, subjects erased", watches=erased)

    def _note_fuse(self, fuse: FuseBlown | None) -> None:
        if fuse is not None and self._fuse is None:
            _log.error("the fuse of the effects is blown", code=fuse.code, reason=fuse.message, remedy=fuse.remedy)
        elif fuse is None and self._fuse is not None:
            _log.warning("the fuse of the effects is whole again", agency=self._context.agency)
        self._fuse = fuse
        gauge = self._signals.gauge(EFFECTS_FUSE, agency=self._context.agency, node=self._node)
        gauge.set(0 if fuse is None else 1)

    def _note_keyless(self, events: int) -> None:
        if events and events != self._keyless:
            _log.error("events wait for the file of the agency's own sealing keys, give it back", events=events)
        self._keyless = events

    def _count(self, failure: str) -> None:
        """Count a new dead letter."""
        self._signals.counter(DEAD_LETTERS, agency=self._context.agency, node=self._node, failure=failure).inc()


def _code(failure: Exception) -> str:
    return failure.code if isinstance(failure, LiandongError) else type(failure).__name__
