"""`liandong measures list`: the catalogue of measures with basis and effect, and the acts that switch some of them on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...topics.cli.console import JsonOption, print_json, settings_of

if TYPE_CHECKING:
    from rich.table import Table

    from ...schemas.law.measures import Basis, Measure
    from ...schemas.law.supervision import SwitchTerm

_TEXTS: dict[str, tuple[str, str]] = {
    "measure": ("measure", "措施"),
    "name": ("name", "名称"),
    "effect": ("effect", "效力"),
    "triggers": ("triggers", "依据的名单或限制令"),
    "who": ("who", "对象"),
    "basis": ("basis", "法律依据"),
    "not in force": ("not in force", "未生效"),
    "OFF": ("OFF: needs an act", "停用：须经决定启用"),
    "BLOCK": ("BLOCK", "拦截（BLOCK）"),
    "REVIEW": ("REVIEW", "转人工审核（REVIEW）"),
    "REFERENCE": ("REFERENCE", "审慎性参考（REFERENCE）"),
    "LIST_ENTRY": ("LIST_ENTRY", "失信名单"),
    "CONSUMPTION_ORDER": ("CONSUMPTION_ORDER", "限制消费令"),
    "EXIT_BAN": ("EXIT_BAN", "限制出境"),
    "NATURAL": ("NATURAL", "自然人"),
    "ENTITY": ("ENTITY", "单位"),
    "RELATED": ("RELATED", "相关人员"),
    "on": (
        "{measure}: on in {jurisdiction} {from_day}…{until_day} by {act} of {supervisor}, decision {decision}",
        "{measure}：{jurisdiction} {from_day} 至 {until_day} 启用，{supervisor} 决定 {act}，决定书 {decision}",
    ),
    "coming": (
        "{measure}: not yet on in {jurisdiction}, {from_day}…{until_day} by {act} of {supervisor}, decision {decision}",
        "{measure}：{jurisdiction} 尚未启用，{from_day} 至 {until_day}，{supervisor} 决定 {act}，决定书 {decision}",
    ),
    "off": ("{measure}: off in {jurisdiction}, no act switches it on", "{measure}：{jurisdiction} 未启用，没有决定"),
    "unasked": (
        "OFF: an act of a supervisor can switch these on; give --jurisdiction to see whether one does",
        "停用的措施可由监督方决定启用；请用 --jurisdiction 查看是否已启用",
    ),
    "version": ("rule version {version}", "规则版本 {version}"),
}
"""In English and Chinese."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """What is asked about: a day, and the acts of the jurisdictions that were read."""

    today: date
    jurisdictions: Sequence[str] = ()
    """None was asked for: nothing was read."""
    switches: Mapping[str, Sequence["SwitchTerm"]] = field(default_factory=dict)
    """By measure, those that hold and those to come."""

    def effect(self, measure: "Measure") -> str:
        """Return what a measure does today, in one of the jurisdictions at least."""
        if not measure.enabled(self.today):
            return "not in force"
        is_off = measure.needs_act and not any(one.holds(self.today) for one in self.switches.get(measure.id, ()))
        return "OFF" if is_off else measure.effect.name

    def acts(self, measure: "Measure") -> list[dict[str, Any]] | None:
        """Describe the acts that switch a measure on, or will; None where none was read or none is needed."""
        from ...schemas import ids

        if not measure.needs_act or not self.jurisdictions:
            return None
        return [
            {
                "act": ids.text("act", one.act.act_id),
                "jurisdiction": one.act.jurisdiction,
                "supervisor": one.act.supervisor,
                "decision": one.act.decision,
                "from_day": one.first.isoformat(),
                "until_day": one.last.isoformat(),
                "in_force": measure.enabled(self.today) and one.holds(self.today),
            }
            for one in self.switches.get(measure.id, ())
        ]


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
    jurisdiction: Annotated[
        list[str] | None, typer.Option(metavar="J", help="Read which acts switch measures on there.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List every measure with transactions, triggers, whom it reaches, its effect today and its legal basis.

    With --jurisdiction also the acts that switch on what is off without one: whose, for which days, by which decision.
    Example: liandong measures list --agency-kind railway
    """
    from rich.console import Console

    from ...schemas.law.agencies import agency_kind as kind_of
    from ...schemas.law.agencies import load_agencies
    from ...schemas.law.measures import load_catalogue

    catalogue = load_catalogue()
    transactions = set(kind_of(agency_kind).transactions) if agency_kind else None
    measures = [
        measure for measure in catalogue.measures if transactions is None or transactions & set(measure.transactions)
    ]
    standing = _standing(ctx, sorted(set(jurisdiction or ())))
    if as_json:
        kinds = {kind.id: set(kind.transactions) for kind in load_agencies().values()}
        documents = [_document(measure, standing, kinds) for measure in measures]
        print_json({"rule_version": catalogue.version, "measures": documents})
        return
    at = 1 if settings_of(ctx).lang == "zh" else 0
    Console().print(_table(measures, standing, at))
    for line in _acts(measures, standing, at):
        typer.echo(line)
    typer.echo(_TEXTS["version"][at].format(version=catalogue.version))


