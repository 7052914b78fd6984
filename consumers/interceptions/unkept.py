"""A hit that cannot be kept now: nobody is refused over it, and nobody passes either; a person decides, and the reason is told."""

from typing import ClassVar

from ...schemas.law.decisions import Action, Verdict
from ...schemas.problems import BilingualError, Language, Text
from .answers import Answer
from .rendering import ShownReasoned, reason_of, shown_answer


class NotKept(BilingualError):
    """A decision that could not be kept."""

    http_status = 503
    texts: ClassVar[dict[str, Text]] = {
        "ACTS_STORE_AWAY": Text(
            "the agency's acts database does not answer: this decision was not kept, and nobody is refused over it",
            "a person decides, or the same check is sent again; the node goes on by itself when the database answers",
            "本单位的处置数据库没有应答：该决定未被记录，不得据此拒绝",
            "请转人工决定，或稍后重新发送同一核验；数据库恢复后节点自动继续",
        )
    }


def may_go_unkept(answer: Answer) -> bool:
    """Return whether an answer can be given although it was not kept: a hit, which is held. What an agency met of others would be
    lost, and who gave a key is promised the same answer again: those ask again.
    """
    return bool(answer.hits) and answer.part is None


def shown_unkept(answer: Answer, lang: Language) -> ShownReasoned:
    """Return the document of a decision that was not kept: what would refuse somebody is held. Its `check_id` finds nothing later."""
    shown, away = shown_answer(answer, lang), NotKept("ACTS_STORE_AWAY")
    stops = shown.action in {Action.REFUSE, Action.HOLD}
    return ShownReasoned(
        shown.check_id,
        Verdict.REVIEW if stops else shown.decision,
        Action.HOLD if stops else shown.action,
        shown.measures,
        shown.stand,
        shown.rule_version,
        reason_of(away, lang),
    )
