"""Why a court acts on an entry: codes that travel with the record, and what each of them says.

Deleting has the reasons of the law (`schemas.law.grounds.DeletionReason`); the codes here stand for arts. 4, 9 and 12 of
法释〔2017〕7号 (revoke, correct), art. 9 of 法释〔2015〕17号 (lift) and item 19 of 法发〔2019〕35号 (shield).
"""

from collections.abc import Mapping
from typing import ClassVar

from ...schemas.law.grounds import DELETION_TEXTS
from ...schemas.law.listing import CHANGES_ZH, Change
from ...schemas.problems import Text, UsageProblem

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
        "REVIEW": (
            "an objection that was filed is under review (arts. 11, 12)",
            "纠正申请审查期间（第十一条、第十二条）",
        ),
        "DATA_DOUBT": ("the identity is in doubt", "身份信息存疑"),
    },
    Change.UNSHIELD: {
        "REVIEWED": ("the objection was rejected", "纠正申请驳回"),
        "BREACHED": (
            "settlement or commitment was broken; of shields by earlier releases",
            "未履行和解协议或者承诺（仅限以往版本的屏蔽）",
        ),
        "DATA_CLEAR": ("the identity was confirmed", "身份信息已核实"),
    },
    Change.EXTEND: {
        "SERIOUS": ("serious violence or threat (art. 2)", "以暴力、威胁方法妨碍、抗拒执行情节严重（第二条）"),
        "SEVERAL": ("several dishonest acts (art. 2)", "具有多项失信行为（第二条）"),
        "RENEWED": ("the term of an exit ban or order was renewed", "限制出境、限制消费期限延长"),
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


def reason_zh(change: Change | None, code: str) -> str:
    """Return what a reason says in Chinese, with its code; by the act it was given for, or by the first that has it."""
    acts = (change, *REASONS) if change is not None else tuple(REASONS)
    said = next((REASONS[act][code][1] for act in acts if code in REASONS.get(act, {})), "")
    return f"{code}（{said}）" if said else code


class ReasonUnknown(UsageProblem):
    """A reason that no article knows for an act."""

    texts: ClassVar[dict[str, Text]] = {
        "REASON_UNKNOWN": Text(
            "{reason} is no reason to {change}",
            "give one of {known}",
            "{reason} 不是{change_zh}的法定事由",
            "请填写以下之一：{known_zh}",
        )
    }


def check_reason(change: Change, code: str) -> str:
    """Return a code in canonical form. Raises REASON_UNKNOWN, which names those that may be given."""
    known = REASONS[change]
    canonical = code.strip().upper().replace("-", "_")
    if canonical not in known:
        raise ReasonUnknown(
            "REASON_UNKNOWN",
            reason=repr(code),
            change=change.name.lower(),
            change_zh=CHANGES_ZH[change],
            known=", ".join(f"{each} ({texts[0]})" for each, texts in known.items()),
            known_zh="、".join(f"{each}（{texts[1]}）" for each, texts in known.items()),
        )
    return canonical
