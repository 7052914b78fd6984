"""`liandong dead-letters` and `liandong parked`: what an agency could not handle, and what waits."""

import base64
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...schemas.errors import ExitCode, WrongUsage
from ...schemas.problems import in_language
from ...topics.cli.console import JsonOption, group, print_json, say, settings_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from ...topics.settings import Settings
    from ..acts_db.context import AgencyContext
    from ..effects.dead_letters import DeadLetter
    from .publish import Send

AgencyIdOption = Annotated[str, typer.Option("--agency", metavar="ID", help="Whose.")]
NumberArgument = Annotated[str, typer.Argument(metavar="NUMBER", help="As `list` shows it, e.g. 0-17.")]


def mount(app: typer.Typer, send: "Send") -> None:
    """Add `dead-letters` and `parked` to the root command."""
    letters = group(app, "dead-letters", "What an agency could not handle, with its original bytes.")
    letters.command("list")(list_)
    letters.command("show")(show)
    letters.command("drop")(drop)

    @letters.command("redrive")
    def redrive(
        ctx: typer.Context,
        agency: AgencyIdOption,
        numbers: Annotated[list[str] | None, typer.Argument(metavar="[NUMBER]…", help="Which; default all.")] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Handle them, then undo it.")] = False,
        as_json: JsonOption = False,
    ) -> None:
        """Handle dead letters again; what has had its effect already has none again."""
        _redrive(ctx, agency, numbers or [], send, dry_run=dry_run, as_json=as_json)

    parked = group(app, "parked", "What waits because something it needs is missing, and what waits behind it.")
    parked.command("list")(parked_list)
    parked.command("retry")(parked_retry)


def list_(ctx: typer.Context, agency: AgencyIdOption, as_json: JsonOption = False) -> None:
    """Show the dead letters of an agency."""
    from ..effects.failures import failure_text

    lang, rows = settings_of(ctx).lang, [_as_dict(letter) for letter in _letters(ctx, agency)]
    if as_json:
        print_json({"dead_letters": rows})
        return
    for row in rows:
        why = in_language(failure_text(row["failure"], row["reason"]), lang)
        typer.echo(f"{row['number']:8} {row['failure']:20} {row['at']}  {row['origin']}  {why}")
    if not rows:
        say(lang, "no dead letters", "没有死信")


def show(ctx: typer.Context, number: NumberArgument, agency: AgencyIdOption, as_json: JsonOption = False) -> None:
    """Show one dead letter with its headers and bytes (Base64; what is sealed stays sealed)."""
    letter = next((letter for letter in _letters(ctx, agency) if letter.number == number), None)
    if letter is None:
        raise WrongUsage(
            "DEAD_LETTER_UNKNOWN",
            f"{agency} has no dead letter {number}",
            "see `dead-letters list`",
            f"{agency} 没有死信 {number}",
            "请看 `dead-letters list`",
        )
    message = letter.message
    document = _as_dict(letter)
    document["headers"] = {name: value.decode("utf-8", "backslashreplace") for name, value in message.headers}
    document["key"] = None if message.key is None else base64.b64encode(message.key).decode()
    document |= {"sha256": letter.sha256} if letter.sha256 else {}
    document["value"] = None if message.value is None else base64.b64encode(message.value).decode()
    if as_json:
        print_json(document)
        return
    for name, value in document.items():
        typer.echo(f"{name}: {value}")


def drop(
    ctx: typer.Context,
    agency: AgencyIdOption,
    through: Annotated[str, typer.Option("--through", metavar="NUMBER", help="The last to drop, as `list` shows it.")],
    as_json: JsonOption = False,
) -> None:
    """Drop dead letters that are dealt with, up to one of them; their bytes are gone then. `status` counts the others."""
    from ...topics.catalogue import names
    from ...topics.cli.console import settings_of
    from ...topics.transport.kafka import KafkaAdmin
    from ...topics.transport.ports import TopicPartition

    settings, letters = settings_of(ctx), _letters(ctx, agency)
    if through not in {letter.number for letter in letters}:
        raise WrongUsage(
            "DEAD_LETTER_UNKNOWN",
            f"{agency} has no dead letter {through}",
            "see `dead-letters list`",
            f"{agency} 没有死信 {through}",
            "请看 `dead-letters list`",
        )
    partition, offset = map(int, through.split("-"))
    at = TopicPartition(settings.topic_prefix + names.dead_letters(agency), partition)
    KafkaAdmin(settings).delete_records({at: offset + 1})
    left = len(_letters(ctx, agency))
    if as_json:
        print_json({"dropped": len(letters) - left, "left": left})
    else:
        dropped = len(letters) - left
        say(settings.lang, f"{dropped} dead letters dropped, {left} left", f"已清除死信 {dropped} 条，尚余 {left} 条")


