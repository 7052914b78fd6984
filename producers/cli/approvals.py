"""`liandong court approve`: the second key's decision on what waits for it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...schemas.errors import ExitCode
from ...topics.cli.console import JsonOption, print_json, say
from .options import CourtOption, NoWaitOption
from .proposals import proposal_line, shown_proposal

if TYPE_CHECKING:
    from ...topics.settings import Settings
    from ..approvals.proposal import Proposal
    from ..approvals.signatures import Approver
    from ..court import Court
    from ..publishing.approving import ApprovalDesk, DecidedProposal

_WAIT_SECONDS = 60.0


def mount(court: typer.Typer) -> None:
    """Add `approve` to the group `court`."""
    court.command("approve")(approve)


def approve(  # noqa: PLR0913  a command's parameters are its options
    ctx: typer.Context,
    batches: Annotated[
        list[str] | None,
        typer.Argument(metavar="[BATCH]...", help="What waits, or a whole file's batch, as --list has it."),
    ] = None,
    *,
    approver: Annotated[
        str, typer.Option("--as", metavar="ID", help="The approver; its key lies on this machine.")
    ] = "",
    refuse: Annotated[bool, typer.Option("--refuse", help="Refuse it for good, instead.")] = False,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it is refused.")] = "",
    listing: Annotated[bool, typer.Option("--list", help="Show what waits, who proposed it, and until when.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="With --list: also what was decided or has expired.")
    ] = False,
    court: CourtOption = None,
    no_wait: NoWaitOption = False,
    as_json: JsonOption = False,
) -> None:
    """Approve, with another registered key than the proposer's, an act that waits for it; then it is published.

    The second signature covers exactly that act and its proposer. Exit code 3 if some could not be approved.

    Example: liandong court approve bat_… --as approver-su0505
    """
    from ...topics.cli.console import settings_of
    from ..approvals.problems import ApprovalAsked

    settings = settings_of(ctx)
    if listing:
        _show_waiting(settings, court, everything, as_json)
        return
    if not batches:
        raise ApprovalAsked("APPROVE_WHAT")
    if not approver:
        raise ApprovalAsked("APPROVER_MISSING")
    if refuse and not reason.strip():
        raise ApprovalAsked("REFUSAL_REASON_MISSING")
    with _desk(settings, court, approver, wait=not no_wait) as (acting_court, desk, second):
        named = _named(acting_court, batches)
        outcomes = [_decided(acting_court, desk, second, each, reason.strip() if refuse else "") for each in named]
    _tell(settings, outcomes, as_json)
    if any("problem" in each for each in outcomes):
        raise typer.Exit(int(ExitCode.PARTLY_REJECTED))


def _named(court: "Court", batches: list[str]) -> list["Proposal"]:
    found = [each for batch in batches for each in court.approvals.named(court.identity.court, batch)]
    return list({each.proposal_id: each for each in found}.values())


@contextmanager
def _desk(
    settings: "Settings", court: str | None, approver: str, *, wait: bool
) -> "Iterator[tuple[Court, ApprovalDesk, Approver]]":
    """Open the court to decide, with the register of keys as the log has it now; at the end wait until all is in the log."""
    from ...topics.keys.participants import Participants
    from ...topics.transport.process_clock import clock_of
    from ...topics.workers.chance import SystemChance
    from ..approvals.signatures import Approver
    from ..court import comparing, open_court
    from ..publishing.approving import ApprovalDesk
    from ..publishing.organ_notices import SealedNotices
    from ..relay.delivery import require_topics, sending

    second = Approver(approver, Participants(settings).signer(approver))
    chance = SystemChance()
    with open_court(settings, court, clock_of(settings), chance) as acting_court:
        require_topics(settings, acting_court.identity.jurisdiction)
        client_id = f"{acting_court.identity.court}-approve"
        outbox, checkpoints = acting_court.register.outbox, acting_court.checkpoints
        with comparing(settings, acting_court, f"{client_id}-keeper") as comparison:
            keys = comparison.directory
            notices = SealedNotices(acting_court, keys, settings.notice_court)
            desk = ApprovalDesk(acting_court, keys, notices, settings.lang)
            if not wait:
                yield acting_court, desk, second
                return
            with sending(settings, outbox, acting_court.clock, chance, client_id, checkpoints) as work:
                yield acting_court, desk, second
                work.wait(_WAIT_SECONDS)


def _decided(
    court: "Court", desk: "ApprovalDesk", second: "Approver", proposal: "Proposal", reason: str
) -> dict[str, Any]:
    """Decide on one proposal; a problem of it leaves the others as they are."""
    from ...schemas.errors import LiandongError, Unavailable

    try:
        decided = desk.refuse(proposal, second, reason) if reason else desk.approve(proposal, second)
    except Unavailable:
        raise
    except LiandongError as problem:
        return shown_proposal(proposal, court.clock.now()) | {"problem": problem}
    return shown_proposal(decided.proposal, court.clock.now()) | {"new": decided.is_new} | _published(decided)


def _published(decided: "DecidedProposal") -> dict[str, Any]:
    from ...schemas import ids

    return {"updates": [ids.text("upd", each.update_id) for each in decided.updates]}


def _tell(settings: "Settings", outcomes: list[dict[str, Any]], as_json: bool) -> None:
    from ...schemas.problems import told

    lang = settings.lang
    if as_json:
        problems = (
            {"problem": each["problem"].as_dict() | told(each["problem"], lang)._asdict()} if "problem" in each else {}
            for each in outcomes
        )
        print_json({"decided": [each | problem for each, problem in zip(outcomes, problems, strict=True)]})
        return
    for each in outcomes:
        typer.echo(proposal_line(each, lang))
        if "problem" in each:
            problem = each["problem"]
            message, remedy = told(problem, lang)
            say(lang, f"   not decided, {problem.code}: {message}", f"   未作决定，{problem.code}：{message}", err=True)
            say(lang, f"   what to do: {remedy}", f"   处理办法：{remedy}", err=True)
        elif each["updates"]:
            follow = f"liandong status --batch {each['batch']}"
            say(lang, f"   published; follow it with: {follow}", f"   已发布；查看送达情况：{follow}")


def _show_waiting(settings: "Settings", court: str | None, everything: bool, as_json: bool) -> None:
    from ...topics.transport.process_clock import clock_of
    from ..approvals.book import ApprovalBook
    from ..approvals.proposal import ProposalState
    from ..court import court_named
    from ..register.register import register_as_it_is

    participant, clock = court_named(settings, court), clock_of(settings)
    register, now = register_as_it_is(settings, participant.jurisdictions[0], clock), clock.now()
    with closing(register):
        found = ApprovalBook(register).all(participant.id)
    shown = [shown_proposal(each, now) for each in found if everything or each.standing(now) is ProposalState.PENDING]
    if as_json:
        print_json({"court": participant.id, "proposals": shown})
        return
    for each in shown:
        typer.echo(proposal_line(each, settings.lang))
    if not shown:
        say(settings.lang, "nothing waits for a second approval", "没有待第二审批的事项")
