"""Reading ahead: a second process reads, checks and prepares the rows of a large file while this one accepts them.

What it makes is what this process would make itself (`prepare`), in the order of the file. It holds no signing key
and no database. It is never more than a few portions ahead: enough to go on while this process waits for the disk.
"""

import gc
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import Queue
from typing import Any

from ...schemas.errors import LiandongError
from ...topics.child_process import ended, start
from ...topics.workers.threads import beside
from ..intake.files.reading import Format, read_listings
from ..intake.findings.findings import Notice
from ..intake.mapping.export_mapping import ExportMapping
from .prepare import PackedPortion, Portion, PreparationContext, portions_of

WORTH_BYTES = 4_000_000
"""Files this long (about 16,000 rows) are read ahead; a process takes half a second to start."""
_AHEAD = 4
"""Portions that wait in the other process."""
_PATIENCE = 5.0


class ReaderDied(LiandongError):
    """The process that reads the file is gone and did not say why."""

    def __init__(self, exit_code: int | None) -> None:
        """`exit_code` as the system told it: the negative number of a signal."""
        super().__init__(
            "READER_DIED",
            f"the process that reads the file ended in the middle of it (exit code {exit_code})",
            "publish the same file again: it goes on where it stopped; exit code -9 often means that memory ran out",
            f"读取文件的进程中途退出（退出码 {exit_code}）",
            "请再次发布同一文件，将从中断处继续；退出码 -9 多为内存不足",
        )


@dataclass(frozen=True, slots=True)
class ReadAheadRequest:
    """What is to be read, and what for."""

    source: Path
    file_format: Format
    preparation: PreparationContext
    size: int
    """Rows of a portion."""
    mapping: ExportMapping | None = None


@contextmanager
def reading_ahead(
    request: ReadAheadRequest, noticed: Callable[[list[Notice]], None] | None = None
) -> Iterator[Iterator[Portion]]:
    """Give the portions of a file as another process prepares them, and at its end `noticed` what is said of the whole file.

    What fails there is raised here; raises ReaderDied.
    """
    context = multiprocessing.get_context("spawn")
    inlet, outlet = context.Pipe(duplex=False)
    process = context.Process(target=_read, args=(request, outlet), name="liandong-reader", daemon=True)
    start(process)
    outlet.close()
    try:
        yield _portions(inlet, process, noticed)
    finally:
        inlet.close()
        ended(process, _PATIENCE)


def _portions(
    inlet: "Connection[None, Any]", process: BaseProcess, noticed: Callable[[list[Notice]], None] | None
) -> Iterator[Portion]:
    while True:
        try:
            received: PackedPortion | list[Notice] | BaseException | None = inlet.recv()
        except (EOFError, OSError):  # between two portions, or in the middle of one
            raise ReaderDied(ended(process, _PATIENCE)) from None
        if received is None:
            return
        if isinstance(received, BaseException):
            raise received
        if isinstance(received, list):
            if noticed is not None:
                noticed(received)
            continue
        yield Portion.unpacked(received)


def _read(request: ReadAheadRequest, outlet: "Connection[Any, None]") -> None:
    """Run the other process; it ends by itself when nobody listens any more."""
    gc.disable()  # as the publishing process does while it accepts
    waiting: Queue[Any] = Queue(_AHEAD)
    # a daemon: if the pipe breaks while the queue is full, nobody is left to wait for
    beside("preparing", partial(_prepare, request, waiting))
    with suppress(BrokenPipeError), outlet:
        while (packed := waiting.get()) is not None:
            outlet.send(packed)
        outlet.send(None)


def _prepare(request: ReadAheadRequest, waiting: "Queue[Any]") -> None:
    """Put the packed portions, then None; or what failed, then None."""
    try:
        lang = request.preparation.context.lang
        with read_listings(request.source, request.file_format, lang, request.mapping) as rows:
            for portion in portions_of(rows, request.preparation, request.size):
                portion.bytes_read = rows.bytes_read
                waiting.put(portion.packed())
            waiting.put(rows.notices)
        waiting.put(None)
    except BaseException as failed:  # noqa: BLE001  raised again where the caller is, who would wait for ever
        waiting.put(failed)
        waiting.put(None)
