"""`liandong measures list`: the catalogue of measures with basis and effect."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from ...topics.cli.console import JsonOption, print_json, settings_of

if TYPE_CHECKING:
    from rich.table import Table

    from ...schemas.law.measures import Measure


def mount(app: typer.Typer) -> None:
    """Add the group `measures` to the root command."""
    group = typer.Typer(
        help="Which live instrument means what for a transaction, and by which law.", no_args_is_help=True
    )
    group.command("list")(list_measures)
    group.callback()(_stay_a_group)
    app.add_typer(group, name="measures")


def _stay_a_group() -> None:
    """Do nothing: a Typer group with one command stays a group only if it has a callback."""


def list_measures(
    ctx: typer.Context,
    agency_kind: Annotated[
        str | None, typer.Option("--agency-kind", metavar="KIND", help="Only what reaches this kind.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List every measure with transactions, triggers, whom it reaches, its effect today and its legal basis.

    Example: liandong measures list --agency-kind railway
    """
    from rich.console import Console

    from ...schemas.dates import date_of_ms
    from ...schemas.law.agencies import agency_kind as kind_of
    from ...schemas.law.agencies import load_agencies
    from ...schemas.law.measures import load_catalogue
    from ...topics.workers.clock import SystemClock

    catalogue, today = load_catalogue(), date_of_ms(SystemClock().now())
    transactions = set(kind_of(agency_kind).transactions) if agency_kind else None
    measures = [
        measure for measure in catalogue.measures if transactions is None or transactions & set(measure.transactions)
    ]
    if as_json:
        kinds = {kind.id: set(kind.transactions) for kind in load_agencies().values()}
        documents = [_document(measure, _effect(measure, today), kinds) for measure in measures]
        print_json({"rule_version": catalogue.version, "measures": documents})
        return
    Console().print(_table(measures, today, zh=settings_of(ctx).lang == "zh"))
    typer.echo(f"rule version {catalogue.version}")


def _table(measures: "Sequence[Measure]", today: date, *, zh: bool) -> "Table":
    from rich.table import Table

    table = Table("measure", "name", "effect", "triggers", "who", "basis")
    for measure in measures:
        effect = _effect(measure, today)
        name, basis = (measure.text.zh, measure.basis.zh) if zh else (measure.text.en, measure.basis.en)
        table.add_row(measure.id, name, effect, " ".join(measure.trigger_names), " ".join(measure.who), basis)
    return table


def _effect(measure: "Measure", today: date) -> str:
    """Return what a measure does today: nothing, where only an act can switch it on (`liandong supervise list`)."""
    if not measure.enabled(today):
        return "not in force"
    return "OFF" if measure.needs_act else measure.effect.name


def _document(measure: "Measure", effect: str, kinds: dict[str, set[str]]) -> dict[str, object]:
    basis, transactions = measure.basis, set(measure.transactions)
    return {
        "id": measure.id,
        "text": {"zh": measure.text.zh, "en": measure.text.en},
        "agency_kinds": sorted(kind for kind, own in kinds.items() if own & transactions),
        "transactions": measure.transactions,
        "triggers": list(measure.trigger_names),
        "who": list(measure.who),
        "effect": effect,
        "catalogue_effect": measure.effect_name,
        "basis": {"zh": basis.zh, "en": basis.en, "edition": basis.edition, "verified": basis.verified},
        "enabled_from": measure.enabled_from.isoformat(),
        "enabled_until": measure.enabled_until.isoformat() if measure.enabled_until else None,
        "stale": measure.stale.value,
        "applies_to_existing_business": measure.existing_business,
    }
