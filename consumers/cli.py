"""Commands of the room `consumers`."""

from typing import TYPE_CHECKING

import typer

from ..schemas.console import AGENCY_HELP, COURT_HELP, group
from . import agency_cli, check_cli, dead_letters_cli, inbox_cli, measures_cli, publish_cli

if TYPE_CHECKING:
    from .agency_cli import MakeRelay
    from .inbox_cli import OpenCommands
    from .publish_cli import Send


def mount(app: typer.Typer, *, open_commands: "OpenCommands", send: "Send", relay: "MakeRelay") -> None:
    """Add this room's commands to the root command.

    What this room may not import comes from the composition root: a court's own commands, and the relay that sends.
    """
    inbox_cli.mount(group(app, "court", COURT_HELP), open_commands)
    publish_cli.mount(group(app, "agency", AGENCY_HELP), send)
    dead_letters_cli.mount(app, send)
    agency_cli.mount(group(app, "agency", AGENCY_HELP), relay)
    measures_cli.mount(app)
    check_cli.mount(app)
