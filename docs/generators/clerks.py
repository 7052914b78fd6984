"""The clerks' page, step by step: what it has its reader type, what comes of it, and what is done by hand in between."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from openpyxl import load_workbook

from ...producers.intake.rows.columns import column_of
from ...schemas.problems import Language
from .codes import ROOT

PAGES: Mapping[Language, Path] = {"en": ROOT / "docs" / "clerks.md", "zh": ROOT / "docs" / "zh" / "clerks.md"}
WORKBOOK, REJECTS = "debtors.xlsx", "debtors.xlsx.rejects.xlsx"
_STEP = re.compile(r"^```sh\n(?P<typed>.*?)^```\n(?:\n```text\n(?P<said>.*?)^```\n)?", re.MULTILINE | re.DOTALL)
_NUMBER = "certificate_number"
_RIGHT, _WRONG = "X", "1"
"""The last character of the first certificate number of the template, and what the page has the reader type instead."""


@dataclass(frozen=True, slots=True)
class Step:
    """A block of commands, and the lines of what they print that the page shows."""

    typed: str
    said: tuple[str, ...]

    def is_said(self, printed: str) -> bool:
        """Whether every line that is shown was printed, in this order; `…` stands for anything within a line."""
        lines = iter(printed.splitlines())
        return all(any(_is_like(shown, line) for line in lines) for shown in self.said)


def _is_like(shown: str, line: str) -> bool:
    parts = [part.strip() for part in shown.split("…")]
    return re.search(r".*".join(re.escape(part) for part in parts), line) is not None


def steps(page: str) -> list[Step]:
    """Read the steps of a page."""
    return [Step(found["typed"], tuple((found["said"] or "").splitlines())) for found in _STEP.finditer(page)]


def by_hand(step: Step, folder: Path) -> None:
    """Do in the spreadsheet what the page says between this step and the next one."""
    if "court template" in step.typed:
        _retype(folder / WORKBOOK, _RIGHT, _WRONG)
    elif step.typed == f"liandong court publish {WORKBOOK}\n":
        _retype(folder / REJECTS, _WRONG, _RIGHT)


def _retype(path: Path, old: str, new: str) -> None:
    """Replace the last character of the certificate number in row 2."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    [number] = [cell for title, cell in zip(sheet[1], sheet[2], strict=True) if column_of(str(title.value)) == _NUMBER]
    text = str(number.value)
    if not text.endswith(old):
        raise ValueError(f"{path.name}, {number.coordinate}: the number does not end with {old}")
    number.value = text.removesuffix(old) + new
    book.save(path)
