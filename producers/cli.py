"""Commands of the room `producers`."""

import typer

from ..schemas.console import COURT_HELP, group
from . import command_cli, court_cli, synthetic_cli


def mount(app: typer.Typer) -> None:
    """Add this room's commands to the root command."""
    court = group(app, "court", COURT_HELP)
    court_cli.mount(court)
    command_cli.mount(court)
    synthetic_cli.mount(app)
