"""`liandong court …`: the commands of this room's part of the group."""

import typer

from . import acts_cli, publish_cli, relay_cli
from .court_options import court_group


def mount(app: typer.Typer) -> None:
    """Adds them to the root command."""
    court = court_group(app)
    publish_cli.mount(court)
    acts_cli.mount(court)
    relay_cli.mount(court)
