"""Which grounds a text names and which it denies, by the words that make them up; grounds by their numbers in art. 1.

A denial reaches from its word to the end of its clause where it says that nothing was found (未发现, 不存在, 没有证据), else
to the words it stands before, and on through what is listed behind them (没有伪造证据、暴力).
"""

import re
from functools import lru_cache
from typing import NamedTuple

_MARKS = {
    1: "履行能力",
    2: "伪造证据|暴力|威胁|抗拒执行|妨碍",
    3: "虚假诉讼|虚假仲裁|隐匿|转移财产|规避执行",
    4: "财产报告|报告财产|财产申报|申报财产",
    5: "限制消费|限制高消费|限高令",
    6: "和解协议|执行和解",
}
_MARK = re.compile("|".join(f"(?P<g{ground}>{words})" for ground, words in _MARKS.items()))
_CLAUSE = re.compile("[，,；;。！!?？\n]")
_NOTHING_FOUND = re.compile(
    "(?:未|没有?|尚未|并未|无法|不能|未能|无)(?:发现|查明|查实|查到|证实|证明|认定|证据|证据证明|证据显示)|不存在|(?<![不能])排除|否认"
)
_TWICE = re.compile("(?:并非|不是|绝非|非)$")
"""Before a denial: what is denied twice is said."""
_NO = "(?:未曾|从未|并未|尚未|未|没有|没|不曾|并无|无|不)"
_LISTED = re.compile("(?:[、和或及与以等者并其他的]|行为|方法|手段|方式|有关|相关)*")
_ABILITY = re.compile(
    "(?:无|没有|没|不具备|不具有|不再具备|不再具有|未具备|已?丧失|已?失去|缺乏|欠缺|缺少|尚无|确无|暂无)了?"
    "(?:任何|实际|现实|相应|足够|完全|全部|部分|偿还|继续|清偿|的)*$"
)
_NO_ABILITY_LEFT = re.compile("(?:已经?|均|都)?(?:丧失|不足|欠缺|缺失|缺乏|不具备|全无|没有)")
_DEED = re.compile(f"{_NO}(?:有|使用|采取|采用|实施|进行|通过|以|任何|出现|存在|发生|涉嫌|故意|恶意)*$")
_BREACH = re.compile(f"{_NO}(?:有|存在|任何)*违反[^，,]{{0,6}}$")
_REPORTED = re.compile("(?:已经?|如实|依法|按时|主动|按期|及时|按照?要求)+[^未不拒没]{0,6}$")
_NOT_REPORTED = re.compile("未|不|拒|虚假|没有|逾期|隐瞒|违反")
_NO_AGREEMENT = re.compile(f"{_NO}(?:能|曾)?(?:达成|签订|订立|形成|有)[^，,]{{0,4}}$")
_KEPT_AGREEMENT = re.compile("已经?(?:全部|完全)?(?:履行|履行完毕)[^，,未不拒]{0,4}$")


class ReadGrounds(NamedTuple):
    """The grounds a text names and those it only denies, each in the order of the law."""

    named: tuple[int, ...]
    denied: tuple[int, ...]


@lru_cache(maxsize=4096)
def read_grounds_text(plain: str) -> ReadGrounds:
    """Read a text without blanks."""
    named, denied = set[int](), set[int]()
    for clause in _CLAUSE.split(plain):
        _read_clause(clause, named, denied)
    return ReadGrounds(tuple(sorted(named)), tuple(sorted(denied - named)))


def _read_clause(clause: str, named: set[int], denied: set[int]) -> None:
    end, was_denied = 0, False
    for mark in _MARK.finditer(clause):
        ground, before = int((mark.lastgroup or "g0")[1:]), clause[: mark.start()]
        goes_on = was_denied and _LISTED.fullmatch(clause[end : mark.start()]) is not None
        was_denied = goes_on or _is_denied(ground, before, clause[mark.end() :])
        (denied if was_denied else named).add(ground)
        end = mark.end()


def _is_denied(ground: int, before: str, after: str) -> bool:
    """Tell whether the words around a mark deny its ground."""
    nothing = _NOTHING_FOUND.search(before)
    if nothing is not None and not _TWICE.search(before[: nothing.start()]):
        return True
    if ground == 1:
        return _denies(_ABILITY, before) or _NO_ABILITY_LEFT.match(after) is not None
    if ground == 4:
        kept = _REPORTED.search(before) is not None and _NOT_REPORTED.search(before) is None
        return kept or _denies(_BREACH, before)
    if ground == 5:
        return _denies(_BREACH, before)
    if ground == 6:
        return _denies(_NO_AGREEMENT, before) or _KEPT_AGREEMENT.search(before) is not None
    return _denies(_DEED, before)


def _denies(pattern: re.Pattern[str], before: str) -> bool:
    found = pattern.search(before)
    return found is not None and not _TWICE.search(before[: found.start()])
