"""The pages people work by stand in both languages: neither has a section, a table's row, a command or a link that the other lacks."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.docs.generators import marked
from liandong.docs.generators.marked import NoSuchTable
from liandong.tests.worlds.documents import CHINESE, DOCS, ROOT, WORKED_BY

Part = tuple[object, ...]
_SAID_IN = re.compile(r'"""[^"]*"""|#[^\n]*|^export LIANDONG_LANG=zh\n', re.MULTILINE)
"""What a block may say in the reader's language: docstrings, comments, the setting itself."""
SHOWN = {"text", "console"}
"""Blocks of what a program prints: in the language it was asked in."""
HAN = re.compile(r"[\u4e00-\u9fff]")


def parts(text: str) -> Iterator[Part]:
    """A page without its words: headings by level, blocks, tables by size and first cells, lists by their length."""
    lines = iter([*text.splitlines(), ""])
    rows: list[str] = []
    items = 0
    for line in lines:
        if rows and not line.startswith("|"):
            yield "table", rows[0].count("|"), len(rows), tuple(code for row in rows for code in first_cell(row))
            rows = []
        if items and line and not re.match(r"\d+\. |- |\s", line):
            yield "list", items
            items = 0
        items += bool(re.match(r"\d+\. |- ", line))
        if line.startswith("```"):
            body = "\n".join(iter(lambda: next(lines), "```")) + "\n"
            yield "block", line, "" if line[3:] in SHOWN else " ".join(_SAID_IN.sub("", body).split())
        elif line.startswith("|"):
            rows.append(line)
        else:
            yield from one_line(line)
    yield "list", items


def one_line(line: str) -> Iterator[Part]:
    if title := re.match(r"(#+) (.*)", line):
        yield "heading", len(title[1]), title[2] if re.fullmatch(r"[a-z, -]+", title[2]) else ""
    elif line.startswith("<!--"):
        yield "mark", line
    elif line.startswith("!["):
        yield ("picture",)


def first_cell(row: str) -> list[str]:
    return sorted(re.findall(r"`([^`]+)`", row.split("|")[1]))


def prose(text: str) -> str:
    """What somebody wrote: without blocks, and without the tables that are generated."""
    return re.sub(r"^```.*?^```|^<!-- generated.*?<!-- /generated", "", text, flags=re.MULTILINE | re.DOTALL)


def spans(text: str) -> set[str]:
    """What stands in code within sentences, and is the same in every language."""
    found = {" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose(text))}
    return {span for span in found if not HAN.search(span)}


def targets(page: Path) -> set[str]:
    """Where links lead, a Chinese page for its English one; headings are called differently, and pictures are."""
    found = set()
    for target in re.findall(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)", prose(written(page))):
        name, _, heading = target.partition("#")
        if name.startswith("http"):
            found.add(target)
        elif name:
            linked = (page.parent / name).resolve()
            same = DOCS / linked.relative_to(CHINESE) if linked.is_relative_to(CHINESE) else linked
            found.add(f"{same.relative_to(ROOT)}{'#' if heading else ''}".replace("README.zh-CN.md", "README.md"))
        else:
            found.add("#")
    return found - {page.relative_to(CHINESE if page.parent == CHINESE else DOCS).as_posix()}


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def written(page: Path) -> str:
    """What somebody wrote on a page; the tables of codes are made of what errors say, in the words of each language."""
    text = read(page)
    return re.sub(r"^\|.*\n", "", text, flags=re.MULTILINE) if page.name == "errors.md" else text


@pytest.mark.parametrize("name", WORKED_BY)
def test_neither_language_has_a_section_a_block_or_a_row_that_the_other_lacks(name: str) -> None:
    english, chinese = list(parts(read(DOCS / name))), list(parts(read(CHINESE / name)))
    assert chinese == english
    assert len(english) > 5


@pytest.mark.parametrize("name", WORKED_BY)
def test_both_languages_name_the_same_commands_codes_and_settings(name: str) -> None:
    english, chinese = spans(written(DOCS / name)), spans(written(CHINESE / name))
    assert (english - chinese, chinese - english) == (set(), set())


@pytest.mark.parametrize("name", WORKED_BY)
def test_both_languages_lead_to_the_same_places_and_to_each_other(name: str) -> None:
    english, chinese = targets(DOCS / name), targets(CHINESE / name)
    here = {f"docs/{name}", f"docs/{name}#"}
    assert (english - chinese - here, chinese - english - here) == (set(), set())
    assert f"](zh/{name})" in read(DOCS / name)
    assert f"](../{name})" in read(CHINESE / name)


@pytest.mark.parametrize("name", WORKED_BY)
def test_a_chinese_page_is_in_chinese(name: str) -> None:
    words = re.sub(r"`[^`]*`|<!--.*?-->|\]\([^)]*\)", "", prose(written(CHINESE / name)))
    lines = [line for line in words.splitlines() if re.search(r"[A-Za-z]{3,} [a-z]{2,} [a-z]{2,} [a-z]{2,}", line)]
    assert lines == []


def unended(line: str) -> list[str]:
    """Emphasis that Markdown would not see: between a mark of punctuation within and a letter outside it."""
    plain = re.sub(r"`[^`]*`", "`", line)
    found = []
    for number, mark in enumerate(re.finditer(r"\*+", plain)):
        before, after = plain[: mark.start()][-1:] or " ", plain[mark.end() :][:1] or " "
        inner, outer = (after, before) if number % 2 == 0 else (before, after)
        if not inner.isalnum() and outer.isalnum():
            found.append(before + mark[0] + after)
    return found


@pytest.mark.parametrize("page", sorted(CHINESE.glob("*.md")), ids=lambda page: page.name)
def test_emphasis_is_where_markdown_sees_it(page: Path) -> None:
    assert [each for line in prose(read(page)).splitlines() for each in unended(line)] == []


def test_emphasis_that_markdown_does_not_see_is_found() -> None:
    assert unended("*轮换。*旧密钥") == ["。*旧"]
    assert unended("所以**`x`** 等") == ["以**`"]
    assert unended("*轮换*。**密钥**：*轮换。* 旧") == []


def test_no_chinese_page_stands_alone_and_each_is_one_click_from_the_chinese_readme() -> None:
    there = {page.name for page in CHINESE.glob("*.md")}
    assert there == {*WORKED_BY, "README.md"}
    readme, index = read(ROOT / "README.zh-CN.md"), read(CHINESE / "README.md")
    assert [name for name in WORKED_BY if f"](docs/zh/{name})" not in readme] == []
    assert [name for name in WORKED_BY if f"]({name})" not in index] == []


def test_chinese_pages_lead_to_chinese_pages() -> None:
    for name in (*WORKED_BY, "README.md"):
        linked = re.findall(r"\]\(\.\./([a-z-]+\.md)", read(CHINESE / name))
        assert [each for each in linked if each in WORKED_BY and each != name] == [], name


@pytest.mark.parametrize("page", [DOCS / "README.md", *(DOCS / n for n in WORKED_BY), *CHINESE.glob("*.md")], ids=str)
def test_terms_are_those_a_court_writes(page: Path) -> None:
    found = re.findall("令状|公证节点|门禁|栅栏|名单头|布控", re.sub(r"（布控）|\(布控\)", "", written(page)))
    assert found == []


@pytest.mark.parametrize("page", marked.PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_tables_inside_pages_are_the_ones_that_are_generated(page: Path) -> None:
    assert marked.written(read(page), marked.PAGES[page]) == read(page), "run: make pages"


def test_a_marker_no_table_has_is_found() -> None:
    with pytest.raises(NoSuchTable):
        marked.written("<!-- generated: nothing -->\n<!-- /generated -->\n", "en")


def test_every_generated_table_stands_on_a_page() -> None:
    shown = {name for page in marked.PAGES for name in re.findall(r"<!-- generated: ([a-z-]+) -->", read(page))}
    assert shown == set(marked.TABLES)


PAGE = """\
# T
a `code` and
- one
- two
| `x` | y |
|---|---|
| `z` | w |
```sh
ls  # all
```
"""


@pytest.mark.parametrize(
    "other",
    [
        PAGE + "## More\n",
        PAGE.replace("- two\n", ""),
        PAGE.replace("| `z` | w |\n", ""),
        PAGE.replace("`z`", "`q`"),
        PAGE.replace("ls", "rm"),
        PAGE.replace("```sh\nls  # all\n```\n", ""),
    ],
)
def test_a_page_that_lacks_something_is_found(other: str) -> None:
    assert list(parts(other)) != list(parts(PAGE))


def test_words_may_differ() -> None:
    chinese = PAGE.replace("# T", "# 题").replace("one", "一").replace("# all", "# 全部").replace("w |", "无 |")
    assert list(parts(chinese)) == list(parts(PAGE))
    assert spans(PAGE) == {"code", "x", "z"}
