"""The register's book of proposals: who proposed what, until when, and what became of it. Nothing is ever taken out of it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import Connection, Row, Table, insert, select, update

from ...schemas import ids
from ...schemas.dates import date_of_ms
from ...topics.storage.database import reading
from ..register.reader import RegisterReader
from ..updates.updates import CourtIdentity
from .policy import ApprovalPolicy
from .problems import ApprovalAsked, ApprovalImpossible
from .proposal import STATES_ZH, Intent, Proposal, ProposalState
from .signatures import signed_intent

_COLUMNS = tuple(each.name for each in fields(Proposal))


@dataclass(frozen=True, slots=True)
class Proposed:
    """What became of an intent."""

    proposal: Proposal
    is_new: bool
    """False: exactly this waits already."""


class ApprovalBook:
    """The proposals of the courts of one register; the caller has claimed the court where something is written."""

    def __init__(self, register: RegisterReader) -> None:
        """Take the tables as they are."""
        self._engine = register.engine
        self._table: Table = register.tables.approvals

    def propose(
        self, connection: Connection, identity: CourtIdentity, intent: Intent, policy: ApprovalPolicy, now: int
    ) -> Proposed:
        """Let an intent wait, signed by the court; one about the same thing that waits is replaced, the same one is not.

        Raises APPROVAL_REFUSED if exactly this was refused before.
        """
        digest = intent.digest(identity.court)
        same = self._select(connection, self._table.c.court == identity.court, self._table.c.digest == digest)
        if (waiting := find_waiting(same, now)) is not None:
            return Proposed(waiting, is_new=False)
        self._replace_waiting(connection, identity.court, intent)
        proposal_id = identity.chance.ordered_id()
        body = signed_intent(intent, identity.court, proposal_id, now, identity.signer)
        proposal = Proposal(
            proposal_id,
            identity.court,
            intent.kind,
            intent.about,
            digest,
            intent.origin,
            identity.court,
            now,
            policy.until(now),
            ProposalState.PENDING,
            body,
        )
        connection.execute(insert(self._table).values({name: getattr(proposal, name) for name in _COLUMNS}))
        return Proposed(proposal, is_new=True)

    def find_same(self, connection: Connection, court: str, intent: Intent, now: int) -> Proposal | None:
        """Return the proposal of exactly this that waits, None if there is none. Raises APPROVAL_REFUSED."""
        found = self._select(connection, self._table.c.court == court, self._table.c.digest == intent.digest(court))
        return find_waiting(found, now)

    def decided(
        self, connection: Connection, proposal: Proposal, state: ProposalState, approver: str, decision: bytes, now: int
    ) -> Proposal:
        """Write what an approver said, once. Raises APPROVAL_DECIDED if another one was faster."""
        table = self._table
        values: dict[str, Any] = {"state": state, "approver": approver, "decision": decision, "decided_at": now}
        still = (table.c.proposal_id == proposal.proposal_id, table.c.state == ProposalState.PENDING)
        if not connection.execute(update(table).where(*still).values(values)).rowcount:
            [other] = self._select(connection, table.c.proposal_id == proposal.proposal_id)
            raise already_decided(other)
        return replace(proposal, **values)

    def named(self, court: str, batch: str) -> list[Proposal]:
        """Return the proposal of a batch, or all that came in the file of that batch. Raises APPROVAL_UNKNOWN, ID_INVALID."""
        proposal_id, table = ids.parse(batch, "bat"), self._table
        about = (table.c.proposal_id == proposal_id) | (table.c.origin == ids.text("bat", proposal_id))
        with reading(self._engine) as connection:
            found = self._select(connection, table.c.court == court, about)
        if not found:
            raise ApprovalAsked("APPROVAL_UNKNOWN", court=court, batch=ids.text("bat", proposal_id))
        return found

    def all(self, court: str) -> list[Proposal]:
        """Return everything a court ever proposed, oldest first."""
        with reading(self._engine) as connection:
            return self._select(connection, self._table.c.court == court)

    def _replace_waiting(self, connection: Connection, court: str, intent: Intent) -> None:
        table = self._table
        about = (table.c.court == court, table.c.kind == intent.kind, table.c.about == intent.about)
        waits = table.c.state == ProposalState.PENDING
        connection.execute(update(table).where(*about, waits).values(state=ProposalState.SUPERSEDED))

    def _select(self, connection: Connection, *conditions: Any) -> list[Proposal]:
        query = select(*(self._table.c[name] for name in _COLUMNS)).where(*conditions)
        rows: Sequence[Row[Any]] = connection.execute(
            query.order_by(self._table.c.proposed_at, self._table.c.proposal_id)
        ).all()
        return [Proposal(**{**row._asdict(), "state": ProposalState(row.state)}) for row in rows]


def find_waiting(same: Sequence[Proposal], now: int) -> Proposal | None:
    """Return the one of equal proposals that waits, None without one. Raises APPROVAL_REFUSED if the newest was refused."""
    newest = same[-1] if same else None
    if newest is not None and newest.state is ProposalState.REFUSED:
        day = date_of_ms(newest.decided_at).isoformat()
        raise ApprovalImpossible("APPROVAL_REFUSED", approver=newest.approver, day=day, reason=newest.reason)
    return newest if newest is not None and newest.standing(now) is ProposalState.PENDING else None


def already_decided(proposal: Proposal) -> ApprovalImpossible:
    """Return what is said to who decides on something that does not wait any more."""
    if proposal.state is ProposalState.SUPERSEDED:
        return ApprovalImpossible("APPROVAL_SUPERSEDED", batch=proposal.batch)
    return ApprovalImpossible(
        "APPROVAL_DECIDED",
        batch=proposal.batch,
        approver=proposal.approver,
        day=date_of_ms(proposal.decided_at).isoformat(),
        state=proposal.state.value,
        state_zh=STATES_ZH[proposal.state],
    )
