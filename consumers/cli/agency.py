"""`liandong agency run`, `agency list` and `agency token`: an agency's node, the kinds there are, who may ask."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from ...schemas.errors import WrongUsage
from ...topics.cli.console import JsonOption, print_json, settings_of
from .tokens import tokens

if TYPE_CHECKING:
    from ...schemas.law.agencies import AgencyKind
    from ...topics.settings import Settings
    from ...topics.storage.outbox import SqlOutbox
    from ...topics.transport.ports import Publisher
    from ...topics.workers.clock import Clock
    from ..api.server import ListenAddress
    from ..node.held_relay import OutboxRelay

MakeRelay = Callable[["SqlOutbox", "Publisher", "Clock"], "OutboxRelay"]
"""The relay of the room `producers`, made by the composition root."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class NodeOrder(NamedTuple):
    """Which node is to run, and whether its copy of the lists is to be made again."""

    agency: str
    node: str
    rebuild: bool


def mount(agency: typer.Typer, relay: MakeRelay) -> None:
    """Add `run`, `list` and `token` to the group `agency`."""
    agency.command("list")(list_kinds)
    agency.add_typer(tokens, name="token")

    @agency.command("run")
    def run(  # noqa: PLR0913, PLR0917  the options of a command
        ctx: typer.Context,
        agency_id: Annotated[str, typer.Argument(metavar="ID", help="Participant id of the agency.")],
        port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the check API.")] = 8600,
        node: Annotated[str, typer.Option(help="Name of this node, where an agency has several.")] = "1",
        host: Annotated[
            str, typer.Option(help="Address to listen at; beyond this machine TLS is needed.")
        ] = "127.0.0.1",
        tls_certificate: Annotated[Path | None, typer.Option(help="PEM file.", exists=True)] = None,
        tls_key: Annotated[Path | None, typer.Option(help="PEM file.", exists=True)] = None,
        socket: Annotated[Path | None, typer.Option(help="Unix socket for callers without a token.")] = None,
        rebuild: Annotated[
            bool, typer.Option("--rebuild", help="Make the copy again from the log; the present one serves meanwhile.")
        ] = False,
    ) -> None:
        """Run a node: copy the list, answer checks, carry out commands, until SIGTERM or Ctrl-C.

        Example: liandong agency run railway-js --port 8601
        """
        from ...topics.cli.console import settings_of
        from ...topics.logs import configure_logging
        from ..api.server import ListenAddress

        settings = settings_of(ctx)
        listening = ListenAddress(host, port, socket, tls_certificate, tls_key)
        _require_tls(listening)
        configure_logging(settings)
        _run(settings, NodeOrder(agency_id, node, rebuild), listening, relay)


def _require_tls(listening: "ListenAddress") -> None:
    """Raise TLS_NEEDED where other machines could listen in, TLS_INCOMPLETE if one of the two files is missing."""
    if listening.host not in LOOPBACK and listening.tls_certificate is None:
        remedy = "give --tls-certificate and --tls-key, or put a proxy with TLS before 127.0.0.1"
        danger = f"{listening.host} is reached from other machines and answers hold personal data"
        raise WrongUsage(
            "TLS_NEEDED",
            danger,
            remedy,
            f"{listening.host} 可由其他机器访问，而应答含有个人信息",
            "请指定 --tls-certificate 和 --tls-key，或在 127.0.0.1 之前设置 TLS 代理",
        )
    if (listening.tls_certificate is None) != (listening.tls_key is None):
        raise WrongUsage(
            "TLS_INCOMPLETE",
            "TLS needs a certificate and its key",
            "give both files",
            "TLS 需要证书及其密钥",
            "请同时指定两个文件",
        )


def _run(settings: "Settings", order: NodeOrder, listening: "ListenAddress", relay: MakeRelay) -> None:
    from ...topics.transport.kafka import KafkaPublisher, KafkaSubscriber
    from ...topics.transport.kafka.location import bootstrap_of
    from ...topics.transport.process_clock import clock_of
    from ...topics.workers.chance import SystemChance
    from ..api.server import require_free
    from ..node.assembly import NodeConnections, open_agency
    from ..node.desk import Machine
    from ..node.node import AgencyNode
    from ..store.power import boot_id

    bootstrap_of(settings)
    require_free(listening.host, listening.port)
    connections = NodeConnections(
        subscriber=lambda group, client: KafkaSubscriber(settings, group=group, client_id=client),
        publisher=lambda client: KafkaPublisher(settings, client_id=client),
        relay=relay,
    )
    machine = Machine(clock_of(settings), SystemChance(), boot_id())
    opened = open_agency(settings, order.agency, order.node, connections, machine)
    if order.rebuild:
        opened.rebuild()
    node = AgencyNode(settings, opened)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: node.workers.stop.set())
    node.run(listening)


def list_kinds(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the kinds of agencies with their transactions and adapters.

    Example: liandong agency list --json
    """
    from rich.console import Console
    from rich.table import Table

    from ...schemas.law.agencies import load_agencies

    kinds = load_agencies().values()
    if as_json:
        print_json([_kind(kind) for kind in kinds])
        return
    zh = settings_of(ctx).lang == "zh"
    table = Table("kind", "name", "adapter", "transactions")
    for kind in kinds:
        table.add_row(kind.id, kind.text.zh if zh else kind.text.en, kind.adapter, ", ".join(kind.transactions))
    Console().print(table)


def _kind(kind: "AgencyKind") -> dict[str, object]:
    text = {"zh": kind.text.zh, "en": kind.text.en}
    return {"id": kind.id, "text": text, "adapter": kind.adapter, "transactions": list(kind.transactions)}
