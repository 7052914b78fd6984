"""`liandong dead-letters` and `liandong parked`: what an agency could not handle, and what waits."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...schemas.errors import ExitCode, WrongUsage
from ...topics.cli.console import JsonOption, group, print_json

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from ...topics.settings import Settings
    from ..acts_db.context import AgencyContext
    from ..effects.dead_letters import DeadLetter
    from .publish import Send

AgencyOption = Annotated[str, typer.Option("--agency", metavar="ID", help="Whose.")]
NumberArgument = Annotated[str, typer.Argument(metavar="NUMBER", help="As `list` shows it, e.g. 0-17.")]


def mount(app: typer.Typer, send: "Send") -> None:
    """Add `dead-letters` and `parked` to the root command."""
    letters = group(app, "dead-letters", "What an agency could not handle, with its original bytes.")
    letters.command("list")(list_)
    letters.command("show")(show)

    @letters.command("redrive")
    def redrive(
        ctx: typer.Context,
        agency: AgencyOption,
        numbers: Annotated[list[str] | None, typer.Argument(metavar="[NUMBER]…", help="Which; default all.")] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Handle them, then undo it.")] = False,
        as_json: JsonOption = False,
    ) -> None:
        """Handle dead letters again; what has had its effect already has none again."""
        _redrive(ctx, agency, (numbers or [], dry_run, as_json), send)

    parked = group(app, "parked", "What waits because something it needs is missing, and what waits behind it.")
    parked.command("list")(parked_list)
    parked.command("retry")(parked_retry)


def list_(ctx: typer.Context, agency: AgencyOption, as_json: JsonOption = False) -> None:
    """Show the dead letters of an agency."""
    letters = [_as_dict(each) for each in _letters(ctx, agency)]
    if as_json:
        print_json({"dead_letters": letters})
        return
    for each in letters:
        typer.echo(f"{each['number']:8} {each['failure']:20} {each['at']}  {each['origin']}  {each['reason']}")
    if not letters:
        typer.echo("no dead letters")


def show(ctx: typer.Context, number: NumberArgument, agency: AgencyOption, as_json: JsonOption = False) -> None:
    """Show one dead letter with its headers and bytes (Base64; what is sealed stays sealed)."""
    found = [each for each in _letters(ctx, agency) if each.number == number]
    if not found:
        raise WrongUsage("DEAD_LETTER_UNKNOWN", f"{agency} has no dead letter {number}", "see `dead-letters list`")
    message = found[0].message
    document = _as_dict(found[0])
    document["headers"] = {name: value.decode("utf-8", "backslashreplace") for name, value in message.headers}
    document["key"] = None if message.key is None else base64.b64encode(message.key).decode()
    document["value"] = None if message.value is None else base64.b64encode(message.value).decode()
    if as_json:
        print_json(document)
        return
    for name, value in document.items():
        typer.echo(f"{name}: {value}")


def _redrive(ctx: typer.Context, agency: str, options: tuple[list[str], bool, bool], send: "Send") -> None:
    from ...topics.cli.console import settings_of
    from ..effects.dead_letters import redrive

    numbers, dry_run, as_json = options
    settings, results = settings_of(ctx), []
    wanted = [each for each in _letters(ctx, agency) if not numbers or each.number in numbers]
    with _agency(settings, agency) as (engine, context):
        for letter in wanted:
            outcome = redrive(engine, context, letter, dry_run=dry_run)
            results.append({"number": letter.number, "failure": letter.failure, "outcome": outcome})
        if not dry_run:
            send(settings, context.outbox, agency)
    if as_json:
        print_json({"redriven": results, "dry_run": dry_run})
    else:
        for each in results:
            typer.echo(f"{each['number']:8} {each['failure']:20} {'would be: ' if dry_run else ''}{each['outcome']}")
        if not results:
            typer.echo("nothing to redrive")
    if any(each["outcome"].startswith("fails") for each in results):
        raise typer.Exit(int(ExitCode.FAILED))


def parked_list(ctx: typer.Context, agency: AgencyOption, as_json: JsonOption = False) -> None:
    """Show what waits, oldest first; messages of one key wait behind their first."""
    from ...schemas.dates import rfc3339
    from ...topics.cli.console import settings_of
    from ...topics.storage.database import reading
    from ..commands import parked

    engine = _store(settings_of(ctx), agency)
    with reading(engine) as connection:
        waiting = parked.waiting(connection)
    rows = [
        {
            "key": (each.message.key or b"").hex(),
            "reason": each.reason,
            "attempts": each.attempts,
            "since": rfc3339(each.since),
            "next_at": rfc3339(each.next_at),
        }
        for each in waiting
    ]
    if as_json:
        print_json({"parked": rows})
        return
    for row in rows:
        typer.echo(f"{row['key']:34} {row['reason']:20} attempt {row['attempts']}  since {row['since']}")
    if not rows:
        typer.echo("nothing waits")


def parked_retry(ctx: typer.Context, agency: AgencyOption) -> None:
    """Make all that waits due now; the running agency tries it at once."""
    from ...topics.cli.console import settings_of
    from ...topics.transport.ports import SystemClock
    from ..commands import parked

    with _store(settings_of(ctx), agency).begin() as connection:
        number = parked.hasten(connection, SystemClock().now())
    typer.echo(f"{number} messages are due now")


def _store(settings: "Settings", agency: str) -> "Engine":
    from ...topics.keys.participants import Participants
    from ..acts_db.database import acts_url, open_acts

    Participants(settings).load(agency)
    return open_acts(acts_url(settings, agency))


def _letters(ctx: typer.Context, agency: str) -> "list[DeadLetter]":
    from ...topics.cli.console import settings_of
    from ...topics.transport.kafka import KafkaSubscriber
    from ..effects.dead_letters import read_dead_letters

    subscriber = KafkaSubscriber(settings_of(ctx), client_id=f"{agency}-dead-letters")
    try:
        return list(read_dead_letters(subscriber, agency))
    finally:
        subscriber.close()


@contextmanager
def _agency(settings: "Settings", agency: str) -> "Iterator[tuple[Engine, AgencyContext]]":
    from ...topics.keys.directory import load_directory
    from ...topics.keys.participants import Participants
    from ...topics.transport.kafka import KafkaSubscriber
    from ...topics.transport.ports import SystemClock
    from ..acts_db.context import context_of

    reader = KafkaSubscriber(settings, client_id=f"{agency}-redrive")
    directory = load_directory(reader, Participants(settings).root_public_key)
    engine = _store(settings, agency)
    try:
        yield engine, context_of(settings, agency, directory, engine, SystemClock())
    finally:
        directory.close()
        engine.dispose()


def _as_dict(letter: "DeadLetter") -> dict[str, Any]:
    from ...schemas.dates import rfc3339

    origin = letter.message.origin
    return {
        "number": letter.number,
        "failure": letter.failure,
        "reason": letter.reason,
        "attempts": letter.attempts,
        "at": rfc3339(letter.at),
        "origin": f"{origin.topic}[{origin.partition}]@{origin.offset}",
    }
