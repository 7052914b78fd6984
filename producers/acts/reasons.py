"""Why a court acts on an entry: codes that travel with the record, and what each of them says.

Deleting has the reasons of the law (`schemas.law.grounds.DeletionReason`); the codes here stand for arts. 4, 9 and 12 of
法释〔2017〕7号 (revoke, correct), art. 9 of 法释〔2015〕17号 (lift) and, for shielding, which no article names, for practice.
"""

from collections.abc import Mapping

from ...schemas.errors import WrongUsage
from ...schemas.law.grounds import DELETION_TEXTS
from ...schemas.law.listing import Change

REASONS: Mapping[Change, Mapping[str, tuple[str, str]]] = {
    Change.REVOKE: {
        "NO_GROUND": ("none of the grounds of art. 1 was there", "不存在第一条规定的情形"),
        "EXEMPT": ("a case of art. 3: security, seized property, order of claims", "属于第三条不得纳入的情形"),
        "MINOR": ("a minor (art. 4)", "未成年人（第四条）"),
        "WRONG_PERSON": ("another person was meant", "纳入对象错误"),
        "ANNULLED": ("the decision was annulled on objection or reconsideration (art. 12)", "决定经纠正或者复议被撤销"),
    },
    Change.CORRECT: {
        "DATA_WRONG": ("recorded data were inaccurate (art. 9)", "记载信息不准确（第九条）"),
        "REVIEWED": ("a correction application was upheld (art. 12)", "纠正申请成立（第十二条）"),
    },
    Change.SHIELD: {
        "REVIEW": ("an objection is under review", "纠正申请审查期间"),
        "SETTLEMENT": ("a settlement is being performed", "执行和解履行期间"),
        "REPAIR": ("credit repair commitment", "信用修复承诺期间"),
        "DATA_DOUBT": ("the identity is in doubt", "身份信息存疑"),
    },
    Change.UNSHIELD: {
        "REVIEWED": ("the objection was rejected", "纠正申请驳回"),
        "BREACHED": ("settlement or commitment was broken", "未履行和解协议或者承诺"),
        "DATA_CLEAR": ("the identity was confirmed", "身份信息已核实"),
    },
    Change.EXTEND: {
        "SERIOUS": (
            "serious violence or threat, or several acts (art. 2)",
            "暴力、威胁情节严重或者具有多项失信行为（第二条）",
        ),
        "RENEWED": ("an order's term was renewed", "令状期限续展"),
    },
    Change.LIFT: {
        "PERFORMED": ("performed (art. 9)", "已履行完毕"),
        "SECURITY": ("valid security was given", "提供确实有效的担保"),
        "CONSENT": ("the creditor consents", "申请执行人同意"),
        "REPLACED": ("no longer representative or responsible", "已不再担任法定代表人等职务"),
        "ENDED": ("enforcement ended or was stayed", "执行程序终结或者中止"),
        "EXPIRED": ("the order's term ended", "期限届满"),
        "WRONG": ("should not have been ordered", "不应采取限制措施"),
    },
    Change.DELETE: {reason.value: texts for reason, texts in DELETION_TEXTS.items()},
}


def check_reason(change: Change, code: str) -> str:
    """Return a code in canonical form. Raises REASON_UNKNOWN, which names those that may be given."""
    known = REASONS[change]
    canonical = code.strip().upper().replace("-", "_")
    if canonical not in known:
        raise WrongUsage(
            "REASON_UNKNOWN",
            f"{code!r} is no reason to {change.name.lower()}",
            "give one of " + ", ".join(f"{each} ({texts[0]})" for each, texts in known.items()),
        )
    return canonical
