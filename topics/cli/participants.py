"""`liandong participant …`: who takes part, and their keys."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from ...schemas.dates import CHINA
from ...schemas.errors import LiandongError, WrongUsage
from ...schemas.problems import Language, in_language, told
from ..keys.kind_words import KIND_WORDS
from .console import JsonOption, print_json, say

if TYPE_CHECKING:
    from ..keys.manifest import Kind, Participant
    from ..keys.registrar import Registrar

app = typer.Typer(
    help="Courts, publishers, agencies, approvers, notaries and supervisors, and their keys.", no_args_is_help=True
)

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Participant id, as court-su0505 or railway-js.")]
SuiteOption = Annotated[
    str, typer.Option(metavar="SUITE", help="Algorithms of its keys; else as set, or as those of the keys before.")
]
_TEXTS: dict[str, dict[Language, str]] = {
    "none": {
        "en": "no participants yet; make one with `liandong participant new`",
        "zh": "本机尚无参与方，请用 `liandong participant new` 新建",
    },
    "published": {"en": "keys published", "zh": "公钥已发布"},
    "all published": {"en": "{participant}: keys published", "zh": "{participant}：公钥已发布"},
    "no topic": {
        "en": "keys not published yet: `liandong topics apply` makes their topic and publishes them",
        "zh": "公钥尚未发布：请用 `liandong topics apply` 建立主题并一并发布",
    },
    "not published": {
        "en": "keys NOT published yet, {code}: {message}\n"
        "what to do: {remedy}; then `liandong participant publish {participant}`",
        "zh": "公钥未能发布，{code}：{message}\n处理办法：{remedy}；然后执行 `liandong participant publish {participant}`",
    },
    "token": {
        "en": "{participant}: its cases are numbered （year）{token}…",
        "zh": "{participant}：本院案号为（年份）{token}……",
    },
    "takeover": {
        "en": "{participant}: its list came here on {day}; what was published later is no stock",
        "zh": "{participant}：接入日为 {day}，此后发布的不属于存量",
    },
    "renewed": {
        "en": "{participant}: {count} new sealing keys; they reach to {last}",
        "zh": "{participant}：新增密封密钥 {count} 个，可用至 {last}",
    },
}
CourtTokenOption = Annotated[str, typer.Option(metavar="TOKEN", help="A court's token in case numbers, as 苏0505.")]
TakeoverOption = Annotated[
    str,
    typer.Option(
        "--takeover",
        metavar="YYYY-MM-DD",
        help="The day a court's list came here; entries published later are never stock, and the day never moves later.",
    ),
]
KINDS = ("court", "publisher", "agency", "approver", "notary", "supervisor")


@app.command()
def new(  # noqa: PLR0913, PLR0917  a manifest's fields
    ctx: typer.Context,
    participant: IdArgument,
    kind: Annotated[str, typer.Option(metavar="|".join(KINDS), help="What it takes part as.")],
    name: Annotated[str, typer.Option(help="Official name.")] = "",
    jurisdiction: Annotated[list[str] | None, typer.Option(help="js, cq, …; an agency may give several.")] = None,
    superior: Annotated[str, typer.Option(metavar="ID", help="Who can open what is sealed to it.")] = "",
    agency_kind: Annotated[str, typer.Option(help="Kind of agency; see `liandong agency list`.")] = "",
    region_code: Annotated[str, typer.Option(help="Six digits (GB/T 2260).")] = "",
    contact: Annotated[str, typer.Option(help="An office that answers.")] = "",
    court_token: CourtTokenOption = "",
    takeover: TakeoverOption = "",
    suite: SuiteOption = "",
    as_json: JsonOption = False,
) -> None:
    """Make a participant with its keys, and publish the public halves if Kafka is there."""
    participants = registrar_of(ctx)
    created = participants.new(
        participant,
        _kind(kind),
        suite=suite,
        name=name,
        jurisdictions=jurisdiction or [],
        superior=superior,
        agency_kind=agency_kind,
        region_code=region_code,
        contact=contact,
        court_token=court_token,
        takeover_on=takeover,
    )
    _report(created, participants, _published(participants, created.id), as_json)


@app.command("set")
def set_(
    ctx: typer.Context,
    participant: IdArgument,
    court_token: CourtTokenOption = "",
    takeover: TakeoverOption = "",
    as_json: JsonOption = False,
) -> None:
    """Give a court the token its case numbers carry, which the intake holds them against, or its day of take-over."""
    participants = registrar_of(ctx)
    changed, problem = participants.load(participant), None
    if court_token or not takeover:
        changed = participants.set_court_token(participant, court_token)
    if takeover:
        from .takeover import set_takeover

        changed, problem = set_takeover(participants, participant, takeover)
    if as_json:
        print_json(
            {
                **_as_dict(changed, participants),
                **(_publication(problem, participants.settings.lang) if takeover else {}),
            }
        )
        return
    said = {"participant": changed.id, "token": changed.court_token, "day": changed.takeover_on}
    for name, is_set in (("token", court_token or not takeover), ("takeover", takeover)):
        if is_set:
            typer.echo(_TEXTS[name][participants.settings.lang].format(**said))
    if takeover:
        _tell_publication(participants, participant, problem)


@app.command("list")
def list_(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Show the participants on this machine and the root key they are signed by."""
    participants = registrar_of(ctx)
    lang, everybody = participants.settings.lang, participants.list()
    root = _root(participants)
    if as_json:
        print_json({"participants": [_as_dict(one, participants) for one in everybody], "root_public_key": root})
        return
    for one in everybody:
        state = {"en": "retired", "zh": "已终止"}[lang] if one.retired_at else ""
        kind = in_language(KIND_WORDS[one.kind], lang)
        typer.echo(f"{one.id:24} {kind:9} {','.join(one.jurisdictions):12} {one.name} {state}".rstrip())
    if not everybody:
        typer.echo(_TEXTS["none"][lang])
    if root:
        say(lang, f"root_public_key: {root}", f"根公钥（root_public_key）：{root}")


