"""Answers as the check API and the command line show them."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import ClassVar

import msgspec

from ...schemas.dates import date_of_ms, rfc3339
from ...schemas.law.decisions import Verdict
from ...schemas.problems import BilingualError, Language, Text
from ..gate.decision import ListStand
from .answers import Answer
from .journal import JournalEntry


class ShownStand(msgspec.Struct, frozen=True):
    """Where the copy stood; `fresh_as_of` is null while there is no list yet."""

    barrier: int
    digest: str
    fresh_as_of: str | None
    stale: bool


class ShownAnswer(msgspec.Struct, frozen=True):
    """The document of one decision."""

    check_id: str
    decision: str
    action: str
    measures: Sequence[dict[str, object]]
    stand: ShownStand = msgspec.field(name="list")
    rule_version: str


class ShownReason(msgspec.Struct, frozen=True):
    """Why a decision is another one than the list alone would make it."""

    code: str
    message: str
    remedy: str


class ShownReasoned(ShownAnswer, frozen=True):
    """The document of a decision with the reason for it that no list and no entry shows."""

    reason: ShownReason


class NotExamined(BilingualError):
    """What a revoked key of a court signed is not known yet."""

    http_status = 503
    texts: ClassVar[dict[str, Text]] = {
        "REVOKED_KEY_UNEXAMINED": Text(
            "a court's key was revoked, and this node is looking through the log for what it signed: until that is done nobody passes"
            " for certain",
            "go on, and send the same check again in a moment; `liandong status` says how long this lasts",
            "某法院的密钥已被吊销，本节点正在消息日志中查找该密钥签署过的记录；在此之前不能确定无人受限",
            "请先予办理，稍后重新发送同一核验；持续多久可用 `liandong status` 查看",
        )
    }


class TermOver(BilingualError):
    """Nothing restricts somebody any more, because a term is over."""

    texts: ClassVar[dict[str, Text]] = {
        "TERM_IS_OVER": Text(
            "entry expired {day} 24:00; no measure rests on it",
            "nothing to do",
            "名单条目已于 {day} 24:00 届满，不得据此采取任何措施",
            "无需处理",
        ),
    }


class ShownEntry(ShownAnswer, frozen=True):
    """The document of a decision of the past, with what the journal knows besides."""

    at: str
    transaction: str
    site: str
    outcome: str
    caller: str
    attributes: Mapping[str, object]
    canary: bool
    traceparent: str | None


def shown_answer(answer: Answer, lang: Language) -> ShownAnswer:
    """Return the document of one decision."""
    decision = answer.decision
    outcome = decision.outcome
    measures = [hit.shown(lang) for hit in answer.hits] if answer.hits else ()
    stand, version = _shown(decision.stand), decision.rule_version
    if decision.unexamined and outcome.verdict is Verdict.UNKNOWN and not decision.stand.stale:
        why = reason_of(NotExamined("REVOKED_KEY_UNEXAMINED"), lang)
        return ShownReasoned(decision.check_id, outcome.verdict, outcome.action, measures, stand, version, why)
    if decision.term_over:  # 24:00 of the last day in China
        why = reason_of(TermOver("TERM_IS_OVER", day=date_of_ms(decision.term_over - 1).isoformat()), lang)
        return ShownReasoned(decision.check_id, outcome.verdict, outcome.action, measures, stand, version, why)
    return ShownAnswer(decision.check_id, outcome.verdict, outcome.action, measures, stand, version)


def reason_of(error: BilingualError, lang: Language) -> ShownReason:
    """Return what an error says as the reason of an answer."""
    return ShownReason(error.code, *error.in_language(lang))


def shown_again(entry: JournalEntry, lang: Language) -> ShownAnswer:
    """Return the document of a decision of the past as it was shown when it was made."""
    measures = [hit.shown(lang) for hit in entry.hits]
    stand = _shown(entry.stand)
    return ShownAnswer(entry.check_id, entry.decision, entry.action, measures, stand, entry.rule_version)


def shown_entry(entry: JournalEntry, lang: Language) -> ShownEntry:
    """Return the document of one decision of the past."""
    return ShownEntry(
        entry.check_id,
        entry.decision,
        entry.action,
        [hit.shown(lang) for hit in entry.hits],
        _shown(entry.stand),
        entry.rule_version,
        rfc3339(entry.at),
        entry.transaction,
        entry.site,
        entry.outcome,
        entry.caller,
        entry.attributes,
        entry.canary,
        entry.traceparent or None,
    )


@lru_cache(maxsize=64)
def _shown(stand: ListStand) -> ShownStand:
    """Return the document of where the copy stood; many decisions rest on one stand."""
    fresh_as_of = rfc3339(stand.fresh_as_of) if stand.fresh_as_of else None
    return ShownStand(stand.barrier, stand.digest, fresh_as_of, stand.stale)
