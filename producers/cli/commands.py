"""`liandong court command`: queries and watches a court gives to agencies, and what came of them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...schemas.errors import ExitCode, LiandongError, WrongUsage
from ...schemas.problems import Language, told
from ...topics.cli.console import JsonOption, print_json, say, settings_of
from .options import CourtOption

if TYPE_CHECKING:
    from ...schemas.wire.control import SentCommand
    from ...topics.keys.participants import Participants
    from ...topics.settings import Settings
    from ...topics.transport.ports import Subscriber
    from ..commands.commands import Commands
    from ..commands.files import Request
    from ..court import Court


def mount(court: typer.Typer) -> None:
    """Add `command` to the group `court`."""
    court.command("command")(command)


def command(  # noqa: PLR0913, PLR0917  one command, as the operators' interface has it
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Commands, YAML or JSON; see --template.")] = None,
    court: CourtOption = None,
    stop: Annotated[str, typer.Option("--stop", metavar="cmd_…", help="End this watch at once.")] = "",
    listing: Annotated[bool, typer.Option("--list", help="Show this court's commands and their answers.")] = False,
    resend: Annotated[bool, typer.Option("--resend", help="Send again what no agency has answered.")] = False,
    template: Annotated[bool, typer.Option("--template", help="Print a complete file and its fields.")] = False,
    kinds: Annotated[bool, typer.Option("--kinds", help="Print the kinds that can be asked for.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the file, give nothing.")] = False,
    rejects: Annotated[
        Path | None,
        typer.Option("--rejects", metavar="FILE", help="Where rejected commands go; default FILE.rejects.json."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Give commands to agencies: watch, stop-watch. Prints the cmd_ id of each."""
    from ..commands.template import command_template

    if template or kinds:
        lang = settings_of(ctx).lang
        typer.echo(command_template(lang) if template else _kinds(lang), nl=False)
        return
    if listing:
        _show_commands(ctx, court, as_json)
        return
    if resend:
        _resend(ctx, court, as_json)
        return
    if (file is None) == (not stop):
        raise WrongUsage(
            "COMMAND_INPUT",
            "give a file of commands, or --stop and one id",
            "see --template",
            "请给出指令文件，或者 --stop 加一个编号",
            "格式见 --template",
        )
    written: Sequence[Mapping[str, Any]] = _from_file(file) if file else [{"command": "stop-watch", "stops": stop}]
    results = _give(ctx, court, written, file.parent if file else Path(), dry_run=dry_run)
    rejected = any("problem" in each for each in results)
    place = None
    if rejected and file is not None:
        from ..commands.rejects import write_rejects

        place = rejects or file.with_name(f"{file.name}.rejects.json")
        write_rejects(place, file, zip(written, results, strict=True))
    _show_results(results, settings_of(ctx).lang, as_json, place)
    if rejected:
        raise typer.Exit(int(ExitCode.PARTLY_REJECTED))


def _from_file(file: Path) -> Sequence[Mapping[str, Any]]:
    from ..commands.files import read_command_file

    return read_command_file(file)


def _give(
    ctx: typer.Context, court: str | None, written: Sequence[Mapping[str, Any]], folder: Path, *, dry_run: bool
) -> list[dict[str, Any]]:
    """Give or check commands as they stand in a file; what became of each."""
    from ...topics.workers.chance import SystemChance
    from ..commands.files import request_of
    from ..relay.delivery import send_all

    settings = settings_of(ctx)
    results: list[dict[str, Any]] = []
    with _commanding(settings, court) as desk:
        for number, each in enumerate(written, 1):
            result: dict[str, Any] = {"number": number} | ({"ref": each["ref"]} if "ref" in each else {})
            try:
                request = request_of(each, folder)
                kinds = _agency_kinds(desk.participants, request)
                if dry_run:
                    desk.commands.check(request, kinds)
                    result["checked"] = True
                else:
                    outcome = desk.commands.give(request, kinds)
                    result |= {**_as_dict(outcome.command), "new": outcome.new}
            except LiandongError as problem:
                result["problem"] = problem.as_dict() | told(problem, settings_of(ctx).lang)._asdict()
            results.append(result)
        if not dry_run:
            court_id = desk.court.identity.court
            send_all(settings, desk.court.register.outbox, court_id, desk.court.clock, SystemChance())
    return results


