"""`liandong court revoke|delete|correct|shield|unshield|extend|lift`."""

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from ...schemas.errors import WrongUsage
from ...schemas.phrases import listed
from ...schemas.problems import Language
from ...topics.cli.console import JsonOption, print_json, say, settings_of
from .alarms import print_alarms
from .options import CourtOption, DayOption, EntryArgument, NoWaitOption, ReasonOption, day, entry_id

if TYPE_CHECKING:
    from ...schemas.people.certificates import CertificateType
    from ..acts.requests import ActRequest
    from ..acts.ruling import CourtRuling
    from ..approvals.book import Proposed

ACT_WAIT_SECONDS = 60.0
DecisionOption = Annotated[str, typer.Option("--decision", metavar="NUMBER", help="Number of the new decision.")]
SignerOption = Annotated[str, typer.Option("--signed-by", metavar="NAME", help="Who signed the decision.")]
CertificateOption = Annotated[
    str | None,
    typer.Option(
        "--certificate", metavar="TYPE", help="CN_ID, PASSPORT, USCC …; the number is asked for or read from stdin."
    ),
]
CountryOption = Annotated[
    str, typer.Option("--country", metavar="CCC", help="Issuer of a passport, ISO 3166-1 alpha-3.")
]


def mount(court: typer.Typer) -> None:
    """Add the commands to `liandong court`."""
    for name, about in _ACTS.items():
        court.command(name, help=about)(_with_ruling(name))
    court.command("extend")(extend)
    court.command("correct")(correct)


_ACTS = {
    "revoke": "It never should have been on the list (art. 9), even if it was deleted since.",
    "delete": "It was rightly there, the reason ended (art. 10): D1 to D7, TERM after the last day, EARLY by decision.",
    "lift": "End a consumption restriction order or an exit ban.",
    "shield": "Suspend a list entry: an objection is under review, or it is in doubt whom it means.",
    "unshield": "Let a suspended entry take effect again.",
}
_DECIDED = "Number of the decision or ruling; for EARLY, and D4 to D7."
_DECIDED_ON = "MINOR: day of the listing decision. D4: day of the ruling that ended the round (终本)."
_QUERIED = "D4: a networked query after that ruling that found no property; give two at least."
_CAUSES = "EARLY: PERFORMED_ACTIVELY or CONDUCT_CORRECTED. EXEMPT: the number in art. 3, 1 to 4."


def _with_ruling(name: str) -> Callable[..., None]:
    """Make the command of an act that says why and by which decision, and nothing else."""

    def act(  # noqa: PLR0913  a command's parameters are its options
        ctx: typer.Context,
        entry: EntryArgument,
        *,
        reason: ReasonOption,
        decision: Annotated[str, typer.Option("--decision", metavar="NUMBER", help=_DECIDED)] = "",
        signed_by: SignerOption = "",
        cause: Annotated[str, typer.Option("--cause", metavar="CODE", help=_CAUSES)] = "",
        objection: Annotated[
            str, typer.Option("--objection", metavar="NUMBER", help="REVIEW: of the objection that was filed.")
        ] = "",
        decided_on: Annotated[str | None, typer.Option("--decided-on", metavar="DAY", help=_DECIDED_ON)] = None,
        query: Annotated[list[str] | None, typer.Option("--query", metavar="NUMBER@DAY", help=_QUERIED)] = None,
        born: Annotated[
            str | None,
            typer.Option("--born", metavar="DAY", help="MINOR: where no certificate carries the birth date."),
        ] = None,
        court: CourtOption = None,
        on: DayOption = None,
        no_wait: NoWaitOption = False,
        as_json: JsonOption = False,
    ) -> None:
        from ..acts.ruling import CourtRuling, QueryReference

        target, stated = entry_id(entry), CourtRuling(reason, day(on), decision, signed_by, cause, objection)
        queries = tuple(map(QueryReference.parse, query or ()))
        ruling = replace(stated, decided_on=day(decided_on), born=day(born), queries=queries)
        _perform(ctx, court, no_wait, as_json, _request(name, target, ruling))

    return act


