"""Everything the demo says it says in both languages."""

import ast
import re
from pathlib import Path

import pytest

from liandong.monitoring.demo.texts import CHINESE, DemoTexts

DEMO = Path(__file__).resolve().parents[3] / "monitoring" / "demo"
SPEAKING = {"promise", "fact", "scene", "texts", "_expect"}
MATCHES = {"CERTIFICATE_AND_NAME", "CERTIFICATE_ONLY", "LINKED_CERTIFICATE"}
"""Codes, the same in every language."""
_PLACE = re.compile(r"\{(\w+)\}")


def constants(node: ast.AST) -> set[str]:
    """Every text that stands somewhere below."""
    return {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def modules() -> list[ast.Module]:
    """The demo's modules but for its texts."""
    return [ast.parse(path.read_text(encoding="utf-8")) for path in DEMO.glob("*.py") if path.stem != "texts"]


def spoken() -> set[str]:
    """The texts that the demo's modules hand to what shows them."""
    found = set()
    for node in (each for module in modules() for each in ast.walk(module) if isinstance(each, ast.Call)):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in SPEAKING:
            found |= {one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found


def test_every_text_of_the_demo_has_a_chinese_one() -> None:
    texts = spoken()
    assert len(texts) > 40
    assert texts - MATCHES - set(CHINESE) == set()


def test_no_chinese_text_is_kept_that_the_demo_never_says() -> None:
    states = {"equal", "unequal", "none"}  # as the status names them
    assert set(CHINESE) - states - set().union(*map(constants, modules())) == set()


@pytest.mark.parametrize("text", CHINESE)
def test_a_chinese_text_has_the_places_of_the_english_one(text: str) -> None:
    assert sorted(_PLACE.findall(CHINESE[text])) == sorted(_PLACE.findall(text))
    assert re.search(r"[\u4e00-\u9fff]", CHINESE[text]) or text == "{case}: {decision}"


def test_numbers_are_grouped_and_the_language_is_the_one_asked_for() -> None:
    assert DemoTexts("en")("{count} copies", count=20_263) == "20,263 copies"
    assert DemoTexts("zh")("{count} copies", count=20_263) == "20,263 份副本"


def test_a_text_nobody_has_put_into_chinese_is_an_error_and_not_english() -> None:
    with pytest.raises(KeyError):
        DemoTexts("zh")("a text nobody knows")
