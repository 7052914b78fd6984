"""The clock a process goes by: the machine's, or that of a rehearsal, on a cluster made for one and on no other."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from ...schemas.dates import rfc3339
from ...schemas.problems import BilingualError, Text, UsageProblem
from ..embedded.state import Folder
from ..embedded.trial_mark import is_trial
from ..settings import Settings
from ..workers.clock import Clock, SystemClock
from ..workers.trial_clock import TrialClock
from .cluster_heard import TrialClockMissing, hear, heard


class TrialClockRefused(UsageProblem):
    """A trial clock was set for a cluster that is no rehearsal."""

    texts: ClassVar[dict[str, Text]] = {
        "TRIAL_CLOCK_REFUSED": Text(
            "the cluster {cluster} was not made by `liandong kafka up --trial`: no trial clock moves its time",
            "unset LIANDONG_TRIAL_CLOCK (`trial_clock` in the settings file); rehearse on a cluster of its own: "
            "`liandong kafka up --trial --dir D`",
            "集群 {cluster} 不是由 `liandong kafka up --trial` 建立的，不能使用演练时钟",
            "请取消 LIANDONG_TRIAL_CLOCK（或设置文件中的 `trial_clock`）；演练请另建集群：`liandong kafka up --trial --dir D`",
        ),
    }


def clock_of(settings: Settings) -> Clock:
    """Return the clock of a process under these settings.

    Raises TRIAL_CLOCK_REFUSED on a cluster that is no rehearsal, TransportError where that cannot be asked (nothing is done by
    a clock nobody has allowed), and what TrialClock raises.
    """
    if settings.trial_clock is None:
        if settings.bootstrap is None:
            hear(cluster_id(settings), settings)
        return SystemClock()
    cluster = cluster_id(settings)
    if not is_trial(cluster):
        raise TrialClockRefused("TRIAL_CLOCK_REFUSED", cluster=cluster or settings.bootstrap or str(settings.kafka_dir))
    return _trial_clock(settings.trial_clock)


@cache
def _trial_clock(file: Path) -> TrialClock:
    """Return the one clock a process has by a file."""
    return TrialClock(file)


def cluster_id(settings: Settings) -> str | None:
    """Return the id of the configured cluster as it tells it, or of the embedded one by its folder; None if there is none.

    Raises TransportError, KAFKA_STATE_BROKEN.
    """
    if settings.bootstrap is None:
        embedded = Folder(settings.kafka_dir).read()
        return None if embedded is None else embedded.cluster_id
    from .kafka.admin import KafkaAdmin

    return KafkaAdmin(settings, client_id="liandong-clock").cluster_id()


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a status says of the rehearsal it is part of."""

    clock: Clock

    def shown(self) -> dict[str, Any]:
        """Return it as it stands in a document: the time, and what is wrong with it."""
        if not isinstance(self.clock, TrialClock):
            return {"now": None, "file": None, "problem": _problem(TrialClockMissing("TRIAL_CLOCK_MISSING"))}
        now, problem = self.clock.now(), self.clock.problem
        return {
            "now": rfc3339(now),
            "file": str(self.clock.file),
            "problem": None if problem is None else _problem(problem),
        }


def rehearsal(clock: Clock) -> Rehearsal | None:
    """Return what to say of the rehearsal a process with this clock is part of, None on any other cluster it has heard of."""
    return Rehearsal(clock) if isinstance(clock, TrialClock) or is_trial(heard()) else None


def _problem(problem: BilingualError) -> dict[str, Any]:
    english, chinese = problem.in_language("en"), problem.in_language("zh")
    return {
        "code": problem.code,
        "message": {"en": english.message, "zh": chinese.message},
        "remedy": {"en": english.remedy, "zh": chinese.remedy},
    }
