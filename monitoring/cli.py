"""Commands of the room `monitoring`."""

import typer


def mount(app: typer.Typer) -> None:
    """Add this room's commands to the root command."""
