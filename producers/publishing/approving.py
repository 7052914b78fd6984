"""The second key decides: what it approves is published in the transaction that notes it, what it refuses never is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from sqlalchemy import Connection

from ...schemas.dates import date_of_ms, rfc3339
from ...schemas.problems import Language
from ..acts.acts import Acts, ApprovedAct
from ..acts.requests import ActRequest
from ..approvals.book import already_decided
from ..approvals.problems import ApprovalImpossible
from ..approvals.proposal import Proposal, ProposalState
from ..approvals.signatures import Approver, KeyRegister, decide
from ..court import Court
from ..intake.rows.model import IntakeContext, RawRow
from ..register.rows import Update, new_batch
from .planning import ChunkPlan, FilePlanner
from .prepare import PreparationContext, prepare
from .writing import ChunkWriter, SignedChunk


class OrganNotices(Protocol):
    """What goes out with a state organ's entry."""

    def require(self) -> None:
        """Raise what keeps a notice from being sent."""

    def send(self, connection: Connection, chunk: SignedChunk, now: int) -> None:
        """Put the notices of what was signed into the outbox, in its transaction."""


@dataclass(frozen=True, slots=True)
class DecidedProposal:
    """What became of a proposal."""

    proposal: Proposal
    is_new: bool
    """False: it was decided so before, and nothing was done."""
    updates: Sequence[Update] = ()


class ApprovalDesk:
    """Decides on the proposals of one court with keys of its approvers."""

    def __init__(self, court: Court, keys: KeyRegister, notices: OrganNotices, lang: Language = "en") -> None:
        """`keys` is the register of keys as it stands now; `lang` that of what is said of a row."""
        self._court = court
        self._keys = keys
        self._notices = notices
        self._lang = lang

    def approve(self, proposal: Proposal, approver: Approver) -> DecidedProposal:
        """Approve a proposal and publish it. Raises ApproverRefused, ApprovalImpossible, and what publishing raises."""
        if proposal.state is ProposalState.APPROVED:
            self._require_published(proposal)
            return DecidedProposal(proposal, is_new=False, updates=self._updates(proposal))
        note = self._noting(proposal, approver, ProposalState.APPROVED, "")
        if proposal.kind == "act":
            request = ActRequest.of(proposal.content)
            approved = ApprovedAct(proposal.batch, proposal.content["version"], note)
            court = self._court
            request.perform(Acts(court.register, court.identity, court.clock, court.policy, approved))
        else:
            self._publish(proposal, note)
        return self._decided(proposal)

    def refuse(self, proposal: Proposal, approver: Approver, reason: str) -> DecidedProposal:
        """Refuse a proposal for good, for a reason. Raises ApproverRefused, ApprovalImpossible."""
        if proposal.state is ProposalState.REFUSED:
            return DecidedProposal(proposal, is_new=False)
        note = self._noting(proposal, approver, ProposalState.REFUSED, reason)
        with self._court.register.engine.begin() as connection:
            self._court.register.claim(connection, self._court.identity.court, numbered=False)
            note(connection)
        return self._decided(proposal)

    def _noting(
        self, proposal: Proposal, approver: Approver, state: ProposalState, reason: str
    ) -> Callable[[Connection], None]:
        """Sign the decision, if it may be made, and return what writes it down."""
        now = self._court.clock.now()
        if proposal.state is not ProposalState.PENDING:
            raise already_decided(proposal)
        if state is ProposalState.APPROVED and proposal.standing(now) is ProposalState.EXPIRED:
            raise ApprovalImpossible("APPROVAL_EXPIRED", batch=proposal.batch, until=rfc3339(proposal.expires_at))
        decision = decide(proposal, approver, self._keys, state, reason, now)

        def note(connection: Connection) -> None:
            self._court.approvals.decided(connection, proposal, state, approver.participant, decision, now)

        return note

    def _publish(self, proposal: Proposal, note: Callable[[Connection], None]) -> None:
        """Publish a listing under the proposal's batch, as publishing its row would, checked anew against the register."""
        court, now = self._court, self._court.clock.now()
        register, identity, today = court.register, court.identity, date_of_ms(now)
        context = IntakeContext(
            today, identity.court, identity.court_name, identity.court_token, self._lang, state_organs="normal",
            shares_set_apart=court.policy.shares_set_apart,
        )  # fmt: skip
        row = proposal.content["row"]
        raw = RawRow(1, row, row, is_public=proposal.content["is_public"])
        portion = prepare([raw], PreparationContext(context, identity.matching_keys))
        writer = ChunkWriter(register, identity, proposal.batch, today)
        batch = new_batch(identity.court, f"approval:{proposal.origin}", "", now, identity.chance)
        self._notices.require()
        with register.engine.begin() as connection:
            claimed = register.claim(connection, identity.court)
            plan = FilePlanner(register, context).plan(connection, portion, now)
            _require_publishable(plan, proposal)
            chunk = writer.sign(connection, plan, claimed, now)
            writer.write(connection, chunk, now)
            self._notices.send(connection, chunk, now)
            note(connection)
            accepted, corrected, unchanged = (plan.counts[each] for each in ("accepted", "corrected", "unchanged"))
            finished = replace(batch, batch_id=proposal.batch, state="accepted", finished_at=now)
            counted = replace(finished, accepted=accepted, corrected=corrected, unchanged=unchanged)
            register.put_batch(connection, counted)

    def _decided(self, proposal: Proposal) -> DecidedProposal:
        of_batch = partial(self._court.approvals.named, self._court.identity.court)
        [now_standing] = [each for each in of_batch(proposal.batch) if each.proposal_id == proposal.proposal_id]
        return DecidedProposal(now_standing, is_new=True, updates=self._updates(proposal))

    def _require_published(self, proposal: Proposal) -> None:
        """Require that what is noted as approved was published with it: both are written in one transaction."""
        if self._court.register.batch(proposal.batch) is None:
            cause = "it is noted as approved, and nothing was published with that"
            raise ApprovalImpossible("PROPOSAL_UNSIGNED", batch=proposal.batch, cause=cause)

    def _updates(self, proposal: Proposal) -> Sequence[Update]:
        return self._court.register.updates_of_batch(proposal.batch)


def _require_publishable(plan: ChunkPlan, proposal: Proposal) -> None:
    """Require that the register does not stand against it by now. Raises APPROVAL_ROW_REFUSED."""
    rejects = [reject for row in plan.reported for reject in row.rejects]
    if rejects:
        reasons = "; ".join(f"{each.field}: {each.reason} [{each.code}]" for each in rejects)
        remedies = "; ".join(dict.fromkeys(each.remedy for each in rejects))
        raise ApprovalImpossible("APPROVAL_ROW_REFUSED", batch=proposal.batch, reasons=reasons, remedies=remedies)
