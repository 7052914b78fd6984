"""`liandong court relay`: the publisher's relay as a process of its own."""

import gc
import signal
import threading
from collections import Counter
from contextlib import nullcontext
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
    """Adds the command to `liandong court`."""
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
    from ...topics.metrics.exposition import serve_metrics
    from ...topics.metrics.recorder import Signals
    from ...topics.transport.kafka import KafkaPublisher
    from ...topics.transport.ports import SystemClock
    from ..court import court_named
    from ..register.register import open_register
    from ..relay.relay import Relay, new_owner

    settings = settings_of(ctx)
    where = jurisdiction or court_named(settings, court).jurisdictions[0]
    register = open_register(settings, where)
    publisher = KafkaPublisher(settings, client_id=f"relay-{where}", linger_ms=1)
    worker = Relay(register.outbox, publisher, SystemClock(), new_owner())
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    signals = Signals()
    serving = nullcontext() if metrics_port is None else serve_metrics(metrics_port, signals.registry)
    gc.freeze()  # what was imported stays; the collector need not look at it again
    try:
        with serving:
            gauges = threading.Thread(
                target=_measure, args=(signals, register.outbox, worker, where, stop), daemon=True
            )
            gauges.start()
            worker.run(stop)
            gauges.join()
        publisher.close()
    finally:
        register.close()


def _measure(signals: "Signals", outbox: "SqlOutbox", worker: "Relay", where: str, stop: threading.Event) -> None:
    """Keeps the metrics current."""
    from ...topics.metrics.definitions import OUTBOX_UNSENT, RELAY_SENT

    participant = f"publisher-{where}"
    counted: Counter[str] = Counter()
    while not stop.wait(1.0):
        for lane, backlog in outbox.backlog().items():
            signals.gauge(OUTBOX_UNSENT, participant=participant, lane=lane).set(backlog.rows)
            sent = worker.sent_by_lane[lane]
            signals.counter(RELAY_SENT, participant=participant, lane=lane).inc(sent - counted[lane])
            counted[lane] = sent
