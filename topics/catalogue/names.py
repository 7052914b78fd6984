"""Topic names: ``<domain>.<entity>[.<jurisdiction or agency>].v<major>``.

Logical names go into signatures, receipts and heads; physical names carry the configured prefix
(``LIANDONG_TOPIC_PREFIX``) and are used with the broker only.
"""

from ...schemas.law.listing import Instrument

RECEIPTS = "agency.receipts.v1"
KEYS = "participants.keys.v1"


def debtor_list(jurisdiction: str) -> str:
    """Name the list entries of a jurisdiction; compacted."""
    return f"court.debtor-list.{jurisdiction}.v1"


def orders(jurisdiction: str) -> str:
    """Name the consumption restriction orders and exit bans; compacted."""
    return f"court.orders.{jurisdiction}.v1"


def relief(jurisdiction: str) -> str:
    """Name the fast lane: the same bytes of every change that frees somebody."""
    return f"court.relief.{jurisdiction}.v1"


def heads(jurisdiction: str) -> str:
    """Name the signed list heads."""
    return f"list.heads.{jurisdiction}.v1"


def notary_reports(jurisdiction: str) -> str:
    """Name what notaries found amiss in the lists."""
    return f"notary.reports.{jurisdiction}.v1"


def interceptions(jurisdiction: str) -> str:
    """Name what agencies refused or held."""
    return f"agency.interceptions.{jurisdiction}.v1"


def commands(agency: str) -> str:
    """Name the commands to one agency."""
    return f"control.commands.{agency}.v1"


def feedback(jurisdiction: str) -> str:
    """Name the answers to commands."""
    return f"control.feedback.{jurisdiction}.v1"


def asset_events(jurisdiction: str) -> str:
    """Name the asset events for courts of a jurisdiction, sealed."""
    return f"asset.events.{jurisdiction}.v1"


def whereabouts_events(jurisdiction: str) -> str:
    """Name the whereabouts events for courts of a jurisdiction, sealed."""
    return f"whereabouts.events.{jurisdiction}.v1"


def court_notices(jurisdiction: str) -> str:
    """Name what courts tell the courts of a jurisdiction, sealed."""
    return f"court.notices.{jurisdiction}.v1"


def enforcement_counts(jurisdiction: str) -> str:
    """Name what courts counted of enforcement, by agency, measure and week."""
    return f"enforcement.counts.{jurisdiction}.v1"


def supervision_acts(jurisdiction: str) -> str:
    """Name the acts of supervisors; compacted."""
    return f"supervision.acts.{jurisdiction}.v1"


def dead_letters(agency: str) -> str:
    """Name what an agency could not handle, with its original bytes."""
    return f"dead-letters.{agency}.v1"


def state_topic(instrument: int, jurisdiction: str) -> str:
    """Name the state topic of an instrument; also the signature context of its records."""
    if instrument == Instrument.LIST_ENTRY:
        return debtor_list(jurisdiction)
    return orders(jurisdiction)


def state_topics(jurisdiction: str) -> tuple[str, str]:
    """Name both state topics of a jurisdiction."""
    return debtor_list(jurisdiction), orders(jurisdiction)
