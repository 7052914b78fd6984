"""What stands between an acceptance and its proof although no list is amiss: Kafka away, a relay that does not send, and what
agencies put aside, hold back or cannot read.
"""

from collections.abc import Iterator, Mapping
from typing import Any


def evidence_findings(evidence: Mapping[str, Any], *, away: bool) -> Iterator[dict[str, Any]]:
    """Say that what is shown is all that was read before the log could not be read any more."""
    if evidence["code"]:
        age = {} if evidence["age_seconds"] is None else {"seconds": int(evidence["age_seconds"])}
        step = {"next": "liandong kafka up"} if evidence["code"] == "KAFKA_NOT_RUNNING" else {}
        about = {"kind": "kafka-away"} if away else {"kind": "evidence-unread"}
        yield {**about, "what": evidence["code"], "since": evidence["since"], **age, **step}
