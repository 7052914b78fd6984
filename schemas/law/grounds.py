"""Grounds for listing (法释〔2017〕7号 art. 1) and reasons for deleting (art. 2 ¶2, art. 10).

The old text of 2013 has the same grounds in another order and wording; records carry either, several joined. They are
told by the words that make them up. The words were never numbered in the records, so no number is read from them.
"""

import re
from collections.abc import Collection, Iterable
from datetime import date
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import ClassVar

from ..problems import FactProblem, Text
from ..spelling import compact
from .ground_words import read_grounds_text
from .terms import relist_bar_until


class Ground(IntEnum):
    """Why somebody is listed; the numbers travel in records and never change."""

    G1 = 1
    """Able to perform but refuses; has no term."""
    G2 = 2
    """Obstructs or resists by forged evidence, violence, threats."""
    G3 = 3
    """Evades by sham suits or arbitration, by hiding or transferring property."""
    G4 = 4
    """Breaches the duty to report property."""
    G5 = 5
    """Breaches a consumption restriction order."""
    G6 = 6
    """Refuses without good reason to perform a settlement reached in enforcement."""
    OTHER_LEGACY = 99
    """A wording from before 1 May 2017 that fits none of the six."""


GROUND_TEXTS = {
    Ground.G1: "有履行能力而拒不履行生效法律文书确定义务",
    Ground.G2: "以伪造证据、暴力、威胁等方法妨碍、抗拒执行",
    Ground.G3: "以虚假诉讼、虚假仲裁或者以隐匿、转移财产等方法规避执行",
    Ground.G4: "违反财产报告制度",
    Ground.G5: "违反限制消费令",
    Ground.G6: "无正当理由拒不履行执行和解协议",
}
"""The wording of the law, as records show it."""

RULES_IN_FORCE = date(2017, 5, 1)
"""Day the six grounds of today took effect."""

_CODES = re.compile(r"(?:G[1-6]|OTHER_LEGACY)(?:[;,，；、|/]?(?:G[1-6]|OTHER_LEGACY))*")
_CODE = re.compile(r"G[1-6]|OTHER_LEGACY")


@lru_cache(maxsize=4096)
def recognise_grounds(text: str) -> tuple[Ground, ...]:
    """Return the grounds a text names, in the order of the law; codes `G1;G4` or the words of any version of the rules.

    What a text denies it does not name (无履行能力, 未发现…). Text that names none gives OTHER_LEGACY, empty text gives nothing.
    """
    plain = compact(text)
    if not plain:
        return ()
    if _CODES.fullmatch(plain):
        return tuple(sorted({Ground[code] for code in _CODE.findall(plain)}))
    return tuple(map(Ground, read_grounds_text(plain).named)) or (Ground.OTHER_LEGACY,)


def denied_grounds(text: str) -> tuple[Ground, ...]:
    """Return the grounds of which a text says that they are not there."""
    plain = compact(text)
    return () if _CODES.fullmatch(plain) else tuple(map(Ground, read_grounds_text(plain).denied))


def needs_term(grounds: Iterable[Ground]) -> bool:
    """Whether an entry on these grounds has a term: grounds two to six do, ground one alone has none."""
    return any(Ground.G2 <= ground <= Ground.G6 for ground in grounds)


def extension_problem(grounds: Collection[int], *, is_serious: bool) -> str:
    """Return why art. 2 ¶1 does not extend a term on these grounds, empty if it does: several acts do, or serious violence
    or threat. Codes: EXTENSION_GRAVITY_UNSTATED, EXTENSION_CAUSE_UNLAWFUL.
    """
    if len(set(grounds)) > 1:
        return ""
    if Ground.G2 in grounds:
        return "" if is_serious else "EXTENSION_GRAVITY_UNSTATED"
    return "EXTENSION_CAUSE_UNLAWFUL"


class DeletionReason(StrEnum):
    """Why an entry is deleted; the numbers of D1 to D7 are those of art. 10 ¶1."""

    D1 = "D1"
    D2 = "D2"
    D3 = "D3"
    D4 = "D4"
    D5 = "D5"
    D6 = "D6"
    D7 = "D7"
    TERM = "TERM"
    EARLY = "EARLY"


