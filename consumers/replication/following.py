"""What every reader of a lane does: assign partitions by hand, take in batches what has come, outlive the broker's absences."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog

from ...schemas.errors import LiandongError
from ...topics.keys.register_ends import RegisterAwaited, RegisterBehind
from ...topics.private_files import DiskFull
from ...topics.transport.errors import OffsetOutOfRange, TransportError
from ...topics.transport.known_topics import KnownTopics
from ...topics.transport.ports import Message, Subscriber, TopicPartition
from ...topics.workers.clock import Clock
from ...topics.workers.outages import OutageLog
from ...topics.workers.pause import Pause
from ...topics.workers.worker import AT_ONCE
from ..store.errors import StoreFull

_log = structlog.get_logger(__name__)
RETRY_SECONDS = 1.0
"""Rest after a failure of the transport."""
_REGISTER_SECONDS = 0.05
"""Rest while a batch waits for what is on its way from the register of participants."""


class Follower(Protocol):
    """What a reader does with its lanes; everything it needs to go on after a crash is in its store."""

    limit: int
    """Most messages taken at once."""

    @property
    def topic_ids(self) -> Mapping[str, bytes]:
        """The ids of the topics that `positions` meant."""

    def positions(self, subscriber: Subscriber) -> Mapping[TopicPartition, int]:
        """Return where to read on, from the store; called again after every failure of the transport or the
        disk, and when a topic was made again.
        """

    def begin_batch(self) -> None:
        """Hear that the messages of the next `work` were polled just now."""

    def work(self, messages: Sequence[Message]) -> float:
        """Take a batch, which may be empty, into the store; return in how many seconds to look again at the latest.

        Raises RegisterBehind, before anything of it has an effect, to be called with the same batch again.
        """

    def out_of_range(self, at: TopicPartition) -> None:
        """Deal with a position the log no longer holds."""


class LaneReader:
    """Reads the lanes of one follower, a batch a step. What the transport fails with, and a full disk, is tried again for ever
    from the stored positions.
    """

    def __init__(self, follower: Follower, subscriber: Subscriber, clock: Clock) -> None:
        """Take over the subscriber, which `close` closes."""
        self._follower = follower
        self._subscriber = subscriber
        self._pause = Pause(clock, RETRY_SECONDS)
        self._register_pause = Pause(clock, _REGISTER_SECONDS)
        self._assigned = False
        self._topics = KnownTopics(clock)
        self._gone: TopicPartition | None = None
        """Where the log no longer holds the position."""
        self._waiting: Sequence[Message] = ()
        """A batch that waits for the register of participants."""
        self._outage = OutageLog(
            __name__,
            "the copy cannot be kept up to date, it goes on serving",
            "the copy is kept up to date again",
            clock,
        )
        self.failure: LiandongError | None = None
        """Why nothing can be read now."""

    def step(self) -> float:
        """Take what has come; return when to look again. What else the store fails with is raised."""
        if left := self._pause.left() or self._register_pause.left():
            return left
        try:
            pause = self._read()
        except RegisterBehind:
            return self._register_pause.begin()
        except OffsetOutOfRange as gone:
            _log.warning("position is no longer in the log", topic=gone.at.topic, partition=gone.at.partition)
            pause = self._leave(gone.at)
        except (TransportError, StoreFull, DiskFull) as failed:
            return self._start_over(failed)
        else:
            self.failure = None
            self._outage.works()
        return pause

    def _leave(self, at: TopicPartition) -> float:
        self._assigned, self._gone = False, at
        try:
            self._forget_gone()
        except (StoreFull, DiskFull) as failed:
            return self._start_over(failed)
        return AT_ONCE

    def _forget_gone(self) -> None:
        if self._gone is not None:
            self._follower.out_of_range(self._gone)
            self._gone = None

    def _start_over(self, failed: LiandongError) -> float:
        self._assigned = False
        self._outage.fails(failed.code, failed.message, awaited=isinstance(failed, RegisterAwaited))
        self.failure = failed
        return self._pause.begin()

    def assign_again(self) -> None:
        """Read on from the stored positions, which were changed, with the next step."""
        self._assigned = False

    def wait(self, seconds: float) -> bool:
        """Wait for messages; return whether there are any."""
        pause = self._register_pause if self._register_pause.left() else self._pause
        return pause.wait(seconds, self._subscriber.wait)

    def close(self) -> None:
        """Let go of the subscriber."""
        self._subscriber.close()

    def _read(self) -> float:
        self._forget_gone()
        if not self._assigned or self._topics.others(self._subscriber):
            self._assigned = False
            self._waiting = ()
            self._subscriber.assign(self._follower.positions(self._subscriber))
            self._topics.note(self._follower.topic_ids)
            self._assigned = True
        messages = self._waiting
        if not messages:
            messages = self._subscriber.poll(self._follower.limit, 0)
            self._follower.begin_batch()
        self._waiting = messages
        idle = self._follower.work(messages)
        self._waiting = ()
        return AT_ONCE if messages else idle
