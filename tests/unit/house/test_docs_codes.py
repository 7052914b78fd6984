"""docs/errors.md names every code of the product and no other."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import liandong
from liandong.consumers.effects.failures import FAILURES
from liandong.docs.generators import errors
from liandong.docs.generators.codes import ROOMS, Module, collect, modules, unused
from liandong.producers.intake.findings.messages import INTAKE_TEXTS
from liandong.schemas.errors import LiandongError
from liandong.schemas.problems import FactProblem
from liandong.schemas.wire.feedback import FeedbackCode

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "docs" / "zh" / "errors.md").read_text(encoding="utf-8")
DOCUMENTED = set(re.findall(r"^\| (?:\w+ \| )?`([A-Z0-9_]+)` \|", PAGE, re.MULTILINE))


def test_the_pages_of_codes_are_the_ones_generated_from_the_sources() -> None:
    assert errors.page("en") == PAGE, "run: make pages"
    assert errors.page("zh") == CHINESE, "run: make pages"


def test_a_text_that_has_chinese_stands_in_it_on_the_chinese_page_alone() -> None:
    chinese = {text.message_zh for text in INTAKE_TEXTS.values() if "{" not in text.message_zh}
    assert len(chinese) > 40
    assert {text for text in chinese if text not in CHINESE} == set()
    assert {text for text in chinese if text in PAGE} == set()


def subclasses(kind: type[LiandongError]) -> set[type[LiandongError]]:
    return {kind}.union(*(subclasses(each) for each in kind.__subclasses__()))


def test_every_text_a_running_process_knows_is_documented() -> None:
    for room in ROOMS:
        package = importlib.import_module(f"liandong.{room}")
        for found in pkgutil.walk_packages(package.__path__, f"liandong.{room}."):
            importlib.import_module(found.name)
    known = {
        code
        for kind in subclasses(LiandongError)
        if issubclass(kind, FactProblem)
        for code in getattr(kind, "texts", {})
    }
    assert len(known) > 40
    assert known | set(INTAKE_TEXTS) | {each.value for each in FeedbackCode} <= DOCUMENTED


def test_every_code_that_tests_of_failures_expect_is_documented() -> None:
    expected = {
        code
        for path in (ROOT / "tests").rglob("test_*.py")
        for code in re.findall(r'\.code == "([A-Z][A-Z0-9_]+)"', path.read_text(encoding="utf-8"))
        if path != Path(__file__)
    }
    assert len(expected) > 20
    assert expected <= DOCUMENTED


def test_no_text_is_kept_for_a_code_that_is_never_said() -> None:
    assert unused(modules()) == []


def module(source: str) -> Module:
    import ast

    return Module("somewhere.py", ast.parse(source))


def test_codes_are_found_in_raises_subclasses_tables_and_dead_letters() -> None:
    found = collect(
        [
            module('class Lost(Unavailable):\n    """It is gone."""\n    def __init__(self, m):\n'
                   '        super().__init__("LOST", m, "look")'),
            module('def f(x):\n    remedy = f"mend {x}"\n    raise WrongUsage("ODD" if x else "EVEN", "bad " "luck", remedy)'),
            module('T = {"TORN": Text("a {n}", "b", "甲", "乙")}'),
            module('Poison("EMPTY", "nothing in it")'),
        ]
    )  # fmt: skip
    assert {(one.code, one.kind, one.message, one.remedy) for one in found} == {
        ("LOST", "unavailable", "It is gone", "look"),
        ("ODD", "usage", "bad luck", "mend ‹x›"),
        ("EVEN", "usage", "bad luck", "mend ‹x›"),
        ("TORN", "text", "a ‹n›", "b"),
        ("EMPTY", "failure", "nothing in it", ""),
    }


def test_every_code_says_in_chinese_too_what_happened_and_what_to_do() -> None:
    lacking = [
        f"{one.source}: {one.code}: {one.message!r}; {one.remedy!r}"
        for one in collect(modules())
        if one.kind != "failure" and not (one.message_zh and one.remedy_zh)
    ]
    assert lacking == [], "\n".join(
        ("give message and remedy in Chinese as the fourth and fifth argument of the error:", *lacking)
    )


def test_every_failure_of_a_message_is_told_in_chinese_too() -> None:
    failures = {one.code for one in collect(modules()) if one.kind == "failure"}
    assert failures <= FAILURES.keys(), "add their Chinese to consumers/effects/failures.py"


def test_a_code_without_its_chinese_is_found() -> None:
    (found,) = collect([module('raise WrongUsage("ODD", "bad", "mend it")')])
    assert (found.message_zh, found.remedy_zh) == ("", "")
    (found,) = collect([module('raise WrongUsage("ODD", "bad", "mend it", f"坏了：{chinese(why)}", f"请改 {it_zh}")')])
    assert (found.message_zh, found.remedy_zh) == ("坏了：‹why›", "请改 ‹it›")


def test_a_text_nobody_says_is_found() -> None:
    table = module('T = {"SAID": Text("a", "b", "c", "d"), "NEVER": Text("a", "b", "c", "d")}')
    assert unused([table, module('raise Problem("SAID")')]) == ["NEVER"]


def test_rules_of_schemas_are_those_the_check_can_find() -> None:
    source = (ROOT / "schemas" / "wire" / "compatibility.py").read_text(encoding="utf-8")
    assert set(re.findall(r'(?:Incompatibility|broken)\(\s*"([A-Z_]+)"', source)) == set(errors.SCHEMA_RULES)


@pytest.mark.parametrize("code", sorted(DOCUMENTED))
def test_codes_are_upper_case_words(code: str) -> None:
    assert re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*|\d\d", code)


def test_the_version_in_the_changelog_is_the_one_of_the_package() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)", changelog, re.MULTILINE)[0] == liandong.__version__
