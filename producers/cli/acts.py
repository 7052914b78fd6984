"""`liandong court revoke|delete|correct|shield|unshield|extend|lift|find`."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from ...schemas.errors import WrongUsage
from ...topics.cli.console import JsonOption, print_json
from .options import CourtOption, DayOption, EntryArgument, NoWaitOption, ReasonOption, day, entry_id

if TYPE_CHECKING:
    from ...schemas.people.certificates import CertificateType
    from ..court import Court
    from ..register.register import Update

ACT_WAIT_SECONDS = 60.0
DecisionOption = Annotated[str, typer.Option("--decision", metavar="NUMBER", help="Number of the new decision.")]
CertificateOption = Annotated[
    str | None,
    typer.Option(
        "--certificate", metavar="TYPE", help="CN_ID, PASSPORT, USCC …; the number is asked for or read from stdin."
    ),
]
CountryOption = Annotated[
    str, typer.Option("--country", metavar="CCC", help="Issuer of a passport, ISO 3166-1 alpha-3.")
]


def mount(court: typer.Typer) -> None:
    """Adds the commands to `liandong court`."""
    court.command("revoke", help="It never should have been there (art. 9).")(_ending("revoke"))
    court.command("delete", help="It was rightly there, the reason ended (art. 10): D1 to D7, TERM, EARLY.")(
        _ending("delete")
    )
    court.command("lift", help="End a consumption restriction order or an exit ban.")(_ending("lift"))
    court.command("shield", help="Suspend an entry.")(_ending("shield"))
    court.command("unshield", help="Let a suspended entry take effect again.")(_ending("unshield"))
    court.command("extend")(extend)
    court.command("correct")(correct)
    court.command("find")(find)


def _ending(name: str) -> Callable[..., None]:
    """The command of an act that needs a reason and nothing else."""

    def act(  # noqa: PLR0913  a command's parameters are its options
        ctx: typer.Context,
        entry: EntryArgument,
        *,
        reason: ReasonOption,
        court: CourtOption = None,
        on: DayOption = None,
        no_wait: NoWaitOption = False,
        as_json: JsonOption = False,
    ) -> None:
        from ..acts.acts import CourtRuling

        wanted, ruling = entry_id(entry), CourtRuling(reason, day(on))
        _perform(ctx, court, no_wait, as_json, lambda at: getattr(at.acts, name)(wanted, ruling))

    return act


def extend(  # noqa: PLR0913  a command's parameters are its options
    ctx: typer.Context,
    entry: EntryArgument,
    *,
    reason: ReasonOption,
    decision: DecisionOption,
    months: Annotated[int, typer.Option("--months", help="List entries: 12 to 36 (art. 2).")] = 0,
    until: Annotated[str | None, typer.Option("--until", metavar="DAY", help="Orders: the new last day.")] = None,
    court: CourtOption = None,
    on: DayOption = None,
    no_wait: NoWaitOption = False,
    as_json: JsonOption = False,
) -> None:
    """Give a term a later last day, by a new decision."""
    from ..acts.acts import CourtRuling

    ruling = CourtRuling(reason, day(on), decision)
    _perform(
        ctx,
        court,
        no_wait,
        as_json,
        lambda at: at.acts.extend(entry_id(entry), ruling, months=months, until=day(until)),
    )


def correct(  # noqa: PLR0913  a command's parameters are its options
    ctx: typer.Context,
    entry: EntryArgument,
    *,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="COLUMN=VALUE", help="A column of the intake file; may be repeated."),
    ] = None,
    certificate: CertificateOption = None,
    country: CountryOption = "",
    reason: ReasonOption = "DATA_WRONG",
    court: CourtOption = None,
    on: DayOption = None,
    no_wait: NoWaitOption = False,
    as_json: JsonOption = False,
) -> None:
    """Correct what an entry says; the wrong person is freed with the same record that names the right one."""
    from ..acts.acts import CourtRuling
    from ..acts.correction import correct as corrected

    changes = dict(_pair(each) for each in values or [])
    if any(column.endswith("_number") and column.startswith("certificate") for column in changes):
        raise WrongUsage(
            "NUMBER_AS_ARGUMENT", "a certificate number came as an argument", "use --certificate TYPE; it asks"
        )
    if certificate is not None:
        kind = _type(certificate)
        changes |= {
            "certificate_type": kind.name,
            "certificate_number": _asked(kind),
            "certificate_country": country,
        }
    ruling = CourtRuling(reason, day(on))
    _perform(
        ctx,
        court,
        no_wait,
        as_json,
        lambda at: corrected(at.acts, at.register, at.desk, entry_id(entry), changes, ruling),
    )


def find(
    ctx: typer.Context,
    what: Annotated[str | None, typer.Argument(metavar="[ENTRY|CASE]", help="An id or a case number.")] = None,
    certificate: CertificateOption = None,
    country: CountryOption = "",
    court: CourtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the court's own entries by id, case number or certificate; numbers and names are masked."""
    if (what is None) == (certificate is None):
        raise WrongUsage("FIND_WHAT", "find by one thing", "give an entry id, a case number, or --certificate TYPE")
    from ...schemas.people.certificates import normalise
    from ...topics.cli.console import settings_of
    from ..court import open_court
    from .own_entries import found_entries, shown_entry

    held = None
    if certificate is not None:
        kind = _type(certificate)
        held = normalise(kind, _asked(kind), country)
    with open_court(settings_of(ctx), court) as at:
        found = [shown_entry(at, one) for one in found_entries(at, what, held)]
    if as_json:
        print_json(found)
        return
    for each in found:
        typer.echo(
            f"{each['entry']}  {each['status']:<8} v{each['version']}  {each['case_number']}  {each['name']}  "
            f"{', '.join(each['certificates'])}  {each['changed_on']} {each['reason']}".rstrip()
        )
    if not found:
        typer.echo("no entry of this court", err=True)


def _perform(
    ctx: typer.Context, court: str | None, no_wait: bool, as_json: bool, act: "Callable[[Court], Update]"
) -> None:
    from ...topics.cli.console import settings_of
    from ..court import open_court
    from ..relay.delivery import require_topics, sending
    from .own_entries import told

    settings = settings_of(ctx)
    with open_court(settings, court) as at:
        if no_wait:
            update = act(at)
        else:
            require_topics(settings, at.desk.jurisdiction)
            with sending(settings, at.register.outbox, at.clock, f"{at.desk.court}-act") as work:
                update = act(at)
                work.wait(ACT_WAIT_SECONDS)
        document = told(at, update, sent=not no_wait)
    if as_json:
        print_json(document)
        return
    typer.echo(f"{document['entry']} is {document['status']}, version {document['version']}")
    typer.echo(f"update {document['update']}, batch {document['batch']}")
    typer.echo(f"follow it with: liandong status --update {document['update']}")


def _pair(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not equals:
        raise WrongUsage("SET_UNREADABLE", f"--set {column} gives no value", "write --set COLUMN=VALUE")
    return column.strip(), value


def _type(text: str) -> "CertificateType":
    from ...schemas.people.certificates import CertificateType

    try:
        return CertificateType[text.strip().upper()]
    except KeyError:
        known = ", ".join(one.name for one in CertificateType)
        raise WrongUsage(
            "CERTIFICATE_TYPE_UNKNOWN", f"{text!r} is no type of certificate", f"give one of {known}"
        ) from None


def _asked(kind: "CertificateType") -> str:
    """A certificate number, from the terminal without echo or the first line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt(f"{kind.name} number", hide_input=True))
    return sys.stdin.readline().strip()
