"""Answers as the check API and the command line show them."""

from functools import lru_cache

from ...schemas.dates import rfc3339
from .checking import Answer
from .decision import ListStand
from .hits import Language
from .journal import Entry


def shown_answer(answer: Answer, lang: Language) -> dict[str, object]:
    """The document of one decision."""
    decision = answer.decision
    return {
        "check_id": decision.check_id,
        "decision": decision.verdict.value,
        "action": decision.action.value,
        "measures": [hit.shown(lang) for hit in answer.hits],
        "list": shown_stand(decision.stand),
        "rule_version": decision.rule_version,
    }


def shown_entry(entry: Entry, lang: Language) -> dict[str, object]:
    """The document of a decision of the past, with what the journal knows besides."""
    return {
        "check_id": entry.check_id,
        "decision": entry.decision,
        "action": entry.action,
        "measures": [hit.shown(lang) for hit in entry.hits],
        "list": shown_stand(entry.stand),
        "rule_version": entry.rule_version,
        "at": rfc3339(entry.at),
        "transaction": entry.transaction,
        "site": entry.site,
        "outcome": entry.outcome,
        "caller": entry.caller,
        "attributes": dict(entry.attributes),
        "canary": entry.canary,
    }


@lru_cache(maxsize=64)
def shown_stand(stand: ListStand) -> dict[str, object]:
    """Where the copy stood; the same document for the same stand, so not to be changed."""
    return {
        "barrier": stand.barrier,
        "digest": stand.digest,
        "fresh_as_of": rfc3339(stand.fresh_as_of) if stand.fresh_as_of else None,
        "stale": stand.stale,
    }
