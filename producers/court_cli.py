"""`liandong court …`: the commands of this room's part of the group."""

import typer

from . import acts_cli, publish_cli, relay_cli


def mount(court: typer.Typer) -> None:
    """Adds them to the group."""
    publish_cli.mount(court)
    acts_cli.mount(court)
    relay_cli.mount(court)
