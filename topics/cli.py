"""Commands of the room `topics`: the embedded Kafka, the participants, the topics."""

import typer

from . import cli_kafka, participant_cli, topics_cli


def mount(app: typer.Typer) -> None:
    """Add this room's commands to the root command."""
    app.add_typer(cli_kafka.app, name="kafka")
    participant_cli.mount(app)
    topics_cli.mount(app)
