"""The last twenty lines of a real demo, written between the markers in both READMEs.

`python -m liandong.docs.generators.demo_lines` plays the demo; with a file, what a demo printed before is taken.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

from .codes import ROOT

READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
LINES = 20
_BLOCK = re.compile(r"(<!-- demo:[^\n]*-->\n```text\n).*?(```\n<!-- /demo -->)", re.DOTALL)
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_SUMMARY = re.compile(r"^(\d+) of (\d+) promises held, \d+ s$", re.MULTILINE)


class NotADemo(Exception):
    """What is to be shown is not the end of a demo whose promises held."""


def last_lines(printed: str) -> str:
    """Return the last lines of what a demo printed. Raises NotADemo unless it ends with every promise held."""
    plain = _COLOUR.sub("", printed).replace("\r", "")
    ends = list(_SUMMARY.finditer(plain))
    if not ends:
        raise NotADemo("no line says how many promises held: the demo did not come to its end")
    if ends[-1][1] != ends[-1][2]:
        raise NotADemo(f"only {ends[-1][0]}")
    lines = [line.rstrip() for line in plain[: ends[-1].end()].splitlines() if line.strip()]
    if len(lines) < LINES:
        raise NotADemo(f"a demo prints more than {len(lines)} lines")
    return "".join(f"{line}\n" for line in lines[-LINES:])


def written(readme: str, lines: str) -> str:
    """Put these lines between the markers of a README. Raises NotADemo where the markers are missing."""
    if not _BLOCK.search(readme):
        raise NotADemo("the markers <!-- demo: … --> and <!-- /demo --> are missing")
    return _BLOCK.sub(lambda block: block[1] + lines + block[2], readme)


def shown(readme: str) -> str:
    """Return the lines a README shows. Raises NotADemo where the markers are missing."""
    block = _BLOCK.search(readme)
    if block is None:
        raise NotADemo("the markers <!-- demo: … --> and <!-- /demo --> are missing")
    return block[0][len(block[1]) : -len(block[2])]


def main() -> None:
    """Write both READMEs, or none."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("printed", nargs="?", type=Path, help="what a demo printed; without it the demo is played")
    file = options.parse_args().printed
    if file is None:
        command, wide = [sys.executable, "-m", "liandong", "demo"], {**os.environ, "COLUMNS": "100"}
        printed = subprocess.run(  # noqa: S603  our own command line
            command, env=wide, stdout=subprocess.PIPE, encoding="utf-8", check=True
        ).stdout
    else:
        printed = file.read_text(encoding="utf-8")
    lines = last_lines(printed)
    pages = {path: written(path.read_text(encoding="utf-8"), lines) for path in READMES}
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
