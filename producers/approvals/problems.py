"""Why an act does not get its second approval."""

from typing import ClassVar

from ...schemas.problems import BilingualError, Text, UsageProblem


class ApprovalNeeded(BilingualError):
    """An act that takes effect only with a second approval, and was asked for without one."""

    http_status: ClassVar[int] = 409
    texts: ClassVar[dict[str, Text]] = {
        "APPROVAL_NEEDED": Text(
            "this act needs the approval of a second key of the court (settings second_approval, state_organ_listing)",
            "propose it with the command of the act; another person approves it with `liandong court approve`",
            "该行为须经本院另一密钥审批（设置项 second_approval、state_organ_listing）",
            "请用该行为的命令提出，由另一人用 `liandong court approve` 审批",
        ),
    }


class ApprovalImpossible(BilingualError):
    """Something proposed that cannot be approved, or not any more."""

    http_status: ClassVar[int] = 409
    texts: ClassVar[dict[str, Text]] = {
        "APPROVAL_EXPIRED": Text(
            "{batch} was proposed until {until} and nobody approved it; an old decision is not published unseen",
            "propose it again: publish the same file, or give the command of the act",
            "{batch} 的审批期限至 {until} 已过；逾期的提请不得直接发布",
            "请重新提请：再次发布同一文件，或者再次执行该行为的命令",
        ),
        "APPROVAL_SUPERSEDED": Text(
            "{batch} was replaced by a later proposal about the same debtor or entry",
            "see `liandong court approve --list` and approve the later one if it is right",
            "{batch} 已被同一被执行人或者同一条目的后一提请取代",
            "请用 `liandong court approve --list` 查看，后一提请无误的，审批后一提请",
        ),
        "APPROVAL_DECIDED": Text(
            "{approver} decided on {batch} on {day}: {state}",
            "a decision stands; a changed act is proposed anew",
            "{batch} 已由 {approver} 于 {day} 作出决定：{state_zh}",
            "审批决定不得改变；内容变更的请重新提请",
        ),
        "APPROVAL_REFUSED": Text(
            "exactly this was refused by {approver} on {day}: {reason}",
            "mend what was refused, with the number of the new decision, and propose that; or take the row out of the export",
            "相同内容已由 {approver} 于 {day} 决定不予批准：{reason}",
            "请更正后连同新的决定书文号重新提请，或者从导出文件中去掉该行",
        ),
        "APPROVAL_ROW_REFUSED": Text(
            "{batch} cannot be published as it was proposed: {reasons}",
            "{remedies}; or refuse it with --refuse, and propose it anew",
            "{batch} 已不能按提请的内容发布：{reasons}",
            "{remedies}；或者用 --refuse 不予批准，另行提请",
        ),
        "APPROVAL_ENTRY_CHANGED": Text(
            "{entry} was changed since the act was proposed (version {version} then): what was signed was about another state of it",
            "look at it with `liandong court find`, and propose the act again",
            "提请之后 {entry} 已有变更（提请时为第 {version} 版），原提请针对的是此前的内容",
            "请用 `liandong court find` 查看后重新提请",
        ),
        "PROPOSAL_UNSIGNED": Text(
            "the proposer's signature over {batch} does not hold: {cause}",
            "do not approve it: the register was changed by somebody, or the court's key is in wrong hands; propose it again",
            "{batch} 的提请人签名不成立：{cause}",
            "请勿审批：登记簿可能被改动，或者本院密钥已经泄露；请重新提请",
        ),
    }


class ApproverRefused(BilingualError):
    """A key that may not approve this."""

    http_status: ClassVar[int] = 403
    texts: ClassVar[dict[str, Text]] = {
        "APPROVER_UNKNOWN": Text(
            "the key of {approver} is not registered",
            "publish it where the root key is kept: `liandong participant publish {approver}`",
            "{approver} 的密钥未登记",
            "请在保管根密钥的机器上执行 `liandong participant publish {approver}`",
        ),
        "APPROVER_KEY_ENDED": Text(
            "the key of {approver} is revoked or not valid now",
            "renew it: `liandong participant rotate-key {approver}`, then `liandong participant publish {approver}`",
            "{approver} 的密钥已被撤销或者目前无效",
            "请先执行 `liandong participant rotate-key {approver}`，再执行 `liandong participant publish {approver}`",
        ),
        "APPROVER_SAME_KEY": Text(
            "{approver} proposed this; the second approval is another key's",
            "let a second person approve it with a key of theirs",
            "该提请由 {approver} 提出；第二审批须使用另一密钥",
            "请由另一人使用其密钥审批",
        ),
        "APPROVER_NOT_ITS_COURTS": Text(
            "{approver} is registered as {kind} under {superior}, and approves nothing of {court}",
            "make an approver of this court: `liandong participant new ID --kind approver --superior {court}`",
            "{approver} 登记为 {superior} 的 {kind}，不得审批 {court} 的行为",
            "请建立本院的审批人：`liandong participant new ID --kind approver --superior {court}`",
        ),
    }


class ApprovalAsked(UsageProblem):
    """`court approve` was asked for something that is not there, or without what it needs."""

    texts: ClassVar[dict[str, Text]] = {
        "APPROVAL_UNKNOWN": Text(
            "nothing of {court} waits, or waited, under {batch}",
            "see `liandong court approve --list`",
            "{court} 没有编号为 {batch} 的提请",
            "请用 `liandong court approve --list` 查看",
        ),
        "APPROVER_MISSING": Text(
            "who approves?",
            "name the approver with --as; its key must lie on this machine",
            "未写明审批人",
            "请用 --as 指定审批人，其密钥须在本机",
        ),
        "APPROVE_WHAT": Text(
            "approve what?",
            "give a batch of `liandong court approve --list`",
            "未写明审批对象",
            "请填写 `liandong court approve --list` 所列的批次",
        ),
        "REFUSAL_REASON_MISSING": Text(
            "who refuses says why",
            "give --reason TEXT",
            "不予批准须说明理由",
            "请用 --reason 填写理由",
        ),
    }
