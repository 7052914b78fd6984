"""Commands of the room `topics`: the embedded Kafka (`liandong kafka …`)."""

import typer

from . import cli_kafka


def mount(app: typer.Typer) -> None:
    """Add this room's commands to the root command."""
    app.add_typer(cli_kafka.app, name="kafka")
