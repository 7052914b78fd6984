"""Publishing a file: rows in, accepted updates out, in chunks that are each one transaction.

Nothing is kept between chunks but four bytes an entry, so a file of any size streams. A crash loses at most the chunk
under way, which was not accepted; publishing the same file again goes on where it stopped, because what was accepted is
then unchanged.
"""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice

from ..schemas import ids
from ..schemas.listing import RecordClass
from ..topics.ports import Clock
from .accept import Desk
from .chunk import Chunk, Publishing, SeenRows
from .intake.model import IntakeContext, ParsedRow, RawRow
from .intake.parsing import parse_row
from .register import Batch, Register

CHUNK = 2000


def _ignore(_: object) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who hears of a publication while it runs; rows are told after their chunk is committed."""

    rejected: Callable[[ParsedRow], None] = _ignore
    noticed: Callable[[ParsedRow], None] = _ignore
    progressed: Callable[[Batch], None] = _ignore


def new_batch(court: str, source: str, source_hash: str, now: int) -> Batch:
    """A batch that starts now (ms UTC); `source` is a file's name or what else it came from."""
    return Batch(ids.text("bat", ids.new_ordered()), court, source, source_hash, "accepting", now, None)


@contextmanager
def _calm_collector() -> Iterator[None]:
    """Leaves memory to reference counting for a while: a chunk is a hundred thousand objects that all go at its end, and
    the collector would look at them over and over (a third of the time). Nothing here makes cycles that would pile up.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Publication:
    """One file of one court on its way into the register."""

    def __init__(
        self,
        register: Register,
        desk: Desk,
        clock: Clock,
        batch: Batch,
        context: IntakeContext,
        record_class: RecordClass = RecordClass.REAL,
    ) -> None:
        """`context` must name the desk's court and the day in China."""
        self.batch = batch
        self._register = register
        self._clock = clock
        self._instruments: set[int] = set()
        self._publishing = Publishing(register, desk, batch.batch_id, context, SeenRows(), record_class)

    def run(self, rows: Iterable[RawRow], listeners: Listeners | None = None) -> Batch:
        """Publishes all rows; the batch with its counts."""
        heard = listeners or Listeners()
        waiting = iter(rows)
        self._put(self.batch)
        with _calm_collector():
            while chunk := [parse_row(raw, self._publishing.context) for raw in islice(waiting, CHUNK)]:
                for parsed in self._publish(chunk):
                    if parsed.rejects:
                        heard.rejected(parsed)
                    if parsed.notices:
                        heard.noticed(parsed)
                heard.progressed(self.batch)
        self._put(replace(self.batch, state="accepted", finished_at=self._clock.now()))
        return self.batch

    def missing(self) -> Iterator[str]:
        """Ids of the court's live entries, under the instruments the file has rows of, that the file does not name."""
        court = self._publishing.desk.court
        for ordinal, instrument, entry_id in self._register.live_entries(court, sorted(self._instruments)):
            if not self._publishing.seen.first(ordinal):
                yield ids.entry_text(instrument, entry_id)

    def _put(self, batch: Batch) -> None:
        with self._register.engine.begin() as connection:
            self._register.put_batch(connection, batch)
        self.batch = batch

    def _publish(self, rows: list[ParsedRow]) -> list[ParsedRow]:
        """One transaction: compares the rows with the register and accepts what is new."""
        with self._register.engine.begin() as connection:
            self._register.claim(connection, self._publishing.desk.court)
            chunk = Chunk(self._publishing, connection)
            decided = chunk.decide(rows)
            chunk.write(self._clock.now())
            counted = {name: getattr(self.batch, name) + count for name, count in chunk.counts.items()}
            batch = replace(self.batch, **counted)
            self._register.put_batch(connection, batch)
        self.batch = batch
        self._instruments |= chunk.instruments
        return decided