def extend(  # noqa: PLR0913  a command's parameters are its options
    ctx: typer.Context,
    entry: EntryArgument,
    *,
    reason: ReasonOption,
    decision: DecisionOption,
    months: Annotated[int, typer.Option("--months", help="List entries: 12 to 36 (art. 2).")] = 0,
    signed_by: SignerOption = "",
    cause: Annotated[str, typer.Option("--cause", help="SERIOUS: why it is, in the words of the decision.")] = "",
    until: Annotated[str | None, typer.Option("--until", metavar="DAY", help="Orders: the new last day.")] = None,
    court: CourtOption = None,
    on: DayOption = None,
    no_wait: NoWaitOption = False,
    as_json: JsonOption = False,
) -> None:
    """Give a term a later last day, by a new decision."""
    from ..acts.ruling import CourtRuling

    ruling = CourtRuling(reason, day(on), decision, signed_by, cause)
    request = _request("extend", entry_id(entry), ruling)
    _perform(ctx, court, no_wait, as_json, replace(request, months=months, until=day(until)))


def correct(  # noqa: PLR0913  a command's parameters are its options
    ctx: typer.Context,
    entry: EntryArgument,
    *,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="COLUMN=VALUE", help="A column of the intake file; may be repeated."),
    ] = None,
    certificate: CertificateOption = None,
    country: CountryOption = "",
    reason: ReasonOption = "DATA_WRONG",
    court: CourtOption = None,
    on: DayOption = None,
    no_wait: NoWaitOption = False,
    as_json: JsonOption = False,
) -> None:
    """Correct what an entry says; the wrong person is freed with the same record that names the right one."""
    from ..acts.ruling import CourtRuling

    changes = _changes(values or []) | _certificate_columns(certificate, country, settings_of(ctx).lang)
    request = _request("correct", entry_id(entry), CourtRuling(reason, day(on)))
    _perform(ctx, court, no_wait, as_json, replace(request, values=changes))


def _request(name: str, target: bytes, ruling: "CourtRuling") -> "ActRequest":
    from ...schemas.law.listing import Change
    from ..acts.requests import ActRequest

    return ActRequest(Change[name.upper()], target, ruling)


def _perform(ctx: typer.Context, court: str | None, no_wait: bool, as_json: bool, request: "ActRequest") -> None:
    """Open the court, perform an act, send it unless nobody wants to wait, and print what came of it."""
    from ...schemas.law.listing import STATUSES_ZH, Status
    from ...topics.cli.console import settings_of
    from ...topics.transport.process_clock import clock_of
    from ...topics.workers.chance import SystemChance
    from ..approvals.book import Proposed
    from ..court import comparing, open_court
    from ..relay.delivery import require_topics, sending
    from .own_entries import result_of

    settings, chance = settings_of(ctx), SystemChance()
    with open_court(settings, court, clock_of(settings), chance) as acting_court:
        if no_wait:
            outcome = acting_court.perform(request)
        else:
            require_topics(settings, acting_court.identity.jurisdiction)
            client_id = f"{acting_court.identity.court}-act"
            outbox, checkpoints = acting_court.register.outbox, acting_court.checkpoints
            with (
                comparing(settings, acting_court, f"{client_id}-keeper"),
                sending(settings, outbox, acting_court.clock, chance, client_id, checkpoints) as work,
            ):
                outcome = acting_court.perform(request)
                work.wait(ACT_WAIT_SECONDS)
        if isinstance(outcome, Proposed):
            _tell_proposed(outcome, acting_court.clock.now(), settings.lang, as_json)
            return
        document = result_of(acting_court, outcome, sent=not no_wait)
    if as_json:
        print_json(document)
        return
    entry, status, version = (document[each] for each in ("entry", "status", "version"))
    update_id, batch = document["update"], document["batch"]
    say(
        settings.lang,
        f"{entry} is {status}, version {version}",
        f"{entry} 现状为{STATUSES_ZH[Status[status]]}，第 {version} 版",
    )
    say(settings.lang, f"update {update_id}, batch {batch}", f"更新 {update_id}，批次 {batch}")
    if "due_on" in document:
        estimated, estimated_zh = _ESTIMATED if document["due_estimated"] else ("", "")
        due, due_zh = document["due_on"] + estimated, document["due_on"] + estimated_zh
        if document["late"]:
            say(
                settings.lang,
                f"late: it was due on {due} (arts. 9, 10)",
                f"逾期：应于 {due_zh} 前完成（第九条、第十条）",
            )
        else:
            say(settings.lang, f"in time: due on {due} (arts. 9, 10)", f"按期：应于 {due_zh} 前完成（第九条、第十条）")
    print_alarms(document["alarms"], settings.lang)
    follow = f"liandong status --update {update_id}"
    say(settings.lang, f"follow it with: {follow}", f"查看送达情况：{follow}")


