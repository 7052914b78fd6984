"""Help and wrong usage in Chinese: the texts of our commands, and the few words that the library for command lines adds."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from .help_texts import CHINESE_HELP

_FRAME: Mapping[str, str] = {
    "ARGUMENTS_PANEL_TITLE": "参数",
    "OPTIONS_PANEL_TITLE": "选项",
    "COMMANDS_PANEL_TITLE": "命令",
    "ERRORS_PANEL_TITLE": "错误",
    "DEFAULT_STRING": "[默认：{}]",
    "REQUIRED_LONG_STRING": "[必填]",
    "ABORTED_TEXT": "已中止。",
    "RICH_HELP": "请看 [blue]'{command_path} {help_option}'[/]。",
}
"""Names of `typer.rich_utils` and what they say."""
_PLACES: Mapping[str, str] = {
    "ID": "编号", "DAY": "日期", "D": "日期", "NUMBER": "编号", "FILE": "文件", "CODE": "事由代码", "J": "辖区", "ENTRY": "条目",
    "NAME": "名称", "AGENCY": "协助单位", "TYPE": "证件类型", "SUITE": "套件", "CALLER": "调用方", "KIND": "类别", "DIR": "文件夹",
    "TOKEN": "法院代字", "CCC": "国家代码", "K=V": "名称=值", "MEASURE": "措施", "COLUMN=VALUE": "列名=值", "COURT": "法院",
    "KEY": "公钥", "CASE": "案号", "OPTIONS": "选项", "COMMAND": "命令", "ARGS": "参数",
}  # fmt: skip
"""What stands in the place of a value in usage and help."""
_TYPES: Mapping[str, str] = {
    "str": "文字", "bool": "开关", "path": "路径", "int": "整数", "int range": "整数", "float": "数字", "float range": "数字",
    "list[str]": "文字，可重复", "datetime": "时间",
}  # fmt: skip
_PLACE = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(_PLACES, key=len, reverse=True))) + r")\b")
_MISTAKES: Sequence[tuple[re.Pattern[str], str]] = tuple(
    (re.compile(said, re.DOTALL), chinese)
    for said, chinese in (
        (r"Missing option '?(.+?)'?\.(?: Choose from:\s*(.*))?", r"缺少选项 \1。"),
        (r"Missing argument '?(.+?)'?\.(?: Choose from:\s*(.*))?", r"缺少参数 \1。"),
        (r"Missing command\.", "缺少命令。"),
        (r"No such command '(.+)'\. Did you mean '?(.+?)'?\?", r"没有命令 \1。是否为 \2？"),
        (r"No such command '(.+)'\.(.*)", r"没有命令 \1。"),
        (r"No such option: (\S+) Did you mean (.+)\?", r"没有选项 \1。是否为 \2？"),
        (r"No such option: (\S+)(.*)", r"没有选项 \1。"),
        (r"Invalid value for '?(.+?)'?: Value error, '(.*)' is not one of (.*)", r"\1 的值 \2 无效，应为 \3"),
        (r"Invalid value for '?(.+?)'?: (.*)", r"\1 的值无效：\2"),
        (r"Option '?(.+?)'? requires an argument\.", r"选项 \1 需要一个值。"),
        (r"Got unexpected extra argument\S* \((.+)\)", r"多余的参数：\1"),
        (r"Option '?(.+?)'? does not take a value\.?", r"选项 \1 不带值。"),
    )
)
"""What the library says of a mistake, and that in Chinese."""


_VALUES: Sequence[tuple[re.Pattern[str], str]] = tuple(
    (re.compile(said, re.DOTALL), chinese)
    for said, chinese in (
        (r"Input should be a valid integer.*", "应为整数"),
        (r"Input should be a valid number.*", "应为数字"),
        (r"Input should be a valid boolean.*", "应为 true 或 false"),
        (r"Input should be a valid datetime.*", "应为日期或时间"),
        (r"Input should be greater than or equal to (\S+)", r"应不小于 \1"),
        (r"Input should be less than or equal to (\S+)", r"应不大于 \1"),
        (r"Input should be greater than (\S+)", r"应大于 \1"),
        (r"Input should be less than (\S+)", r"应小于 \1"),
        (r"\w+ '(.+)' does not exist\.?", r"\1 不存在"),
        (r"\w+ '(.+)' is a directory\.?", r"\1 是文件夹"),
        (r"\w+ '(.+)' is a file\.?", r"\1 是文件"),
        (r"\w+ '(.+)' is not (?:readable|writable)\.?", r"\1 不能读取或写入"),
    )
)
"""What the library says of a value, and that in Chinese."""


@contextmanager
def in_chinese(command: Any) -> Iterator[None]:
    """Let a command and those below it say in Chinese how they are used, while the block lasts."""
    from typer import core as typer_core
    from typer import rich_utils
    from typer._click import core
    from typer.exceptions import TyperException

    _translate(command)
    changes: list[tuple[Any, str, Any]] = [(rich_utils, name, said) for name, said in _FRAME.items()]
    usage, helping = core.Command.get_usage, core.Command.get_help_option
    changes.append((core.Command, "get_usage", lambda *given: usage(*given).replace("Usage: ", "用法：", 1)))
    changes.append((core.Command, "get_help_option", lambda *given: _with_help(helping(*given))))
    types = typer_core._TyperParameter.display_type  # noqa: SLF001  the library has no other place for it
    changes.append((typer_core._TyperParameter, "display_type", lambda *given: _type(types(*given))))  # noqa: SLF001
    told = "format_message"
    changes += [(kind, told, _told_by(getattr(kind, told))) for kind in _kinds(TyperException) if told in vars(kind)]
    with ExitStack() as changed:
        for owner, name, said in changes:
            changed.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, said)
        yield


def mistake(said: str) -> str:
    """Return in Chinese what the library says of a mistake; what it is not known to say stays as it is."""
    for pattern, chinese in _MISTAKES:
        if found := pattern.fullmatch(said):
            return _filled(chinese, [_about_value(part or "") for part in found.groups()])
    return said


_GROUP = re.compile(r"\\(\d)")


def _filled(chinese: str, parts: Sequence[str]) -> str:
    return _GROUP.sub(lambda group: parts[int(group[1]) - 1], chinese)


def _about_value(part: str) -> str:
    """Return in Chinese what is said of a value; names of options and allowed words without their quotes."""
    for pattern, chinese in _VALUES:
        if pattern.fullmatch(part):
            return pattern.sub(chinese, part)
    return part.rstrip(".").replace("' / '", "、").replace("', '", "、").strip("'")


def _help(text: str) -> str:
    """Return a text in Chinese; of one for developers (`bench`) at least what it begins with, which the list of commands shows."""
    first, blank, rest = text.partition("\n\n")
    return CHINESE_HELP.get(text) or CHINESE_HELP.get(first, first) + blank + rest


def place(metavar: str) -> str:
    """Return in Chinese what stands in the place of a value; words that are to be typed stay."""
    return _PLACE.sub(lambda found: _PLACES[found[0]], metavar)


def _type(shown: str) -> str:
    inner = shown.removeprefix("<").removesuffix(">")
    return f"<{_TYPES[inner]}>" if inner in _TYPES else shown


def _kinds(kind: Any) -> Iterator[Any]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


def _told_by(original: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda wrong: mistake(original(wrong))


def _with_help(option: Any) -> Any:
    if getattr(option, "help", None):
        option.help = CHINESE_HELP.get(option.help, option.help)
    return option


def _translate(command: Any) -> None:
    command.help = _help(command.help or "")
    command.options_metavar = place(command.options_metavar)
    if hasattr(command, "subcommand_metavar"):
        command.subcommand_metavar = place(command.subcommand_metavar)
    for parameter in command.params:
        _with_help(parameter)
        if parameter.metavar is not None:
            parameter.metavar = place(parameter.metavar)
    for below in getattr(command, "commands", {}).values():
        _translate(below)
