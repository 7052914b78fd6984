"""Commands of the room `producers`."""

import typer


def mount(app: typer.Typer) -> None:
    """Add this room's commands to the root command."""
