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

    settings = _settings(ctx)
    _show(compare(settings, _scope(settings, jurisdiction, agency)), as_json, create="create", alter="alter")


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
    from ..keys.publishing import Announcement, announce_everybody
    from ..keys.registrar import Registrar
    from ..workers.chance import SystemChance
    from ..workers.clock import SystemClock

    settings = _settings(ctx)
    done = apply_plan(settings, _scope(settings, jurisdiction, agency))
    keys = (
        announce_everybody(Registrar(settings, SystemClock(), SystemChance()))
        if settings.physical(names.KEYS) in done.create
        else Announcement()
    )
    _show(done, as_json, create="created", alter="altered", more={"published": list(keys.published)})
    if keys.published and not as_json:
        typer.echo(f"keys published: {', '.join(keys.published)}")
    if keys.problem is not None:
        typer.echo(f"keys NOT published, {keys.problem.code}: {keys.problem.message}", err=True)
        typer.echo(f"what to do: {keys.problem.remedy}", err=True)
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

    settings = _settings(ctx)
    differences = compare(settings, _scope(settings, jurisdiction, agency))
    _show(differences, as_json, create="missing", alter="differs")
    if not differences.clean:
        raise typer.Exit(ExitCode.FAILED)


def _settings(ctx: typer.Context) -> "Settings":
    """Read the settings, and require that a broker answers."""
    from ..transport.kafka import require_broker
    from .console import settings_of

    settings = settings_of(ctx)
    require_broker(settings)
    return settings


def _scope(settings: "Settings", jurisdictions: list[str] | None, agencies: list[str] | None) -> "TopicScope":
    from ..catalogue.families import TopicScope
    from ..keys.participants import registered_scope

    if jurisdictions or agencies:
        return TopicScope(frozenset(jurisdictions or ()), frozenset(agencies or ()))
    return registered_scope(settings)


def _show(
    differences: "TopicPlan",
    as_json: bool,
    *,
    create: str,
    alter: str,
    more: Mapping[str, object] = MappingProxyType({}),
) -> None:
    if as_json:
        print_json({**asdict(differences), "clean": differences.clean, **more})
        return
    for name, state in differences.create.items():
        kind = state.configuration["cleanup.policy"]
        typer.echo(f"{create:8} {name}  partitions={state.partitions} copies={state.replication_factor} {kind}")
    for one in differences.alter:
        typer.echo(f"{alter:8} {one.topic}  {one.what}: {one.found} -> {one.wanted}")
    for one in differences.drift:
        typer.echo(
            f"drift    {one.topic}  {one.what}: {one.found}, wanted {one.wanted}\n         what to do: {one.remedy}"
        )
    for name in differences.unmanaged:
        typer.echo(f"unknown  {name}  belongs to nobody here; left alone")
    if differences.clean:
        typer.echo("the topics are as the catalogue says")


def mount(root: typer.Typer) -> None:
    """Add these commands to the root command."""
    root.add_typer(app, name="topics")
