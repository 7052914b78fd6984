"""Who may propose and who may approve: by the register of keys, never by what a register's row says of itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ...schemas.dates import rfc3339
from ...schemas.fingerprints import fingerprint
from ...schemas.wire.signing import PROOF_LENGTH, Keyring, PublicKey, SignatureInvalid, Signer, prove, verify
from .problems import ApprovalImpossible, ApproverRefused
from .proposal import DECIDED, PROPOSED, Intent, Proposal, ProposalState, canonical


class KeyRegister(Keyring, Protocol):
    """What an approval asks of the register of participants."""

    def above(self, participant: str) -> Sequence[str]:
        """Return everybody above a participant, the next one first."""


@dataclass(frozen=True, slots=True)
class Approver:
    """Who decides, with which key."""

    participant: str
    signer: Signer = field(repr=False)


def signed_intent(intent: Intent, court: str, proposal_id: bytes, proposed_at: int, signer: Signer) -> bytes:
    """Return the proposer's proof and the canonical bytes it covers."""
    return prove(_said(court, intent.kind, proposal_id, proposed_at, intent.content), PROPOSED, signer)[0]


def _said(court: str, kind: str, proposal_id: bytes, proposed_at: int, act: Mapping[str, Any]) -> bytes:
    about: dict[str, Any] = {"court": court, "kind": kind, "proposal": proposal_id.hex(), "proposed_at": proposed_at}
    return canonical(about | {"act": act})


def require_proposer(proposal: Proposal, keys: Keyring) -> PublicKey:
    """Return the key under a proposal: its court's own, valid then and not revoked since. Raises PROPOSAL_UNSIGNED.

    What the register's row says beside the signed bytes must be what they say.
    """
    try:
        key = verify(proposal.body, PROPOSED, keys, proposal.proposed_at)
    except SignatureInvalid as invalid:
        raise ApprovalImpossible("PROPOSAL_UNSIGNED", batch=proposal.batch, cause=invalid.message) from invalid
    said = _said(proposal.court, proposal.kind, proposal.proposal_id, proposal.proposed_at, proposal.content)
    if key.participant != proposal.court or said != proposal.body[PROOF_LENGTH:]:
        cause = f"it is of {key.participant}, or over something else"
        raise ApprovalImpossible("PROPOSAL_UNSIGNED", batch=proposal.batch, cause=cause)
    if key.revoked_at:
        raise ApprovalImpossible(
            "PROPOSAL_UNSIGNED", batch=proposal.batch, cause=f"the key of {key.participant} is revoked"
        )
    return key


def decide(
    proposal: Proposal, approver: Approver, keys: KeyRegister, state: ProposalState, reason: str, now: int
) -> bytes:
    """Return the approver's proof and what it covers. Raises ApproverRefused, ApprovalImpossible."""
    proposer = require_proposer(proposal, keys)
    _require_approver(proposal, approver, keys, proposer, now)
    content: dict[str, Any] = {
        "court": proposal.court,
        "proposal": proposal.proposal_id.hex(),
        "of": fingerprint(proposal.body).hex(),
        "state": state.value,
        "approver": approver.participant,
        "reason": reason,
        "at": rfc3339(now),
    }
    body = prove(canonical(content), DECIDED, approver.signer)[0]
    try:
        verify(body, DECIDED, keys, now)
    except SignatureInvalid as invalid:
        raise ApproverRefused("APPROVER_KEY_ENDED", approver=approver.participant) from invalid
    return body


def _require_approver(proposal: Proposal, approver: Approver, keys: KeyRegister, proposer: PublicKey, now: int) -> None:
    """Require a registered key of an approver of the proposal's court, other than the proposer's, that counts now."""
    key, name = keys.key(approver.signer.key_id), approver.participant
    if approver.signer.key_id == proposer.key_id or name == proposer.participant:
        raise ApproverRefused("APPROVER_SAME_KEY", approver=name)
    if key is None or key.participant != name or key.use != "sign":
        raise ApproverRefused("APPROVER_UNKNOWN", approver=name)
    superior = next(iter(keys.above(name)), "")
    if key.kind != "approver" or superior != proposal.court:
        about = {"kind": key.kind, "superior": superior or "—", "court": proposal.court}
        raise ApproverRefused("APPROVER_NOT_ITS_COURTS", approver=name, **about)
    if key.revoked_at or not key.usable_at(now):
        raise ApproverRefused("APPROVER_KEY_ENDED", approver=name)
