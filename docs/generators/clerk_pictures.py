"""The pictures of the clerks' page: its steps are done on a Kafka of their own, in both languages, and looked at.

`python -m liandong.docs.generators.clerk_pictures` writes docs/images/clerk-*; with `en` or `zh` those of one language. It needs
the packages chromium, chromium-driver and fonts-noto-cjk, and takes some two minutes.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By

from ...schemas.problems import Language
from ...topics.embedded.ports import some_free
from .clerks import PAGES, REJECTS, WORKBOOK, Step, by_hand, steps
from .codes import ROOT
from .drawn import WIDE, sheet, terminal
from .page_pictures import browsing, shown

IMAGES = ROOT / "docs" / "images"
FILLED = ("instrument", "name", "certificate_type", "certificate_number", "case_number", "decision_number", "grounds")
RETURNED = ("name", "certificate_number", "reject_row", "reject_field", "reject_code", "reject_reason", "reject_remedy")
TERMINALS: Mapping[str, tuple[int, ...]] = {"clerk-dry-run": (1,), "clerk-counter": (5,), "clerk-release": (7, 8, 9)}
"""Pictures of a terminal, by the steps they show."""
_TIMES = 30
"""A command that asks is typed, a second apart."""


class NotSaid(Exception):
    """A command never printed what the page shows."""


class Desk:
    """A folder in which somebody types, with a Kafka, a court, a railway and a notary of its own."""

    def __init__(self, folder: Path, lang: Language) -> None:
        self.folder = folder
        self._entry = "ent_…"
        kafka, self.page, self.api = some_free(3)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("LIANDONG_")} | {
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "LIANDONG_STATE_DIR": str(folder / "state"),
            "LIANDONG_BOOTSTRAP": f"127.0.0.1:{kafka}",
            "LIANDONG_LANG": lang,
            "LIANDONG_INTERCEPTIONS_EVERY_SECONDS": "2",
            "FORCE_COLOR": "1",
            "COLUMNS": str(WIDE),
        }
        (folder / "bin").mkdir()
        program = folder / "bin" / "liandong"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m liandong "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        self.types(f"liandong kafka up --port {kafka}\n")

    def types(self, block: str) -> str:
        """Type a block of commands; give what they print."""
        typed = block.replace("ent_…", self._entry)
        ended = subprocess.run(  # noqa: S603  our own page
            ["bash", "-c", typed],  # noqa: S607
            cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False,
        )  # fmt: skip
        if found := re.match(r"ent_[0-9a-f]{32}", ended.stdout):
            self._entry = found[0]
        return ended.stdout

    def does(self, step: Step) -> str:
        """Do a step until it prints what the page shows. Raises NotSaid."""
        printed = ""
        for _ in range(_TIMES):
            printed = self.types(step.typed)
            if step.is_said(re.sub(r"\x1b\[[0-9;]*m", "", printed)):
                return printed
            time.sleep(1)  # noqa: TID251  somebody who waits at a terminal
        raise NotSaid(printed)

    @property
    def entry(self) -> str:
        """The entry that was found last."""
        return self._entry

    @contextmanager
    def running(self) -> Iterator[None]:
        """Found everybody as the README does, with the notary and the railway's node running."""
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        founding = next(
            block
            for block in re.findall(r"^```sh\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
            if "topics apply" in block
        )
        self.types("".join(line for line in founding.splitlines(keepends=True) if " new " in line or " apply" in line))
        commands = (
            ["liandong", "monitor", "serve", "--port", str(self.page)],
            ["liandong", "agency", "run", "railway-js", "--port", str(self.api)],
        )
        processes = [
            subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
            for command in commands
        ]  # fmt: skip
        try:
            yield
        finally:
            for process in processes:
                process.terminate()
                process.wait()
            self.types("liandong kafka down\n")


def photographed(browser: webdriver.Chrome, html: str, folder: Path, picture: Path) -> None:
    """Take the picture of a sheet."""
    (folder / "sheet.html").write_text(html, encoding="utf-8")
    browser.get((folder / "sheet.html").as_uri())
    browser.find_element(By.TAG_NAME, "table").screenshot(str(picture))


def draw(lang: Language, folder: Path, browser: webdriver.Chrome) -> None:
    """Do the steps of one page, and write its pictures."""
    desk, walk = Desk(folder, lang), steps(PAGES[lang].read_text(encoding="utf-8"))
    printed: list[str] = []
    with desk.running():
        for step in walk:
            printed.append(desk.does(step))
            if len(printed) == 1:
                photographed(browser, sheet(folder / WORKBOOK, FILLED), folder, IMAGES / f"clerk-template.{lang}.png")
            if step.typed == f"liandong court publish {WORKBOOK}\n":
                photographed(browser, sheet(folder / REJECTS, RETURNED), folder, IMAGES / f"clerk-rejects.{lang}.png")
            by_hand(step, folder)
        browser.get(f"http://127.0.0.1:{desk.page}/{lang}?find={desk.entry}")
        shown(browser, f"//a[normalize-space()='{desk.entry}']")
        browser.save_screenshot(str(IMAGES / f"clerk-page.{lang}.png"))
    for name, numbers in TERMINALS.items():
        both = [(walk[number].typed.replace("ent_…", desk.entry), printed[number]) for number in numbers]
        (IMAGES / f"{name}.{lang}.svg").write_text(terminal(both), encoding="utf-8")


def main() -> None:
    """Write the pictures of both languages, or of one."""
    with browsing() as browser:
        for lang in PAGES:
            if lang in (sys.argv[1:] or PAGES):
                with tempfile.TemporaryDirectory(prefix="liandong-clerk-") as folder:
                    draw(lang, Path(folder), browser)


if __name__ == "__main__":
    main()
