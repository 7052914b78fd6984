"""`liandong topics plan`, `apply` and `check`: the catalogue and the broker."""

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

import typer

from ...schemas.errors import ExitCode
from ...schemas.problems import Language, told
from .console import JsonOption, print_json, say

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


_PLANNED: Mapping[Language, tuple[str, str]] = {"en": ("create", "alter"), "zh": ("将新建", "将修改")}
_DONE: Mapping[Language, tuple[str, str]] = {"en": ("created", "altered"), "zh": ("已新建", "已修改")}
_COMPARED: Mapping[Language, tuple[str, str]] = {"en": ("missing", "differs"), "zh": ("缺少", "不符")}
"""What is said of a topic that is not there, and of one that is otherwise."""
_WHAT_ZH = {"partitions": "分区数", "replication_factor": "副本数"}
_REMEDIES = {
    "partitions": "键会换位置：请建立该主题的新主版本，或把 `partitions` 设为现值",
    "replication_factor": "请由运维迁移副本（kafka-reassign-partitions），或把 `replication_factor` 设为现值",
}


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
    _show(compare(settings, _scope(settings, jurisdiction, agency)), settings.lang, as_json, words=_PLANNED)


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
    from ..transport.process_clock import clock_of
    from ..workers.chance import SystemChance

    settings = _settings(ctx)
    done = apply_plan(settings, _scope(settings, jurisdiction, agency))
    keys = (
        announce_everybody(Registrar(settings, clock_of(settings), SystemChance()))
        if settings.physical(names.KEYS) in done.create
        else Announcement()
    )
    lang = settings.lang
    _show(done, lang, as_json, words=_DONE, more={"published": list(keys.published)})
    if keys.published and not as_json:
        published = ", ".join(keys.published)
        say(lang, f"keys published: {published}", f"已发布公钥：{published}")
    if keys.problem is not None:
        code, (message, remedy) = keys.problem.code, told(keys.problem, lang)
        say(lang, f"keys NOT published, {code}: {message}", f"公钥未能发布，{code}：{message}", err=True)
        say(lang, f"what to do: {remedy}", f"处理办法：{remedy}", err=True)
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
    _show(differences, settings.lang, as_json, words=_COMPARED)
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
    lang: Language,
    as_json: bool,
    *,
    words: Mapping[Language, tuple[str, str]],
    more: Mapping[str, object] = MappingProxyType({}),
) -> None:
    if as_json:
        print_json({**asdict(differences), "clean": differences.clean, **more})
        return
    create, alter = words[lang]
    for name, state in differences.create.items():
        count, copies, kind = state.partitions, state.replication_factor, state.configuration["cleanup.policy"]
        english = f"{create:8} {name}  partitions={count} copies={copies} {kind}"
        say(lang, english, f"{create}  {name}  分区 {count}，副本 {copies}，{kind}")
    for one in differences.alter:
        english = f"{alter:8} {one.topic}  {one.what}: {one.found} -> {one.wanted}"
        say(
            lang, english, f"{alter}  {one.topic}  {_WHAT_ZH.get(one.what, one.what)}：由 {one.found} 改为 {one.wanted}"
        )
    for one in differences.drift:
        said = f"drift    {one.topic}  {one.what}: {one.found}, wanted {one.wanted}\n         what to do: {one.remedy}"
        said_zh = f"偏差  {one.topic}  {_WHAT_ZH.get(one.what, one.what)}：{one.found}，应为 {one.wanted}\n      处理办法：{_REMEDIES[one.what]}"
        say(lang, said, said_zh)
    for name in differences.unmanaged:
        say(lang, f"unknown  {name}  belongs to nobody here; left alone", f"未知  {name}  不属于本系统，未作改动")
    if differences.clean:
        say(lang, "the topics are as the catalogue says", "主题与目录一致")


def mount(root: typer.Typer) -> None:
    """Add these commands to the root command."""
    root.add_typer(app, name="topics")
