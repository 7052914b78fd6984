"""How long an update takes to the gate, and a revocation to the release: from acceptance to the gate's answer over HTTP."""

import time
from collections.abc import Callable
from statistics import quantiles

from ...producers.acts.acts import CourtRuling
from ...producers.court import open_court
from ...producers.register.register import Update
from ...topics.settings import Settings
from .cast import Person
from .play import Play
from .scenes import SECOND
from .setting import COURT, RAILWAY


def summary(milliseconds: list[float]) -> str:
    """Median, 95th percentile and maximum."""
    cut = quantiles(milliseconds, n=20, method="inclusive")
    return f"p50 {cut[9]:.0f} ms, p95 {cut[18]:.0f} ms, max {max(milliseconds):.0f} ms, n {len(milliseconds)}"


def measure(play: Play, settings: Settings) -> None:
    """Shields, unshields and revokes people one after another, and asks the gate until it answers accordingly."""
    railway = play.counters[RAILWAY]

    def until(
        person: Person, decision: str, act: Callable[[bytes, CourtRuling], Update], entry: bytes, reason: str
    ) -> float:
        act(entry, CourtRuling(reason))
        play.updates += 1
        accepted = time.perf_counter()
        play.stage.wait_for(
            f"{decision} for somebody just changed",
            lambda: railway.check("rail-ticket", person, **SECOND)["decision"] == decision,
            pause=0.0,
        )
        return (time.perf_counter() - accepted) * 1000

    blocked: list[float] = []
    released: list[float] = []
    with play.scene("How long does it take?"), open_court(settings, COURT) as court:
        for person, case in zip(play.cast.sleepers, play.cast.sleeper_cases, strict=True):
            entry = court.register.find(COURT, case_number=case)[0].entry.entry_id
            released.append(until(person, "ALLOW", court.acts.shield, entry, "REVIEW"))
            blocked.append(until(person, "BLOCK", court.acts.unshield, entry, "REVIEWED"))
            released.append(until(person, "ALLOW", court.acts.revoke, entry, "NO_GROUND"))
    play.facts["update_to_gate"], play.facts["revoke_to_release"] = summary(blocked), summary(released)
    play.fact("update accepted → the gate blocks", play.facts["update_to_gate"])
    play.fact("relief accepted → the gate lets go", play.facts["revoke_to_release"])
