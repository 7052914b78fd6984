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
        (r"(.+) does not take a value\.?", r"\1 不带值。"),
    )
)
"""What the library says of a mistake, and that in Chinese."""


@contextmanager
def in_chinese(command: Any) -> Iterator[None]:
    """Let a command and those below it say in Chinese how they are used, while the block lasts."""
    from typer import rich_utils
    from typer._click import core
    from typer.exceptions import TyperException

    _translate(command)
    changes: list[tuple[Any, str, Any]] = [(rich_utils, name, said) for name, said in _FRAME.items()]
    usage, helping = core.Command.get_usage, core.Command.get_help_option
    changes.append((core.Command, "get_usage", lambda *given: usage(*given).replace("Usage: ", "用法：", 1)))
    changes.append((core.Command, "get_help_option", lambda *given: _with_help(helping(*given))))
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
        if pattern.fullmatch(said):
            return pattern.sub(chinese, said)
    return said


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
    command.help = CHINESE_HELP.get(command.help or "", command.help)
    for parameter in command.params:
        _with_help(parameter)
    for below in getattr(command, "commands", {}).values():
        _translate(below)
