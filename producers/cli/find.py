"""`liandong court find`: a court's own entries by id, case or certificate, or all that match; shown or exported."""

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...schemas.errors import WrongUsage
from ...schemas.problems import Language
from ...topics.cli.console import JsonOption, print_json, say
from .acts import CertificateOption, CountryOption, certificate_number, certificate_type
from .options import CourtOption

if TYPE_CHECKING:
    from ..court import Court

SHOWN = 100
"""So many entries are shown at once unless another number is given."""
GroundOption = Annotated[str | None, typer.Option("--ground", metavar="G1…G6", help="On this ground of art. 1.")]
BeforeOption = Annotated[
    str | None, typer.Option("--ends-before", metavar="DAY", help="The last day of its term is before this one.")
]
WithinOption = Annotated[
    int | None,
    typer.Option("--ends-within", min=0, metavar="DAYS", help="Its term ends within so many days from today."),
]
LiveOption = Annotated[bool, typer.Option("--live", help="Only what no act has ended.")]
InstrumentOption = Annotated[
    str | None, typer.Option("--instrument", metavar="CODE", help="LIST_ENTRY, CONSUMPTION_ORDER or EXIT_BAN.")
]
BatchOption = Annotated[str | None, typer.Option("--batch", metavar="ID", help="What this batch published or changed.")]
IncompleteOption = Annotated[
    bool,
    typer.Option(
        "--incomplete", help="Live entries that lack what a new one must state (art. 5), counted by what is missing."
    ),
]
LackingOption = Annotated[
    str | None, typer.Option("--lacking", metavar="COLUMN", help="With --incomplete: only those that lack this one.")
]
LimitOption = Annotated[
    int | None, typer.Option("--limit", min=1, help="At most so many; 100 on the screen, all in an export.")
]
AfterOption = Annotated[
    str | None,
    typer.Option("--after", metavar="ENTRY", help="Go on behind this entry, the last one of the page before."),
]
ExportOption = Annotated[
    Path | None, typer.Option("--export", metavar="FILE", help="Write them to a new .csv, .json, .jsonl or .xlsx file.")
]


def mount(court: typer.Typer) -> None:
    """Add the command to `liandong court`."""
    court.command("find")(find)


def find(  # noqa: PLR0913, PLR0917  a command's parameters are its options
    ctx: typer.Context,
    entry_or_case: Annotated[str | None, typer.Argument(metavar="[ENTRY|CASE]", help="An id or a case number.")] = None,
    certificate: CertificateOption = None,
    country: CountryOption = "",
    ground: GroundOption = None,
    ends_before: BeforeOption = None,
    ends_within: WithinOption = None,
    live: LiveOption = False,
    instrument: InstrumentOption = None,
    batch: BatchOption = None,
    incomplete: IncompleteOption = False,
    lacking: LackingOption = None,
    limit: LimitOption = None,
    after: AfterOption = None,
    export: ExportOption = None,
    court: CourtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show or export the court's own entries, by id, case number or certificate, or all that match; numbers and names are masked."""
    from ...topics.cli.console import settings_of
    from ...topics.transport.process_clock import clock_of
    from ...topics.workers.chance import SystemChance
    from ..court import open_court
    from .found import Asked, filter_of, found_by, list_found, write_found

    asked = (ground, ends_before, ends_within, instrument, batch, lacking, limit, after, export)
    listing = live or incomplete or any(one is not None for one in asked)
    if (entry_or_case is not None) + (certificate is not None) + listing != 1:
        raise WrongUsage(
            "FIND_WHAT",
            "find by one thing",
            "give an entry id, a case number, or --certificate TYPE; or what entries are to be listed by, as --live",
            "只能按一项查找",
            "请给出条目编号、案号或 --certificate 证件类型；或者给出筛选条件，如 --live",
        )
    lang = settings_of(ctx).lang
    with open_court(settings_of(ctx), court, clock_of(settings_of(ctx)), SystemChance()) as acting_court:
        if not listing:
            _show_one(acting_court, entry_or_case, certificate, country, (as_json, lang))
            return
        what = Asked(ground, instrument, batch, ends_before, ends_within, live, incomplete, lacking)
        found = found_by(acting_court, filter_of(acting_court, what), after)
        if export is not None:
            write_found(export, islice(found, limit), (as_json, lang))
        else:
            list_found(acting_court, found, limit or SHOWN, incomplete=incomplete, printing=(as_json, lang))


def _show_one(
    court: "Court", entry_or_case: str | None, certificate: str | None, country: str, printing: tuple[bool, Language]
) -> None:
    from ...schemas.people.certificates import normalise
    from .own_entries import found_entries, found_line, shown_entry

    as_json, lang = printing
    holder = None
    if certificate is not None:
        kind = certificate_type(certificate)
        holder = normalise(kind, certificate_number(kind, lang), country)
    entries = [shown_entry(court, each) for each in found_entries(court, entry_or_case, holder)]
    if as_json:
        print_json(entries)
        return
    for each in entries:
        typer.echo(found_line(each, lang))
    if not entries:
        say(lang, "no entry of this court", "本院没有这样的条目", err=True)