def _resend(ctx: typer.Context, court: str | None, as_json: bool) -> None:
    from ...topics.workers.chance import SystemChance
    from ..relay.delivery import send_all

    settings = settings_of(ctx)
    with _commanding(settings, court) as desk:
        sent = desk.commands.resend()
        send_all(settings, desk.court.register.outbox, desk.court.identity.court, desk.court.clock, SystemChance())
    if as_json:
        print_json({"commands": [_as_dict(each) for each in sent]})
        return
    for each in sent:
        typer.echo(_RESENT[settings.lang].format(**_as_dict(each)))
    if not sent:
        typer.echo(_NOTHING_TO_RESEND[settings.lang])


_GIVEN_BEFORE = "  (given before; nothing is sent again)", "（此前已下达，不再发送）"
_STATES: dict[str, dict[Language, str]] = {
    "stopped": {"en": "stopped", "zh": "已停止"},
    "overdue": {"en": "overdue", "zh": "逾期未答复"},
    "waiting": {"en": "waiting for an answer", "zh": "等待答复"},
}
_RESENT = {
    "en": "{command_id}  {kind} to {agency} sent again",
    "zh": "{command_id}  已重新向 {agency} 发送 {kind}",
}
_NOTHING_TO_RESEND = {"en": "every command has its answer", "zh": "所有指令均已收到答复"}


def _agency_kinds(participants: "Participants", request: "Request") -> frozenset[str] | None:
    """Return the kinds of data the agency has, if it is known on this machine; the agency itself checks in any case."""
    from ...schemas.law.watch_kinds import held_by
    from ...topics.keys.kind_words import KIND_WORDS
    from ..commands.files import WatchRequest

    by_id = {each.id: each for each in participants.list()}
    if not isinstance(request, WatchRequest) or request.agency not in by_id:
        return None
    agency = by_id[request.agency]
    if agency.kind != "agency":
        raise WrongUsage(
            "AGENCY_UNKNOWN",
            f"{agency.id} is no agency but {agency.kind}",
            "name an agency",
            f"{agency.id} 不是协助单位，其身份是{KIND_WORDS[agency.kind].zh}",
            "请指定协助单位",
        )
    return held_by(agency.agency_kind)


@dataclass(frozen=True, slots=True)
class _CommandDesk:
    """A court that is open to give commands."""

    commands: "Commands"
    court: "Court"
    participants: "Participants"


@contextmanager
def _commanding(settings: "Settings", court_id: str | None) -> Iterator[_CommandDesk]:
    """Open a court to give commands, with the keys of those that commands are sealed to."""
    from ...topics.keys.opening import read_directory
    from ...topics.keys.participants import Participants
    from ...topics.transport.kafka import KafkaSubscriber
    from ...topics.transport.process_clock import clock_of
    from ...topics.workers.chance import SystemChance
    from ..commands.commands import CommandingCourt, Commands
    from ..court import open_court

    participants = Participants(settings)
    with open_court(settings, court_id, clock_of(settings), SystemChance()) as court:
        identity = court.identity
        reader: Subscriber = KafkaSubscriber(settings, client_id=f"{identity.court}-command")
        directory = read_directory(settings, reader, court.clock)
        try:
            commanding = CommandingCourt(
                identity.court,
                identity.jurisdiction,
                identity.signer,
                directory,
                identity.matching_keys,
                court.clock,
                identity.chance,
                settings.watch_max_days,
                identity.registry,
                settings.corps_and_military_courts == "shared",
            )
            yield _CommandDesk(Commands(commanding, court.register), court, participants)
        finally:
            directory.close()


