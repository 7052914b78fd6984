"""The words of docs/errors.md around its tables, in both languages."""

from collections.abc import Mapping

from ...schemas.problems import Language

HEADER: Mapping[Language, str] = {
    "en": """\
# Codes

Generated from the sources by `python -m liandong.docs.generators.errors`; change the texts where they stand, not here.
[中文](zh/errors.md)

Every error has a code that never changes and is the same in every language; texts may change. `‹name›` and … stand where a
text names something. No text ever holds a certificate number.

- The command line prints `error CODE: what happened` and `what to do: …` to stderr; with `--json`,
  `{"error": {"code", "message", "remedy"}}` to stdout. Exit codes: 0 done or healthy, 1 failed or degraded, 2 wrong usage, 3 done but
  some input was rejected.
- HTTP answers are problem details (RFC 9457) with `code` and `remedy`, in the language of `Accept-Language` (zh, en).
- *exit* below is what a command ends with. *row*: a row of a file or a field of a request is rejected or noted, the others go on
  (exit 3, HTTP 422). *again*: trying again later can help (HTTP 503).
""",
    "zh": """\
# 代码

由 `python -m liandong.docs.generators.errors` 从源代码生成；文字应在源代码中修改，不在此处修改。[English](../errors.md)

每个错误有一个代码，永不改变，各种语言相同；说明文字可以修改。`‹name›` 和“…”表示说明中要写明的内容。任何说明都不含证件号码。尚无中文的，以原文列出。

- 命令行向标准错误输出两行（`error CODE: what happened`、`what to do: …`，中文为“错误 代码：说明”“处理办法：……”）；加 `--json` 时向标准输出写出 `{"error": {"code", "message", "remedy"}}`。退出码：0 完成或者正常，1 失败或者降级，2 用法错误，3 完成但有输入不予接受。
- HTTP 的回答是问题详情（RFC 9457），含 `code` 和 `remedy`，语言依 `Accept-Language`（zh、en）。
- 下表“退出码”为命令结束时的退出码。“行”：文件中的一行或者请求中的一个字段不予接受或者作出提示，其余照常处理（退出码 3，HTTP 422）。“可重试”：稍后重试可能成功（HTTP 503）。
""",
}
ROOM_TITLES: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "schemas": "certificates, dates, case numbers, signatures, watches",
        "topics": "Kafka, topics, participants, keys, settings",
        "producers": "publishing, acts and commands of courts",
        "consumers": "list store, gate, check API, events, effects",
        "monitoring": "notary, ledger, status, demo",
        "__main__.py": "the command line itself",
    },
    "zh": {
        "schemas": "证件、日期、案号、签名、协助查找",
        "topics": "Kafka、主题、参与方、密钥、设置",
        "producers": "法院的发布、行为和指令",
        "consumers": "名单副本、核验拦截、核查接口、反馈、效果",
        "monitoring": "见证节点、台账、状态、演示",
        "__main__.py": "命令行本身",
    },
}
ENDINGS: Mapping[Language, Mapping[str, str]] = {
    "en": {"error": "1", "usage": "2", "unavailable": "1, again", "text": "row"},
    "zh": {"error": "1", "usage": "2", "unavailable": "1，可重试", "text": "行"},
}
IN_PLACE: Mapping[Language, str] = {"en": "it is said in place", "zh": "当场写明"}
CODE_HEAD: Mapping[Language, str] = {
    "en": "| code | exit | what happened | what to do |\n|---|---|---|---|\n",
    "zh": "| 代码 | 退出码 | 说明 | 处理 |\n|---|---|---|---|\n",
}
INTAKE: Mapping[Language, str] = {
    "en": "\n## Intake: what is wrong with a file or a row\n\n`liandong court publish` writes rejected rows with these codes to"
    " `--rejects FILE`; correct them there and publish that file. Codes that begin with CERTIFICATE_ or QUARANTINED_ mean that"
    " it is in doubt who is meant: nobody is matched by such a row.\n\n",
    "zh": "\n## 收件校验：文件或者行有何问题\n\n`liandong court publish` 把不予接受的行连同下列代码写入 `--rejects FILE`；请在该文件中更正后"
    "重新发布。以 CERTIFICATE_ 或者 QUARANTINED_ 开头的代码表示对象存疑：这样的行不用于比对任何人。\n\n",
}
FAILURES: Mapping[Language, str] = {
    "en": "\n## Why a message became a dead letter\n\n`liandong dead-letters list --agency ID` shows them with their original bytes;"
    " after the cause is mended `liandong dead-letters redrive` handles them again.\n\n| failure | meaning |\n|---|---|\n",
    "zh": "\n## 消息为何成为死信\n\n`liandong dead-letters list --agency ID` 列出死信及其原始字节；原因消除后，用"
    " `liandong dead-letters redrive` 重新处理。\n\n| 原因 | 含义 |\n|---|---|\n",
}
WITH_THE_MESSAGE: Mapping[Language, str] = {"en": "the reason stands with the message", "zh": "原因与消息一并记载"}
FEEDBACK: Mapping[Language, str] = {
    "en": "\n## Feedback of an agency to a command\n\n00 to 11 answer the command and count in the feedback rate; 20 and 21 do not.\n\n"
    "| code | name | meaning |\n|---|---|---|\n",
    "zh": "\n## 协助单位对指令的反馈\n\n00 至 11 是对指令的答复，计入反馈率；20 和 21 不计入。\n\n| 代码 | 名称 | 含义 |\n|---|---|---|\n",
}
REASONS_OF_ACTS: Mapping[Language, str] = {
    "en": "\n## Reasons of a court's acts\n\nGiven with `--reason`; they travel with the record. What each act asks for besides:"
    " [acts.md](acts.md).\n\n| act | reason | meaning |\n|---|---|---|\n",
    "zh": "\n## 法院行为的事由\n\n用 `--reason` 填写，随记录送达。各项行为还应写明的内容见 [acts.md](acts.md)。\n\n| 行为 | 事由 | 含义 |\n|---|---|---|\n",
}
SCHEMA_RULES: Mapping[Language, str] = {
    "en": "\n## Rules of `liandong schemas check`\n\n| rule | broken when |\n|---|---|\n",
    "zh": "\n## `liandong schemas check` 的规则\n\n| 规则 | 何为违反 |\n|---|---|\n",
}
