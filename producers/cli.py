"""Commands of the room `producers`."""

import typer

from . import court_cli, synthetic_cli


def mount(app: typer.Typer) -> None:
    """Add this room's commands to the root command."""
    court_cli.mount(app)
    synthetic_cli.mount(app)
