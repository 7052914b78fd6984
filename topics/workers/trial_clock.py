"""The clock of a rehearsal: a file says what time it is, time runs on from there, and jumps when the file is written again.

Every process of the rehearsal reads the same file and so has the same time: what the file says, and what has passed on this
machine since it was written. What was taken last stands beside it, in `FILE.taken`, so that a process that starts later
knows too whether time would go backwards. It does not, unless the file says so: `2026-09-29T08:00:00+08:00 backwards`.
"""

import json
import os
import re
import threading
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import structlog

from ...schemas.dates import rfc3339
from ...schemas.problems import BilingualError, Text
from ..private_files import write_private
from .clock import Clock, SystemClock

_log = structlog.get_logger(__name__)
_TOLD = re.compile(
    r"\s*(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,3})?(Z|[+-][0-9]{2}:[0-9]{2}))"
    r"( +(?P<word>backwards))?\s*"
)
_LONGEST = 200
"""Bytes; a time and a word are far shorter."""
_YEARS = range(2000, 2100)


class TrialClockProblem(BilingualError):
    """The clock of a rehearsal cannot be taken as its file says."""

    texts: ClassVar[dict[str, Text]] = {
        "TRIAL_CLOCK_UNREADABLE": Text(
            "the trial clock {file} cannot be read, or not be noted beside: {reason}",
            "name a readable file in LIANDONG_TRIAL_CLOCK, in a folder of yours; what runs goes on from the time it had",
            "演练时钟文件 {file} 无法读取，或无法在其旁记录：{reason}",
            "请在 LIANDONG_TRIAL_CLOCK 中填写可读的文件，其文件夹应可写；运行中的进程从原有时间继续",
        ),
        "TRIAL_CLOCK_NO_TIME": Text(
            "{file} says no time: one line, day, time and zone, of the years 2000 to 2099",
            "write the time as 2026-09-29T23:59:50+08:00 into it, in one step; what runs goes on from the time it had",
            "{file} 中没有可用的时间：应为一行，含日期、时间和时区，年份在 2000 至 2099 之间",
            "请一次性写入形如 2026-09-29T23:59:50+08:00 的时间；运行中的进程从原有时间继续",
        ),
        "TRIAL_CLOCK_BACKWARDS": Text(
            "the trial clock {file} says {told}, and it is {now} already: time goes backwards only where the file says so",
            "write a later time; or, knowing that gates and notaries keep to the later of two times, put the word "
            "`backwards` behind it; a rehearsal of an earlier day is best begun on a new cluster (`kafka up --trial --dir D`)",
            "演练时钟文件 {file} 写的是 {told}，而现在已是 {now}：除非文件明确写出，时间不会倒退",
            "请写入更晚的时间；如确需倒退，请在时间后加上 `backwards`（核验拦截和见证节点仍以较晚的时间为准）；"
            "演练更早的日期最好新建集群（`kafka up --trial --dir D`）",
        ),
    }


@dataclass(frozen=True, slots=True)
class ToldTime:
    """What a file said, and when; both ms UTC."""

    told: int
    written: int

    def at(self, machine: int) -> int:
        """Return what time it is when the machine's clock says `machine`."""
        return self.told + max(0, machine - self.written)


class TrialClock:
    """The time of a rehearsal. `problem` says why the file is not followed now; time runs on meanwhile."""

    def __init__(self, file: Path, machine: Clock | None = None) -> None:
        """Read the file. Raises TRIAL_CLOCK_UNREADABLE, TRIAL_CLOCK_NO_TIME, TRIAL_CLOCK_BACKWARDS."""
        self.file, self._machine = file, machine or SystemClock()
        self._lock = threading.Lock()
        self._seen = self._stamp()
        self._time = self._take(None)
        self.problem: TrialClockProblem | None = None

    def now(self) -> int:
        """Return the rehearsal's milliseconds since the epoch, UTC; the file is looked at each time."""
        if self._stamp() != self._seen:
            self._look()
        return self._time.at(self._machine.now())

    def monotonic(self) -> float:
        """Return the seconds of the machine's monotonic clock, which no rehearsal moves."""
        return self._machine.monotonic()

    def _look(self) -> None:
        """Follow the file to what it says now, unless it cannot be."""
        with self._lock:
            stamp = self._stamp()
            if stamp == self._seen:
                return
            self._seen = stamp
            try:
                self._time, self.problem = self._take(self._time), None
            except TrialClockProblem as problem:
                _log.error("trial clock", code=problem.code, reason=problem.message, remedy=problem.remedy)
                self.problem = problem

    def _stamp(self) -> tuple[int, int, int]:
        """Return what changes when the file is written or replaced; zeros if there is none."""
        try:
            found = os.stat(self.file)  # noqa: PTH116  at every look at the time: a tenth of what Path.stat takes
        except OSError:
            return 0, 0, 0
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _take(self, own: ToldTime | None) -> ToldTime:
        """Return what the file says, and note it beside it for others. Raises TrialClockProblem."""
        try:
            written = os.stat(self.file).st_mtime_ns // 1_000_000  # noqa: PTH116  as above
            told, may_go_back = parse_told(self.file.read_bytes()[: _LONGEST + 1])
            new, before = ToldTime(told, written), own or self._taken()
            if new == self._taken():
                return new
            machine = self._machine.now()
            if before is not None and not may_go_back and new.at(machine) < before.at(machine):
                times = {"told": rfc3339(new.told), "now": rfc3339(before.at(machine))}
                raise TrialClockProblem("TRIAL_CLOCK_BACKWARDS", file=str(self.file), **times)
            write_private(self._beside, json.dumps(asdict(new)))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise TrialClockProblem("TRIAL_CLOCK_UNREADABLE", file=str(self.file), reason=reason) from error
        except ValueError as error:
            raise TrialClockProblem("TRIAL_CLOCK_NO_TIME", file=str(self.file)) from error
        return new

    @property
    def _beside(self) -> Path:
        return self.file.with_name(f"{self.file.name}.taken")

    def _taken(self) -> ToldTime | None:
        """Return what was taken last, by whichever process; None if nothing was. Raises TRIAL_CLOCK_UNREADABLE, OSError."""
        try:
            stored = json.loads(self._beside.read_bytes())
            return ToldTime(int(stored["told"]), int(stored["written"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            reason = self._beside.name
            raise TrialClockProblem("TRIAL_CLOCK_UNREADABLE", file=str(self.file), reason=reason) from error


def parse_told(content: bytes) -> tuple[int, bool]:
    """Return the time a file says (ms UTC), and whether time may go backwards for it. Raises ValueError."""
    parts = _TOLD.fullmatch(content.decode("ascii")) if len(content) <= _LONGEST else None
    if parts is None:
        raise ValueError("no time")
    moment = datetime.fromisoformat(parts["time"])
    if moment.year not in _YEARS:
        raise ValueError("no year")
    return round(moment.timestamp() * 1000), parts["word"] is not None
