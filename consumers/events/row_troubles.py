"""Why a row of a file could not be read, in words; codes are those of the readers of files."""

from typing import ClassVar

from ...schemas.problems import FactProblem, Text

_WORDS = {
    "TRUNCATED_ROW": ("the file ends in the middle of it", "文件在该行中间结束"),
    "COLUMN_COUNT": ("it has more or fewer cells than there are titles", "单元格数与列名数不符"),
    "ROW_UNREADABLE": ("its quotation marks or brackets do not close", "引号或括号不成对"),
    "UNCLOSED_QUOTE": ("a quotation mark is never closed", "引号未闭合"),
    "LINE_TOO_LONG": ("it is longer than a megabyte", "该行超过 1 MB"),
    "NUL_BYTE": ("it holds NUL bytes", "含有 NUL 字节"),
    "ENCODING": ("it is not valid in the file's encoding", "不符合文件的编码"),
    "KEY_TWICE": ("a key stands twice in one object", "同一对象中有重复的键"),
    "NOT_AN_OBJECT": ("it is no JSON object", "不是 JSON 对象"),
    "CELL_FORMULA": ("a cell holds a formula", "单元格含有公式"),
    "CELL_TYPE": (
        "a cell holds a truth value, an error or a date where text belongs",
        "应为文本的单元格是逻辑值、错误值或日期",
    ),
}


class EventRowProblem(FactProblem):
    """A row of a file of events that nobody can read."""

    texts: ClassVar[dict[str, Text]] = {
        "EVENT_ROW": Text(
            "the row cannot be read ({found}): {trouble}",
            "correct the row and send it again; the rows around it were read",
            "该行无法读取（{found}）：{trouble_zh}",
            "请更正该行后重新发送；其前后各行已读取",
        ),
        "EVENT_NOT_CORRECTED": Text(
            "the row still holds only the text that could not be read",
            "write it anew from what stands in reject_line, column by column, and send the file again",
            "该行仍只有无法读取的原文",
            "请根据 reject_line 中的原文逐列重新填写后再次发送",
        ),
    }


def unreadable(code: str) -> EventRowProblem:
    """Return the problem of a row with damage of a code."""
    trouble, trouble_zh = _WORDS[code]
    return EventRowProblem("EVENT_ROW", found=code, trouble=trouble, trouble_zh=trouble_zh)
