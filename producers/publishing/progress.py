"""Progress bars of a publication on standard error: accepting by bytes of the file, sending by rows."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from ...schemas.problems import Language
from ..register.rows import Batch

_WORDS = {
    "accepting": ("accepting", "受理"),
    "checking": ("checking", "试运行"),
    "sending": ("sending", "发送"),
    "rows": ("rows", "行"),
}


class Bars:
    """Two bars, shown only to a person at a terminal."""

    def __init__(self, lang: Language, *, is_dry_run: bool = False) -> None:
        """Show nothing before the block begins."""
        self._at = 1 if lang == "zh" else 0
        self._taking = _WORDS["checking" if is_dry_run else "accepting"][self._at]
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[rows]:,} " + _WORDS["rows"][self._at]),
            TextColumn("{task.fields[rate]:,.0f}/s"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(file=sys.stderr),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._accepting: TaskID | None = None
        self._sending: TaskID | None = None

    def __enter__(self) -> Self:
        """Show the bars."""
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bars away: the summary follows."""
        self._progress.stop()

    def accepted(self, batch: Batch, read: int, size: int | None) -> None:
        """Show the counts of a batch after one more chunk, and how far the file is read, in bytes."""
        rows = batch.accepted + batch.corrected + batch.unchanged + batch.duplicate + batch.rejected
        if self._accepting is None:
            self._accepting = self._progress.add_task(self._taking, total=size, rows=0, rate=0.0)
        self._show(self._accepting, read, rows)

    def sent(self, sent: int, total: int) -> None:
        """Show how many rows of the outbox are in the log."""
        if self._sending is None:
            self._sending = self._progress.add_task(
                _WORDS["sending"][self._at], total=total, rows=0, rate=0.0, completed=sent
            )
        self._show(self._sending, sent, sent)

    def _show(self, task: TaskID, completed: int, rows: int) -> None:
        elapsed = self._progress.tasks[self._progress.task_ids.index(task)].elapsed or 0.0
        self._progress.update(task, completed=completed, rows=rows, rate=rows / elapsed if elapsed else 0.0)
