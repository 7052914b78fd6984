"""Texts of the intake codes about how a list entry begins (法释〔2017〕7号 art. 5)."""

from ....schemas.problems import Text

_FILL = (
    "fill {column} from the decision; an entry that stood on the national list before the take-over is published with --stock",
    "请按决定书填写“{header}”；接入之前已在全国名单上的条目，请用 --stock 发布",
)

BEGINNING_TEXTS = {
    "BEGINNING_DECISION_NUMBER": Text(
        "a new entry needs the number of its decision (art. 5 ¶3)",
        _FILL[0],
        "新纳入须有决定书文号（第五条第三款）",
        _FILL[1],
    ),
    "BEGINNING_SIGNED_BY": Text(
        "a new entry needs the president of the court who signed the decision (art. 5 ¶3)",
        _FILL[0],
        "新纳入的决定书须由院长签发（第五条第三款）",
        _FILL[1],
    ),
    "BEGINNING_SIGNED_ON": Text(
        "a new entry needs the day on which the president signed (art. 5 ¶3)",
        _FILL[0],
        "新纳入须有院长签发日期（第五条第三款）",
        _FILL[1],
    ),
    "BEGINNING_SERVED_ON": Text(
        "a new entry needs the day on which the decision was served on the debtor (art. 5 ¶3)",
        _FILL[0],
        "新纳入须有决定书送达日期（第五条第三款）",
        _FILL[1],
    ),
    "BEGINNING_INITIATED_BY": Text(
        "a new entry needs to say whether the creditor applied or the court acted by itself (art. 5 ¶2)",
        _FILL[0],
        "新纳入须写明依申请或者依职权（第五条第二款）",
        _FILL[1],
    ),
    "BEGINNING_APPLIED_ON": Text(
        "a new entry that the creditor applied for needs the day of the application (art. 5 ¶2)",
        _FILL[0],
        "依申请新纳入的，须有申请日期（第五条第二款）",
        _FILL[1],
    ),
    "STOCK_NO_TAKEOVER": Text(
        "nothing of this court is stock: no day of take-over is known that the root has signed, so the row is a new entry, and lacks "
        "{missing} (art. 5)",
        "let the administrator give the day: liandong participant set {court} --takeover YYYY-MM-DD; or fill what is missing",
        "本院没有经根密钥签名的接入日，不存在存量条目；本行按新纳入处理，缺少{missing_zh}（第五条）",
        "请由管理员设定接入日：liandong participant set {court} --takeover YYYY-MM-DD；或补全所缺内容",
    ),
    "STOCK_AFTER_TAKEOVER": Text(
        "the row is of {day}, after the take-over on {takeover}: it is a new entry and no stock, and lacks {missing} (art. 5)",
        "fill what is missing; if the entry was published earlier, give that day in publish_date",
        "本行日期为 {day}，晚于接入日 {takeover}，属于新纳入而非存量，缺少{missing_zh}（第五条）",
        "请补全所缺内容；确系此前发布的，请在“发布日期”列填写当时的日期",
    ),
    "WARNED_ON_MISSING": Text(
        "no day is given on which the debtor was warned of the listing in the enforcement notice (art. 5 ¶1)",
        "fill warned_on from the proof of service of the notice",
        "未填写执行通知书中纳入风险提示的送达日期（第五条第一款）",
        "请按执行通知书的送达回证填写“风险提示日期”",
    ),
    "SIGNED_AFTER_PUBLICATION": Text(
        "the decision was signed after the publication; it takes effect when made, and nothing is published before (art. 5 ¶3)",
        "compare both days with the decision",
        "签发日期晚于发布日期；决定书自作出之日起生效，此前不得发布（第五条第三款）",
        "请与决定书核对",
    ),
    "SERVED_BEFORE_DECISION": Text(
        "the decision cannot have been served before it was signed (art. 5 ¶3)",
        "compare both days with the decision and the proof of service",
        "送达日期不可能早于签发日期（第五条第三款）",
        "请与决定书和送达回证核对",
    ),
    "APPLIED_AFTER_DECISION": Text(
        "the creditor cannot have applied after the decision on the application (art. 5 ¶2)",
        "compare both days with the application and the decision",
        "申请日期不可能晚于签发日期（第五条第二款）",
        "请与申请书和决定书核对",
    ),
    "WARNED_AFTER_DECISION": Text(
        "the warning of the listing comes before the decision (art. 5 ¶1)",
        "compare both days with the enforcement notice and the decision",
        "纳入风险提示应在作出决定之前（第五条第一款）",
        "请与执行通知书和决定书核对",
    ),
}
