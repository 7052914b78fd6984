"""Commands of the room `consumers`."""

from typing import TYPE_CHECKING

import typer

from ...topics.cli.console import AGENCY_HELP, COURT_HELP, group
from . import agency, check, dead_letters, enforcement, inbox, measures, publish, wrongful

if TYPE_CHECKING:
    from ..inbox.assembly import OpenCommands
    from .agency import MakeRelay
    from .publish import Send
    from .wrongful import WrongfulSpans


def mount(
    app: typer.Typer,
    *,
    open_commands: "OpenCommands",
    send: "Send",
    relay: "MakeRelay",
    wrongful_spans: "WrongfulSpans",
) -> None:
    """Add this room's commands to the root command.

    What this room may not import comes from the composition root: a court's own commands and entries, and the relay that sends.
    """
    court = group(app, "court", COURT_HELP)
    inbox.mount(court, inbox.Outside(open_commands, send, relay))
    enforcement.mount(court)
    wrongful.mount(court, wrongful_spans)
    publish.mount(group(app, "agency", AGENCY_HELP), send)
    dead_letters.mount(app, send)
    agency.mount(group(app, "agency", AGENCY_HELP), relay)
    measures.mount(app)
    check.mount(app)
