"""What a campaign comes to: a line while it runs, the failures and the table of what happened at its end."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from liandong.tests.simulation.campaign import Outcome
from liandong.tests.simulation.counting import CASES, FRESH_CHECKS

OFTEN = 100
"""So often everything happens in a long run."""


@dataclass
class Tally:
    """All outcomes so far."""

    began: float = field(default_factory=time.monotonic)
    worlds: int = 0
    failures: list[Outcome] = field(default_factory=list)
    counters: Counter[str] = field(default_factory=Counter)
    wrongful_block_seconds: float = 0.0

    def take(self, outcome: Outcome) -> None:
        """Take one more."""
        self.worlds += 1
        self.counters.update(outcome.counters)
        self.wrongful_block_seconds += outcome.wrongful_block_seconds
        if outcome.promise:
            self.failures.append(outcome)

    def __str__(self) -> str:
        spent = max(time.monotonic() - self.began, 0.001)
        return (
            f"{self.worlds} worlds in {spent:.0f} s ({self.worlds / spent * 60:.0f} a minute), "
            f"{len(self.failures)} broken, {self.wrongful_block_seconds:.1f} wrongful block-seconds"
        )


def table(counters: Mapping[str, int]) -> str:
    """Tell how often what happened; what is too rare for a long run is marked, and cases that never came are there."""
    counted = {**{name: 0 for names in CASES.values() for name in names}, **counters}
    lines = [f"{times:9}{' ' if times >= OFTEN else '<'} {name}" for name, times in sorted(counted.items())]
    cases = {case: sum(counted[name] for name in names) for case, names in CASES.items()}
    lines += [f"{times:9}{' ' if times >= OFTEN else '<'} CASE {case}" for case, times in cases.items()]
    checks = counted.get("checks", 0)
    if checks:
        lines.append(f"{counted.get(FRESH_CHECKS, 0) / checks:9.0%}  of {checks} checks on fresh and proven gates")
    return "\n".join(lines)
