"""A relay in a process of its own while a large file is accepted: sending takes a processor of its own then.

It ends when its parent says so, and by itself when its parent is gone. Whatever becomes of it, what was accepted stands in
the outbox: the parent sends the rest, and says what the broker has against it.
"""

import gc
import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection

import structlog

from ...schemas.errors import LiandongError
from ...topics.child_process import ended, start
from ...topics.settings import Settings
from ...topics.transport.kafka import KafkaPublisher
from ...topics.transport.process_clock import clock_of
from ...topics.workers.chance import SystemChance
from ...topics.workers.threads import beside, work
from ...topics.workers.worker import Part
from ..register.register import open_register
from .checkpoints import publisher_checkpoints
from .relay import Pace, Relay, new_owner

_BULK = Pace(batch=1000, window=16_000, mark=4000)
"""Marking waits for whoever writes into the register, so there is less of it."""
_COLLECTED_AFTER = 100_000
"""Objects; what is in flight makes no cycles, and looking at it over and over is a sixth of the work."""
_log = structlog.get_logger(__name__)


@contextmanager
def relaying_apart(settings: Settings, jurisdiction: str, client_id: str) -> Iterator[None]:
    """Let another process send what the publisher of a jurisdiction accepts while the block runs; it stops gracefully."""
    context = multiprocessing.get_context("spawn")
    inlet, outlet = context.Pipe(duplex=False)
    process = context.Process(
        target=_relay, args=(settings, jurisdiction, client_id, inlet), name="liandong-relay", daemon=True
    )
    start(process)
    inlet.close()
    try:
        yield
    finally:
        outlet.close()
        ended(process, _BULK.stop_seconds * 2)


def _relay(settings: Settings, jurisdiction: str, client_id: str, inlet: "Connection[None, None]") -> None:
    """Run the other process."""
    stop = threading.Event()
    beside("parent", partial(_until_closed, inlet, stop))
    gc.freeze()  # what was imported stays; the collector need not look at it again
    gc.set_threshold(_COLLECTED_AFTER)
    try:
        clock = clock_of(settings)  # a process of its own has its own root
        register = open_register(settings, jurisdiction, clock)
        try:
            publisher = KafkaPublisher(settings, client_id=client_id, linger_ms=5)
            chance = SystemChance()
            checkpoints = publisher_checkpoints(settings, jurisdiction, register, clock, chance)
            relay = Relay(register.outbox, publisher, clock, new_owner(chance), _BULK, checkpoints)
            work(Part("relay", relay, relay.wait), stop)
            publisher.close()
        finally:
            register.close()
    except LiandongError as failed:
        _log.warning("relay_process_failed", error=failed.message, remedy=failed.remedy)


def _until_closed(inlet: "Connection[None, None]", stop: threading.Event) -> None:
    """Set `stop` when the parent closes its end, or is gone."""
    inlet.poll(None)
    stop.set()
