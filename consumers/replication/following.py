"""The loop every reader of a lane runs: assign partitions by hand, poll and take in batches,
and outlive the broker's absences.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog

from ...topics.transport.errors import OffsetOutOfRange, TransportError
from ...topics.transport.ports import Message, Subscriber, TopicPartition

_log = structlog.get_logger(__name__)
RETRY_SECONDS = 1.0


class Follower(Protocol):
    """What a reader does with its lanes; everything it needs to go on after a crash is in its store."""

    limit: int
    """Most messages taken at once."""
    wait: float
    """Seconds to wait for the first message."""

    def positions(self, subscriber: Subscriber) -> Mapping[TopicPartition, int]:
        """Return where to read on, from the store; called again after every failure of the transport."""

    def work(self, messages: Sequence[Message]) -> None:
        """Take a batch, which may be empty, into the store."""

    def out_of_range(self, at: TopicPartition) -> None:
        """Deal with a position the log no longer holds."""


def follow(follower: Follower, subscriber: Subscriber, stop: threading.Event) -> None:
    """Run until `stop` is set. What the transport fails with is retried for ever from the stored positions; what the
    store fails with ends the loop.
    """
    while not stop.is_set():
        try:
            subscriber.assign(follower.positions(subscriber))
            while not stop.is_set():
                follower.work(subscriber.poll(follower.limit, follower.wait))
        except OffsetOutOfRange as gone:
            _log.warning("position is no longer in the log", topic=gone.at.topic, partition=gone.at.partition)
            follower.out_of_range(gone.at)
        except TransportError as failed:
            _log.warning("transport failed, the copy goes on serving", code=failed.code, reason=failed.message)
            stop.wait(RETRY_SECONDS)
