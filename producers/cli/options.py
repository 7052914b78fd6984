"""What the commands of `liandong court` share: the court, the entry, the reason, how a day is given."""

from datetime import date
from typing import Annotated

import typer

from ...schemas.dates import DateProblem, parse_date
from ...schemas.errors import WrongUsage

CourtOption = Annotated[
    str | None, typer.Option("--court", metavar="ID", help="The acting court; may be left out if this machine has one.")
]
EntryArgument = Annotated[str, typer.Argument(metavar="ENTRY", help="ent_… or ord_…, as `court find` prints it.")]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="CODE", help="The legal reason; a wrong one lists all.")]
DayOption = Annotated[
    str | None, typer.Option("--on", metavar="DAY", help="Day the court acted, 2026-11-22; default today.")
]
NoWaitOption = Annotated[
    bool, typer.Option("--no-wait", help="Only accept; a relay that runs elsewhere (`court relay`) sends.")
]
WaitOption = Annotated[
    float, typer.Option("--wait-seconds", min=1, help="How long to wait until all is in the log.", show_default=True)
]
WAIT_SECONDS = 600.0


def entry_id(text: str) -> bytes:
    """Parse the id of an entry or order."""
    from ...schemas import ids

    return ids.parse(text, "ent", "ord")


def day(text: str | None) -> date | None:
    """Parse a day given as an option."""
    if text is None:
        return None
    try:
        return parse_date(text)
    except DateProblem as problem:
        raise WrongUsage(problem.code, problem.message, problem.remedy, problem.message_zh, problem.remedy_zh) from None
