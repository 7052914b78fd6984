"""Why a publisher does not sign now."""

from typing import ClassVar

from ...schemas.problems import BilingualError, Text


class SigningRefused(BilingualError):
    """What would be signed now could contradict what stands in the log, or be refused by everybody."""

    http_status = 503
    texts: ClassVar[dict[str, Text]] = {
        "REGISTER_BEHIND_LOG": Text(
            "the log holds records of {court} that its register does not know, {list} up to number {highest}: the register is "
            "an older one, or somebody else signs with the court's key",
            "was the register put back from a backup? Then run `liandong court register recover`. If nobody did that, the key is in "
            "wrong hands: `liandong participant rotate-key {court} --compromised-since TIME`",
            "消息日志中有 {court} 的记录而本机登记簿中没有（{list}，至序号 {highest}）：登记簿是旧的，或有他人使用该法院的密钥签名",
            "如登记簿系由备份恢复，请执行 `liandong court register recover`；如无人恢复过备份，则密钥已泄露："
            "`liandong participant rotate-key {court} --compromised-since TIME`",
        ),
        "REGISTER_NOT_COMPARED": Text(
            "the register was not compared with the log lately: if it is an older one, numbers would be given twice",
            "let Kafka be reached and try again; with --no-wait a `liandong court relay` must run for this jurisdiction",
            "登记簿近期未与消息日志核对：如登记簿是旧的，序号会重复发出",
            "请确认可以连接 Kafka 后重试；使用 --no-wait 时，本辖区须有 `liandong court relay` 在运行",
        ),
    }
