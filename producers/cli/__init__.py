"""Commands of the room `producers`."""

import typer

from ...topics.cli.console import COURT_HELP, group
from . import acts, commands, publish, relay, synthetic


def mount(app: typer.Typer) -> None:
    """Add this room's commands to the root command."""
    court = group(app, "court", COURT_HELP)
    for part in (publish, acts, relay, commands):
        part.mount(court)
    synthetic.mount(app)
