"""What the command lines of all rooms share: the `--json` option, the language, one way to print JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...schemas.problems import Language

if TYPE_CHECKING:
    from ..settings import Settings

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
"""Annotation for the parameter `as_json` of every command that prints a result."""


@dataclass(slots=True)
class Invocation:
    """The global options of one `liandong` call; `ctx.obj` of every command."""

    config: Path | None = None
    lang: str | None = None


def invocation_of(ctx: typer.Context) -> Invocation:
    """Return the global options this command was called with."""
    invocation = ctx.find_object(Invocation)
    return invocation if invocation is not None else Invocation()


def settings_of(ctx: "typer.Context") -> "Settings":
    """Read the settings of one command line call."""
    return settings_for(invocation_of(ctx))


def settings_for(invocation: Invocation) -> "Settings":
    """Read the settings under global options. Raises STATE_NEWER if their state directory is a newer release's."""
    from ..logs import log_beside_output
    from ..settings import load_settings
    from ..state_format import require_known_state

    settings = load_settings(invocation.config, **({"lang": invocation.lang} if invocation.lang else {}))
    require_known_state(settings.state_dir)
    log_beside_output()
    return settings


def say(lang: Language, english: str, chinese: str, *, err: bool = False) -> None:
    """Print a line in the language of a call; with `err` on standard error."""
    typer.echo(chinese if lang == "zh" else english, err=err)


COURT_HELP = "What courts do: publish, correct, end, command, and read what comes back."
AGENCY_HELP = "What agencies do: run, answer checks, report under a court's command."


def group(app: typer.Typer, name: str, about: str) -> typer.Typer:
    """Return the command group of a name on an app, making it if it is missing: several rooms add commands to one group."""
    for registered in app.registered_groups:
        if registered.name == name and registered.typer_instance is not None:
            return registered.typer_instance
    new = typer.Typer(name=name, help=about, no_args_is_help=True)
    app.add_typer(new, name=name)
    return new


def print_json(document: Mapping[str, object] | Sequence[object]) -> None:
    """Print one JSON document on one line, Chinese left readable, so that JSON lines can follow each other."""
    typer.echo(json.dumps(document, ensure_ascii=False, default=str))
