"""Case numbers (案号): every spelling of one case gives one key.

Since 2016: （year）court token, case-type token, serial 号, as in （2024）苏0505执1234号. Before: (2015)姑苏执字第01234号.
Records of 2016 and 2017 mix both: （2016）苏0505执字第123号. A suffix 之一, or -1 before 号, numbers the rulings of a case, so
it is no part of the key. Source: 最高人民法院《关于人民法院案件案号的若干规定》.
"""

import re
from typing import ClassVar

import msgspec

from ..problems import FactProblem, Text
from ..spelling import half_width, is_invisible
from .case_types import CaseUse, use_of

_SET_APART = frozenset("兵军")
COURT_TOKENS = frozenset("京津冀晋内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔贵云藏陕甘青宁新兵军")
"""First characters of court tokens: provinces, the XPCC courts (兵) and the military courts (军)."""

_SIMPLIFIED = str.maketrans("執號異監協復蘇滬贛魯遼陝瓊貴雲寧閩軍", "执号异监协复苏沪赣鲁辽陕琼贵云宁闽军")
_BRACKETS = str.maketrans("[]{}【】〔〕﹝﹞〖〗（）", "()()()()()()()")
_YEAR = r"\(?(?P<year>(?:19|20)[0-9]{2})\)?年?"
_END = r"(?:-(?P<inner>[0-9]{1,2}))?号?(?:之(?P<suffix>[0-9]{1,2}|[一二三四五六七八九十]{1,3})|-(?P<part>[0-9]{1,2}))?"
_TOKEN = re.compile(r"最高法(?:知)?|[\u4e00-\u9fff][0-9]{0,4}")
_NEW = re.compile(
    _YEAR
    + f"(?P<court>{_TOKEN.pattern})"
    + r"(?P<type>[\u4e00-\u9fff]{1,8}?)(?P<mixed>字?第|字)?(?P<serial>[0-9]{1,8})"
    + _END
)
_WITHOUT_COURT = re.compile(_YEAR + r"(?P<type>执恢?|执保|财保)(?P<mixed>字?第|字)?(?P<serial>[0-9]{1,8})" + _END)
_OLD = re.compile(
    _YEAR + r"(?P<court>[\u4e00-\u9fff]{1,10}?)(?P<type>[\u4e00-\u9fff]{1,6})字第?(?P<serial>[0-9]{1,8})" + _END
)
_OLD_ENFORCEMENT = re.compile(r"(?P<court>[\u4e00-\u9fff]{1,10}?)(?P<type>(?:法)?执[\u4e00-\u9fff]{0,5})")
_CHINESE_DIGITS = "零一二三四五六七八九"


class CaseNumberProblem(FactProblem):
    """Text that is no case number."""

    texts: ClassVar[dict[str, Text]] = {
        "CASE_NUMBER_EMPTY": Text(
            "there is no case number",
            "give the number of the enforcement case, for example （2024）苏0505执1234号",
            "没有案号",
            "请填写执行案号，例如（2024）苏0505执1234号",
        ),
        "CASE_NUMBER_UNREADABLE": Text(
            "the case number is not made of year, court token, type and serial",
            "write it like （2024）苏0505执1234号, or (2015)姑苏执字第01234号 for cases before 2016",
            "案号不符合“年份、法院代字、类型代字、案件编号”的格式",
            "请按（2024）苏0505执1234号的格式填写；2016 年以前的案件如（2015）姑苏执字第01234号",
        ),
        "CASE_NUMBER_COURT": Text(
            "the case number does not name its court",
            "write the court's token after the year, as in （2024）苏0505执1234号",
            "案号中没有法院代字",
            "请在年份之后写明法院代字，例如（2024）苏0505执1234号",
        ),
    }


