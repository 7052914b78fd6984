"""How long an update takes to the gate, and a revocation to the release: from acceptance to the gate's answer over HTTP."""

from collections.abc import Callable
from functools import partial
from statistics import quantiles

from ...producers.acts.acts import CourtRuling
from ...producers.court import open_court
from ...producers.register.register import Update
from ...schemas.phrases import Phrase
from ...topics.workers.chance import SystemChance
from ...topics.workers.clock import SystemClock
from .cast import Person
from .play import Play
from .scenes import SECOND_CLASS
from .setting import COURT, RAILWAY


def summary(milliseconds: list[float]) -> str:
    """Return median, 95th percentile, maximum and number as one line."""
    cut = quantiles(milliseconds, n=20, method="inclusive")
    return f"p50 {cut[9]:.0f} ms, p95 {cut[18]:.0f} ms, max {max(milliseconds):.0f} ms, n {len(milliseconds)}"


def measure(play: Play) -> None:
    """Shield, unshield and revoke people one after another, and ask the gate until it answers accordingly."""
    railway, clock = play.counters[RAILWAY], SystemClock()

    def until(person: Person, decision: str, act: Callable[[], Update]) -> float:
        act()
        play.updates += 1
        accepted = clock.monotonic()
        play.stage.wait_for(
            Phrase(f"{decision} for somebody just changed", f"刚变更者得到 {decision}"),
            lambda: railway.check("rail-ticket", person, **SECOND_CLASS)["decision"] == decision,
            pause=0.0,
        )
        return (clock.monotonic() - accepted) * 1000

    blocked, released = list[float](), list[float]()
    with play.scene("How long does it take?"), open_court(play.settings, COURT, clock, SystemChance()) as court:
        for person, case in zip(play.cast.measured, play.cast.measured_cases, strict=True):
            entry = court.register.find(COURT, case_number=case)[0].entry.entry_id
            review = CourtRuling("REVIEW", objection=f"{case}异议1")
            reviewed, revoked = CourtRuling("REVIEWED"), CourtRuling("NO_GROUND")
            released.append(until(person, "ALLOW", partial(court.acts.shield, entry, review)))
            blocked.append(until(person, "BLOCK", partial(court.acts.unshield, entry, reviewed)))
            released.append(until(person, "ALLOW", partial(court.acts.revoke, entry, revoked)))
    play.facts["update_to_gate"], play.facts["revoke_to_release"] = summary(blocked), summary(released)
    play.fact("update accepted → the gate blocks", play.facts["update_to_gate"])
    play.fact("relief accepted → the gate lets go", play.facts["revoke_to_release"])
