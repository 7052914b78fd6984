"""`liandong court status`: what the law asks of a court and its register shows undone."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

import typer

from ...schemas import ids
from ...schemas.errors import ExitCode
from ...schemas.problems import Language
from ...topics.cli.console import JsonOption, print_json, say
from .options import CourtOption

if TYPE_CHECKING:
    from ..register.alarms import CourtAlarm

ALARM_TEXTS: Mapping[str, Mapping[Language, str]] = {
    "LISTED_WITHOUT_ORDER": {
        "en": "{entry} in {case_number} is listed without a live consumption order on the same debtor (法释〔2015〕17号 art. 1 ¶2: must): "
        "publish the order, or end the entry if it should not be there",
        "zh": "{case_number} 的 {entry} 已纳入名单，但没有针对同一被执行人的有效限制消费令（法释〔2015〕17号第一条第二款：应当限制）："
        "请发布限制消费令；不应纳入的请终止条目",
    },
    "ORDER_TO_LIFT": {
        "en": "{entry} in {case_number} is live although the debt behind {because} is performed (法释〔2015〕17号 art. 9 ¶2: must be lifted): "
        "liandong court lift {entry} --reason PERFORMED",
        "zh": "{case_number} 的 {entry} 仍然有效，但 {because} 所涉义务已履行完毕（法释〔2015〕17号第九条第二款：应当解除）："
        "liandong court lift {entry} --reason PERFORMED",
    },
}


def mount(court: typer.Typer) -> None:
    """Add `status` to the group `court`."""
    court.command("status")(status)


def status(ctx: typer.Context, court: CourtOption = None, as_json: JsonOption = False) -> None:
    """Show what a court must do: listed debtors without an order, orders to lift, acts that wait for a second approval.

    Exit 1 if there is anything.
    """
    from ...topics.cli.console import settings_of
    from ...topics.transport.process_clock import clock_of
    from ..approvals.book import ApprovalBook
    from ..approvals.proposal import ProposalState
    from ..court import court_named
    from ..register.alarms import court_alarms
    from ..register.register import register_as_it_is
    from .proposals import proposal_line, shown_proposal

    settings = settings_of(ctx)
    clock = clock_of(settings)
    participant, now = court_named(settings, court), clock.now()
    with closing(register_as_it_is(settings, participant.jurisdictions[0], clock)) as register:
        alarms = [shown_alarm(each) for each in court_alarms(register, participant.id, now)]
        proposals = ApprovalBook(register).all(participant.id)
    waiting = [shown_proposal(each, now) for each in proposals if each.standing(now) is ProposalState.PENDING]
    if as_json:
        print_json({"court": participant.id, "alarms": alarms, "waiting": waiting})
    else:
        print_alarms(alarms, settings.lang)
        for each in waiting:
            typer.echo(proposal_line(each, settings.lang))
        if not alarms and not waiting:
            say(settings.lang, "nothing is to be done", "没有待办事项")
    if alarms or waiting:
        raise typer.Exit(int(ExitCode.FAILED))


def shown_alarm(alarm: "CourtAlarm") -> dict[str, Any]:
    """Describe an alarm for JSON output; nobody is named in it."""
    entry, because = alarm.entry.entry, alarm.because
    return {
        "code": alarm.code,
        "entry": ids.entry_text(int(entry.instrument), entry.entry_id),
        "case_number": alarm.entry.case_number,
        "because": ids.entry_text(int(because.entry.instrument), because.entry.entry_id) if because else "",
    }


def print_alarms(alarms: Iterable[Mapping[str, Any]], lang: Language) -> None:
    """Print what is to be done, a line each."""
    for each in alarms:
        typer.echo(f"{each['code']}  {ALARM_TEXTS[each['code']][lang].format_map(each)}")