DELETION_TEXTS = {
    DeletionReason.D1: ("performed or fully executed", "已履行或者执行完毕"),
    DeletionReason.D2: ("settlement reached and performed", "达成执行和解协议且已履行完毕"),
    DeletionReason.D3: ("creditor asked in writing, court agreed", "申请执行人书面申请删除，人民法院审查同意"),
    DeletionReason.D4: (
        "round terminated, two networked queries found no property, no valid clue",
        "终结本次执行程序后，通过网络执行查控系统查询两次以上未发现财产，且无有效财产线索",
    ),
    DeletionReason.D5: ("stayed for retrial or bankruptcy", "因审判监督或破产程序裁定中止执行"),
    DeletionReason.D6: ("refusal to enforce was ruled", "裁定不予执行"),
    DeletionReason.D7: ("termination of enforcement was ruled", "裁定终结执行"),
    DeletionReason.TERM: ("term ended (art. 10 ¶2)", "纳入期限届满"),
    DeletionReason.EARLY: (
        "active performance or correction, decided by the court (art. 2 ¶2)",
        "积极履行或主动纠正，决定提前删除",
    ),
}
"""What each reason says, in English and Chinese."""

_TERMED_ONLY = frozenset((DeletionReason.TERM, DeletionReason.EARLY))


class DeletionReasonProblem(FactProblem):
    """A reason the law does not know for this kind of entry."""

    texts: ClassVar[dict[str, Text]] = {
        "DELETION_REASON_UNKNOWN": Text(
            "this is no reason for deletion",
            "give one of D1 to D7 (art. 10 ¶1), TERM (art. 10 ¶2) or EARLY (art. 2 ¶2)",
            "不是法定删除事由",
            "请填写 D1 至 D7（第十条第一款）、TERM（第十条第二款）或 EARLY（第二条第二款）",
        ),
        "DELETION_REASON_TERMED": Text(
            "an entry with a term is not deleted for the reasons of art. 10 ¶1",
            "use TERM after the term has ended, or EARLY with a decision under art. 2 ¶2",
            "有纳入期限的条目不适用第十条第一款的删除事由",
            "期限届满用 TERM；依第二条第二款决定提前删除用 EARLY",
        ),
        "DELETION_REASON_UNTERMED": Text(
            "an entry on ground one has no term that could end or be shortened",
            "use one of D1 to D7 (art. 10 ¶1)",
            "依第一项纳入的条目没有期限，不存在届满或提前删除",
            "请使用第十条第一款的 D1 至 D7",
        ),
        "APPLIED_ON_NEEDED": Text(
            "the entry was deleted because the creditor asked for it; whether they may apply again depends on the day of the new "
            "application (art. 10 ¶4: not until {until}), and applied_on is not given",
            "fill applied_on, or initiated_by with EX_OFFICIO if the court itself finds a ground of art. 1",
            "该条目系依申请执行人申请删除；能否再次申请取决于新申请的日期（第十条第四款：至 {until} 不予准许），而申请日期未填",
            "请填写申请日期；人民法院自行发现第一条情形的，启动方式填依职权",
        ),
        "RELIST_BARRED": Text(
            "the creditor asked for the deletion and applied again within six months; that application is refused (art. 10 ¶4), until "
            "{until}",
            "wait until then, or list ex officio if the court itself finds a ground of art. 1",
            "申请执行人申请删除后六个月内再次申请纳入的，不予准许（第十条第四款），至 {until}",
            "请待期满后再申请；人民法院自行发现第一条情形的，可依职权纳入",
        ),
    }


def check_deletion_reason(code: str, *, has_term: bool) -> DeletionReason:
    """Return the reason of a code, if the law allows it for an entry with or without term. Raises DeletionReasonProblem."""
    try:
        reason = DeletionReason(compact(code))
    except ValueError:
        raise DeletionReasonProblem("DELETION_REASON_UNKNOWN") from None
    if has_term and reason not in _TERMED_ONLY:
        raise DeletionReasonProblem("DELETION_REASON_TERMED")
    if not has_term and reason in _TERMED_ONLY:
        raise DeletionReasonProblem("DELETION_REASON_UNTERMED")
    return reason


def check_relisting(deleted_on: date, reason: DeletionReason, applied_on: date | None, *, ex_officio: bool) -> None:
    """Refuse a creditor's application within six months after a deletion they asked for, whenever it is decided and published.

    Raises DeletionReasonProblem, also where the day of the application is not known.
    """
    if reason is not DeletionReason.D3 or ex_officio:
        return
    until = relist_bar_until(deleted_on).isoformat()
    if applied_on is None:
        raise DeletionReasonProblem("APPLIED_ON_NEEDED", until=until)
    if applied_on.isoformat() <= until:
        raise DeletionReasonProblem("RELIST_BARRED", until=until)
