"""Pages that are generated are current; links lead somewhere; what a page shows in code is what exists."""

import re
import shutil
from itertools import takewhile
from pathlib import Path

import pytest
import typer

from liandong.__main__ import app
from liandong.docs.generators import demo_lines
from liandong.monitoring.notary.findings import FindingKind
from liandong.monitoring.page.words import _ALL
from liandong.schemas.wire.avro_schemas import load_schemas
from liandong.tests.worlds.documents import DOCS, PAGES, ROOT
from liandong.tests.worlds.make import make
from liandong.topics.catalogue import event_catalogue
from liandong.topics.catalogue.families import load_catalogue

EVENTS = (DOCS / "events.md").read_text(encoding="utf-8")


def test_the_event_catalogue_is_the_one_generated_from_topics_and_schemas() -> None:
    assert event_catalogue.page() == EVENTS, "run: make pages"


def test_every_topic_and_every_field_of_every_schema_is_in_the_event_catalogue() -> None:
    for family in load_catalogue():
        assert f"`{family.name}`" in EVENTS
    for schema in load_schemas():
        assert f"### {schema.name}\n" in EVENTS
        for field in schema.definition["fields"]:
            assert f"| `{field['name']}` |" in EVENTS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_to_files_and_headings_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        name, _, heading = target.partition("#")
        linked = (page.parent / name).resolve() if name else page
        assert linked.exists(), target
        if heading:
            assert heading in {anchor(line) for line in linked.read_text(encoding="utf-8").splitlines()}, target


def anchor(line: str) -> str:
    """The anchor of a heading as GitHub makes it; empty for other lines."""
    title = re.match(r"#+ (.*)", line)
    return re.sub(r"[^\w\- ]", "", title[1].lower()).replace(" ", "-") if title else ""


def commands(
    group: typer.core.TyperGroup, path: tuple[str, ...] = ()
) -> dict[tuple[str, ...], typer.core.TyperCommand]:
    """Every command there is."""
    found: dict[tuple[str, ...], typer.core.TyperCommand] = {}
    for name, command in group.commands.items():
        if isinstance(command, typer.core.TyperGroup):
            found |= commands(command, (*path, name))
        else:
            found[*path, name] = command  # type: ignore[assignment]
    return found


COMMANDS = commands(typer.main.get_command(app))  # type: ignore[arg-type]
EVERYWHERE = {"--help", "-h", "--config", "--lang", "--version"}


