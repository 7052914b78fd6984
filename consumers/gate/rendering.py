"""Answers as the check API and the command line show them."""

from ...schemas.dates import rfc3339
from .checking import Answer
from .gate import ListStand
from .hits import Hit, Language
from .journal import Entry


def shown_answer(answer: Answer, lang: Language) -> dict[str, object]:
    """The document of one decision."""
    decision = answer.decision
    document = _document(decision.check_id, decision.verdict, decision.action, answer.hits, lang)
    return document | {"list": shown_stand(decision.stand), "rule_version": decision.rule_version}


def shown_entry(entry: Entry, lang: Language) -> dict[str, object]:
    """The document of a decision of the past, with what the journal knows besides."""
    document = _document(entry.check_id, entry.decision, entry.action, entry.hits, lang)
    document |= {"list": shown_stand(entry.stand), "rule_version": entry.rule_version}
    journalled = {"at": rfc3339(entry.at), "transaction": entry.transaction, "site": entry.site}
    journalled |= {"outcome": entry.outcome, "caller": entry.caller}
    return document | journalled | {"attributes": dict(entry.attributes), "canary": entry.canary}


def shown_stand(stand: ListStand) -> dict[str, object]:
    """Where the copy stood."""
    return {
        "barrier": stand.barrier,
        "digest": stand.digest,
        "fresh_as_of": rfc3339(stand.fresh_as_of) if stand.fresh_as_of else None,
        "stale": stand.stale,
    }


def _document(check_id: str, decision: str, action: str, hits: tuple[Hit, ...], lang: Language) -> dict[str, object]:
    measures = [hit.shown(lang) for hit in hits]
    return {"check_id": check_id, "decision": str(decision), "action": str(action), "measures": measures}
