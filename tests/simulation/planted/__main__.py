"""`python -m liandong.tests.simulation.planted`: let the worlds find the planted bugs; 1 if they do not find all."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from liandong.tests.simulation.planted import findings
from liandong.tests.simulation.planted.catalogue import PlantedBug, catalogue
from liandong.tests.simulation.planted.findings import STORY, Finding
from liandong.tests.simulation.planted.trees import PatchOutOfDate, World, Worlds, copied_tree, patched_tree


def main() -> int:
    """Run the command."""
    asked = _arguments()
    bugs = [bug for bug in catalogue() if not asked.only or bug.number in asked.only]
    kept = findings.read(asked.json, catalogue()) if asked.json else {}
    seeds, failed = range(asked.seed, asked.seed + asked.worlds), 0
    with copied_tree() as sound, Worlds(sound) as without:
        for bug in bugs:
            try:
                finding = find(bug, sound, without, seeds)
            except PatchOutOfDate as outdated:
                print(outdated, flush=True)
                failed += 1
                continue
            kept[bug.number] = finding
            failed += finding.seed is None
            print(finding.row(), *(f"  not counted: {other}" for other in finding.others), sep="\n", flush=True)
            _write(asked, kept)
    print(f"{len(bugs) - failed} of {len(bugs)} planted bugs were found")
    return 1 if failed else 0


def find(bug: PlantedBug, sound: Path, without: Worlds, seeds: Sequence[int]) -> Finding:
    """Run worlds with a bug until one breaks a promise that it should break, of a seed whose promises hold `without` it
    in the `sound` tree."""
    others: list[str] = []
    stories = [World(STORY, 0, None, bug.story)] if bug.story else []
    asked = [*stories, *(World(seed, bug.steps, bug.attacks) for seed in seeds)]
    with patched_tree(sound, bug) as folder, Worlds(folder) as worlds:
        for count, world in enumerate(asked, start=1):
            seed = world.seed
            broken = worlds.broken(world)
            if not broken:
                continue
            if not bug.explains(broken):
                others.append(f"seed {seed}: {broken}")
            elif unpatched := without.broken(world):
                others.append(f"seed {seed} without the bug: {unpatched}")
            else:
                return Finding(bug, count, seed, broken, others)
    return Finding(bug, len(asked), None, others=others)


def _write(asked: argparse.Namespace, kept: findings.Findings) -> None:
    if asked.json:
        findings.write(asked.json, kept)
    if asked.table:
        asked.table.write_text(findings.table(catalogue(), kept), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="planted", description=__doc__)
    parser.add_argument("--only", type=int, nargs="+", default=[], help="numbers of bugs; without it all")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--worlds", type=int, default=500, help="how many seeds at most for each bug")
    parser.add_argument("--json", type=Path, help="a file for what was found; what it has of other bugs stays")
    parser.add_argument("--table", type=Path, help="a file for the same as a table, and for what is known to break")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
