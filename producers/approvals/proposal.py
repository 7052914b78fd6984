"""A proposal: one act, what exactly it says, who proposed it, and what the second key said to it.

Both signatures are over canonical bytes (JSON, keys sorted, no blanks): the proposer's over the act, the approver's over the
hash of the proposer's signed bytes. So an approval holds for exactly that act by exactly that proposer, and for no other.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from ...schemas import ids
from ...schemas.fingerprints import fingerprint
from ...schemas.wire.signing import PROOF_LENGTH

Kind = Literal["listing", "act"]
PROPOSED, DECIDED = "court-proposal", "court-approval"
"""Contexts of the two signatures."""


class ProposalState(StrEnum):
    """Where a proposal stands; only what is pending can be decided."""

    PENDING = "pending"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    APPROVED = "approved"
    REFUSED = "refused"


STATES_ZH = {
    ProposalState.PENDING: "待审批",
    ProposalState.EXPIRED: "逾期",
    ProposalState.SUPERSEDED: "已被取代",
    ProposalState.APPROVED: "已批准",
    ProposalState.REFUSED: "不予批准",
}


@dataclass(frozen=True, slots=True)
class Intent:
    """What somebody wants to do and may not do alone; `content` holds names and numbers and stays with the court."""

    kind: Kind
    about: bytes
    """What it is about: the key of a listing's subject in its case, or an entry's id. A later intent replaces an earlier one."""
    content: Mapping[str, Any] = field(repr=False)
    origin: str = ""
    """The batch of the file it came in, empty for a single act."""

    def digest(self, court: str) -> bytes:
        """Return 32 bytes that are equal for the same act of the same court, whenever it is proposed."""
        return fingerprint(canonical({"court": court, "kind": self.kind, "act": self.content}))


@dataclass(frozen=True, slots=True)
class Proposal:
    """An intent as the register keeps it. Times are ms UTC."""

    proposal_id: bytes
    """Of the batch under which it will be published."""
    court: str
    kind: Kind
    about: bytes
    digest: bytes
    origin: str
    proposer: str
    proposed_at: int
    expires_at: int
    state: ProposalState
    body: bytes = field(repr=False)
    """The proposer's proof, and the canonical bytes it covers."""
    approver: str = ""
    """Who approved or refused it."""
    decided_at: int = 0
    decision: bytes = field(default=b"", repr=False)
    """The approver's proof, and what it covers."""

    @property
    def batch(self) -> str:
        """The id as people see it."""
        return ids.text("bat", self.proposal_id)

    @property
    def content(self) -> dict[str, Any]:
        """What exactly is proposed."""
        content: dict[str, Any] = json.loads(self.body[PROOF_LENGTH:])["act"]
        return content

    @property
    def reason(self) -> str:
        """Why the approver refused; empty if nobody did."""
        return str(json.loads(self.decision[PROOF_LENGTH:])["reason"]) if self.decision else ""

    def standing(self, now: int) -> ProposalState:
        """Return where it stands: what nobody decided in time has expired."""
        return ProposalState.EXPIRED if self.state is ProposalState.PENDING and now >= self.expires_at else self.state


def canonical(document: Mapping[str, Any]) -> bytes:
    """Encode a document so that the same one always gives the same bytes."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
