"""`liandong supervise …`: acts of a supervisor: measures switched on and off in a jurisdiction, openings of the escrow."""

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...schemas.law.supervision_problems import SupervisionProblem
from ...schemas.phrases import listed
from .console import JsonOption, print_json, settings_of

if TYPE_CHECKING:
    from ...schemas.law.supervision import SupervisionAct
    from ..settings import Settings

app = typer.Typer(help="Acts of a supervisor: measures on and off, openings of the escrow.", no_args_is_help=True)
AsOption = Annotated[str, typer.Option("--as", metavar="ID", help="The supervisor who acts and signs.")]
PlaceOption = Annotated[str, typer.Option("--jurisdiction", metavar="J", help="Where it holds, and nowhere else.")]
DecisionOption = Annotated[str, typer.Option("--decision", metavar="NUMBER", help="The decision it rests on.")]
DocumentOption = Annotated[Path, typer.Option("--document", metavar="FILE", help="The decision; its hash is signed.")]
FromOption = Annotated[str, typer.Option("--from", metavar="DAY", help="First day, 2026-12-01.")]
UntilOption = Annotated[str, typer.Option("--until", metavar="DAY", help="Last day.")]
_TEXTS: dict[str, tuple[str, str]] = {
    "in the log": ("{act}  {kind} in {jurisdiction}: in the log", "{act}  {jurisdiction} {kind}：已写入消息日志"),
    "line": (
        "{mark} {act}  {kind}  {about}  {from_day}…{until_day}  by {supervisor}, decision {decision}",
        "{mark} {act}  {kind}  {about}  {from_day} 至 {until_day}  {supervisor}，决定书 {decision}",
    ),
    "ends": (
        "{mark} {act}  {kind}  {about}  from {from_day}: ends {ends}  by {supervisor}, decision {decision}",
        "{mark} {act}  {kind}  {about}  自 {from_day} 起终止 {ends}  {supervisor}，决定书 {decision}",
    ),
    "at once": ("its day of issue", "签发之日"),
    "holding": ("* holds today", "* 今日生效"),
    "none": ("no acts in {jurisdiction}", "{jurisdiction} 没有监督决定"),
    "MEASURE_ON": ("measure on", "启用措施"),
    "MEASURE_OFF": ("measure off", "停用措施"),
    "ESCROW_OPENED": ("escrow opened", "启用托管密钥"),
    "RECOUNT": ("recount", "复核统计"),
    "COMPLAINT": ("complaint", "投诉"),
    "INSPECTION": ("inspection", "检查"),
    "DRILL": ("drill", "演练"),
}
"""In English and Chinese; a word this release does not know stays as it is."""


@app.command("measure-on")
def measure_on(  # noqa: PLR0913, PLR0917  the fields of an act
    ctx: typer.Context,
    measure: Annotated[str, typer.Argument(metavar="MEASURE", help="As `liandong measures list` has it.")],
    supervisor: AsOption,
    jurisdiction: PlaceOption,
    from_day: FromOption,
    until_day: UntilOption,
    decision: DecisionOption,
    document: DocumentOption,
    as_json: JsonOption = False,
) -> None:
    """Switch on a measure whose basis is not verified, for a year at most: it asks a person and never blocks."""
    from ...schemas.law.measures import load_catalogue
    from ...schemas.law.supervision import MOST_DAYS, ActKind, terms_of

    row = load_catalogue().measure(measure)
    if row is None or not row.needs_act:
        raise SupervisionProblem("MEASURE_NOT_SWITCHED", measure=measure)
    fields = {"measure": measure, "from_day": from_day, "until_day": until_day, "document_hash": _hash(document)}
    act = new_act(ctx, ActKind.MEASURE_ON, supervisor, jurisdiction, decision, fields)
    if terms_of(act) is None:
        raise SupervisionProblem("TERM_OF_ACT", from_day=from_day, until_day=until_day, days=str(MOST_DAYS))
    _publish_and_tell(ctx, act, as_json)


