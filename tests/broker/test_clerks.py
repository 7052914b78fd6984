"""The clerks' page, done as it says on a real Kafka, in both languages: every command is typed, and prints what stands below it."""

import shlex
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.docs.generators.clerks import PAGES, Step, by_hand, steps
from liandong.schemas.problems import Language
from liandong.tests.worlds.commands import liandong
from liandong.tests.worlds.installation import Installation
from liandong.topics.settings import Settings

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(400)]
ASKING = ("liandong status", "liandong check", "liandong court inbox")
"""What may be asked again until it is there."""


@pytest.fixture
def desk(settings: Settings) -> Iterator[Installation]:
    """What the first two steps of the README make, in a hurry."""
    hurry = {"LIANDONG_BARRIER_INTERVAL_SECONDS": "0.2", "LIANDONG_INTERCEPTIONS_EVERY_SECONDS": "0.5"}
    made = Installation(settings, **hurry)
    made.found(
        "js",
        ("court-su0505", "--kind", "court", "--name", "苏州市示例区人民法院", "--court-token", "苏0505"),
        ("railway-js", "--kind", "agency", "--name", "示例铁路客运", "--agency-kind", "railway"),
        ("notary-js-1", "--kind", "notary"),
        ("publisher-js", "--kind", "publisher"),
    )
    made.start("monitor", "notary", "--jurisdiction", "js")
    made.start("agency", "run", "railway-js", "--port", str(made.ports[0]))
    yield made
    made.close()


class Clerk:
    """Somebody who types what the page says, and puts the id that was printed where it says `ent_…`."""

    def __init__(self, desk: Installation, folder: Path, lang: Language) -> None:
        self.folder = folder
        self._environment = desk.variables | {"LIANDONG_LANG": lang}
        self._entry = "ent_…"

    def does(self, step: Step) -> str:
        """Everything that is printed until it is what the page shows."""
        deadline = time.monotonic() + Installation.patience
        printed = self.types(step.typed)
        while not step.is_said(printed):
            assert step.typed.startswith(("echo ", *ASKING)), f"{step}\n{printed}"
            assert time.monotonic() < deadline, f"{step}\n{printed}"
            printed += self.types(step.typed)
        by_hand(step, self.folder)
        return printed

    def types(self, block: str) -> str:
        return "".join(map(self._types, block.replace("\\\n", "").splitlines()))

    def _types(self, line: str) -> str:
        words = shlex.split(line.replace("ent_…", self._entry))
        if words[0] == "echo":
            _, text, _, name = words
            (self.folder / name).write_text(f"{text}\n", encoding="utf-8")
            return ""
        typed = ""
        if "<" in words:
            *words, _, name = words
            typed = (self.folder / name).read_text(encoding="utf-8")
        assert words[0] == "liandong"
        ended = liandong(*words[1:], typed=typed, environment=self._environment)
        assert ended.code in {0, 1, 3}, ended
        if words[1:3] == ["court", "find"]:
            self._entry = ended.out.split()[0]
        return ended.out + ended.err


@pytest.mark.parametrize("lang", PAGES)
def test_the_page_for_clerks_leads_from_the_template_to_a_release(
    desk: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: Language
) -> None:
    monkeypatch.chdir(tmp_path)
    clerk, walk = Clerk(desk, tmp_path, lang), steps(PAGES[lang].read_text(encoding="utf-8"))
    assert len(walk) == 11
    printed = [clerk.does(step) for step in walk]
    if lang == "en":
        assert "REFUSED" in printed[6]
        assert "RELEASED" in printed[10]
    assert "110105" not in "".join(printed)


def test_what_a_page_shows_is_found_in_what_is_printed_line_by_line() -> None:
    step = Step("liandong status\n", ("│ railway-js …", "all … well"))
    assert step.is_said("lists\n│ railway-js │ 1 │\nall is well\n")
    assert not step.is_said("all is well\n│ railway-js │ 1 │\n")
    assert not step.is_said("│ hotel-js │\nall is well\n")