@app.command("rotate-key")
def rotate_key(
    ctx: typer.Context,
    participant: IdArgument,
    overlap_hours: Annotated[float, typer.Option(min=0, help="How long the old keys stay valid.")] = 24,
    compromised_since: Annotated[
        datetime | None, typer.Option(help="The old keys were in wrong hands since then (China time): revoke them.")
    ] = None,
    suite: SuiteOption = "",
    as_json: JsonOption = False,
) -> None:
    """Give a participant new keys, sealing keys of the coming months too; old ones are kept to open what was sealed to them."""
    participants = registrar_of(ctx)
    since = None if compromised_since is None else int(compromised_since.replace(tzinfo=CHINA).timestamp() * 1000)
    overlap = int(timedelta(hours=overlap_hours).total_seconds() * 1000)
    participants.rotate(participant, overlap_ms=overlap, compromised_since=since, suite=suite)
    _report(participants.load(participant), participants, _published(participants, participant), as_json)


@app.command()
def renew(
    ctx: typer.Context,
    participant: Annotated[str, typer.Argument(metavar="ID", help="Participant id, or escrow.")],
    months: Annotated[int, typer.Option(min=1, max=36, help="How many coming months.")] = 12,
    as_json: JsonOption = False,
) -> None:
    """Draw a participant's sealing keys for the coming months, so far as they are missing, and publish them."""
    participants = registrar_of(ctx)
    new_keys = participants.renew(participant, months)
    problem = _published(participants, participant)
    if as_json:
        keys = [{"key_id": key.key_id.hex(), **key.model_dump()} for key in new_keys]
        print_json({"participant": participant, "new_keys": keys, **_publication(problem, participants.settings.lang)})
        return
    last = max((key.period for key in participants.keys(participant)), default="")
    said = {"participant": participant, "count": len(new_keys), "last": last}
    typer.echo(_TEXTS["renewed"][participants.settings.lang].format(**said))
    _tell_publication(participants, participant, problem)


