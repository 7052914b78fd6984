"""What makes a text no name: lost and hidden characters, remains of web pages and spreadsheets, words for nothing.

Nothing is repaired: whoever knows the name types it. What is merely unusual (a private-use character, 某) is told elsewhere.
"""

import re
import unicodedata
from enum import Enum

from ..spelling import half_width, is_spreadsheet_error, says_nothing

_HIDDEN = re.compile("[*＊×╳✕✖✗✘○◯●]|[_＿]{2}")
_LOST = re.compile("[?？\ufffd□■▢▯〓]")
_MARKUP = re.compile(r"</?[A-Za-z!][^<>]*>|&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_QUOTED = re.compile("[\"'“”‘’`´＂＇「『《].*[\"'“”‘’`´＂＇」』》]", re.DOTALL)
_ANONYMOUS = re.compile("[\u3400-\u9fff][xXｘＸ]{1,3}")
"""王XX, as judgments are published."""

NO_NAMES = frozenset(
    (
        *(
            "姓名",
            "名称",
            "姓名或名称",
            "姓名名称",
            "被执行人",
            "被执行人姓名",
            "当事人",
            "测试",
            "佚名",
            "匿名",
            "无名氏",
            "同上",
        ),
        *(
            "无",
            "暂无",
            "没有",
            "空",
            "空白",
            "未填",
            "未填写",
            "未提供",
            "未知",
            "不详",
            "不明",
            "待补",
            "待补充",
            "待填",
            "待定",
        ),
        *("待查", "待核实", "缺", "暂缺", "略"),
    )
)
"""Chinese words that stand where a name belongs: titles of the column, words for nothing and for not knowing."""


class NameDamage(Enum):
    """Why a text is no name; the value says it in English and in Chinese."""

    LOST = ("it holds characters that stand for lost ones (?, �, □)", "含有表示字符丢失的符号（?、�、□）")
    HIDDEN = ("it holds characters that stand for hidden ones (*, ×, ○, X)", "含有表示字符被隐去的符号（*、×、○、X）")
    MARKUP = ("it holds markup of a web page (<br>, &middot;, &#183;)", "含有网页标记（<br>、&middot;、&#183;）")
    SPREADSHEET = (
        "it is an error of a spreadsheet (#N/A, #REF!, ########)",
        "是表格软件的错误值（#N/A、#REF!、########）",
    )
    NOTHING = ("it is a word for nothing or the title of the column", "是表示“没有”的词或者列名")
    QUOTED = ("it stands in quotation marks", "带有引号")


def name_damage(name: str, *, natural: bool) -> NameDamage | None:
    """Return what makes a text no name of a person or an entity; None if nothing does."""
    if is_spreadsheet_error(name):
        return NameDamage.SPREADSHEET
    if name in NO_NAMES or says_nothing(name):
        return NameDamage.NOTHING
    if _LOST.search(name) or any(unicodedata.category(each) in ("Cc", "Cs") for each in name):
        return NameDamage.LOST
    if _HIDDEN.search(name) or (natural and _ANONYMOUS.fullmatch(half_width(name))):
        return NameDamage.HIDDEN
    if _MARKUP.search(name):
        return NameDamage.MARKUP
    return NameDamage.QUOTED if _QUOTED.fullmatch(name) else None