def _standing(ctx: typer.Context, jurisdictions: list[str]) -> _Standing:
    """Read the acts of jurisdictions. Raises what the transport fails with."""
    from ...schemas.dates import date_of_ms
    from ...schemas.law.supervision import switch_terms
    from ...topics.cli.supervise import known_acts
    from ...topics.transport.process_clock import clock_of

    now = clock_of(settings_of(ctx)).now()
    if not jurisdictions:
        return _Standing(date_of_ms(now))
    switches: dict[str, list[SwitchTerm]] = {}
    for one in switch_terms(known_acts(ctx, *jurisdictions), now):
        switches.setdefault(one.act.measure, []).append(one)
    return _Standing(date_of_ms(now), jurisdictions, switches)


def _table(measures: "Sequence[Measure]", standing: _Standing, at: int) -> "Table":
    from rich.table import Table

    table = Table(*(_TEXTS[column][at] for column in ("measure", "name", "effect", "triggers", "who", "basis")))
    for measure in measures:
        name, basis = (measure.text.zh, measure.basis.zh) if at else (measure.text.en, measure.basis.en)
        triggers, who = (" ".join(_TEXTS[word][at] for word in words) for words in (measure.trigger_names, measure.who))
        table.add_row(measure.id, name, _TEXTS[standing.effect(measure)][at], triggers, who, basis)
    return table


def _acts(measures: "Sequence[Measure]", standing: _Standing, at: int) -> list[str]:
    """Say for each measure that needs an act, in each jurisdiction that was asked for, which one switches it on."""
    needing = [measure for measure in measures if measure.needs_act]
    if not standing.jurisdictions:
        return [_TEXTS["unasked"][at]] if needing else []
    lines = []
    for measure in needing:
        acts = standing.acts(measure) or []
        lines += [_TEXTS["on" if act["in_force"] else "coming"][at].format(measure=measure.id, **act) for act in acts]
        without = sorted(set(standing.jurisdictions) - {act["jurisdiction"] for act in acts})
        lines += [_TEXTS["off"][at].format(measure=measure.id, jurisdiction=one) for one in without]
    return lines


def _basis(basis: "Basis") -> dict[str, object]:
    return {"zh": basis.zh, "en": basis.en, "edition": basis.edition, "verified": basis.verified}


def _document(measure: "Measure", standing: _Standing, kinds: dict[str, set[str]]) -> dict[str, object]:
    transactions = set(measure.transactions)
    return {
        "id": measure.id,
        "text": {"zh": measure.text.zh, "en": measure.text.en},
        "agency_kinds": sorted(kind for kind, own in kinds.items() if own & transactions),
        "transactions": measure.transactions,
        "triggers": list(measure.trigger_names),
        "who": list(measure.who),
        "effect": standing.effect(measure),
        "catalogue_effect": measure.effect_name,
        "needs_act": measure.needs_act,
        "acts": standing.acts(measure),
        "basis": _basis(measure.basis),
        "list_basis": _basis(measure.list_basis) if measure.list_basis else None,
        "enabled_from": measure.enabled_from.isoformat(),
        "enabled_until": measure.enabled_until.isoformat() if measure.enabled_until else None,
        "stale": measure.stale.value,
        "applies_to_existing_business": measure.existing_business,
    }
