"""Why an act of a supervisor, or a recount under one, cannot be done as it was asked for."""

from typing import ClassVar

from ..problems import Text, UsageProblem


class SupervisionProblem(UsageProblem):
    """What a supervisor asks for cannot be done; nothing was signed."""

    texts: ClassVar[dict[str, Text]] = {
        "ACT_UNKNOWN": Text(
            "no act {act} switched a measure on in {jurisdiction}",
            "look it up with `liandong supervise list`",
            "{jurisdiction} 没有编号为 {act} 的启用措施决定",
            "请用 `liandong supervise list` 查询",
        ),
        "DAY_OF_ACT": Text("{day} is no day", "write it as 2026-12-01", "{day} 不是日期", "请写成 2026-12-01"),
        "DAYS_OF_ACT": Text(
            "{until_day} lies before {from_day}",
            "give the first day with --from and the last one with --until",
            "{until_day} 早于 {from_day}",
            "请用 --from 填写首日、用 --until 填写最后一日",
        ),
        "DOCUMENT_MISSING": Text(
            "there is no file {document}", "give the decision's file", "没有文件 {document}", "请提供决定书文件"
        ),
        "ESCROW_KIND": Text(
            "the escrow opens nothing of the kind {kind}",
            "use one of {known}",
            "托管密钥不涉及 {kind} 类记录",
            "可用种类：{known}",
        ),
        "ESCROW_NOT_OPENED": Text(
            "no act {act} that counts opens the escrow for this month",
            "act as a supervisor whom the root admitted for the jurisdiction",
            "没有有效的决定 {act} 为本月启用托管密钥",
            "请以经根密钥登记、管辖该辖区的监督方身份操作",
        ),
        "ESCROW_REASON": Text(
            "{reason} is no reason to open the escrow",
            "use one of {known}",
            "{reason} 不是启用托管密钥的事由",
            "可用事由：{known}",
        ),
        "MEASURE_NOT_SWITCHED": Text(
            "{measure} is no measure that an act switches on",
            "name one that `liandong measures list` shows as switched on by an act alone",
            "{measure} 不是须经决定启用的措施",
            "请填写 `liandong measures list` 中标明须经决定启用的措施",
        ),
        "NOT_A_SUPERVISOR": Text(
            "{participant} is {kind} of {places}",
            "name a supervisor of {jurisdiction} with --as",
            "{participant} 的身份是 {kind}，辖区为 {places}",
            "请用 --as 填写 {jurisdiction} 的监督方",
        ),
        "PERIOD_INVALID": Text("{period} is no month", "write it as 2026-12", "{period} 不是月份", "请写成 2026-12"),
        "TERM_OF_ACT": Text(
            "{from_day} to {until_day} is no term an act can have",
            "give first and last day as 2026-12-01, {days} days at most",
            "{from_day} 至 {until_day} 不能作为决定的期限",
            "请填写起止日期，如 2026-12-01，最长 {days} 天",
        ),
    }
