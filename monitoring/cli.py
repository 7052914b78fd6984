"""Commands of the room `monitoring`."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from ..schemas.errors import ExitCode
from ..schemas.problems import Language
from ..topics.cli.console import JsonOption, group, print_json, say
from .backup import cli as backup
from .demo.cli import demo
from .trace import cli as trace


class FailOn(StrEnum):
    """What a script can make `liandong status` fail on."""

    LATE = "late"
    STALE = "stale"
    UNEQUAL = "unequal"


def mount(app: typer.Typer) -> None:
    """Add this room's commands to the root command."""
    app.command("status")(status)
    app.command("demo")(demo)
    trace.mount(app)
    backup.mount(app)
    monitor = group(app, "monitor", "Notaries, evidence and metrics.")
    monitor.command("notary")(notary)
    monitor.command("serve")(serve)
    monitor.command("logs")(logs)


def status(  # noqa: PLR0913  a command's parameters are its options
    ctx: typer.Context,
    *,
    agency: Annotated[str, typer.Option(metavar="ID", help="Only this agency.")] = "",
    update: Annotated[str, typer.Option(metavar="ID", help="Where one update (upd_…) stands at each agency.")] = "",
    batch: Annotated[str, typer.Option(metavar="ID", help="Exact counts of one batch (bat_…).")] = "",
    entry: Annotated[
        str, typer.Option(metavar="ID", help="Every update of one entry (ent_…) or order (ord_…), oldest first.")
    ] = "",
    fail_on: Annotated[
        list[FailOn] | None, typer.Option("--fail-on", metavar="late|stale|unequal", help="Exit 1 for these alone.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show delivery, lag, freshness and proof: which agency has what, applies it, has proved it, since when.

    Exit 1 if anything is to be looked at.
    """
    from ..topics.cli.console import settings_of
    from .service.one_look import one_look
    from .status.document import StatusQuery

    settings = settings_of(ctx)
    document = one_look(settings, StatusQuery(agency, update, batch, entry))
    if as_json:
        print_json(document)
    else:
        _print_text(document, settings.lang)
    if fails(document, fail_on or ()):
        raise typer.Exit(ExitCode.FAILED)


def fails(document: Mapping[str, Any], fail_on: Collection[str] = ()) -> bool:
    """Return whether the command fails over a status: if anything is to be looked at, or of what `fail_on` names, or if it
    could not be read to the end.
    """
    kinds = {finding["kind"] for finding in document["findings"]}
    return bool(kinds & {*fail_on, "kafka-away", "evidence-unread"} if fail_on else kinds)


def _print_text(document: Mapping[str, Any], lang: Language) -> None:
    from rich.console import Console

    from .status.text import StatusText

    StatusText(document, lang).print(Console())


def notary(
    ctx: typer.Context,
    jurisdiction: Annotated[str, typer.Option(metavar="J", help="Whose lists to watch.")],
    name: Annotated[
        str, typer.Option("--as", metavar="ID", help="Which notary to be; by default the only one of this machine.")
    ] = "",
    port: Annotated[int, typer.Option(help="Serve /metrics on this port; 0: do not.")] = 0,
) -> None:
    """Write barriers, read the lists, sign their heads; until stopped."""
    from contextlib import ExitStack

    from ..topics.cli.console import settings_of
    from ..topics.logs import configure_logging
    from ..topics.metrics.exposition import serve_metrics
    from ..topics.workers.threads import until_stopped
    from .log.heads import NotaryName
    from .service.context import monitoring_context

    settings = settings_of(ctx)
    configure_logging(settings)
    with monitoring_context(settings, "notary") as context, ExitStack() as serving:
        chosen = NotaryName(jurisdiction, name) if name else context.only_notary(jurisdiction)
        if port:
            serving.enter_context(serve_metrics(port, context.signals.registry))
        until_stopped([context.register, *context.notary_parts(chosen)])


def serve(
    ctx: typer.Context,
    port: Annotated[
        int, typer.Option(help="Port of the page, /metrics, /v1/status and /healthz; 0: any free one.")
    ] = 9180,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Run this machine's notaries, gather evidence, serve the operator's page, metrics and status; until stopped."""
    from ..topics.cli.console import settings_of
    from ..topics.logs import configure_logging
    from ..topics.workers.threads import until_stopped
    from .service.context import monitoring_context
    from .serving import MonitorServer

    settings = settings_of(ctx)
    configure_logging(settings)
    with monitoring_context(settings, "monitor") as context:
        server = MonitorServer(context, host, port)
        at = f"http://{host}:{server.port}/"
        say(settings.lang, f"watching on {at}", f"监控页面：{at}", err=True)
        until_stopped([*context.parts(), *server.parts], {"server": server.serve})


def logs(ctx: typer.Context, *, as_json: JsonOption = False) -> None:
    """Show the transparency logs of all notaries: origin, verifier key, and where their monitor serves them (C2SP tlog-tiles).

    The keys come from the register that the root has signed, not from who serves the logs. Example, with a stock checker:
    liandong monitor logs --json | jq -r '.[0].vkey' > vkey; fsck --storage_url=http://127.0.0.1:9180/tlog/js/notary-js/ --public_key=vkey
    """
    from ..topics.cli.console import settings_of
    from .service.context import monitoring_context

    with monitoring_context(settings_of(ctx), "logs") as context:
        found = [each.as_dict() for each in context.logs()]
    if as_json:
        print_json(found)
        return
    for each in found:
        typer.echo("".join(f"{name:12}  {value}\n" for name, value in each.items()))