def said_commands(page: Path) -> set[str]:
    """Everything a page shows in code that begins with `liandong`."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    blocks = re.findall(r"^```(?:sh|console|bash)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    lines = [" ".join(line.split()) for block in blocks for line in block.splitlines()] + spans
    return {found for line in lines for found in re.findall(r"(?:^|[|;(]\s*|/)liandong((?: [^\s|;&<>)]+)+)", line)}


def problem_of(said: str) -> str | None:
    """What is wrong with a command a page shows; a group by itself is all right."""
    words = [word for word in said.split() if word not in {"…", "..."}]
    while words and words[0].startswith("-"):  # options before the command, each with its value
        words = words[2:]
    path = tuple(takewhile(lambda word: re.fullmatch(r"[a-z-]+", word) and not word.startswith("-"), words))
    known = next((path[:length] for length in range(len(path), 0, -1) if path[:length] in COMMANDS), None)
    if known is None:
        is_group = bool(path) and any(command[: len(path)] == path for command in COMMANDS)
        return None if is_group or not path else f"there is no command {said!r}"
    options = {word.partition("=")[0] for word in words[len(known) :] if re.match(r"--?[a-z]", word)}
    lacking = options - EVERYWHERE - {option for parameter in COMMANDS[known].params for option in parameter.opts}
    return f"{' '.join(known)} has no option {', '.join(sorted(lacking))}" if lacking else None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_and_options_a_page_shows_exist(page: Path) -> None:
    assert [problem for said in sorted(said_commands(page)) if (problem := problem_of(said))] == []


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_and_its_example_exists(command: tuple[str, ...]) -> None:
    about = COMMANDS[command].help or ""
    assert len(about) > 15
    for example in re.findall(r"^Example: liandong( .*)", about, re.MULTILINE):
        assert problem_of(example) is None


@pytest.mark.parametrize(
    "said", ["court publsh", "court publish F --fast", "no-such", "participant publish X --everybody", "kafka sideways"]
)
def test_a_command_that_does_not_exist_is_found(said: str) -> None:
    assert problem_of(said) is not None


@pytest.mark.parametrize(
    "said", ["court", "court publish F --court c --json", "--lang zh court template", "demo --keep"]
)
def test_a_command_that_exists_is_accepted(said: str) -> None:
    assert problem_of(said) is None


def test_pages_are_searched_for_commands_in_text_and_blocks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "see `liandong kafka down`\n```sh\necho 1 | liandong check \\\n  --agency a < x\n```\n", encoding="utf-8"
    )
    assert {tuple(said.split()) for said in said_commands(page)} == {("kafka", "down"), ("check", "--agency", "a")}


SNIPPETS = {
    page.relative_to(ROOT).as_posix(): blocks
    for page in PAGES
    if (blocks := re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))
}


@pytest.mark.parametrize("page", SNIPPETS)
def test_python_in_a_page_runs_as_it_stands_from_top_to_bottom(page: str) -> None:
    names: dict[str, object] = {"__name__": "page"}
    for block in SNIPPETS[page]:
        exec(compile(block, page, "exec"), names)  # noqa: S102  our own pages


def test_the_adapter_guide_shows_python() -> None:
    assert "docs/adapters.md" in SNIPPETS


def test_both_readmes_show_the_same_commands() -> None:
    english, chinese = (path.read_text(encoding="utf-8") for path in demo_lines.READMES.values())
    commands = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
    assert len(commands.findall(english)) > 5
    in_chinese = [block.replace("export LIANDONG_LANG=zh\n", "") for block in commands.findall(chinese)]
    assert in_chinese != commands.findall(chinese)
    assert in_chinese == commands.findall(english)


@pytest.mark.parametrize("lang", demo_lines.READMES)
def test_a_readme_shows_a_demo_of_its_language_and_the_figures_of_that_run(lang: demo_lines.Spoken) -> None:
    readme = demo_lines.READMES[lang].read_text(encoding="utf-8")
    lines = demo_lines.shown(readme)
    assert demo_lines.last_lines(lines) == lines
    assert demo_lines.written(readme, lines) == readme
    assert bool(re.search(r"[\u4e00-\u9fff]", lines)) == (lang == "zh")
    above = readme.partition("<!-- demo:")[0]
    assert len(demo_lines.figures(above)) == 2
    assert demo_lines.figures(above) == demo_lines.figures(lines)
    counts = set(re.findall(r"\d+,\d{3}", above))
    assert counts
    assert counts <= set(re.findall(r"\d+,\d{3}", lines))


def test_both_readmes_show_the_same_number_of_promises_all_of_them_kept() -> None:
    shown = [demo_lines.shown(path.read_text(encoding="utf-8")) for path in demo_lines.READMES.values()]
    (held, count), chinese = map(demo_lines.promises, shown)
    assert held == count > 20
    assert chinese == (held, count)


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_make_does_what_the_readme_says_for_those_without_make(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = next(
        each for each in re.findall(r"^```sh\n(.*?)^```", readme, re.MULTILINE | re.DOTALL) if "-m venv" in each
    )
    for name in ("Makefile", "pyproject.toml", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    printed = "".join(
        make("--no-print-directory", "-n", "PYTHON=python3.11", target, cwd=tmp_path) for target in ("demo", "test")
    )
    done = {" ".join(line.replace(" --quiet --disable-pip-version-check", "").split()) for line in printed.splitlines()}
    assert set(block.splitlines()) <= done


def test_every_finding_of_status_stands_in_the_runbook() -> None:
    told = {key.removeprefix("say_") for key in _ALL if key.startswith("say_")}
    kinds = told - {"silent"}  # a way of being stale
    sources = (ROOT / "monitoring" / "status").glob("*.py")
    written = {
        kind for each in sources for kind in re.findall(r'"kind": "([a-z-]+)"', each.read_text(encoding="utf-8"))
    }
    assert len(written) >= 5
    assert written | {kind.value for kind in FindingKind} <= kinds
    headings = re.findall(r"^### ([a-z, -]+)$", (DOCS / "runbook.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {kind for each in headings for kind in each.split(", ")} == kinds


def test_only_the_end_of_a_demo_whose_promises_held_is_shown() -> None:
    lines = "".join(f"line {number}\n" for number in range(30))
    taken = demo_lines.last_lines(f"{lines}\x1b[1m26 of 26 promises held\x1b[0m, 57 s\n\nand then\n")
    assert taken.splitlines() == [*(f"line {number}" for number in range(11, 30)), "26 of 26 promises held, 57 s"]
    assert demo_lines.last_lines(f"{lines}26 项承诺兑现 26 项，用时 57 秒\n").endswith(
        "\n26 项承诺兑现 26 项，用时 57 秒\n"
    )
    broken = ("25 of 26 promises held, 57 s\n", "26 项承诺兑现 25 项，用时 57 秒\n", "")
    for printed in (*(f"{lines}{end}" for end in broken), "26 of 26 promises held, 57 s\n"):
        with pytest.raises(demo_lines.NotADemo):
            demo_lines.last_lines(printed)
    with pytest.raises(demo_lines.NotADemo):
        demo_lines.written("a page without markers", taken)


def test_figures_above_a_demo_are_replaced_in_their_order_and_a_missing_place_is_found() -> None:
    figures = ["p50 1 ms, p95 2 ms, max 3 ms", "p50 4 ms, p95 5 ms, max 6 ms"]
    old = "p50 9 ms, p95 9 ms, max 9 ms"
    block = "<!-- demo: of a run -->\n```text\nold\n```\n<!-- /demo -->\n"
    made = demo_lines.written(f"{old}\n{old}\n{block}", "\n".join(figures) + "\n")
    assert made.startswith(f"{figures[0]}\n{figures[1]}\n<!-- demo")
    assert demo_lines.shown(made) == "\n".join(figures) + "\n"
    with pytest.raises(demo_lines.NotADemo):
        demo_lines.written(f"{old}\n{block}", "\n".join(figures) + "\n")
