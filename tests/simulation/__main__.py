"""`python -m liandong.tests.simulation`: run worlds by seed, show what broke, count what happened."""

import argparse
import json
import logging
import sys
import time
from collections import Counter
from functools import partial

import structlog

from liandong.tests.simulation.attacks import KINDS, attacks_of
from liandong.tests.simulation.choices import integers
from liandong.tests.simulation.running import Run, run
from liandong.tests.simulation.shrinking import shrunk


def main() -> int:
    """Run the command; 1 if a promise broke."""
    asked = _arguments()
    attacks = attacks_of(known_breaks=asked.known_breaks, only=asked.only)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    counters: Counter[str] = Counter()
    broken, blocked, worlds, began = 0, 0.0, 0, time.monotonic()
    for seed in range(asked.seed, asked.seed + asked.worlds):
        done = run(integers(seed, asked.steps), attacks)
        worlds += 1
        counters += done.counters
        blocked += done.wrongful_block_seconds
        if done.broken is not None:
            broken += 1
            _tell(seed, shrunk(done, partial(run, attacks=attacks)) if asked.shrink else done, asked.steps)
        elif asked.verbose:
            print(f"seed {seed}\n{done}")
        if asked.seconds and time.monotonic() - began > asked.seconds:
            break
    spent = time.monotonic() - began
    print(
        f"{worlds} worlds of {asked.steps} steps in {spent:.0f} s ({worlds / spent * 60:.0f} a minute), {broken} broken"
    )
    print(f"wrongful block-seconds: {blocked:.1f}")
    if asked.counters:
        print(json.dumps(dict(sorted(counters.items())), indent=1, ensure_ascii=False))
    return 1 if broken else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--worlds", type=int, default=1, help="how many seeds")
    parser.add_argument("--steps", type=int, default=100, help="steps of a world")
    parser.add_argument("--seconds", type=float, default=0, help="stop after so much time")
    parser.add_argument("--known-breaks", action="store_true", help="let the adversary do what is known to break, too")
    parser.add_argument("--only", metavar="KIND", choices=sorted(KINDS), help="let the adversary do this alone, often")
    parser.add_argument("--shrink", action="store_true", help="take steps out of what breaks while it breaks")
    parser.add_argument("--counters", action="store_true", help="show how often what happened")
    parser.add_argument("--verbose", action="store_true", help="show the steps of what holds, too")
    return parser.parse_args()


def _tell(seed: int, shown: Run, steps: int) -> None:
    print(f"seed {seed}, {len(shown.steps)} of {steps} steps\n{shown}")
    if shown.broken is not None and shown.broken.__cause__ is not None:
        import traceback

        traceback.print_exception(shown.broken.__cause__, limit=-8)


if __name__ == "__main__":
    sys.exit(main())
