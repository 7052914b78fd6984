"""Commands of the room `producers`."""

import typer

from ...topics.cli.console import COURT_HELP, group
from . import acts, alarms, approvals, commands, find, mapping, publish, relay, synthetic, upkeep


def mount(app: typer.Typer) -> None:
    """Add this room's commands to the root command."""
    court = group(app, "court", COURT_HELP)
    for part in (publish, mapping, acts, approvals, alarms, find, relay, commands, upkeep):
        part.mount(court)
    synthetic.mount(app)
