"""`liandong agency run`, `agency list` and `agency token`: an agency's node, the kinds there are, who may ask."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...schemas.errors import WrongUsage
from ...topics.cli.console import JsonOption, print_json, settings_of

if TYPE_CHECKING:
    from ...schemas.law.agencies import AgencyKind
    from ...topics.settings import Settings
    from ...topics.storage.outbox import SqlOutbox
    from ...topics.transport.ports import Publisher
    from ...topics.workers.clock import Clock
    from ..api.server import ListenAddress
    from ..api.tokens import TokenFile
    from ..node.node import OutboxRelay

MakeRelay = Callable[["SqlOutbox", "Publisher", "Clock"], "OutboxRelay"]
"""The relay of the room `producers`, made by the composition root."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def mount(agency: typer.Typer, relay: MakeRelay) -> None:
    """Add `run`, `list` and `token` to the group `agency`."""
    agency.command("list")(list_kinds)
    tokens = typer.Typer(help="Who may use an agency's check API.", no_args_is_help=True)
    tokens.command("add")(add_token)
    tokens.command("revoke")(revoke_token)
    tokens.command("list")(list_tokens)
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
        _run(settings, agency_id, node, listening, relay)


def _require_tls(listening: "ListenAddress") -> None:
    """Raise TLS_NEEDED where other machines could listen in, TLS_INCOMPLETE if one of the two files is missing."""
    if listening.host not in LOOPBACK and listening.tls_certificate is None:
        remedy = "give --tls-certificate and --tls-key, or put a proxy with TLS before 127.0.0.1"
        danger = f"{listening.host} is reached from other machines and answers hold personal data"
        raise WrongUsage("TLS_NEEDED", danger, remedy)
    if (listening.tls_certificate is None) != (listening.tls_key is None):
        raise WrongUsage("TLS_INCOMPLETE", "TLS needs a certificate and its key", "give both files")


def _run(settings: "Settings", agency: str, node_name: str, listening: "ListenAddress", relay: MakeRelay) -> None:
    from ...topics.transport.kafka import KafkaPublisher, KafkaSubscriber
    from ...topics.transport.kafka.location import bootstrap_of
    from ...topics.workers.chance import SystemChance
    from ...topics.workers.clock import SystemClock
    from ..api.server import require_free
    from ..node.node import AgencyNode, NodeConnections

    bootstrap_of(settings)
    require_free(listening.host, listening.port)
    connections = NodeConnections(
        subscriber=lambda group, client: KafkaSubscriber(settings, group=group, client_id=client),
        publisher=lambda client: KafkaPublisher(settings, client_id=client),
        relay=relay,
    )
    node = AgencyNode(settings, agency, node_name, connections, SystemClock(), SystemChance())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: node.parts.stop.set())
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


AgencyArgument = Annotated[str, typer.Argument(metavar="AGENCY", help="Participant id of the agency.")]
CallerArgument = Annotated[
    str, typer.Argument(metavar="CALLER", help="Name of the caller, as logs and metrics show it.")
]


def add_token(  # noqa: PLR0913, PLR0917  the options of a command
    ctx: typer.Context,
    agency: AgencyArgument,
    caller: CallerArgument,
    scope: Annotated[list[str] | None, typer.Option(help="check, events or status; without it all of them.")] = None,
    rate: Annotated[float | None, typer.Option(min=0.1, help="Checks per second, if not the configured ones.")] = None,
    out: Annotated[Path | None, typer.Option(help="File for the token (0600) instead of the screen.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a token for a caller, in place of the one they had. It is shown once; only its SHA-256 is kept.

    Example: liandong agency token add railway-js booking-east --scope check --out booking.token
    """
    from ...topics.private_files import write_private
    from ...topics.workers.chance import SystemChance
    from ...topics.workers.clock import SystemClock
    from ..api.tokens import SCOPES

    tokens = _tokens(ctx, agency)
    token = tokens.add(caller, scope or SCOPES, rate, clock=SystemClock(), chance=SystemChance())
    if out is not None:
        write_private(out, token + "\n")
    document = {"agency": agency, "caller": caller, "scopes": list(scope or SCOPES)}
    if as_json:
        print_json(document | ({"file": str(out)} if out else {"token": token}))
    else:
        typer.echo(str(out) if out else token)


def revoke_token(ctx: typer.Context, agency: AgencyArgument, caller: CallerArgument) -> None:
    """End a caller's token at once, on running nodes too.

    Example: liandong agency token revoke railway-js booking-east
    """
    _tokens(ctx, agency).revoke(caller)
    typer.echo(f"{caller} can no longer ask {agency}")


def list_tokens(ctx: typer.Context, agency: AgencyArgument, as_json: JsonOption = False) -> None:
    """List who has a token, for what, since when; never the token.

    Example: liandong agency token list railway-js
    """
    tokens = _tokens(ctx, agency).tokens()
    if as_json:
        keys = ("caller", "scopes", "created_at", "rate")
        print_json([{key: getattr(token, key) for key in keys} for token in tokens])
        return
    for token in tokens:
        typer.echo(f"{token.caller:24} {','.join(token.scopes):24} {token.created_at}")


def _tokens(ctx: typer.Context, agency: str) -> "TokenFile":
    from ...topics.cli.console import settings_of
    from ..acts_db.agency_home import agency_folder, load_agency_with_kind
    from ..api.tokens import TokenFile

    settings = settings_of(ctx)
    load_agency_with_kind(settings, agency)
    return TokenFile(agency_folder(settings, agency) / "tokens.yaml")
