"""`liandong court register recover`, `court resend` and `court resign`: what puts a court's lists in the log right again."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from ...schemas.problems import Language
from ...topics.cli.console import JsonOption, group, print_json
from .options import CourtOption, entry_id

if TYPE_CHECKING:
    from ...topics.settings import Settings
    from ..court import Comparison, Court
    from ..upkeep.book import UpkeepFinding
    from ..upkeep.resigning import NeedsSigning

_WAIT_SECONDS = 600.0
_TEXTS = {
    "level": ("the register is level with the log; nothing was missing", "登记簿与消息日志一致，没有缺少的记录"),
    "taken": ("taken over from the log: {court}, {count} updates", "已从消息日志补录：{court}，{count} 条更新"),
    "entries": ("entries the register did not know: {count}", "登记簿原先没有的条目：{count}"),
    "unnamed": (
        "entries whose certificates only the court's system has: {count}; publish its newest export (`liandong court publish FILE`)",
        "证件号码仅存于本院系统的条目：{count}；请发布本院最新导出文件（`liandong court publish FILE`）以补全",
    ),
    "resent": (
        "{entries} entries compared with the log: {missing} were missing, {replaced} did not stand last",
        "已与消息日志核对 {entries} 个条目：缺少 {missing} 个，{replaced} 个不是该键的最后一条记录",
    ),
    "again": ("they were sent again", "已重新发送"),
    "dry": ("dry run: nothing was sent", "试运行，未发送任何内容"),
    "nothing": ("nothing needs to be signed again", "没有需要重新签名的条目"),
    "needed": ("{entry}  v{version}  {why}", "{entry}  第 {version} 版  {why}"),
    "how": (
        "{count} entries must be signed again: `liandong court resign --all`, or name them",
        "需要重新签名的条目：{count} 个；请执行 `liandong court resign --all`，或逐个指定条目",
    ),
    "strange": (
        "{entry}  v{version}  invented with the revoked key {key}, the register never had it",
        "{entry}  第 {version} 版  以已吊销的密钥 {key} 伪造，登记簿从未有过",
    ),
    "how_strange": (
        "{count} entries were invented with a stolen key, a person looks at each: `liandong court resign --end-strangers` ends them",
        "有 {count} 个条目系以失窃密钥伪造，目前逐一由人工处理；请执行 `liandong court resign --end-strangers` 予以终止",
    ),
    "taken_above": (
        "{entry}  v{version}  taken with the revoked key {key} of {by}, which gives it back: `liandong court resign --court {by} --for {court} --all`",
        "{entry}  第 {version} 版  被冒用 {by} 已吊销的密钥 {key} 改签，由该院交还：`liandong court resign --court {by} --for {court} --all`",
    ),
    "strange_ended": ("invented entries ended and in the log: {count}", "已终止并送入消息日志的伪造条目：{count}"),
    "acknowledged": ("stolen versions the status names no longer: {count}", "不再列入状态的失窃密钥版本：{count}"),
    "TAKEN_FROM_BELOW": (
        "taken with this court's revoked key from the court below",
        "下级法院的条目，被冒用本院已吊销的密钥改签",
    ),
    "nothing_taken": ("nothing of {court} needs to be given back", "没有需要交还 {court} 的条目"),
    "how_taken": (
        "{count} entries of {court} must be given back: the same command with `--all`, or name them",
        "需要交还 {court} 的条目：{count} 个；请在同一命令后加 `--all`，或逐个指定条目",
    ),
    "given_back": ("given back to {court} and in the log: {count}", "已交还 {court} 并送入消息日志：{count}"),
    "signed": ("signed again and in the log: {count}", "已重新签名并送入消息日志：{count}"),
    "KEY_REVOKED": ("its key was revoked as of then", "签名密钥已自当时起吊销"),
    "SIGNED_BY_ANOTHER": (
        "somebody has signed a newer version with its revoked key",
        "有他人以已吊销的密钥签署了更新版本",
    ),
    "KEY_NOT_VALID_THEN": ("its key was not valid when it was signed", "签名时密钥无效"),
}
AllOption = Annotated[bool, typer.Option("--all", help="Sign everything that needs it.")]
EntriesArgument = Annotated[list[str] | None, typer.Argument(metavar="[ENTRY]...", help="These alone.")]
EndStrangersOption = Annotated[
    bool,
    typer.Option(help="End the entries somebody has invented with a stolen key: a version that ends each goes out."),
]
ForOption = Annotated[
    str | None,
    typer.Option(
        "--for",
        metavar="COURT",
        help="Give back to this court below what somebody took with the key of the court that signs.",
    ),
]
AcknowledgeOption = Annotated[
    bool, typer.Option(help="Somebody has looked into the stolen versions that were outbid: the status forgets them.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Compare and say what would be sent.")]


def mount(court: typer.Typer) -> None:
    """Add the commands to `liandong court`."""
    group(court, "register", "The register of the court's jurisdiction.").command("recover")(recover)
    court.command("resend")(resend)
    court.command("resign")(resign)


def recover(ctx: typer.Context, court: CourtOption = None, as_json: JsonOption = False) -> None:
    """Bring a register that was put back from a backup level with the log: what it does not know is taken over.

    Run it again if it was interrupted. Certificates are not in the log: publish the courts' newest exports afterwards.
    """
    from ...topics.cli.console import settings_of
    from ..upkeep.recovering import RegisterRecovery

    settings = settings_of(ctx)
    with _compared(settings, court) as (opened, comparison), _progress(as_json) as progressed:
        recovery = RegisterRecovery(opened.guard.book, comparison.directory, opened.identity.chance)
        recovered = recovery.run(progressed)
        _send(settings, opened)
    if as_json:
        updates = dict(sorted(recovered.updates.items()))
        print_json({"updates": updates, "entries": recovered.entries, "certificates_missing": recovered.unnamed})
        return
    say = _speaker(settings.lang)
    for name, count in sorted(recovered.updates.items()):
        say("taken", court=name, count=count)
    if not recovered.updates:
        say("level")
    if recovered.entries:
        say("entries", count=recovered.entries)
    if recovered.unnamed:
        say("unnamed", count=recovered.unnamed)


def resend(
    ctx: typer.Context, court: CourtOption = None, dry_run: DryRunOption = False, as_json: JsonOption = False
) -> None:
    """Send again what of the court's entries is missing in the log or does not stand last under its key.

    After a list was made again or lost its end (LIST_SHRUNK). Without --court that is done for all courts of the register.
    """
    from ...topics.cli.console import settings_of
    from ...topics.transport.kafka import KafkaSubscriber
    from ..court import any_court
    from ..upkeep.resending import Resending

    settings = settings_of(ctx)
    with _compared(settings, court or any_court(settings)) as (opened, _), _progress(as_json) as progressed:
        subscriber = KafkaSubscriber(settings, client_id=f"{opened.identity.court}-resend")
        try:
            resending = Resending(opened.guard.book, subscriber, opened.clock)
            resent = resending.run(court, dry_run=dry_run, progressed=progressed)
        finally:
            subscriber.close()
        if not dry_run:
            _send(settings, opened)
    numbers = {"entries": resent.entries, "missing": resent.missing, "replaced": resent.replaced}
    if as_json:
        print_json({**numbers, "sent": not dry_run})
        return
    say = _speaker(settings.lang)
    say("resent", **numbers)
    if dry_run:
        say("dry")
    elif resent.missing + resent.replaced:
        say("again")


def resign(  # noqa: PLR0913  the options of a command
    ctx: typer.Context,
    entries: EntriesArgument = None,
    *,
    every: AllOption = False,
    below: ForOption = None,
    end_strangers: EndStrangersOption = False,
    acknowledge: AcknowledgeOption = False,
    court: CourtOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what must be signed again, or sign it: records under a key that was revoked, or was not valid when they were signed.

    Each becomes a new version that says the same under the court's present key. Run it again if it was interrupted.
    With --for, the court above gives back what was taken with its stolen key: signed by it, in the name of the court below.
    """
    if below is not None:
        _give_back(ctx, below, court, _Chosen({entry_id(each) for each in entries or ()}, every), as_json=as_json)
        return
    from ...topics.cli.console import settings_of
    from ..upkeep.resigning import Resigning
    from ..upkeep.strangers import Strangers

    settings, wanted = settings_of(ctx), {entry_id(each) for each in entries or ()}
    with _compared(settings, court) as (opened, comparison), _progress(as_json) as progressed:
        resigning = Resigning(opened.guard.book, opened.identity, comparison.directory, opened.clock)
        needed = resigning.needed()
        chosen = [each for each in needed if every or each.entry_id in wanted]
        signed = resigning.sign(chosen, progressed) if chosen else 0
        if signed:
            _send(settings, opened)
        strangers = Strangers(opened.guard.book, opened.identity, opened.clock)
        strange, ended = strangers.found(), strangers.end() if end_strangers else 0
        taken = _taken(opened)
        if ended:
            _send(settings, opened)
        known = resigning.take_note() if acknowledge else 0
    if as_json:
        print_json(
            {"needed": [_shown(each) for each in needed], "signed": signed, "acknowledged": known}
            | {"strange": [_shown_stranger(each) for each in strange], "ended": ended, "taken": taken}
        )
        return
    _tell_of_strangers(settings.lang, strange, ended, asked=end_strangers)
    if acknowledge:
        _speaker(settings.lang)("acknowledged", count=known)
    for each in taken:
        _speaker(settings.lang)("taken_above", **each)
    _tell(settings.lang, needed, signed, asked=bool(wanted) or every)


