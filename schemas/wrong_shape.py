"""What the libraries that check documents say of a value of the wrong form, in both languages.

They say it in English alone. What they are known to say is translated here; anything else is quoted.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .phrases import Phrase, chinese, quoted

_BY_TYPE = {
    "missing": "必填",
    "extra_forbidden": "没有这一项",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "finite_number": "应为数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "string_type": "应为文字",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "至多 {max_length} 个字符",
    "string_pattern_mismatch": "格式不符（{pattern}）",
    "path_type": "应为路径",
    "literal_error": "应为 {expected} 之一",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "应不小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "应不大于 {le}",
    "dict_type": "应为“键: 值”的对应",
    "mapping_type": "应为“键: 值”的对应",
    "list_type": "应为列表",
    "tuple_type": "应为列表",
    "set_type": "应为列表",
    "model_type": "应为“键: 值”的对应",
    "model_attributes_type": "应为“键: 值”的对应",
    "too_short": "至少 {min_length} 项",
    "too_long": "至多 {max_length} 项",
}
"""pydantic's types of errors (its manual, Validation Errors), with the names of their details."""
_SHAPES = {
    "str": "文字", "int": "整数", "float": "数字", "bool": "true 或 false", "null": "空值", "object": "对象", "array": "列表",
    "datetime": "时间", "date": "日期", "decimal": "数字",
}  # fmt: skip
_SAID: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(said), said_zh)
    for said, said_zh in (
        (r"Expected `(?P<want>[^`]+)`, got `(?P<got>[^`]+)`", "应为{want}，实为{got}"),
        (r"Expected `(?P<want>[^`]+)`", "应为{want}"),
        (r"Expected `(?P<want>[^`]+)` of length (?P<rule>[<>=]+ \d+)", "{want}的长度应为 {rule}"),
        (r"Expected `(?P<want>[^`]+)` (?P<rule>[<>=]+ \S+)", "{want}应 {rule}"),
        (r"Expected `(?P<want>[^`]+)` matching regex .*", "{want}格式不符"),
        (r"Object missing required field `(?P<field>[^`]*)`", "缺少 {field}"),
        (r"Object contains unknown field `(?P<field>[^`]*)`", "没有 {field} 这一项"),
        (r"Invalid enum value .*", "不在允许的值之内"),
        (r"Invalid RFC3339 encoded datetime", "时间格式不符（RFC 3339）"),
        (r"Invalid RFC3339 encoded date", "日期格式不符（RFC 3339）"),
    )
)
"""What msgspec says of a value."""
_AT = re.compile(r" - at `\$\.?(?P<place>[^`]*)`$")


def shape_of(error: Exception) -> Phrase:
    """Return what is wrong with a document, as pydantic or msgspec or a reader of YAML found it; never a value in it."""
    of_model = getattr(error, "errors", None)
    if callable(of_model):
        return _model_faults(of_model())
    text = str(error)
    place = _AT.search(text)
    fault = value_fault(_AT.sub("", text))
    return fault if place is None else Phrase(text, f"{place['place']}：{fault.zh}")


def value_fault(text: str) -> Phrase:
    """Return what msgspec says of a value, without its place."""
    for pattern, said in _SAID:
        if found := pattern.fullmatch(text):
            named = {name: _shape(value) for name, value in found.groupdict().items()}
            return Phrase(text, said.format(**named))
    return quoted(text)


def model_fault(fault: Mapping[str, Any]) -> Phrase:
    """Return what pydantic says of one value, without its place."""
    details = fault.get("ctx") or {}
    own = details.get("error")
    if isinstance(own, ValueError) and own.args and isinstance(own.args[0], Phrase):
        return Phrase(fault["msg"], own.args[0].zh)
    if said := _BY_TYPE.get(fault["type"]):
        return Phrase(fault["msg"], said.format_map({name: _listed(value) for name, value in details.items()}))
    return Phrase(fault["msg"], quoted(fault["msg"]).zh)


def _model_faults(faults: Iterable[Mapping[str, Any]]) -> Phrase:
    said = [(".".join(map(str, each["loc"])), model_fault(each)) for each in faults]
    english = "; ".join(f"{place}: {what}" if place else what for place, what in said)
    return Phrase(english, "；".join(f"{place}：{chinese(what)}" if place else chinese(what) for place, what in said))


def _shape(text: str) -> str:
    return "或".join(_SHAPES.get(each, each) for each in text.split(" | "))


def _listed(value: object) -> str:
    return str(value).replace(" or ", "、")