@app.command()
def erase(  # noqa: PLR0913, PLR0917  an order names kind, month and reason
    ctx: typer.Context,
    participant: Annotated[str, typer.Argument(metavar="ID", help="Participant id, or escrow.")],
    retention: Annotated[str, typer.Option("--kind", help="By order: keys of this retention kind …")] = "",
    period: Annotated[str, typer.Option("--period", metavar="YYYY-MM", help="… and this month …")] = "",
    reason: Annotated[str, typer.Option("--reason", help="… before their time, for this reason.")] = "",
    show: Annotated[bool, typer.Option("--show", help="Erase nothing; show what was erased.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Destroy the private sealing keys whose keep time is over; what was sealed to them can be opened by nobody then."""
    from .erasing import erase_keys, show_erased

    participants = registrar_of(ctx)
    if show:
        show_erased(participants, participant, as_json)
        return
    erase_keys(participants, participant, (retention, period, reason), as_json)


@app.command()
def retire(ctx: typer.Context, participant: IdArgument, as_json: JsonOption = False) -> None:
    """End a participant: its keys stop counting from now on, what it signed before stays valid."""
    participants = registrar_of(ctx)
    retired = participants.retire(participant)
    _report(retired, participants, _published(participants, participant), as_json)


@app.command()
def publish(
    ctx: typer.Context,
    participant: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Whose keys.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Those of all participants on this machine.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Publish public keys, signed by the root; publishing again changes nothing."""
    participants = registrar_of(ctx)
    if everybody == bool(participant):
        raise WrongUsage(
            "PUBLISH_WHOM",
            "nobody or everybody and somebody is named",
            "name participants, or give --all",
            "既未指定参与方也未指定全部，或者二者同时指定",
            "请指定参与方，或用 --all",
        )
    from ..keys.publishing import announce

    named = [one.id for one in participants.list()] if everybody else participant or []
    announce(participants, named)
    if as_json:
        print_json({"published": named})
        return
    for one in named:
        typer.echo(_TEXTS["all published"][participants.settings.lang].format(participant=one))


def registrar_of(ctx: typer.Context) -> "Registrar":
    """Return the participants of this machine, to be changed."""
    from ..keys.registrar import Registrar
    from ..transport.process_clock import clock_of
    from ..workers.chance import SystemChance
    from .console import settings_of

    settings = settings_of(ctx)
    return Registrar(settings, clock_of(settings), SystemChance())


def _kind(text: str) -> "Kind":
    for known in ("court", "publisher", "agency", "approver", "notary", "supervisor"):
        if text == known:
            return known
    raise WrongUsage(
        "PARTICIPANT_KIND",
        f"{text!r} is not a kind of participant",
        f"use one of {', '.join(KINDS)}",
        f"没有参与方类别 {text}",
        f"可用类别：{'、'.join(KINDS)}",
    )


def _published(participants: "Registrar", participant: str) -> LiandongError | None:
    """Publish if that can be done now; return what kept it from being done."""
    from ..keys.publishing import announce

    try:
        announce(participants, [participant])
    except LiandongError as reason:
        return reason
    return None


def _report(
    participant: "Participant", participants: "Registrar", problem: LiandongError | None, as_json: bool
) -> None:
    if as_json:
        print_json({**_as_dict(participant, participants), **_publication(problem, participants.settings.lang)})
        return
    kind = in_language(KIND_WORDS[participant.kind], participants.settings.lang)
    typer.echo(f"{participant.id}  {kind}  {participant.name}".rstrip())
    _tell_publication(participants, participant.id, problem)


def _publication(problem: LiandongError | None, lang: Language) -> dict[str, object]:
    if problem is None:
        return {"published": True}
    return {"published": False, "problem": problem.as_dict() | told(problem, lang)._asdict()}


def _tell_publication(participants: "Registrar", participant: str, problem: LiandongError | None) -> None:
    lang = participants.settings.lang
    if problem is None:
        typer.echo(_TEXTS["published"][lang])
    elif problem.code == "TOPIC_MISSING":  # the usual order: the topics follow from the participants
        typer.echo(_TEXTS["no topic"][lang], err=True)
    else:
        message, remedy = told(problem, lang)
        said = {"participant": participant, "code": problem.code, "message": message, "remedy": remedy}
        typer.echo(_TEXTS["not published"][lang].format(**said), err=True)


def _as_dict(participant: "Participant", participants: "Registrar") -> dict[str, object]:
    keys = [{"key_id": key.key_id.hex(), **key.model_dump()} for key in participants.keys(participant.id)]
    return {**participant.model_dump(mode="json"), "keys": keys}


def _root(participants: "Registrar") -> str | None:
    """Return the root's public key, None where neither the key nor a pin is."""
    try:
        return str(participants.root_public_key)
    except WrongUsage:
        return None


def mount(root: typer.Typer) -> None:
    """Add these commands to the root command."""
    root.add_typer(app, name="participant")