class _Chosen(NamedTuple):
    """What is to be signed."""

    entries: set[bytes]
    every: bool


def _give_back(ctx: typer.Context, below: str, court: str | None, chosen: _Chosen, *, as_json: bool) -> None:
    from ...topics.cli.console import settings_of
    from ..upkeep.giving_back import GivingBack

    settings = settings_of(ctx)
    with _compared(settings, court) as (opened, comparison), _progress(as_json) as progressed:
        giving = GivingBack(opened.guard.book, opened.identity, comparison.directory, opened.clock)
        found = giving.found(below)
        wanted = [each for each in found if chosen.every or each.entry_id in chosen.entries]
        given = giving.sign(below, wanted, progressed) if wanted else 0
        if given:
            _send(settings, opened)
    if as_json:
        print_json({"court": below, "taken": [_shown(each) for each in found], "given_back": given})
        return
    say = _speaker(settings.lang)
    if not found:
        say("nothing_taken", court=below)
    elif chosen.every or chosen.entries:
        say("given_back", court=below, count=given)
    else:
        for each in found:
            say("needed", **{**_shown(each), "why": _TEXTS[each.why][settings.lang == "zh"]})
        say("how_taken", court=below, count=len(found))


def _taken(court: "Court") -> list[dict[str, object]]:
    """Return what was taken from a court with a key of one above it."""
    from ...schemas import ids
    from ..upkeep.giving_back import taken_from

    return [
        {
            "entry": ids.entry_text(int(whole.entry.instrument), found.entry_id),
            "version": found.version,
            "key": found.detail,
            "court": whole.court,
            "by": found.court,
        }
        for found, whole in taken_from(court.guard.book)
        if whole.court == court.identity.court
    ]


