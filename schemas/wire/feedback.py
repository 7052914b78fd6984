"""Feedback codes: how an agency answers a command (法〔2015〕321号 speaks of valid and invalid feedback; the codes are ours)."""

from enum import StrEnum


class FeedbackCode(StrEnum):
    """00 to 11 are valid final answers and count in the feedback rate; 20 and 21 are not."""

    DONE = "00"
    DONE_PARTIAL = "01"
    NO_SUBJECT = "02"
    """Not known to this agency."""
    NO_ASSET = "03"
    WAITING_ORDER = "04"
    """Registered behind an earlier measure."""
    EXEMPT = "05"
    ALREADY_ENDED = "06"
    """Already released, stopped or expired."""
    DOC_INVALID = "07"
    """Signature, seal, document or content does not hold."""
    IDENTITY_MISMATCH = "08"
    AUTHORITY_MISMATCH = "09"
    """Not a court this agency obeys, or not the court that gave the command."""
    RETURNED = "10"
    """Returned (回退): this agency cannot do what is asked."""
    OBJECTION = "11"
    """The agency holds the measure unlawful and says so in writing (法释〔2013〕20号 art. 6)."""
    SYSTEM_ERROR = "20"
    TIMEOUT = "21"


FEEDBACK_TEXTS = {
    FeedbackCode.DONE: ("done", "已办理"),
    FeedbackCode.DONE_PARTIAL: ("partly done", "部分办理"),
    FeedbackCode.NO_SUBJECT: ("subject unknown here", "查无此人"),
    FeedbackCode.NO_ASSET: ("nothing found", "无财产"),
    FeedbackCode.WAITING_ORDER: ("waiting behind an earlier measure", "轮候"),
    FeedbackCode.EXEMPT: ("exempt from enforcement", "豁免执行"),
    FeedbackCode.ALREADY_ENDED: ("already ended", "已解除或已到期"),
    FeedbackCode.DOC_INVALID: ("document or signature does not hold", "文书或签名无效"),
    FeedbackCode.IDENTITY_MISMATCH: ("identity differs", "身份不符"),
    FeedbackCode.AUTHORITY_MISMATCH: ("no authority for this", "无权办理"),
    FeedbackCode.RETURNED: ("returned", "回退"),
    FeedbackCode.OBJECTION: ("objection", "书面异议"),
    FeedbackCode.SYSTEM_ERROR: ("system error, will be tried again", "系统错误"),
    FeedbackCode.TIMEOUT: ("no answer in time", "超时"),
}
"""What people read, English and Chinese."""


def feedback_text(code: str, lang: str) -> str:
    """Return the words of a code; an unknown code shows as it is."""
    try:
        pair = FEEDBACK_TEXTS[FeedbackCode(code)]
    except ValueError:
        return code
    return pair[1] if lang == "zh" else pair[0]
