"""`liandong court relay`: the publisher's relay as a process of its own."""

import gc
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from .options import CourtOption

if TYPE_CHECKING:
    from ...topics.metrics.recorder import Signals
    from ...topics.storage.outbox import SqlOutbox
    from ..relay.relay import Relay

JurisdictionOption = Annotated[
    str | None, typer.Option("--jurisdiction", metavar="J", help="Whose outbox; default: the court's jurisdiction.")
]
PortOption = Annotated[int | None, typer.Option("--metrics-port", help="Serve /metrics on 127.0.0.1 (0 = any port).")]


def mount(court: typer.Typer) -> None:
    """Add the command to `liandong court`."""
    court.command("relay")(relay)


def relay(
    ctx: typer.Context,
    jurisdiction: JurisdictionOption = None,
    court: CourtOption = None,
    metrics_port: PortOption = None,
) -> None:
    """Send what the publisher of a jurisdiction accepts, until SIGTERM or Ctrl-C; then finish what is in flight.

    Several may run: one sends, the others take over when it stops.
    """
    from ...topics.cli.console import settings_of
    from ...topics.transport.kafka import KafkaPublisher
    from ...topics.workers.chance import SystemChance
    from ...topics.workers.clock import SystemClock
    from ..court import court_named
    from ..register.register import open_register
    from ..relay.relay import Relay, new_owner

    settings = settings_of(ctx)
    served = jurisdiction or court_named(settings, court).jurisdictions[0]
    clock = SystemClock()
    register = open_register(settings, served, clock)
    publisher = KafkaPublisher(settings, client_id=f"relay-{served}", linger_ms=1)
    worker = Relay(register.outbox, publisher, clock, new_owner(SystemChance()))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    gc.freeze()  # what was imported stays; the collector need not look at it again
    try:
        with _measured(worker, register.outbox, served, stop, metrics_port):
            worker.run(stop)
        publisher.close()
    finally:
        register.close()


@contextmanager
def _measured(
    worker: "Relay", outbox: "SqlOutbox", jurisdiction: str, stop: threading.Event, port: int | None
) -> Iterator[None]:
    """Keep the metrics current while the block runs, and serve them at a port if there is one."""
    from ...topics.metrics.exposition import serve_metrics
    from ...topics.metrics.recorder import Signals

    signals = Signals()
    measuring = threading.Thread(target=_measure, args=(signals, outbox, worker, jurisdiction, stop), daemon=True)
    with nullcontext() if port is None else serve_metrics(port, signals.registry):
        measuring.start()
        yield
        measuring.join()


def _measure(
    signals: "Signals", outbox: "SqlOutbox", worker: "Relay", jurisdiction: str, stop: threading.Event
) -> None:
    """Keep the metrics current until told to stop."""
    from ...topics.metrics.definitions import OUTBOX_UNSENT, RELAY_SENT

    participant = f"publisher-{jurisdiction}"
    counted: Counter[str] = Counter()
    while not stop.wait(1.0):
        for lane, backlog in outbox.backlog().items():
            signals.gauge(OUTBOX_UNSENT, participant=participant, lane=lane).set(backlog.rows)
            sent = worker.sent_by_lane[lane]
            signals.counter(RELAY_SENT, participant=participant, lane=lane).inc(sent - counted[lane])
            counted[lane] = sent
