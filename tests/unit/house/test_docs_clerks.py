"""The pictures of the clerks' page: of commands that stand on it, drawn as a terminal or a spreadsheet shows them."""

import re
from html import unescape
from pathlib import Path

import pytest

from liandong.docs.generators import drawn
from liandong.docs.generators.clerks import PAGES, Step, by_hand, steps
from liandong.schemas.problems import Language
from liandong.tests.worlds.commands import liandong
from liandong.tests.worlds.documents import DOCS

PROMPT = re.compile(r">\$ ([^<]*)<")


@pytest.mark.parametrize("lang", PAGES)
def test_pictures_of_a_terminal_show_commands_of_the_page(lang: Language) -> None:
    page = PAGES[lang].read_text(encoding="utf-8")
    typed = [" ".join(step.typed.replace("\\\n", "").split()) for step in steps(page)]
    shown = re.findall(r"!\[[^\]]+\]\(\S*?(images/clerk-[a-z-]+\.[a-z]+\.svg)\)", page)
    assert len(shown) == 3
    for name in shown:
        prompts = [unescape(each) for each in PROMPT.findall((DOCS / name).read_text(encoding="utf-8"))]
        assert prompts
        for prompt in prompts:
            said = re.sub(r"ent_[0-9a-f]{32}", "ent_…", prompt)
            assert any(said in each for each in typed), (name, prompt)


def test_pictures_of_the_chinese_page_are_chinese_and_the_others_english() -> None:
    for lang, page in PAGES.items():
        names = re.findall(r"images/clerk-\S+?\.(\w\w)\.\w+\)", page.read_text(encoding="utf-8"))
        assert len(names) == 6
        assert set(names) == {lang}


def test_a_terminal_is_drawn_cell_by_cell() -> None:
    picture = drawn.terminal([("liandong status \\\n  --json\n", "\x1b[32m一致\x1b[0m <ok>\n")])
    assert ">$ liandong status --json</text>" in picture
    wide, after = re.findall(r'<text x="([\d.]+)" y="49"', picture)
    assert float(after) - float(wide) == pytest.approx(4 * 8.4, abs=0.2)  # two ideographs, four cells
    assert "&lt;ok&gt;" in picture
    assert picture.count("style=") == 2  # the prompt and the green word


@pytest.mark.parametrize("lang", PAGES)
def test_the_mistake_is_made_and_mended_and_nothing_else(tmp_path: Path, lang: Language) -> None:
    path = tmp_path / "debtors.xlsx"
    assert liandong("--lang", lang, "court", "template", str(path)).code == 0
    columns = ("certificate_number", "name")
    before = drawn.sheet(path, columns)
    by_hand(Step("liandong court template debtors.xlsx\n", ()), tmp_path)
    wrong = drawn.sheet(path, columns)
    assert wrong == before.replace("11010519491231002X", "110105194912310021") != before
    assert before.count("<tr") == 4
    assert before.count("<td") == 6
    with pytest.raises(ValueError, match="does not end with X"):
        by_hand(Step("liandong court template debtors.xlsx\n", ()), tmp_path)
    path.rename(tmp_path / "debtors.xlsx.rejects.xlsx")
    by_hand(Step("liandong court publish debtors.xlsx\n", ()), tmp_path)
    assert drawn.sheet(tmp_path / "debtors.xlsx.rejects.xlsx", columns) == before