@app.command("measure-off")
def measure_off(  # noqa: PLR0913, PLR0917  the fields of an act
    ctx: typer.Context,
    ends: Annotated[str, typer.Argument(metavar="act_…", help="The act that is withdrawn.")],
    supervisor: AsOption,
    jurisdiction: PlaceOption,
    decision: DecisionOption,
    document: DocumentOption,
    from_day: Annotated[str, typer.Option("--from", metavar="DAY", help="Day it ends; default: at once.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Withdraw an act that switched a measure on; only a new act brings the measure back."""
    from ...schemas import ids
    from ...schemas.law.supervision import ActKind

    act_id = ids.parse(ends, "act")
    if from_day:
        _day(from_day)
    found = next((one for one in known_acts(ctx, jurisdiction) if one.act_id == act_id), None)
    if found is None or found.kind != ActKind.MEASURE_ON:
        raise SupervisionProblem("ACT_UNKNOWN", act=ends, jurisdiction=jurisdiction)
    fields = {"measure": found.measure, "ends": found.act_id, "from_day": from_day, "document_hash": _hash(document)}
    _publish_and_tell(ctx, new_act(ctx, ActKind.MEASURE_OFF, supervisor, jurisdiction, decision, fields), as_json)


@app.command("escrow")
def escrow(  # noqa: PLR0913, PLR0917  the fields of an act
    ctx: typer.Context,
    supervisor: AsOption,
    jurisdiction: PlaceOption,
    from_day: FromOption,
    until_day: UntilOption,
    decision: DecisionOption,
    reason: Annotated[str, typer.Option("--reason", metavar="CODE", help="RECOUNT, COMPLAINT, INSPECTION, DRILL.")],
    retention_kind: Annotated[str, typer.Option("--what", help="Which records are opened.")] = "interception",
    as_json: JsonOption = False,
) -> None:
    """Let everybody know that the escrow is opened, before it is: for which records, under which decision."""
    from ...schemas.law.retention import opened_by
    from ...schemas.law.supervision import ESCROW_REASONS, ActKind

    if reason not in ESCROW_REASONS:
        raise SupervisionProblem("ESCROW_REASON", reason=repr(reason), known=listed(ESCROW_REASONS))
    if retention_kind not in opened_by("escrow"):
        raise SupervisionProblem("ESCROW_KIND", kind=repr(retention_kind), known=listed(opened_by("escrow")))
    if _day(until_day) < _day(from_day):
        raise SupervisionProblem("DAYS_OF_ACT", from_day=from_day, until_day=until_day)
    fields = {"from_day": from_day, "until_day": until_day, "reason": reason, "retention_kind": retention_kind}
    _publish_and_tell(ctx, new_act(ctx, ActKind.ESCROW_OPENED, supervisor, jurisdiction, decision, fields), as_json)


@app.command("list")
def list_acts(ctx: typer.Context, jurisdiction: PlaceOption, as_json: JsonOption = False) -> None:
    """Show the acts that count in a jurisdiction, and which of them hold now."""
    from ...schemas.law.supervision import acts_in_force
    from ..transport.process_clock import clock_of

    acts = sorted(known_acts(ctx, jurisdiction), key=lambda one: (one.issued_at, one.act_id))
    holding = {one.act_id for one in acts_in_force(acts, clock_of(settings_of(ctx)).now())}
    rows = [{**_as_dict(one), "in_force": one.act_id in holding} for one in acts]
    if as_json:
        print_json({"acts": rows})
        return
    at = 1 if settings_of(ctx).lang == "zh" else 0
    for row in rows:
        typer.echo(_line(row, at))
    if any(row["in_force"] for row in rows):
        typer.echo(_TEXTS["holding"][at])
    if not rows:
        typer.echo(_TEXTS["none"][at].format(jurisdiction=jurisdiction))


def _line(row: dict[str, Any], at: int) -> str:
    about = row["measure"] or f"{row['retention_kind']} {_word(row['reason'], at)}"
    shown = {"mark": "*" if row["in_force"] else " ", "kind": _word(row["kind"], at), "about": about}
    begins = row["from_day"] or _TEXTS["at once"][at]
    return _TEXTS["ends" if row["ends"] else "line"][at].format_map({**row, **shown, "from_day": begins})


def _word(text: str, at: int) -> str:
    return _TEXTS.get(text, (text, text))[at]


def new_act(
    ctx: typer.Context, kind: str, supervisor: str, jurisdiction: str, decision: str, fields: dict[str, Any]
) -> "SupervisionAct":
    """Return an act of a supervisor of the jurisdiction. Raises NOT_A_SUPERVISOR."""
    from ...schemas.law.supervision import SupervisionAct
    from ..keys.kind_words import KIND_WORDS
    from ..keys.participants import Participants
    from ..transport.process_clock import clock_of
    from ..workers.chance import SystemChance

    manifest = Participants(settings_of(ctx)).load(supervisor)
    if manifest.kind != "supervisor" or jurisdiction not in manifest.jurisdictions:
        named = {
            "participant": supervisor,
            "kind": KIND_WORDS[manifest.kind],
            "places": ", ".join(manifest.jurisdictions),
        }
        raise SupervisionProblem("NOT_A_SUPERVISOR", **named, jurisdiction=jurisdiction)
    common = {"document_hash": b""} | fields
    now, act_id = clock_of(settings_of(ctx)).now(), SystemChance().random_id()
    return SupervisionAct(act_id, jurisdiction, supervisor, kind, decision, issued_at=now, **common)


def publish(ctx: typer.Context, act: "SupervisionAct") -> None:
    """Sign an act and wait until it is in the log. Raises what the broker says."""
    from ..keys.participants import Participants
    from ..keys.supervising import act_message, publish_act
    from ..transport.kafka import KafkaPublisher, require_broker
    from ..transport.registry import registered

    settings = settings_of(ctx)
    require_broker(settings)
    message = act_message(act, Participants(settings).signer(act.supervisor), registered(settings, "supervision-act"))
    publisher = KafkaPublisher(settings, client_id=f"{act.supervisor}-act")
    publish_act(publisher, message)
    publisher.close()


def _publish_and_tell(ctx: typer.Context, act: "SupervisionAct", as_json: bool) -> None:
    publish(ctx, act)
    row = _as_dict(act)
    if as_json:
        print_json(row)
        return
    at = 1 if settings_of(ctx).lang == "zh" else 0
    typer.echo(_TEXTS["in the log"][at].format_map({**row, "kind": _word(act.kind, at)}))


def known_acts(ctx: typer.Context, *jurisdictions: str) -> "list[SupervisionAct]":
    """Return the acts that count in jurisdictions, read to the end of the log. Raises TransportError."""
    from ..keys.opening import read_directory
    from ..keys.supervision import SupervisionActs, await_acts
    from ..transport.kafka import KafkaSubscriber
    from ..transport.process_clock import clock_of

    settings = settings_of(ctx)
    clock = clock_of(settings)
    name = reader_name(settings)
    directory = read_directory(settings, KafkaSubscriber(settings, client_id=f"{name}-keys"), clock)
    reader = SupervisionActs(jurisdictions, KafkaSubscriber(settings, client_id=name), directory, clock)
    try:
        await_acts(reader)
        if reader.failure is not None:
            raise reader.failure
        return reader.acts()
    finally:
        reader.close()
        directory.close()


def reader_name(settings: "Settings") -> str:
    """Return the client id of what only reads; it begins like the cluster's user, whose groups are named so."""
    return f"{settings.kafka_security.username or 'liandong'}-supervise"


def _as_dict(act: "SupervisionAct") -> dict[str, Any]:
    from ...schemas import ids
    from ...schemas.dates import rfc3339

    shown: dict[str, Any] = {name: getattr(act, name) for name in type(act).__slots__}
    shown |= {"act": ids.text("act", shown.pop("act_id")), "issued_at": rfc3339(act.issued_at)}
    shown |= {"ends": ids.text("act", act.ends) if act.ends else "", "document_hash": act.document_hash.hex()}
    return shown


def _hash(document: Path) -> bytes:
    if not document.is_file():
        raise SupervisionProblem("DOCUMENT_MISSING", document=str(document))
    return sha256(document.read_bytes()).digest()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SupervisionProblem("DAY_OF_ACT", day=repr(text)) from None


def mount(root: typer.Typer) -> None:
    """Add these commands to the root command."""
    root.add_typer(app, name="supervise")
