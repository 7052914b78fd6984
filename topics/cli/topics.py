"""`liandong topics plan`, `apply` and `check`: the catalogue and the broker."""

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

import typer

from ...schemas.errors import ExitCode
from .console import JsonOption, print_json

if TYPE_CHECKING:
    from ..catalogue.families import TopicScope
    from ..catalogue.plan import TopicPlan
    from ..settings import Settings

app = typer.Typer(help="Topics as the catalogue wants them, and as they are.", no_args_is_help=True)

JurisdictionOption = Annotated[
    list[str] | None, typer.Option(help="Jurisdictions; by default those of the participants on this machine.")
]
AgencyOption = Annotated[
    list[str] | None, typer.Option(help="Agencies; by default those among the participants on this machine.")
]


@app.command()
def plan(
    ctx: typer.Context,
    jurisdiction: JurisdictionOption = None,
    agency: AgencyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what apply would create and alter, and what it cannot mend."""
    from ..catalogue.plan import plan as compare

    found = compare(*_target(ctx, jurisdiction, agency))
    _show(found, as_json, ("create", "alter"))


@app.command()
def apply(
    ctx: typer.Context,
    jurisdiction: JurisdictionOption = None,
    agency: AgencyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Create what is missing and alter what differs; nothing is deleted. Exit 1 if drift is left.

    Where the topic of keys was missing, the keys of the participants on this machine are published too.
    """
    from ..catalogue import names
    from ..catalogue.plan import apply as apply_plan
    from ..keys.publishing import announce_everybody

    target = _target(ctx, jurisdiction, agency)
    done, settings = apply_plan(*target), target[0]
    published: list[str] = []
    problem = None
    if settings.physical(names.KEYS) in done.create:
        published, problem = announce_everybody(settings)
    _show(done, as_json, ("created", "altered"), {"published": published})
    if published and not as_json:
        typer.echo(f"keys published: {', '.join(published)}")
    if problem is not None:
        typer.echo(f"keys NOT published, {problem.code}: {problem.message}\nwhat to do: {problem.remedy}", err=True)
    if done.drift:
        raise typer.Exit(ExitCode.FAILED)


@app.command()
def check(
    ctx: typer.Context,
    jurisdiction: JurisdictionOption = None,
    agency: AgencyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare the broker with the catalogue; exit 1 if they differ."""
    from ..catalogue.plan import plan as compare

    found = compare(*_target(ctx, jurisdiction, agency))
    _show(found, as_json, ("missing", "differs"))
    if not found.clean:
        raise typer.Exit(ExitCode.FAILED)


def _target(
    ctx: typer.Context, jurisdictions: list[str] | None, agencies: list[str] | None
) -> "tuple[Settings, TopicScope]":
    from ..catalogue.families import TopicScope
    from ..keys.participants import registered_scope
    from ..transport.kafka import require_broker
    from .console import settings_of

    settings = settings_of(ctx)
    require_broker(settings)
    if jurisdictions or agencies:
        return settings, TopicScope(frozenset(jurisdictions or ()), frozenset(agencies or ()))
    return settings, registered_scope(settings)


def _show(
    found: "TopicPlan", as_json: bool, words: tuple[str, str], more: Mapping[str, object] = MappingProxyType({})
) -> None:
    if as_json:
        print_json({**asdict(found), "clean": found.clean, **more})
        return
    create, alter = words
    for name, state in found.create.items():
        kind = state.configuration["cleanup.policy"]
        typer.echo(f"{create:8} {name}  partitions={state.partitions} copies={state.replication_factor} {kind}")
    for one in found.alter:
        typer.echo(f"{alter:8} {one.topic}  {one.what}: {one.found} -> {one.wanted}")
    for one in found.drift:
        typer.echo(
            f"drift    {one.topic}  {one.what}: {one.found}, wanted {one.wanted}\n         what to do: {one.remedy}"
        )
    for name in found.unmanaged:
        typer.echo(f"unknown  {name}  belongs to nobody here; left alone")
    if found.clean:
        typer.echo("the topics are as the catalogue says")


def mount(root: typer.Typer) -> None:
    """Add these commands to the root command."""
    root.add_typer(app, name="topics")
