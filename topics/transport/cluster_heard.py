"""Which cluster this process speaks to, as its brokers say with every answer about topics; and a word if it is a rehearsal."""

from typing import ClassVar

import structlog

from ...schemas.problems import BilingualError, Text
from ..embedded.trial_mark import is_trial
from ..settings import Settings

_log = structlog.get_logger(__name__)
_heard: list[str] = []
"""The newest id, if any: one for the process, since a process speaks to one cluster."""


class TrialClockMissing(BilingualError):
    """A process goes by the machine's clock on a cluster of a rehearsal."""

    texts: ClassVar[dict[str, Text]] = {
        "TRIAL_CLOCK_MISSING": Text(
            "this cluster is a rehearsal, and this process goes by the machine's clock: what it says and what others say "
            "may lie days apart",
            "set LIANDONG_TRIAL_CLOCK to the file the other processes read; a production process belongs to another cluster: "
            "look at LIANDONG_BOOTSTRAP",
            "此集群用于演练，而本进程使用本机时钟：其时间与其他进程可能相差数日",
            "请将 LIANDONG_TRIAL_CLOCK 设为其他进程使用的文件；正式进程应连接其他集群，请检查 LIANDONG_BOOTSTRAP",
        ),
    }


def hear(cluster: str | None, settings: Settings) -> None:
    """Note the id of the cluster these settings lead to; say once if it is a rehearsal and the clock is not."""
    if cluster is None or _heard == [cluster]:
        return
    _heard[:] = [cluster]
    if is_trial(cluster) and settings.trial_clock is None:
        missing = TrialClockMissing("TRIAL_CLOCK_MISSING")
        _log.warning("no trial clock", code=missing.code, reason=missing.message, remedy=missing.remedy)


def heard() -> str | None:
    """Return the id of the cluster this process has heard of last."""
    return _heard[0] if _heard else None
