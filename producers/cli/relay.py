"""`liandong court relay`: the publisher's relay as a process of its own."""

import gc
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from .options import CourtOption

if TYPE_CHECKING:
    from ...topics.keys.directory import KeyDirectory
    from ...topics.settings import Settings
    from ...topics.workers.clock import Clock
    from ..register.register import Register
    from ..upkeep.keeper import LogKeeper

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
    import structlog

    from ...topics.cli.console import settings_of
    from ...topics.logs import configure_logging
    from ...topics.metrics.exposition import serve_metrics
    from ...topics.metrics.recorder import Signals
    from ...topics.transport.kafka import KafkaPublisher
    from ...topics.transport.process_clock import clock_of
    from ...topics.workers.chance import SystemChance
    from ...topics.workers.threads import Doorbell, until_stopped
    from ...topics.workers.worker import Part
    from ..court import court_named
    from ..register.register import open_register
    from ..relay.checkpoints import publisher_checkpoints
    from ..relay.metrics import RelayMetrics
    from ..relay.relay import Relay, new_owner

    settings = settings_of(ctx)
    configure_logging(settings)
    served = jurisdiction or court_named(settings, court).jurisdictions[0]
    clock = clock_of(settings)
    register, signals = open_register(settings, served, clock), Signals()
    publisher = KafkaPublisher(settings, client_id=f"relay-{served}", linger_ms=1)
    chance = SystemChance()
    checkpoints = publisher_checkpoints(settings, served, register, clock, chance)
    if checkpoints is None:
        remedy = f"liandong participant new publisher-{served} --kind publisher --jurisdiction {served}"
        log = structlog.get_logger(__name__)
        log.info("no checkpoints: no publisher of this jurisdiction is on this machine", remedy=remedy)
    sender = Relay(register.outbox, publisher, clock, new_owner(chance), checkpoints=checkpoints)
    directory, keeper = _keeper(settings, served, register, clock)
    metrics = RelayMetrics(signals, register.outbox, sender, served, lambda: keeper.sent_again)
    gc.freeze()  # what was imported stays; the collector need not look at it again
    try:
        with nullcontext() if metrics_port is None else serve_metrics(metrics_port, signals.registry):
            until_stopped(
                [
                    Part("relay", sender, sender.wait),
                    Part("register", directory, directory.wait),
                    Part("keeper", keeper, keeper.wait),
                    Part("metrics", metrics, Doorbell().wait),
                ]
            )
        publisher.close()
    finally:
        register.close()


def _keeper(
    settings: "Settings", jurisdiction: str, register: "Register", clock: "Clock"
) -> "tuple[KeyDirectory, LogKeeper]":
    """Open the keeper of a jurisdiction's lists, and the register of keys it asks."""
    from ...topics.keys.opening import open_directory
    from ...topics.keys.participants import Participants
    from ...topics.transport.kafka import KafkaSubscriber
    from ...topics.transport.registry import registered
    from ..upkeep.book import UpkeepBook
    from ..upkeep.keeper import KeeperPlace, LogKeeper

    participants = Participants(settings)
    courts = (one.id for one in participants.list() if one.kind == "court" and one.jurisdictions == (jurisdiction,))
    reader = KafkaSubscriber(settings, client_id=f"relay-{jurisdiction}-keys")
    directory = open_directory(settings, reader, clock)
    book = UpkeepBook(register, jurisdiction, registered(settings, "list-record"))
    place = KeeperPlace(jurisdiction, frozenset(courts), directory, clock)
    lists, relief = (
        KafkaSubscriber(settings, client_id=f"relay-{jurisdiction}-{part}") for part in ("keeper", "relief-keeper")
    )
    return directory, LogKeeper(book, place, lists, relief)
