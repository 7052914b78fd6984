"""The last twenty lines of a real demo, written between the markers in both READMEs, each from a run in its language.

`python -m liandong.docs.generators.demo_lines` plays the demo twice; with two files, what an English and a Chinese demo
printed before is taken. The figures that a README shows above its demo are those of the same run.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Literal

from .codes import ROOT

Spoken = Literal["en", "zh"]
READMES: dict[Spoken, Path] = {"en": ROOT / "README.md", "zh": ROOT / "README.zh-CN.md"}
LINES = 20
_BLOCK = re.compile(r"(<!-- demo:[^\n]*-->\n```text\n).*?(```\n<!-- /demo -->)", re.DOTALL)
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_SUMMARY = re.compile(
    r"^(?P<held>\d+) of (?P<count>\d+) promises held, \d+ s$|^(?P<zh_count>\d+) 项承诺兑现 (?P<zh_held>\d+) 项，用时 \d+ 秒$",
    re.MULTILINE,
)
_FIGURES = re.compile(r"p50 \d+ ms, p95 \d+ ms, max \d+ ms")
"""From update to gate, and from relief to release, in this order."""


class NotADemo(Exception):
    """What is to be shown is not the end of a demo whose promises held."""


def last_lines(printed: str) -> str:
    """Return the last lines of what a demo printed. Raises NotADemo unless it ends with every promise held."""
    plain = _COLOUR.sub("", printed).replace("\r", "")
    ends = list(_SUMMARY.finditer(plain))
    if not ends:
        raise NotADemo("no line says how many promises held: the demo did not come to its end")
    held, count = promises(ends[-1][0])
    if held != count:
        raise NotADemo(f"only {held} of {count} promises held")
    lines = [line.rstrip() for line in plain[: ends[-1].end()].splitlines() if line.strip()]
    if len(lines) < LINES:
        raise NotADemo(f"a demo prints more than {len(lines)} lines")
    return "".join(f"{line}\n" for line in lines[-LINES:])


def promises(lines: str) -> tuple[int, int]:
    """Read from the last line of a demo how many promises held, and how many there were. Raises NotADemo."""
    found = _SUMMARY.search(lines)
    if found is None:
        raise NotADemo("no line says how many promises held")
    return int(found["held"] or found["zh_held"]), int(found["count"] or found["zh_count"])


def written(readme: str, lines: str) -> str:
    """Put these lines between the markers of a README, and their figures above. Raises NotADemo where places are missing."""
    if not _BLOCK.search(readme):
        raise NotADemo("the markers <!-- demo: … --> and <!-- /demo --> are missing")
    above, marker, below = readme.partition("<!-- demo:")
    places, measured = figures(above), figures(lines)
    if len(places) != len(measured):
        raise NotADemo(f"the README has {len(places)} places for {len(measured)} figures")
    following = iter(measured)
    above = _FIGURES.sub(lambda _: next(following), above)
    return _BLOCK.sub(lambda block: block[1] + lines + block[2], above + marker + below)


def shown(readme: str) -> str:
    """Return the lines a README shows. Raises NotADemo where the markers are missing."""
    block = _BLOCK.search(readme)
    if block is None:
        raise NotADemo("the markers <!-- demo: … --> and <!-- /demo --> are missing")
    return block[0][len(block[1]) : -len(block[2])]


def figures(text: str) -> list[str]:
    """Find the latencies in a text."""
    return _FIGURES.findall(text)


def played(lang: Spoken) -> str:
    """Play a demo in a language and return what it prints."""
    command, wide = [sys.executable, "-m", "liandong", "--lang", lang, "demo"], {**os.environ, "COLUMNS": "100"}
    return subprocess.run(  # noqa: S603  our own command line
        command, env=wide, stdout=subprocess.PIPE, encoding="utf-8", check=True
    ).stdout


def main() -> None:
    """Write both READMEs, or none."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--printed", nargs=2, type=Path, metavar=("EN", "ZH"), help="what two demos printed before")
    files: dict[Spoken, Path] = dict(zip(READMES, options.parse_args().printed or (), strict=False))
    pages = {}
    for lang, path in READMES.items():
        printed = files[lang].read_text(encoding="utf-8") if files else played(lang)
        pages[path] = written(path.read_text(encoding="utf-8"), last_lines(printed))
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