def _tell(lang: Language, needed: "list[NeedsSigning]", signed: int, *, asked: bool) -> None:
    say = _speaker(lang)
    if not needed:
        say("nothing")
    elif asked:
        say("signed", count=signed)
    else:
        for each in needed:
            say("needed", **{**_shown(each), "why": _TEXTS[each.why][lang == "zh"]})
        say("how", count=len(needed))


def _tell_of_strangers(lang: Language, strange: "list[UpkeepFinding]", ended: int, *, asked: bool) -> None:
    say = _speaker(lang)
    if asked:
        say("strange_ended", count=ended)
        return
    for each in strange:
        say("strange", **_shown_stranger(each))
    if strange:
        say("how_strange", count=len(strange))


def _shown_stranger(found: "UpkeepFinding") -> dict[str, object]:
    from ..upkeep.strangers import stranger_text

    return {"entry": stranger_text(found), "version": found.version, "key": found.detail}


def _shown(needed: "NeedsSigning") -> dict[str, object]:
    from ...schemas import ids
    from ...schemas.dates import rfc3339

    entry = ids.entry_text(needed.instrument, needed.entry_id)
    return {"entry": entry, "version": needed.version, "why": needed.why, "accepted_at": rfc3339(needed.accepted_at)}


@contextmanager
def _progress(as_json: bool) -> Iterator[Callable[[int, int], None]]:
    """Show how far it is, to a person at a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(file=sys.stderr)
    with Progress(console=console, transient=True, disable=as_json or not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, everything: bar.update(task, completed=done, total=everything)


def _speaker(lang: Language) -> Callable[..., None]:
    """Return what prints one of the texts in a language."""

    def say(text: str, **values: object) -> None:
        typer.echo(_TEXTS[text][lang == "zh"].format(**values))

    return say


@contextmanager
def _compared(settings: "Settings", court: str | None) -> "Iterator[tuple[Court, Comparison]]":
    """Open a court whose register was compared with the log. Raises what kept it from that."""
    from ...topics.transport.process_clock import clock_of
    from ...topics.workers.chance import SystemChance
    from ..court import comparing, open_court
    from ..relay.delivery import require_topics
    from ..upkeep.problems import SigningRefused

    with open_court(settings, court, clock_of(settings), SystemChance()) as opened:
        require_topics(settings, opened.identity.jurisdiction)
        with comparing(settings, opened, f"{opened.identity.court}-keeper") as comparison:
            if not comparison.keeper.compared:
                raise comparison.keeper.failure or SigningRefused("REGISTER_NOT_COMPARED")
            yield opened, comparison


def _send(settings: "Settings", court: "Court") -> None:
    """Send what waits in the outbox and wait until it is in the log."""
    from ..relay.delivery import sending

    client_id = f"{court.identity.court}-upkeep"
    outbox, chance = court.register.outbox, court.identity.chance
    with sending(settings, outbox, court.clock, chance, client_id, court.checkpoints) as work:
        work.wait(_WAIT_SECONDS)
