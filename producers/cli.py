"""Commands of the room `producers`."""

import typer

from . import synthetic_cli


def mount(app: typer.Typer) -> None:
    """Add this room's commands to the root command."""
    synthetic_cli.mount(app)
