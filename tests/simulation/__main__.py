"""`python -m liandong.tests.simulation`: run worlds by seed, show what broke, count what happened."""

import argparse
import json
import sys
import time
from pathlib import Path

from liandong.tests.simulation.attacks import KINDS
from liandong.tests.simulation.campaign import Campaign, Outcome, of_integers, outcomes
from liandong.tests.simulation.telling import Tally, table

_TOLD_EVERY_SECONDS = 10


def main() -> int:
    """Run the command; 1 if a promise broke."""
    asked = _arguments()
    campaign = Campaign(
        asked.seed,
        asked.worlds or (None if asked.seconds else 1),
        asked.steps,
        asked.seconds,
        asked.processes,
        asked.shrink,
        asked.only,
    )
    tally, told = Tally(), time.monotonic()
    ended = iter([of_integers(campaign, asked.integers)]) if asked.integers else outcomes(campaign)
    for outcome in ended:
        tally.take(outcome)
        if outcome.promise or asked.verbose:
            _show(outcome)
        if time.monotonic() - told > _TOLD_EVERY_SECONDS:
            told = time.monotonic()
            print(tally, file=sys.stderr, flush=True)
    if asked.counters:
        print(table(tally.counters))
    for failure in tally.failures:
        print(f"BROKEN seed {failure.seed}, {len(failure.steps)} steps, log {failure.log_hash}: {failure.promise}")
    print(tally)
    if asked.fail_list:
        asked.fail_list.write_text(
            json.dumps([each.document for each in tally.failures], ensure_ascii=False, indent=1) + "\n",
            encoding="utf-8",
        )
    return 1 if tally.failures else 0


def _show(outcome: Outcome) -> None:
    print(f"{outcome}\n--integers {','.join(map(str, outcome.integers))}\n{outcome.trace}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--worlds", type=int, help="how many seeds; 1, or as many as fit into --seconds")
    parser.add_argument("--steps", type=int, default=100, help="steps of a world")
    parser.add_argument("--seconds", type=float, default=0, help="begin no world after so much time")
    parser.add_argument("--processes", type=int, default=1, help="how many worlds at a time")
    parser.add_argument("--integers", type=_numbers, help="run this list instead of seeds, as a failure shows it")
    parser.add_argument("--only", metavar="KIND", choices=sorted(KINDS), help="let the adversary do this alone, often")
    parser.add_argument("--shrink", action="store_true", help="take steps out of what breaks while it breaks")
    parser.add_argument("--fail-list", type=Path, metavar="FILE", help="write what broke as JSON")
    parser.add_argument("--counters", action="store_true", help="show how often what happened")
    parser.add_argument("--verbose", action="store_true", help="show the steps of what holds, too")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(each) for each in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