_ESTIMATED = (" (estimated: that year's holidays are not known here)", "（暂估：本机尚无该年度节假日安排）")


def _tell_proposed(proposed: "Proposed", now: int, lang: "Language", as_json: bool) -> None:
    """Say that an act waits for a second approval, and under what."""
    from .proposals import shown_proposal

    document = shown_proposal(proposed.proposal, now) | {"new": proposed.is_new}
    if as_json:
        print_json(document)
        return
    batch = document["batch"]
    until = document["expires_at"][:16]
    say(lang, f"it waits for a second approval until {until}: {batch}", f"待第二审批，期限至 {until}：{batch}")
    follow = f"liandong court approve {batch} --as APPROVER"
    say(lang, f"another person approves it with: {follow}", f"由另一人审批：{follow}")


def _changes(values: list[str]) -> dict[str, str]:
    """Read COLUMN=VALUE of each option, by the headers of an intake file. Raises SET_UNREADABLE, NUMBER_AS_ARGUMENT."""
    from ..intake.rows.columns import column_of

    changes = {}
    for text in values:
        column, equals, value = text.partition("=")
        if not equals:
            raise WrongUsage(
                "SET_UNREADABLE",
                f"--set {column} gives no value",
                "write --set COLUMN=VALUE",
                f"--set {column} 没有给出值",
                "请写成 --set 列名=值",
            )
        changes[column_of(column) or column.strip()] = value
    if any(column.endswith("_number") and column.startswith("certificate") for column in changes):
        raise WrongUsage(
            "NUMBER_AS_ARGUMENT",
            "a certificate number came as an argument",
            "use --certificate TYPE; it asks",
            "证件号码不得写在命令参数中",
            "请用 --certificate 证件类型，号码另行询问",
        )
    return changes


def _certificate_columns(certificate: str | None, country: str, lang: Language) -> dict[str, str]:
    """Return the columns of another certificate, whose number is asked for; none if no type is given."""
    if certificate is None:
        return {}
    kind = certificate_type(certificate)
    return {
        "certificate_type": kind.name,
        "certificate_number": certificate_number(kind, lang),
        "certificate_country": country,
    }


def certificate_type(text: str) -> "CertificateType":
    """Return the type of a certificate by its code. Raises CERTIFICATE_TYPE_UNKNOWN."""
    from ...schemas.people.certificates import CertificateType

    try:
        return CertificateType[text.strip().upper()]
    except KeyError:
        known = listed(each.name for each in CertificateType)
        raise WrongUsage(
            "CERTIFICATE_TYPE_UNKNOWN",
            f"{text!r} is no type of certificate",
            f"give one of {known}",
            f"没有证件类型 {text}",
            f"可用类型：{known.zh}",
        ) from None


def certificate_number(kind: "CertificateType", lang: Language) -> str:
    """Read a certificate number from the terminal without echo, or from the first line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt({"en": f"{kind.name} number", "zh": f"{kind.name} 号码"}[lang], hide_input=True))
    return sys.stdin.readline().strip()