class CaseNumber(msgspec.Struct, frozen=True):
    """A case number taken apart. `raw` is the text as the court wrote it."""

    year: int
    court_token: str
    type_token: str
    serial: int
    suffix: str
    raw: str
    old_style: bool = False

    @property
    def key(self) -> str:
        """The one spelling of the case: full-width brackets, no leading zeros, no suffix."""
        middle = f"{self.type_token}字第" if self.old_style else self.type_token
        return f"（{self.year}）{self.court_token}{middle}{self.serial}号"

    @property
    def use(self) -> CaseUse:
        """What may be ordered in it."""
        return use_of(self.type_token)

    @property
    def is_set_apart(self) -> bool:
        """Whether it is of a court of the Xinjiang corps or a military court."""
        return not self.old_style and is_set_apart(self.court_token)

    @property
    def is_resumed(self) -> bool:
        """Whether enforcement was resumed (执恢): the debt has an earlier case."""
        return "恢" in self.type_token

    def __str__(self) -> str:
        """Return the key, with the suffix where there is one."""
        return self.key + (f"之{self.suffix}" if self.suffix else "")


def parse_case_number(raw: str, court_token: str = "") -> CaseNumber:
    """Read a case number in any spelling; `court_token` stands where it names no court. Raises CaseNumberProblem."""
    exact = _NEW_EXACT.fullmatch(raw)
    if exact is not None and exact[2][0] in COURT_TOKENS and exact[3][-1] not in "字第":
        return CaseNumber(int(exact[1]), exact[2], exact[3], int(exact[4]), "", raw)
    text = "".join(character for character in half_width(raw) if not is_invisible(character))
    if not text:
        raise CaseNumberProblem("CASE_NUMBER_EMPTY")
    text = text.translate(_BRACKETS).translate(_SIMPLIFIED)
    new = _NEW.fullmatch(text)
    if new is not None and is_court_token(new["court"]) and _is_new_style(new):
        return _built(new, new["court"], new["type"], raw, old_style=False)
    without = _WITHOUT_COURT.fullmatch(text)
    if without is not None:
        if not court_token:
            raise CaseNumberProblem("CASE_NUMBER_COURT")
        return _built(without, court_token, without["type"], raw, old_style=False)
    old = _OLD.fullmatch(text)
    if old is None:
        raise CaseNumberProblem("CASE_NUMBER_UNREADABLE")
    whole = old["court"] + old["type"]
    split = _OLD_ENFORCEMENT.fullmatch(whole)
    court, kind = (split["court"], split["type"]) if split else (old["court"], old["type"])
    return _built(old, court, kind, raw, old_style=True)


_NEW_EXACT = re.compile(r"（((?:19|20)[0-9]{2})）([\u4e00-\u9fff][0-9]{2,4})([\u4e00-\u9fff]{1,4})([1-9][0-9]{0,7})号")
"""The spelling almost every row has; the rest goes the long way."""


def is_court_token(text: str) -> bool:
    """Tell whether this names a court in case numbers since 2016: 苏0505, 苏05, 苏, 最高法."""
    return bool(_TOKEN.fullmatch(text)) and (text[0] in COURT_TOKENS or text.startswith("最高法"))


def is_set_apart(court_token: str) -> bool:
    """Tell whether a token since 2016 names a court of the Xinjiang corps (兵) or a military court (军).

    Their lists of tokens are published apart and follow no province (法〔2015〕137号 art. 12), and what they may share with
    agencies of a province is not for an installation to assume: without its leave (`corps_and_military_courts`) nothing of them
    is published, and nothing is enforced.
    """
    return court_token[:1] in _SET_APART and is_court_token(court_token)


def _is_new_style(parts: re.Match[str]) -> bool:
    """Whether the court is named by a new token: 字 after the type is of the old style where the court has no number."""
    return "字" not in (parts["mixed"] or "") or parts["court"][-1].isdigit()


def _built(parts: re.Match[str], court: str, kind: str, raw: str, *, old_style: bool) -> CaseNumber:
    suffix = _chinese_number(parts["suffix"] or parts["part"] or parts["inner"] or "")
    return CaseNumber(int(parts["year"]), court, kind, int(parts["serial"]), suffix, raw, old_style)


def _chinese_number(text: str) -> str:
    """Write 1 as 一, 12 as 十二, 21 as 二十一; Chinese numerals stay as they are."""
    if not text.isdigit():
        return text
    tens, ones = divmod(int(text), 10)
    head = "" if tens == 0 else "十" if tens == 1 else _CHINESE_DIGITS[tens] + "十"
    return head + (_CHINESE_DIGITS[ones] if ones or not tens else "")
