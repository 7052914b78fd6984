"""One row of the matrix: an incident, what has to come of it, and what was seen."""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from liandong.tests.chaos.campaign.counting import Count, counted
from liandong.tests.chaos.campaign.gates import Prober
from liandong.tests.chaos.campaign.truth import Verdict, judged
from liandong.tests.chaos.campaign.yard import Yard
from liandong.topics.settings import Settings


@dataclass(frozen=True, slots=True)
class Row:
    """An incident and what is asked of it."""

    name: str
    strike: Callable[[Yard], None]
    """Strikes, lets the court go on meanwhile, and heals."""
    named: frozenset[str] = frozenset()
    """Kinds of findings that `status` has to show meanwhile."""
    certain: bool = False
    """Answers may at no time leave to a person what is certain."""
    prepare: Callable[[Path, ExitStack], Mapping[str, str]] | None = None
    """Makes what the installation is to stand on, such as a database, before there is one: takes its folder and what to undo
    at the end, returns settings. With LIANDONG_BOOTSTRAP among them it is a cluster of its own, in `kafka` below that folder."""
    left: frozenset[str] = frozenset()
    """Kinds of findings that stay for a while when all is well again, as they should."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a row."""

    row: Row
    seed: int
    count: Count
    verdict: Verdict
    named: tuple[str, ...]
    unanswered: int
    seconds: float
    foreign: int
    notes: tuple[str, ...]

    @property
    def failures(self) -> list[str]:
        """Return what must not be; nothing if the row holds."""
        counts = {"lost": self.count.lost, "doubled": self.count.doubled, "disordered": self.count.disordered}
        found = [*self.verdict.wrong[:5], *(f"{what}: {number}" for what, number in counts.items() if number)]
        if self.count.foreign != self.foreign:
            found.append(f"{self.count.foreign} records nobody accepted, {self.foreign} were written on purpose")
        if self.row.certain and self.verdict.doubtful:
            found.append(f"{self.verdict.doubtful} answers leave to a person what is certain")
        if missing := self.row.named - set(self.named):
            found.append(f"status never named {', '.join(sorted(missing))}")
        if not self.verdict.wrongful:
            found.append("nobody was freed")
        return found

    def as_json(self) -> dict[str, Any]:
        """Return it for a file."""
        return {
            "row": self.row.name,
            "seed": self.seed,
            **asdict(self.count),
            **asdict(self.verdict),
            "named": self.named,
            "unanswered": self.unanswered,
            "seconds": round(self.seconds, 1),
            "notes": self.notes,
            "failures": self.failures,
        }


def play(row: Row, settings: Settings, kafka: Path, seed: int) -> Seen:
    """Let a row happen to an installation of its own on the cluster in the folder `kafka`.

    Raises AssertionError where it never becomes right or green again.
    """
    begun, held = time.monotonic(), ExitStack()
    more = row.prepare(settings.state_dir, held) if row.prepare else {}
    if "LIANDONG_BOOTSTRAP" in more:
        settings = settings.model_copy(update={"bootstrap": more["LIANDONG_BOOTSTRAP"]})
        kafka = settings.state_dir / "kafka"
    yard = Yard(settings, Random(f"{seed}/{row.name}"), kafka, **more)
    try:
        yard.open()
        with Prober(yard.gates, lambda: dict(yard.people)) as prober, yard.status_reader:
            yard.watch()
            yard.traffic(2)
            yard.calm = False
            yard.status_reader.named.clear()
            row.strike(yard)
            yard.until_right()
            yard.calm = True
            yard.watch()
            yard.traffic(2)
            yard.until_right()
            yard.until_answered()
            yard.until_green(row.left)
        verdict, named = judged(prober.answers, yard.acts), tuple(sorted(yard.status_reader.named))
        seconds = time.monotonic() - begun
        return Seen(
            row, seed, counted(yard), verdict, named, prober.unanswered, seconds, yard.foreign, tuple(yard.notes)
        )
    except AssertionError as error:
        error.add_note(f"row {row.name!r}, seed {seed}; notes: {yard.notes}\n{yard.last_lines()}")
        raise
    finally:
        yard.close()
        held.close()
