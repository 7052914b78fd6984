"""What the worlds made of the bugs, kept as JSON from run to run, and all that they find as one table."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from liandong.tests.simulation.planted.catalogue import PlantedBug

_HEAD = "| | bug | the safeguard it drops | seed | worlds | promise that broke |\n|---|---|---|---|---|---|"


STORY = 0
"""Stands for the seed where a story has found a bug."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the worlds made of one bug."""

    bug: PlantedBug
    worlds: int
    """So many were run."""
    seed: int | None
    """Of the world that found it."""
    promise: str = ""
    others: Sequence[str] = ()
    """What broke without counting: another promise, or a seed that breaks without the bug."""

    def row(self) -> str:
        """Return its row in the table."""
        seed = "**not found**" if self.seed is None else "story" if self.seed == STORY else str(self.seed)
        return _row(self.bug, seed, self.worlds, self.promise)


Findings = Mapping[int, Finding]
"""By number of the bug."""


def read(path: Path, bugs: Sequence[PlantedBug]) -> dict[int, Finding]:
    """Return what a file keeps of these bugs, nothing if there is no file; a number can have become another bug's."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    found = {each["number"]: each for each in kept}
    known = [(bug, found[bug.number]) for bug in bugs if bug.number in found]
    return {
        bug.number: Finding(bug, one["worlds"], one["seed"], one["promise"])
        for bug, one in known
        if one.get("name", bug.name) == bug.name
    }


def write(path: Path, findings: Findings) -> None:
    """Keep what was found."""
    rows = [
        {
            "number": number,
            "name": one.bug.name,
            "seed": one.seed,
            "worlds": one.worlds,
            "promise": one.promise,
        }
        for number, one in sorted(findings.items())
    ]
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def table(bugs: Sequence[PlantedBug], findings: Findings) -> str:
    """Return what the worlds found of the planted bugs, as a page."""
    return "\n".join((*_lines(bugs, findings), ""))


def _lines(bugs: Sequence[PlantedBug], findings: Findings) -> Iterator[str]:
    ran = [findings[bug.number] for bug in bugs if bug.number in findings]
    found = sum(one.seed is not None for one in ran)
    yield from ("# Found", "")
    yield (
        f"What the worlds made of the planted bugs: {found} of {len(bugs)} found, {len(ran) - found} not found in the worlds"
        f" they had, {len(bugs) - len(ran)} not run yet."
    )
    yield "`python -m liandong.tests.simulation.planted --json KEPT --table FILE` makes these tables, with what earlier runs kept."
    yield from ("", _HEAD)
    for bug in bugs:
        yield findings[bug.number].row() if bug.number in findings else _row(bug, "not run yet", "", "")


def _row(bug: PlantedBug, seed: str, worlds: int | str, promise: str) -> str:
    first = (promise.splitlines() or [""])[0].replace("|", "\\|")
    return f"| {bug.number} | {bug.name} | {bug.safeguard} | {seed} | {worlds} | {first} |"
