"""The client library's errors as ours.

Its own log goes to this module's logger. Errors that pass by themselves (a broker restarting) are logged; errors that
do not (authorization, a fatal producer, a position outside the log) are kept and raised from `poll`.
"""

import logging
import re
import time
from collections.abc import Callable
from typing import TypeVar

from confluent_kafka import KafkaError, KafkaException

from ....schemas.phrases import Phrase, chinese, quoted
from ..callbacks import Callbacks
from ..errors import REFUSALS, AuthenticationFailed, AuthorizationFailed, PublisherBroken, TransportError, kind_of

MOVING = frozenset(
    {
        "NOT_LEADER_FOR_PARTITION",
        "LEADER_NOT_AVAILABLE",
        "COORDINATOR_LOAD_IN_PROGRESS",
        "COORDINATOR_NOT_AVAILABLE",
        "NOT_COORDINATOR",
        "_WAIT_COORD",
    }
)
"""Errors of a cluster that is electing; they pass by themselves."""
REPEAT_SECONDS, LONGEST_SECONDS = 30.0, 3_600.0
"""While a broker is away the client library tells the same every few milliseconds; it is logged after so long, then twice as long."""


_SUPPRESSED = re.compile(r", [0-9]+ identical error\(s\) suppressed\)")
"""What librdkafka adds to an error it has held back for a while."""

_PASSING = re.compile(
    r"^(FAIL|GETPID|REQTMOUT|TERMINATE|COORD\w*|ERROR \[.*brokers are down)|brokers are down|Connect to .* failed|Receive failed|timed out|: Disconnected"
)
"""What the client library says of connections that it makes again by itself."""


class _Repeats(logging.Filter):
    """Lets a text through when it is new, and again after ever longer times; numbers in it, and how often it came, do not make it
    another one.

    What is told of connections is a detail: the parts of the process say in their own words what they cannot do.
    """

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, tuple[float, float]] = {}
        """Text → when it was logged, and for how long it is not again."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this was not logged lately, and is told at the level it has."""
        message = record.getMessage()
        if record.levelno > logging.INFO and _PASSING.search(message):
            vars(record).update(levelno=logging.INFO, levelname="INFO")
            if not logger.isEnabledFor(logging.INFO):
                return False
        text = re.sub(r"[0-9]+", "0", _SUPPRESSED.sub(")", message))
        now = time.monotonic()
        at, quiet = self._told.get(text, (-LONGEST_SECONDS, 0.0))
        if now - at < quiet:
            return False
        is_another = now - at > 2 * quiet + REPEAT_SECONDS
        self._told[text] = now, REPEAT_SECONDS if is_another else min(2 * quiet, LONGEST_SECONDS)
        return True


logger = logging.getLogger(__name__)
logger.addFilter(_Repeats())

QUIET = {"log_level": 0}
"""For a client that only asks whether a broker answers: what it fails with is raised, and need not be logged beside that."""

Answer = TypeVar("Answer")

ANSWER_SECONDS = 15.0
"""How long a broker may take to answer a question."""


def translated(error: KafkaError, about: str, right: str) -> TransportError:
    """Return the client library's error as one of ours.

    `about` says what was being done, `right` which right that needs (`errors.right_to`).
    """
    message = Phrase(f"{about}: {error.str()}", f"{chinese(about)}：{quoted(error.str()).zh}")
    if error.fatal():
        return PublisherBroken(message)
    if error.name() in REFUSALS:
        return AuthorizationFailed(message, right)
    # a connection lost in the middle of the handshake says nothing of the password
    was_lost = error.name() == "_AUTHENTICATION" and "Broker transport failure" in error.str()
    return kind_of("_TRANSPORT" if was_lost else error.name())(message)


class Failures:
    """The client library's error callback: what passes is logged, what does not is kept for `poll`."""

    def __init__(self, client_id: str, right: str) -> None:
        """Take the right whose lack the client library tells without saying of what: that of a group or a cluster."""
        self._client_id, self._right = client_id, right
        self.callbacks = Callbacks()

    def __call__(self, error: KafkaError) -> None:
        """Take one error from the client library."""
        failure = translated(error, self._client_id, self._right)
        if isinstance(failure, AuthenticationFailed | AuthorizationFailed | PublisherBroken):
            self.callbacks.keep(failure)
        else:
            logger.warning("%s", failure.message)


def answered(ask: Callable[[], Answer], about: str, right: str) -> Answer:
    """Return a broker's answer, asking again while leaders and coordinators move. Raises other errors as ours (`translated`)."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while True:
        try:
            return ask()
        except KafkaException as failed:
            error = failed.args[0]
            if error.name() not in MOVING or time.monotonic() > deadline:
                raise translated(error, about, right) from failed
            time.sleep(0.1)
