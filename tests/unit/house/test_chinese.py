"""Whoever has set `LIANDONG_LANG=zh` reads Chinese: help, wrong usage, and every line a command prints."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import liandong
from liandong.__main__ import app
from liandong.tests.worlds.commands import liandong as run
from liandong.topics.cli.chinese_help import mistake
from liandong.topics.cli.help_texts import CHINESE_HELP

ROOT = Path(liandong.__file__).parent
HAN, WORD = re.compile("[\u4e00-\u9fff]"), re.compile("[A-Za-z]{3,}")
NOT_TRANSLATED = ("bench",)
"""Groups that stand beside the product, for who works on it."""
ONLY_NAMES = {
    "LIANDONG_BOOTSTRAP=", "LIANDONG_KAFKA_SECURITY__PROTOCOL=SASL_PLAINTEXT", "LIANDONG_KAFKA_SECURITY__USERNAME=",
    "LIANDONG_KAFKA_SECURITY__PASSWORD_FILE=", "root_public_key: ", "liandong ",
}  # fmt: skip
"""Literals that are settings to copy, or a name."""


def commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    command = command or typer.main.get_command(app)
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        if (*path, name)[0] not in NOT_TRANSLATED:
            yield from commands(below, (*path, name))


@pytest.fixture
def chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("COLUMNS", "400")
    return {"LIANDONG_LANG": "zh", "LIANDONG_STATE_DIR": str(tmp_path / "state")}


def test_all_that_help_says_is_said_in_chinese_and_nothing_else_is_kept() -> None:
    said = {
        text
        for _, command in commands()
        for text in (command.help, *(getattr(each, "help", None) for each in command.params))
        if text
    }
    assert said <= CHINESE_HELP.keys()
    assert all(HAN.search(text) for text in CHINESE_HELP.values())
    frame = {"Show this message and exit.", *(text for text in CHINESE_HELP if text.startswith("Measure"))}
    assert CHINESE_HELP.keys() - said <= frame, "texts that no command has any more"


@pytest.mark.parametrize("path", [" ".join(path) for path, _ in commands()])
def test_help_is_chinese_line_by_line(path: str, chinese: dict[str, str]) -> None:
    shown = run(*path.split(), "--help", environment=chinese)
    assert shown.code == 0
    examples = {line.strip() for text in CHINESE_HELP.values() for line in text.splitlines()}
    for line in shown.out.splitlines():
        text = line.strip(" │╭╮╰╯─")
        if text.startswith(NOT_TRANSLATED):
            continue
        assert not WORD.search(text) or HAN.search(text) or text in examples, f"not in Chinese: {line!r}"


def test_english_help_is_as_it_was_after_a_chinese_one(chinese: dict[str, str]) -> None:
    before = run("court", "resend", "--help", environment={"LIANDONG_LANG": "en"}).out
    run("court", "resend", "--help", environment=chinese)
    assert run("court", "resend", "--help", environment={"LIANDONG_LANG": "en"}).out == before
    assert not HAN.search(before)
    assert HAN.search(run("--lang", "zh", "court", "--help", environment={}).out)
    assert HAN.search(run("--lang=zh", environment={}).out + run("--lang=zh", environment={}).err)


@pytest.mark.parametrize(
    "words",
    [
        "court relly", "court bananas", "status --agenc x", "status --fail-on x", "backup", "backup x", "check --agency",
        "kafka up x", "court relay --metrics-port many", "check --agency a",
    ],
)  # fmt: skip
def test_wrong_usage_is_told_in_chinese(words: str, chinese: dict[str, str]) -> None:
    ended = run(*words.split(), environment=chinese)
    assert ended.code == 2
    told = ended.err.splitlines()
    assert all(HAN.search(line) for line in told if WORD.search(line)), ended.err


def test_what_the_library_says_anew_stays_readable() -> None:
    assert mistake("Something nobody has heard of") == "Something nobody has heard of"


def test_what_commands_print_without_a_cluster_is_chinese(chinese: dict[str, str]) -> None:
    new = (
        "participant",
        "new",
        "court-su0505",
        "--kind",
        "court",
        "--name",
        "苏州市示例区人民法院",
        "--jurisdiction",
        "js",
    )
    for words, code in (
        (("participant", "list"), 0),
        (("kafka", "status"), 1),
        (new, 0),
        (("topics", "plan"), 1),
        (("status",), 1),
        (("court", "publish", "nothing.csv"), 1),
    ):
        ended = run(
            *words, environment=chinese | {"LIANDONG_BOOTSTRAP": "127.0.0.1:1"} if words[0] != "kafka" else chinese
        )
        assert ended.code in {code, 2}, (words, ended)
        lines = (*ended.out.splitlines(), *ended.err.splitlines())
        assert all(HAN.search(line) for line in lines if WORD.search(line)), (words, ended)


def test_no_line_of_a_command_is_written_in_english_alone() -> None:
    """Whatever a command prints is `say` in both languages, comes from a table of texts, or is a name or a number."""
    modules = [*ROOT.glob("*/cli/*.py"), *ROOT.glob("monitoring/*/cli.py"), ROOT / "monitoring" / "cli.py"]
    found = [
        f"{module.relative_to(ROOT)}:{call.lineno}: {text}"
        for module in modules
        for call, text in printed(ast.parse(module.read_text(encoding="utf-8")))
        if WORD.search(text) and not HAN.search(text) and text not in ONLY_NAMES
    ]
    assert found == []


def printed(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """The literal parts of what `typer.echo` is given, and of the Chinese half of what `say` is."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        given = call.args[:1] if name == "echo" else call.args[2:3] if name == "say" and len(call.args) > 2 else []
        for one in given:
            parts = one.values if isinstance(one, ast.JoinedStr) else [one]
            literal = "".join(
                str(part.value) for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )
            yield call, literal
