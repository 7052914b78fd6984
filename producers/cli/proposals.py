"""A proposal as people see it: names of persons and numbers masked."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...schemas import ids
from ...schemas.dates import rfc3339
from ...schemas.law.listing import CHANGES_ZH, Change
from ...schemas.problems import Language

if TYPE_CHECKING:
    from ..approvals.proposal import Proposal

_KINDS = {"listing": "纳入"}


def shown_proposal(proposal: "Proposal", now: int) -> dict[str, Any]:
    """Describe a proposal: what it is, who proposed it, until when it can be approved, who decided."""
    return {
        "batch": proposal.batch,
        "state": proposal.standing(now).value,
        **_act(proposal),
        "file_batch": proposal.origin or None,
        "proposed_by": proposal.proposer,
        "proposed_at": rfc3339(proposal.proposed_at),
        "expires_at": rfc3339(proposal.expires_at),
        "decided_by": proposal.approver or None,
        "decided_at": rfc3339(proposal.decided_at) if proposal.decided_at else None,
        "reason": proposal.reason or None,
    }


def proposal_line(shown: Mapping[str, Any], lang: Language) -> str:
    """Describe it in one line."""
    from ..approvals.proposal import STATES_ZH, ProposalState

    state, act = shown["state"], shown["act"]
    if lang == "zh":
        state, act = STATES_ZH[ProposalState(state)], _KINDS.get(act) or CHANGES_ZH[Change[act.upper()]]
    about = "  ".join(shown[name] for name in ("case_number", "name", "entry", "ruling") if shown.get(name))
    who, until = shown["proposed_by"], shown["expires_at"][:16]
    waits = f"由 {who} 提请，期限至 {until}" if lang == "zh" else f"proposed by {who}, until {until}"
    decided = f"  {shown['decided_by']} {shown['decided_at'][:16]}" if shown["decided_by"] else ""
    return f"{shown['batch']}  {state}  {act}  {about}  {waits}{decided}  {shown['reason'] or ''}".rstrip()


def _act(proposal: "Proposal") -> dict[str, Any]:
    """Say what is proposed, as far as it may be read aloud."""
    try:
        content = proposal.content
        if proposal.kind == "listing":
            row = content["row"]
            wanted = {name: row.get(name, "") for name in ("instrument", "case_number", "decision_number")}
            return {"act": "listing", **wanted, "name": _public_name(row)}
        ruling = content["ruling"]
        stated = " ".join(text for text in (ruling["reason"], ruling["decision_number"]) if text)
        entry = ids.entry_text(content["instrument"], bytes.fromhex(content["entry"]))
        columns = sorted(content["values"])
        return {"act": content["change"].lower(), "entry": entry, "ruling": stated, "columns": columns}
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
    ):  # the register was changed by somebody: shown, never approved
        return {"act": proposal.kind, "unreadable": True}


def _public_name(row: Mapping[str, str]) -> str:
    """Return an entity's name, of a person the first character."""
    name = row.get("name", "")
    return name if (row.get("certificate_type") or "").upper() in {"USCC", "ORG_CODE"} else f"{name[:1]}*"
