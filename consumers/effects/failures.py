"""Why a message became a dead letter, as people read it; the class of a failure stands in the topic, in no language."""

from ...schemas.phrases import Phrase, quoted

FAILURES: dict[str, Phrase] = {
    "AUTHORITY_MISMATCH": Phrase("its signer may not say this", "签名者无权发出此内容"),
    "EMPTY": Phrase("a command without a value", "指令没有内容"),
    "HANDLING_FAILED": Phrase("handling it failed in a way nobody expected", "办理时出现意外错误"),
    "NO_DEAD_LETTER": Phrase("it does not say why it is here", "未写明为何在此"),
    "NO_SEALING_KEY": Phrase("its court has no key to seal the answer to", "法院没有可用于密封答复的密钥"),
    "ORIGINAL_GONE": Phrase(
        "it was too large to be kept whole and is not in the log any more", "原文过大未能完整保存，且已不在消息日志中"
    ),
    "SIGNATURE_INVALID": Phrase("its signature does not hold", "签名无效"),
    "SIGNER_UNKNOWN": Phrase("its signing key is not registered", "签名密钥未登记"),
    "UNDECODABLE": Phrase("its bytes cannot be read", "无法解码"),
    "WRONG_ADDRESS": Phrase("it is for another agency", "并非发给本单位"),
    "WRONG_SCHEMA": Phrase("it is of a schema this release does not know", "其模式在本版本中未知"),
    "WRONG_TOPIC": Phrase("it is from a topic this agency handles nothing from", "来自本单位不办理的主题"),
}


def failure_text(failure: str, reason: str) -> Phrase:
    """Return why a message was put aside: its reason as it was noted, in Chinese behind what its class means."""
    known = FAILURES.get(failure)
    return Phrase(reason, f"{known.zh}（{quoted(reason).zh}）" if known else quoted(reason).zh)
