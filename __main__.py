"""The composition root: mounts each room's command line and turns errors into exit codes. Nothing else does."""

import json
import os
import sys
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .consumers import cli as consumers_cli
from .monitoring import cli as monitoring_cli
from .producers import cli as producers_cli
from .schemas.errors import LiandongError, WrongUsage
from .schemas.problems import Language, told
from .topics import cli as topics_cli
from .topics.cli.chinese_help import in_chinese
from .topics.cli.console import Invocation, settings_for
from .topics.private_files import telling_full

if TYPE_CHECKING:
    from .producers.commands.sent import CommandRegister
    from .producers.relay.relay import Relay
    from .schemas.law.wrongful import WrongfulSpan
    from .topics.settings import Settings
    from .topics.storage.outbox import SqlOutbox
    from .topics.transport.ports import Publisher
    from .topics.workers.clock import Clock

app = typer.Typer(
    name="liandong",
    help="Courts publish, agencies enforce, and everyone can prove that it happened.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        from . import __version__

        typer.echo(f"liandong {__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    config: Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Settings file (YAML).")] = None,
    lang: Annotated[str | None, typer.Option("--lang", metavar="zh|en", help="Language of texts.")] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Keep the global options for the command that follows."""
    invocation = ctx.ensure_object(Invocation)
    invocation.config, invocation.lang = config, lang


def _open_commands(settings: "Settings", jurisdiction: str, court: str, clock: "Clock") -> "CommandRegister":
    from .producers.commands.sent import open_commands

    return open_commands(settings, jurisdiction, court, clock)


def _wrongful_spans(settings: "Settings", court: str) -> "list[WrongfulSpan]":
    from .producers.cli.own_entries import wrongful_spans
    from .topics.transport.process_clock import clock_of

    return wrongful_spans(settings, court, clock_of(settings))


def _send(settings: "Settings", outbox: "SqlOutbox", participant: str) -> None:
    from .producers.relay.delivery import send_all
    from .topics.transport.process_clock import clock_of
    from .topics.workers.chance import SystemChance

    send_all(settings, outbox, participant, clock_of(settings), SystemChance())


def _relay(outbox: "SqlOutbox", publisher: "Publisher", clock: "Clock") -> "Relay":
    from .producers.relay.relay import Pace, Relay, new_owner
    from .topics.workers.chance import SystemChance

    return Relay(outbox, publisher, clock, new_owner(SystemChance()), Pace(stop_seconds=3.0))


topics_cli.mount(app)
producers_cli.mount(app)
consumers_cli.mount(app, open_commands=_open_commands, send=_send, relay=_relay, wrongful_spans=_wrongful_spans)
monitoring_cli.mount(app)


def _mount_bench() -> None:
    """Add the measurements, which stand beside the rooms in a checkout; a wheel says where to get them."""
    if (Path(__file__).parent / "bench" / "cli.py").is_file():
        from .bench.cli import app as measurements

        app.add_typer(measurements, name="bench")
        return

    @app.command("bench", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
    def bench() -> None:
        """Measure (needs a checkout)."""
        remedy = "get the source of this version and run `make bench` there"
        raise WrongUsage(
            "BENCH_NEEDS_CHECKOUT",
            "the measurements are not part of the installed package",
            remedy,
            "安装包中不含性能测量",
            "请取得本版本的源码，在其中执行 `make bench`",
        )


_mount_bench()


def _wants_json(arguments: list[str]) -> bool:
    """Whether `--json` stands among the options (a `--` ends the options)."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in options


_ERROR: dict[Language, str] = {
    "en": "error {code}: {message}\nwhat to do: {remedy}",
    "zh": "错误 {code}：{message}\n处理办法：{remedy}",
}


def _language(invocation: Invocation) -> Language:
    """Return the language of this call; that of the option or the variable where the settings cannot be read."""
    try:
        return settings_for(invocation).lang
    except LiandongError:
        return "zh" if "zh" in {invocation.lang, os.environ.get("LIANDONG_LANG")} else "en"


def _is_chinese(words: list[str]) -> bool:
    """Whether this call says in Chinese how commands are used, which it may have to before its settings are read."""
    before = {before: word for before, word in pairwise(words) if before in {"--lang", "--config"}}
    before |= {name: word for name, _, word in (each.partition("=") for each in words) if name == "--lang" and word}
    if lang := before.get("--lang") or os.environ.get("LIANDONG_LANG"):
        return lang == "zh"
    config = before.get("--config")
    return _language(Invocation(Path(config) if config else None)) == "zh"


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit: 0 done, 1 failed, 2 wrong usage, 3 done but some input was rejected."""
    words, invocation = sys.argv[1:] if arguments is None else arguments, Invocation()
    command = typer.main.get_command(app)
    try:
        with telling_full("a file"), in_chinese(command) if _is_chinese(words) else nullcontext():
            command(args=words, prog_name="liandong", obj=invocation)
    except LiandongError as error:
        lang = _language(invocation)
        message, remedy = told(error, lang)
        if _wants_json(words):
            shown = {"code": error.code, "message": message, "remedy": remedy}
            typer.echo(json.dumps({"error": shown}, ensure_ascii=False))
        else:
            typer.echo(_ERROR[lang].format(code=error.code, message=message, remedy=remedy), err=True)
        sys.exit(int(error.exit_code))


if __name__ == "__main__":
    main()
