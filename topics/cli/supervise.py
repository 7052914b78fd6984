"""`liandong supervise …`: acts of a supervisor: measures switched on and off in a jurisdiction, openings of the escrow."""

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...schemas.errors import WrongUsage
from .console import JsonOption, print_json, settings_of

if TYPE_CHECKING:
    from ...schemas.law.supervision import SupervisionAct

app = typer.Typer(help="Acts of a supervisor: measures on and off, openings of the escrow.", no_args_is_help=True)
AsOption = Annotated[str, typer.Option("--as", metavar="ID", help="The supervisor who acts and signs.")]
PlaceOption = Annotated[str, typer.Option("--jurisdiction", metavar="J", help="Where it holds, and nowhere else.")]
DecisionOption = Annotated[str, typer.Option("--decision", metavar="NUMBER", help="The decision it rests on.")]
DocumentOption = Annotated[Path, typer.Option("--document", metavar="FILE", help="The decision; its hash is signed.")]
FromOption = Annotated[str, typer.Option("--from", metavar="DAY", help="First day, 2026-12-01.")]
UntilOption = Annotated[str, typer.Option("--until", metavar="DAY", help="Last day.")]


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
        problem = f"{measure} is no measure that an act switches on"
        raise WrongUsage("MEASURE_NOT_SWITCHED", problem, "name one that `liandong measures list` shows as OFF")
    fields = {"measure": measure, "from_day": from_day, "until_day": until_day, "document_hash": _hash(document)}
    act = new_act(ctx, ActKind.MEASURE_ON, supervisor, jurisdiction, decision, fields)
    if terms_of(act) is None:
        problem = f"{from_day} to {until_day} is no term an act can have"
        raise WrongUsage("TERM_OF_ACT", problem, f"give first and last day as 2026-12-01, {MOST_DAYS} days at most")
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

    if from_day:
        _day(from_day)
    found = next((one for one in known_acts(ctx, jurisdiction) if one.act_id == ids.parse(ends, "act")), None)
    if found is None or found.kind != ActKind.MEASURE_ON:
        problem = f"no act {ends} switched a measure on in {jurisdiction}"
        raise WrongUsage("ACT_UNKNOWN", problem, "look it up with `liandong supervise list`")
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
    from ...schemas.law.supervision import ESCROW_REASONS, ActKind

    if reason not in ESCROW_REASONS:
        raise WrongUsage("ESCROW_REASON", f"{reason!r} is no reason", f"use one of {', '.join(ESCROW_REASONS)}")
    for day in (from_day, until_day):
        _day(day)
    fields = {"from_day": from_day, "until_day": until_day, "reason": reason, "retention_kind": retention_kind}
    _publish_and_tell(ctx, new_act(ctx, ActKind.ESCROW_OPENED, supervisor, jurisdiction, decision, fields), as_json)


@app.command("list")
def list_acts(ctx: typer.Context, jurisdiction: PlaceOption, as_json: JsonOption = False) -> None:
    """Show the acts that count in a jurisdiction, and which of them hold now."""
    from ...schemas.law.supervision import acts_in_force
    from ..workers.clock import SystemClock

    acts = sorted(known_acts(ctx, jurisdiction), key=lambda one: (one.issued_at, one.act_id))
    holding = {one.act_id for one in acts_in_force(acts, SystemClock().now())}
    rows = [{**_as_dict(one), "in_force": one.act_id in holding} for one in acts]
    if as_json:
        print_json({"acts": rows})
        return
    for row in rows:
        about = row["measure"] or f"{row['retention_kind']} {row['reason']}"
        days = f"{row['from_day']}…{row['until_day']}"
        mark = "*" if row["in_force"] else " "
        typer.echo(f"{mark} {row['act']}  {row['kind']:13} {about:20} {days:23} {row['supervisor']}  {row['decision']}")
    if not rows:
        typer.echo(f"no acts in {jurisdiction}")


def new_act(
    ctx: typer.Context, kind: str, supervisor: str, jurisdiction: str, decision: str, fields: dict[str, Any]
) -> "SupervisionAct":
    """Return an act of a supervisor of the jurisdiction. Raises NOT_A_SUPERVISOR."""
    from ...schemas.law.supervision import SupervisionAct
    from ..keys.participants import Participants
    from ..workers.chance import SystemChance
    from ..workers.clock import SystemClock

    manifest = Participants(settings_of(ctx)).load(supervisor)
    if manifest.kind != "supervisor" or jurisdiction not in manifest.jurisdictions:
        problem = f"{supervisor} is {manifest.kind} of {', '.join(manifest.jurisdictions)}"
        raise WrongUsage("NOT_A_SUPERVISOR", problem, f"name a supervisor of {jurisdiction} with --as")
    common = {"document_hash": b""} | fields
    now, act_id = SystemClock().now(), SystemChance().random_id()
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
    typer.echo(f"{row['act']}  {act.kind} in {act.jurisdiction}: in the log")


def known_acts(ctx: typer.Context, jurisdiction: str) -> "list[SupervisionAct]":
    """Return the acts that count in a jurisdiction, read to the end of the log. Raises TransportError."""
    from ..keys.directory import KeyDirectory, await_keys
    from ..keys.participants import Participants
    from ..keys.supervision import SupervisionActs, await_acts
    from ..transport.kafka import KafkaSubscriber
    from ..workers.clock import SystemClock

    settings, clock = settings_of(ctx), SystemClock()
    root = Participants(settings).root_public_key
    directory = await_keys(KeyDirectory(root, KafkaSubscriber(settings, client_id="supervise-keys"), clock))
    reader = SupervisionActs([jurisdiction], KafkaSubscriber(settings, client_id="supervise"), directory, clock)
    try:
        await_acts(reader)
        if reader.failure is not None:
            raise reader.failure
        return reader.acts()
    finally:
        reader.close()
        directory.close()


def _as_dict(act: "SupervisionAct") -> dict[str, Any]:
    from ...schemas import ids
    from ...schemas.dates import rfc3339

    shown: dict[str, Any] = {name: getattr(act, name) for name in type(act).__slots__}
    shown |= {"act": ids.text("act", shown.pop("act_id")), "issued_at": rfc3339(act.issued_at)}
    shown |= {"ends": ids.text("act", act.ends) if act.ends else "", "document_hash": act.document_hash.hex()}
    return shown


def _hash(document: Path) -> bytes:
    if not document.is_file():
        raise WrongUsage("DOCUMENT_MISSING", f"there is no file {document}", "give the decision's file")
    return sha256(document.read_bytes()).digest()


def _day(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise WrongUsage("DAY_OF_ACT", f"{text!r} is no day", "write it as 2026-12-01") from None


def mount(root: typer.Typer) -> None:
    """Add these commands to the root command."""
    root.add_typer(app, name="supervise")
