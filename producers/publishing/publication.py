"""Publishing a file: rows in, accepted updates out, in chunks that are each one transaction.

Nothing is kept between chunks but four bytes an entry, so a file of any size streams. A crash loses at most the chunk
under way, which was not accepted; publishing the same file again goes on where it stopped, because what was accepted is
then unchanged.
"""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from ...schemas import ids
from ...schemas.law.listing import RecordClass
from ...topics.storage.database import reading
from ...topics.transport.ports import Clock
from ..intake.rows.model import IntakeContext, ParsedRow, RawRow
from ..register.register import Batch, Register
from ..updates.updates import CourtIdentity
from .chunk import Chunk, PublicationContext, SeenRows
from .prepare import Portion, PreparationContext, prepared

CHUNK = 4000
"""Rows of one transaction. Certificates lie scattered over their index, so a small transaction writes a page for every row;
a large one keeps others waiting (this one about a tenth of a second).
"""


def _ignore(*_: object) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who hears of a publication while it runs; rows are told after their chunk is committed."""

    rejected: Callable[[ParsedRow], None] = _ignore
    noticed: Callable[[ParsedRow], None] = _ignore
    progressed: Callable[[Batch, int], None] = _ignore
    """With the bytes of the file that are read, where the rows come from one."""


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
        desk: CourtIdentity,
        clock: Clock,
        batch: Batch,
        context: IntakeContext,
        record_class: RecordClass = RecordClass.REAL,
    ) -> None:
        """`context` must name the desk's court and the day in China."""
        self.batch = batch
        self.terms = PreparationContext(context, desk.matching_keys, record_class)
        self._register = register
        self._clock = clock
        self._instruments: set[int] = set()
        self._publishing = PublicationContext(register, desk, batch.batch_id, context, SeenRows())

    def run(self, rows: Iterable[RawRow], listeners: Listeners | None = None) -> Batch:
        """Publishes all rows; the batch with its counts."""
        return self.accept(prepared(rows, self.terms, CHUNK), listeners)

    def accept(self, portions: Iterable[Portion], listeners: Listeners | None = None) -> Batch:
        """Publishes rows that were prepared with this publication's terms, in their order."""
        heard = listeners or Listeners()
        self._put(self.batch)
        with _calm_collector():
            for portion in portions:
                for parsed in self._publish(portion):
                    if parsed.rejects:
                        heard.rejected(parsed)
                    if parsed.notices:
                        heard.noticed(parsed)
                heard.progressed(self.batch, portion.bytes_read)
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

    def _publish(self, portion: Portion) -> list[ParsedRow]:
        """Compares the rows with the register and accepts what is new, all of it in one transaction."""
        now = self._clock.now()
        with reading(self._register.engine) as connection:
            chunk = self._planned(connection, portion, now)
        with self._register.engine.begin() as connection:
            if not chunk.claim(connection):
                chunk = self._planned(connection, portion, now)
            chunk.write(now)
            counted = {name: getattr(self.batch, name) + count for name, count in chunk.counts.items()}
            batch = replace(self.batch, **counted)
            self._register.put_batch(connection, batch)
        self.batch = batch
        chunk.finish()
        self._instruments |= chunk.instruments
        return chunk.told

    def _planned(self, connection: Connection, portion: Portion, now: int) -> Chunk:
        chunk = Chunk(self._publishing, connection)
        chunk.plan(portion, now)
        return chunk
