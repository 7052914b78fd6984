"""The status, looked at once: read to the end of the log, or from what is at hand as soon as Kafka does not answer.

Reading waits for the time-outs of the client library, which are many seconds. So it runs beside, and Kafka is asked for signs of
life meanwhile.
"""

import math
from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import partial
from typing import Any, TypeVar

from ...schemas.errors import Unavailable
from ...topics.catalogue import names
from ...topics.settings import Settings
from ...topics.transport.errors import AuthenticationFailed, AuthorizationFailed, TopicMissing, TransportError
from ...topics.transport.kafka import KafkaPulse, require_broker
from ...topics.transport.process_clock import clock_of
from ...topics.workers.threads import beside, work_until
from ..status.document import StatusQuery
from .at_hand import status_at_hand
from .context import monitoring_context
from .reach import ASK_SECONDS, PAUSE_SECONDS
from .status_source import StatusSource

_ANSWER_SECONDS = 1.0
"""How long Kafka may take for a first word; with starting and computing `status` answers within two seconds without it."""
READING = "status-reading"
"""The thread that reads."""
_T = TypeVar("_T")


def one_look(settings: Settings, query: StatusQuery) -> dict[str, Any]:
    """Make the document. Raises what the query is refused with, TransportError, and why there is nothing at hand."""
    try:
        require_broker(settings, _ANSWER_SECONDS)
        pulse = partial(KafkaPulse, settings, names.KEYS, client_id="status-pulse")
        return while_it_answers(partial(_gathered, settings, query), lambda: pulse().require)
    except (Unavailable, AuthenticationFailed) as away:
        with status_at_hand(settings, clock_of(settings), away) as status_now:
            return status_now.document(query)


def while_it_answers(read: Callable[[], _T], connect: Callable[[], Callable[[float], None]]) -> _T:
    """Return what reading gives or raise what it fails with, or TransportError as soon as nobody answers; reading is left alone then.

    `connect` makes what asks for a sign of life, for so many seconds at most.
    """
    reading: Future[_T] = Future()
    beside(READING, partial(_do, read, reading))
    if not _ended(reading):
        ask = connect()
        while not _ended(reading):
            try:
                ask(ASK_SECONDS)
            except (AuthorizationFailed, TopicMissing):
                continue
            except TransportError:
                if not reading.done():
                    raise
    return reading.result()


def _ended(reading: Future[_T]) -> bool:
    """Wait a moment for it to end."""
    return bool(wait([reading], PAUSE_SECONDS).done)


def _do(read: Callable[[], _T], reading: Future[_T]) -> None:
    try:
        reading.set_result(read())
    except Exception as failed:  # noqa: BLE001  raised again where the caller is, who would wait for ever
        reading.set_exception(failed)


def _gathered(settings: Settings, query: StatusQuery) -> dict[str, Any]:
    """Return the document once the evidence is read to the end of the log. Raises TransportError, LOG_STALLED."""
    with monitoring_context(settings, "status") as context:
        source = StatusSource(context, shows_enforced=True)
        gathering = source.gathering
        work_until(source.part, lambda: gathering.rounds > 0 or gathering.failure is not None, math.inf)
        if gathering.failure is not None:
            raise gathering.failure
        with source.current() as status_now:
            return status_now.document(query)
