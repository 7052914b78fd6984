"""`liandong measures list`: the catalogue of measures with basis and effect."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ...topics.cli.console import JsonOption, invocation_of, print_json

if TYPE_CHECKING:
    from ...schemas.law.measures import Effect, Measure


def mount(app: typer.Typer) -> None:
    """Add the group `measures` to the root command."""
    group = typer.Typer(
        help="Which live instrument means what for a transaction, and by which law.", no_args_is_help=True
    )
    group.command("list")(list_measures)
    group.callback()(_nothing)
    app.add_typer(group, name="measures")


def _nothing() -> None:
    """A group with one command stays a group."""


def list_measures(
    ctx: typer.Context,
    agency_kind: Annotated[
        str | None, typer.Option("--agency-kind", metavar="KIND", help="Only what reaches this kind.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Every measure with transactions, triggers, whom it reaches, its effect today and its legal basis.

    Example: liandong measures list --agency-kind railway
    """
    from rich.console import Console
    from rich.table import Table

    from ...schemas.dates import CHINA
    from ...schemas.law.agencies import agency_kind as kind_of
    from ...schemas.law.agencies import load_agencies
    from ...schemas.law.measures import load_catalogue

    catalogue, today = load_catalogue(), datetime.now(CHINA).date()
    wanted = set(kind_of(agency_kind).transactions) if agency_kind else None
    rows = [one for one in catalogue.measures if wanted is None or wanted & set(one.transactions)]
    if as_json:
        kinds = {kind.id: set(kind.transactions) for kind in load_agencies().values()}
        documents = [_document(one, one.effect(today), kinds) for one in rows]
        print_json({"rule_version": catalogue.version, "measures": documents})
        return
    zh = invocation_of(ctx).lang == "zh"
    table = Table("measure", "name", "effect", "triggers", "who", "basis")
    for one in rows:
        effect = one.effect(today).name if one.enabled(today) else "not in force"
        name, basis = (one.text.zh, one.basis.zh) if zh else (one.text.en, one.basis.en)
        table.add_row(one.id, name, effect, " ".join(one.trigger_names), " ".join(one.who), basis)
    Console().print(table)
    typer.echo(f"rule version {catalogue.version}")


def _document(measure: "Measure", effect: "Effect", kinds: dict[str, set[str]]) -> dict[str, object]:
    basis, transactions = measure.basis, set(measure.transactions)
    return {
        "id": measure.id,
        "text": {"zh": measure.text.zh, "en": measure.text.en},
        "agency_kinds": sorted(kind for kind, own in kinds.items() if own & transactions),
        "transactions": measure.transactions,
        "triggers": list(measure.trigger_names),
        "who": list(measure.who),
        "effect": effect.name,
        "catalogue_effect": measure.effect_name,
        "basis": {"zh": basis.zh, "en": basis.en, "edition": basis.edition, "verified": basis.verified},
        "enabled_from": measure.enabled_from.isoformat(),
        "enabled_until": measure.enabled_until.isoformat() if measure.enabled_until else None,
        "stale": measure.stale.value,
        "applies_to_existing_business": measure.existing_business,
    }
