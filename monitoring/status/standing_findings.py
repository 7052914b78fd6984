"""What stands between an acceptance and its proof although no list is amiss: Kafka away, a relay that does not send, and what
agencies put aside, hold back or cannot read.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .positions import LatenessLimits, Parked, moment
from .register_counts import Deliveries

SENT_WITHIN_MS = 3_000
"""A relay that runs has sent by then; who sends nothing holds no lease either."""


def evidence_findings(evidence: Mapping[str, Any], *, away: bool) -> Iterator[dict[str, Any]]:
    """Say that what is shown is all that was read before the log could not be read any more."""
    if evidence["code"]:
        age = {} if evidence["age_seconds"] is None else {"seconds": int(evidence["age_seconds"])}
        about = {"kind": "kafka-away"} if away else {"kind": "evidence-unread"}
        yield {**about, "what": evidence["code"], "since": evidence["since"], **age}


def unsent_findings(deliveries: Iterable[Deliveries], now: int, late_after: int) -> Iterator[dict[str, Any]]:
    """Name the lanes in which accepted records wait for a relay: none runs, or the oldest waits longer than `late_after`, ms."""
    for each in deliveries:
        outbox = each.register.outbox
        relayed = bool(outbox.holder().owner)
        for lane, waiting in outbox.backlog().items():
            if waiting.since is not None and now - waiting.since > (late_after if relayed else SENT_WITHIN_MS):
                about = {"jurisdiction": each.jurisdiction, "lane": lane}
                yield {"kind": "not-sent", **about, "count": waiting.rows, "since": moment(waiting.since)}


def put_aside_findings(
    agency: Mapping[str, Any], parked: Parked | None, limits: LatenessLimits
) -> Iterator[dict[str, Any]]:
    """Name what an agency could not handle, until a person drops it; and what waits there for longer than is promised."""
    name = agency["agency"]
    if agency["dead_letters"]:
        yield {"kind": "dead-letters", "agency": name, "count": agency["dead_letters"]}
    if parked and parked.waiting and limits.now - parked.since > limits.late_after:
        yield {"kind": "parked", "agency": name, "count": parked.waiting, "since": moment(parked.since)}
