"""`liandong agency token`: who may ask an agency's check API."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...topics.cli.console import JsonOption, print_json, say, settings_of

if TYPE_CHECKING:
    from ..api.tokens import TokenFile

tokens = typer.Typer(help="Who may use an agency's check API.", no_args_is_help=True)

AgencyArgument = Annotated[str, typer.Argument(metavar="AGENCY", help="Participant id of the agency.")]
CallerArgument = Annotated[
    str, typer.Argument(metavar="CALLER", help="Name of the caller, as logs and metrics show it.")
]
DaysOption = Annotated[float | None, typer.Option(min=0.01, help="Days until it ends; without it it has no end.")]
OutOption = Annotated[Path | None, typer.Option(help="File for the token (0600) instead of the screen.")]


@tokens.command("add")
def add_token(  # noqa: PLR0913, PLR0917  the options of a command
    ctx: typer.Context,
    agency: AgencyArgument,
    caller: CallerArgument,
    scope: Annotated[list[str] | None, typer.Option(help="check, events or status; without it all of them.")] = None,
    rate: Annotated[float | None, typer.Option(min=0.1, help="Checks per second, if not the configured ones.")] = None,
    days: DaysOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a token for a caller, in place of any they had. It is shown once; only its SHA-256 is kept.

    Example: liandong agency token add railway-js booking-east --scope check --days 90 --out booking.token
    """
    from ...topics.transport.process_clock import clock_of
    from ...topics.workers.chance import SystemChance
    from ..api.tokens import SCOPES, Grant

    file = _tokens(ctx, agency)
    grant = Grant(caller, scope or SCOPES, rate, days)
    _give(file, caller, file.add(grant, clock=clock_of(settings_of(ctx)), chance=SystemChance()), out, as_json=as_json)


@tokens.command("rotate")
def rotate_token(  # noqa: PLR0913, PLR0917  the options of a command
    ctx: typer.Context,
    agency: AgencyArgument,
    caller: CallerArgument,
    overlap: Annotated[float, typer.Option(min=0, help="Hours for which the token they have stays good, too.")] = 24,
    days: DaysOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make another token for the same caller and the same use; theirs goes on for a while, so that nothing stops.

    Example: liandong agency token rotate railway-js booking-east --overlap 24 --days 90 --out booking.token
    """
    from ...topics.transport.process_clock import clock_of
    from ...topics.workers.chance import SystemChance

    file = _tokens(ctx, agency)
    token = file.rotate(caller, timedelta(hours=overlap), days, clock=clock_of(settings_of(ctx)), chance=SystemChance())
    _give(file, caller, token, out, as_json=as_json)


@tokens.command("revoke")
def revoke_token(ctx: typer.Context, agency: AgencyArgument, caller: CallerArgument) -> None:
    """End a caller's tokens at once, on running nodes too.

    Example: liandong agency token revoke railway-js booking-east
    """
    _tokens(ctx, agency).revoke(caller)
    say(settings_of(ctx).lang, f"{caller} can no longer ask {agency}", f"{caller} 已不能再查询 {agency}")


@tokens.command("list")
def list_tokens(ctx: typer.Context, agency: AgencyArgument, as_json: JsonOption = False) -> None:
    """List who has a token, for what, since and until when; never the token.

    Example: liandong agency token list railway-js
    """
    found = _tokens(ctx, agency).tokens()
    if as_json:
        print_json([token.shown() for token in found])
        return
    for token in found:
        until = f"{token.ends_at:%Y-%m-%dT%H:%MZ}" if token.ends_at else "–"
        typer.echo(f"{token.caller:24} {','.join(token.scopes):24} {token.created_at:%Y-%m-%dT%H:%MZ} {until}")


def _give(file: "TokenFile", caller: str, token: str, out: Path | None, *, as_json: bool) -> None:
    """Show a new token, or where it was written, with what it is for."""
    from ...topics.private_files import write_private

    if out is not None:
        write_private(out, token + "\n")
    if not as_json:
        typer.echo(str(out) if out else token)
        return
    made = [each for each in file.tokens() if each.caller == caller][-1]
    print_json(made.shown() | ({"file": str(out)} if out else {"token": token}))


def _tokens(ctx: typer.Context, agency: str) -> "TokenFile":
    from ..acts_db.agency_home import agency_folder, load_agency_with_kind
    from ..api.tokens import TokenFile

    settings = settings_of(ctx)
    load_agency_with_kind(settings, agency)
    return TokenFile(agency_folder(settings, agency) / "tokens.yaml")
