"""What schemas are for, and the rules of their versions, in Chinese."""

SCHEMAS_ZH: dict[str, str] = {
    "asset-event": "依某法院有效的协助查找发给该院的财产反馈；仅发送方、收件法院和日期为明文",
    "asset-report": "协助单位查到的被执行人财产",
    "barrier": "名单和快车道每个分区中的校验点：表明仍在运行、数据新鲜，并在此处比对副本",
    "control-command": "给一个协助单位的指令；头部为明文并签名，正文密封",
    "control-feedback": "协助单位对指令的反馈；代码、期限和类别为明文，内容密封",
    "court-checkpoint": "发布方迄今写入各名单的内容，用以发现消息日志末尾的缺失",
    "enforcement-count": "一个单位一周内因一家法院的条目拒绝办理或者转人工的次数，由该院统计",
    "feedback-detail": "反馈的内容",
    "interception": "对在列人员拒绝办理、转人工或者放行；仅单位、法院和日期为明文，其余密封给条目的法院",
    "interception-detail": "拒绝办理、转人工或者放行的详情，仅条目的法院可见",
    "key-register": "根对密钥登记册整体的签名说明，读取方据此知道密钥是否齐全",
    "list-head": "名单签名摘要：见证节点在某校验点对名单的统计，摘要相同即证明副本一致",
    "list-record": "一条名单条目或者限制令的完整现状及所作变更；终止后不再含姓名和证件",
    "notary-report": "见证节点发现的名单异常，不影响任何副本和结论",
    "participant-key": "参与方的公钥，由离线的根签名；从不覆盖，吊销是同一密钥的新记录",
    "receipt": "协助单位的一个节点在某校验点的持有情况",
    "root-change": "根密钥的更替，由新旧根共同签名",
    "sealed-envelope": "密封内容：一次加密，密钥分别封给各收件方；销毁某月的私钥即擦除该月内容",
    "supervision-act": "监督机构公开的行为：在辖区内启用、停用措施，或者开启托管密钥",
    "watch-order": "协助查找指令的正文：案件、被执行人、类别、用途和截止日期",
    "whereabouts-event": "依某法院有效的协助查找发给该院的下落反馈；仅发送方、收件法院和日期为明文",
    "whereabouts-report": "所见被执行人的下落，默认保存三十天",
}
RULES_ZH: dict[str, str] = {
    "BACKWARD": "新版本不能读取旧版本所写",
    "FORWARD": "旧版本不能读取新版本所写",
    "APPENDED": "字段被移动、更改或者删除；新字段只能加在末尾",
    "NUMBERED": "版本号不连续",
    "NO_ENUM": "使用了枚举；请改用整数并说明取值",
    "RELEASED": "已发布的版本缺失或者被改动",
}
