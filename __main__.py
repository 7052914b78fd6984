"""The composition root: mounts each room's command line and turns errors into exit codes. Nothing else does."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .consumers import cli as consumers_cli
from .monitoring import cli as monitoring_cli
from .producers import cli as producers_cli
from .schemas import cli as schemas_cli
from .schemas.console import Invocation
from .schemas.errors import LiandongError
from .topics import cli as topics_cli

if TYPE_CHECKING:
    from .schemas.catalogue import Schema

app = typer.Typer(
    name="liandong",
    help="Courts publish, agencies enforce, and everyone can prove that it happened.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from . import __version__

        typer.echo(f"liandong {__version__}")
        raise typer.Exit


def _registered_schemas(ctx: typer.Context) -> "list[Schema]":
    from .topics.registry import SchemaRegistry
    from .topics.settings import settings_of

    return SchemaRegistry.from_settings(settings_of(ctx)).released()


@app.callback()
def root(
    ctx: typer.Context,
    config: Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Settings file (YAML).")] = None,
    lang: Annotated[str | None, typer.Option("--lang", metavar="zh|en", help="Language of texts.")] = None,
    _version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True)] = False,
) -> None:
    """Keep the global options for the command that follows."""
    ctx.obj = Invocation(config=config, lang=lang, registered_schemas=_registered_schemas)


for _room in (schemas_cli, topics_cli, producers_cli, consumers_cli, monitoring_cli):
    _room.mount(app)


def _wants_json(arguments: list[str]) -> bool:
    """Whether `--json` stands among the options (a `--` ends the options)."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in options


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit: 0 done, 1 failed, 2 wrong usage, 3 done but some input was rejected."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        app(args=given, prog_name="liandong")
    except LiandongError as error:
        if _wants_json(given):
            typer.echo(json.dumps({"error": error.as_dict()}, ensure_ascii=False))
        else:
            typer.echo(f"error {error.code}: {error.message}\nwhat to do: {error.remedy}", err=True)
        sys.exit(int(error.exit_code))


if __name__ == "__main__":
    main()