def _redrive(
    ctx: typer.Context, agency: str, numbers: list[str], send: "Send", *, dry_run: bool, as_json: bool
) -> None:
    from ..effects.dead_letters import redrive

    settings, results = settings_of(ctx), []
    letters = [letter for letter in _letters(ctx, agency) if not numbers or letter.number in numbers]
    with _opened_agency(settings, agency) as acting:
        for letter in letters:
            whole = _whole(settings, agency, letter)
            outcome = redrive(acting.engine, acting.context, whole, dry_run=dry_run)
            results.append({"number": letter.number, "failure": letter.failure, "outcome": outcome})
        if not dry_run:
            send(settings, acting.context.outbox, agency)
    if as_json:
        print_json({"redriven": results, "dry_run": dry_run})
    else:
        for row in results:
            would = {"en": "would be: ", "zh": "试运行："}[settings.lang] if dry_run else ""
            typer.echo(f"{row['number']:8} {row['failure']:20} {would}{in_language(row['outcome'], settings.lang)}")
        if not results:
            say(settings.lang, "nothing to redrive", "没有需要重新处理的死信")
    if any(row["outcome"].startswith("fails") for row in results):
        raise typer.Exit(int(ExitCode.FAILED))


def parked_list(ctx: typer.Context, agency: AgencyIdOption, as_json: JsonOption = False) -> None:
    """Show what waits, oldest first; messages of one key wait behind their first."""
    from ...schemas.dates import rfc3339
    from ...topics.storage.database import reading
    from ..commands import parked

    settings = settings_of(ctx)
    lang, engine = settings.lang, _store(settings, agency)
    with reading(engine) as connection:
        waiting = parked.waiting(connection)
    rows = [
        {
            "key": (parked_message.message.key or b"").hex(),
            "reason": parked_message.reason,
            "attempts": parked_message.attempts,
            "since": rfc3339(parked_message.since),
            "next_at": rfc3339(parked_message.next_at),
        }
        for parked_message in waiting
    ]
    if as_json:
        print_json({"parked": rows})
        return
    for row in rows:
        key, reason, attempts, since = (row[each] for each in ("key", "reason", "attempts", "since"))
        english = f"{key:34} {reason:20} attempt {attempts}  since {since}"
        say(lang, english, f"{key:34} {reason:20} 已试 {attempts} 次，自 {since} 起")
    if not rows:
        say(lang, "nothing waits", "没有搁置的消息")


def parked_retry(
    ctx: typer.Context,
    agency: AgencyIdOption,
    give_up: Annotated[
        bool,
        typer.Option(
            "--give-up", help="What is still not understood goes to the dead letters, whatever the fuse says."
        ),
    ] = False,
) -> None:
    """Make all that waits due now; the running agency tries it at once."""
    from ...topics.transport.process_clock import clock_of
    from ..commands import parked

    settings = settings_of(ctx)
    with _store(settings, agency).begin() as connection:
        number = parked.hasten(connection, clock_of(settings).now(), give_up=give_up)
    say(settings.lang, f"{number} messages are due now", f"已有 {number} 条消息到期，将立即重试")


def _store(settings: "Settings", agency: str) -> "Engine":
    from ...topics.keys.participants import Participants
    from ..acts_db.database import open_acts_of

    Participants(settings).load(agency)
    return open_acts_of(settings, agency)


def _letters(ctx: typer.Context, agency: str) -> "list[DeadLetter]":
    from ...topics.transport.kafka import KafkaSubscriber
    from ...topics.transport.process_clock import clock_of
    from ..effects.dead_letters import read_dead_letters

    settings = settings_of(ctx)
    subscriber = KafkaSubscriber(settings, client_id=f"{agency}-dead-letters")
    try:
        return read_dead_letters(subscriber, agency, clock_of(settings))
    finally:
        subscriber.close()


def _whole(settings: "Settings", agency: str, letter: "DeadLetter") -> "DeadLetter":
    """Return a dead letter with all its bytes, as far as the log still has them."""
    from ...topics.transport.kafka import KafkaSubscriber
    from ...topics.transport.process_clock import clock_of
    from ..effects.dead_letters import original

    if not letter.sha256:
        return letter
    with closing(KafkaSubscriber(settings, client_id=f"{agency}-dead-letters")) as subscriber:
        return original(subscriber, letter, clock_of(settings)) or letter


@dataclass(frozen=True, slots=True)
class _OpenedAgency:
    """An agency's acts database, and the context in which its messages are handled."""

    engine: "Engine"
    context: "AgencyContext"


@contextmanager
def _opened_agency(settings: "Settings", agency: str) -> Iterator[_OpenedAgency]:
    from ...topics.keys.opening import read_directory
    from ...topics.transport.kafka import KafkaSubscriber
    from ...topics.transport.process_clock import clock_of
    from ...topics.workers.chance import SystemChance
    from ..acts_db.context import context_of

    clock = clock_of(settings)
    reader = KafkaSubscriber(settings, client_id=f"{agency}-redrive")
    directory = read_directory(settings, reader, clock)
    engine = _store(settings, agency)
    try:
        yield _OpenedAgency(engine, context_of(settings, agency, directory, engine, clock, SystemChance()))
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
