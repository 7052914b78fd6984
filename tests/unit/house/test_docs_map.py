"""What the documents name is there: files, modules, drawers, topics, verbs; and what is there is named."""

import re
from pathlib import Path

import pytest

from liandong.docs.generators import architecture
from liandong.docs.generators.codes import ROOMS
from liandong.tests.worlds.documents import DOCS, PAGES, ROOT
from liandong.topics.catalogue.families import load_catalogue

ARCHITECTURE = (DOCS / "architecture.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PICTURE = DOCS / "images" / "architecture.svg"
FOLDERS = (*ROOMS, "tests", "bench", "bundle", "docs", "containers")
_PATH = re.compile(rf"(?<![\w/.{{-])((?:{'|'.join(FOLDERS)})/[\w./*<>-]*)")
_MODULE = re.compile(r"python -m liandong((?:\.\w+)+)")
_WIDTH = 120


def paths(text: str) -> set[str]:
    """Every path below one of the repository's folders that a text names; a full stop may follow it."""
    return {found.rstrip(".") for found in _PATH.findall(text)}


def exists(path: str) -> bool:
    """Whether a path leads to something; `<n>` and `*` stand for anything."""
    pattern = re.sub(r"<[\w-]+>", "*", path)
    return any(ROOT.glob(pattern)) if "*" in pattern else (ROOT / path).exists()


def drawers(room: str) -> list[str]:
    """The drawers of a room, as paths."""
    return [f"{room}/{init.parent.name}" for init in sorted((ROOT / room).glob("*/__init__.py"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_file_and_module_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert sorted(path for path in paths(text) if not exists(path)) == []
    modules = {module.lstrip(".").replace(".", "/") for module in _MODULE.findall(text)}
    assert (
        sorted(
            one for one in modules if not any((ROOT / file).exists() for file in (f"{one}.py", f"{one}/__main__.py"))
        )
        == []
    )


def test_a_file_that_is_not_there_is_found() -> None:
    text = "see `schemas/law/terms.py`, `schemas/law/term.py`, `schemas/wire/avro/<name>/1.avsc`, `topics/x/*.yaml`."
    assert {path for path in paths(text) if not exists(path)} == {"schemas/law/term.py", "topics/x/*.yaml"}


def test_the_picture_is_the_one_the_generator_draws() -> None:
    assert architecture.picture() == PICTURE.read_text(encoding="utf-8"), "run: make pages"


@pytest.mark.parametrize("drawer", [drawer for room in ROOMS for drawer in drawers(room)])
def test_every_drawer_is_on_the_page_and_in_the_picture(drawer: str) -> None:
    assert f"`{drawer}/`" in ARCHITECTURE
    room, name = drawer.split("/")
    zones = {
        "schemas": architecture.FACTS,
        "topics": architecture.PLACES,
        "producers": architecture.COURT,
        "consumers": (*architecture.AGENCY, *architecture.INBOX),
        "monitoring": architecture.WATCHING,
    }
    assert name in {one.name for one in zones[room]}


def test_the_picture_shows_no_drawer_that_is_gone_and_every_topic() -> None:
    drawn = [*architecture.COURT, *architecture.INBOX, *architecture.AGENCY, *architecture.WATCHING]
    drawn += [*architecture.PLACES, *architecture.FACTS]
    assert {one.name for one in drawn} == {drawer.split("/")[1] for room in ROOMS for drawer in drawers(room)}
    assert {one.name for one in architecture.TOPICS} == {family.family for family in load_catalogue()}


def test_the_walks_go_step_by_step_and_each_step_names_a_file() -> None:
    for title, least in (("one row", 12), ("one revocation", 8), ("one sealed event", 7)):
        walk = ARCHITECTURE.split(f"## The walk of {title}", 1)[1].partition("\n## ")[0]
        steps = re.findall(r"^\| (\d+) \|(.*)$", walk, re.MULTILINE)
        assert [int(number) for number, _ in steps] == list(range(1, len(steps) + 1))
        assert len(steps) >= least
        assert all(any((ROOT / path).is_file() for path in paths(step)) for _, step in steps)


def test_the_steps_of_the_picture_are_those_of_a_rows_walk() -> None:
    marked = {
        one.step for one in (*architecture.COURT, *architecture.AGENCY, *architecture.WATCHING, *architecture.TOPICS)
    }
    walk = ARCHITECTURE.split("## The walk of one row", 1)[1].partition("\n## ")[0]
    assert marked - {""} == set(re.findall(r"^\| (\d+) \|", walk, re.MULTILINE))


def test_the_words_are_some_thirty_and_each_stands_in_both_languages() -> None:
    words = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", ARCHITECTURE.split("## Words", 1)[1], re.MULTILINE)[2:]
    assert len(words) >= 30
    assert all(re.search(r"[\u4e00-\u9fff]", chinese) and re.search(r"[a-z]", english) for chinese, english, _ in words)
    assert len({english for _, english, _ in words}) == len(words)


def test_every_verb_of_make_is_told_to_contributors_and_no_other() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    verbs = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    assert len(verbs) > 8
    assert set(re.findall(r"`make ([a-z-]+)`", CONTRIBUTING)) == verbs


def test_every_recipe_names_its_files() -> None:
    recipes = re.split(r"^### ", CONTRIBUTING.split("## Recipes", 1)[1], flags=re.MULTILINE)[1:]
    titles = {recipe.partition("\n")[0] for recipe in recipes}
    assert titles == {
        "A column of an intake file", "A measure", "An agency kind", "A topic", "A version of a schema", "A metric",
        "A setting", "A reader of foreign bytes", "A compiled module", "A column or table of a database", "A release",
    }  # fmt: skip
    assert all(paths(recipe) for recipe in recipes)


def test_every_picture_is_shown_on_a_page() -> None:
    pictures = {
        path
        for place in ("images", "performance")
        for path in (DOCS / place).iterdir()
        if path.suffix in {".png", ".svg"}
    }
    shown = {
        (page.parent / target).resolve()
        for page in PAGES
        for target in re.findall(r"!\[[^\]]+\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    }
    assert len(pictures) > 5
    assert pictures - shown == set()


@pytest.mark.parametrize("page", sorted((DOCS / "decisions").glob("*.md")), ids=lambda page: page.stem)
def test_decisions_wrap(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > _WIDTH] == []


def test_every_decision_has_a_number_of_its_own_and_is_in_the_index() -> None:
    index = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    decisions = sorted(page for page in (DOCS / "decisions").glob("*.md") if page.stem != "README")
    numbers = [page.stem[:4] for page in decisions]
    assert len(set(numbers)) == len(numbers)
    for page, number in zip(decisions, numbers, strict=True):
        assert page.read_text(encoding="utf-8").startswith(f"# {number} ")
        assert f"[{number}]({page.name})" in index


def test_every_page_of_docs_is_in_its_index() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = [page.name for page in [*DOCS.glob("*.md"), *DOCS.glob("*.yaml")] if page.stem != "README"]
    assert len(pages) > 10
    assert [name for name in pages if f"]({name})" not in index] == []


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_map_scope_and_recipes_are_one_click_from_the_readme(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    scope = "docs/zh/scope.md" if "zh" in readme else "docs/scope.md"
    for target in ("docs/architecture.md", scope, "CONTRIBUTING.md"):
        assert f"]({target})" in text
    picture = "docs/images/monitor.zh.png" if "zh" in readme else "docs/images/monitor.png"
    assert re.findall(r"!\[[^\]]+\]\((.+?)\)", text) == [picture]