def _show_results(results: list[dict[str, Any]], lang: Language, as_json: bool, rejects: Path | None) -> None:
    from ...schemas.law.watch_words import COMMANDS_ZH

    if as_json:
        print_json({"commands": results} | ({"rejects_file": str(rejects)} if rejects else {}))
        return
    for each in results:
        if "problem" in each:
            problem = each["problem"]
            code, message, remedy = (problem[each] for each in ("code", "message", "remedy"))
            rejected = f"{each['number']}: rejected, {code}: {message}"
            say(lang, rejected, f"{each['number']}：未通过，{code}：{message}", err=True)
            say(lang, f"   what to do: {remedy}", f"   处理办法：{remedy}", err=True)
        elif "checked" in each:
            say(lang, f"{each['number']}: valid", f"{each['number']}：有效")
        else:
            command, kind, agency, due = (each[name] for name in ("command_id", "kind", "agency", "due_at"))
            again, again_zh = ("", "") if each["new"] else _GIVEN_BEFORE
            english = f"{command}  {kind} to {agency}, answer due {due}{again}"
            named = COMMANDS_ZH.get(kind, kind)
            say(lang, english, f"{command}  {named}，下达给 {agency}，应于 {due} 前答复{again_zh}")
    if rejects:
        say(
            lang,
            f"rejected commands, to correct and give as they are: {rejects}",
            f"未通过的指令（更正后可直接再次下达）：{rejects}",
        )


def _show_commands(ctx: typer.Context, court_id: str | None, as_json: bool) -> None:
    from ...schemas.law.watch_words import COMMANDS_ZH
    from ...topics.transport.process_clock import clock_of
    from ...topics.workers.chance import SystemChance
    from ..commands.sent import CommandRegister
    from ..court import open_court

    settings = settings_of(ctx)
    lang = settings.lang
    with open_court(settings, court_id, clock_of(settings), SystemChance()) as court:
        now, own_id = court.clock.now(), court.identity.court
        commands = CommandRegister(court.register.engine, own_id).commands()
    if as_json:
        print_json({"commands": [{**_as_dict(each), "state": _state(each, now, "en")} for each in commands]})
        return
    for each in commands:
        shown = _as_dict(each)
        state = _state(each, now, lang)
        kind = COMMANDS_ZH.get(each.kind, each.kind) if lang == "zh" else f"{each.kind:10}"
        typer.echo(f"{shown['command_id']}  {kind} {each.agency:16} {each.case_number}  {state}")
    if not commands:
        say(lang, f"{own_id} has given no commands", f"{own_id} 尚未下达指令")


def _state(command: "SentCommand", now: int, lang: Language) -> str:
    from ...schemas.wire.feedback import feedback_text

    if command.scope.stopped_at:
        return _STATES["stopped"][lang]
    if command.code:
        return f"{command.code} {feedback_text(command.code, lang)}"
    return _STATES["overdue" if command.is_overdue(now) else "waiting"][lang]


def _as_dict(command: "SentCommand") -> dict[str, Any]:
    from ...schemas import ids
    from ...schemas.dates import rfc3339

    return {
        "command_id": ids.text("cmd", command.command_id),
        "kind": command.kind,
        "agency": command.agency,
        "case_number": command.case_number,
        "kinds": sorted(command.scope.kinds),
        "issued_at": rfc3339(command.scope.since),
        "until": rfc3339(command.scope.until),
        "due_at": rfc3339(command.due_at),
        "code": command.code or None,
        "answered_at": rfc3339(command.answered_at) if command.answered_at else None,
    }


def _kinds(lang: Language) -> str:
    from ...schemas.law.watch import Purpose
    from ...schemas.law.watch_kinds import ASSET_KINDS, WHEREABOUTS_KINDS
    from ...schemas.law.watch_words import DOMAINS_ZH, PURPOSES_ZH

    if lang == "zh":
        domains = {each: "、".join(DOMAINS_ZH[domain] for domain in sorted(each.domains)) for each in Purpose}
        lines = ["用途：" + "；".join(f"{each}（{PURPOSES_ZH[each]}：{domains[each]}）" for each in Purpose)]
    else:
        lines = ["purposes: " + ", ".join(f"{each} ({'/'.join(sorted(each.domains))})" for each in Purpose)]
    for kinds in (ASSET_KINDS, WHEREABOUTS_KINDS):
        for kind in kinds.values():
            if lang == "zh":
                keep = f"保存 {kind.keep_days} 天" if kind.keep_days else "随案保存"
                lines.append(f"{DOMAINS_ZH[kind.domain]}  {kind.name:18}{kind.zh}（{keep}）")
            else:
                keep = f"kept {kind.keep_days} days" if kind.keep_days else "kept with the case"
                lines.append(f"{kind.domain:12}{kind.name:18}{kind.zh}  ({keep})")
    return "\n".join(lines) + "\n"
