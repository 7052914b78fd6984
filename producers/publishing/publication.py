"""Taking a file's rows through the planner: a publication accepts what is planned, a dry run leaves it a plan.

A chunk is one transaction. Between chunks only the first row of each entry is kept (`first_rows`), so a file of any size
streams. A crash loses at most the chunk under way, which was not accepted; publishing the same file again goes on where it
stopped, because what was accepted is then unchanged.
"""

import gc
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from ...schemas.law.listing import RecordClass
from ...topics.storage.database import reading
from ...topics.workers.clock import Clock
from ..approvals.book import ApprovalBook, Proposed
from ..approvals.policy import ApprovalPolicy
from ..intake.findings.findings import Notice
from ..intake.rows.model import IntakeContext, ParsedRow, RawRow
from ..register.reader import RegisterReader
from ..register.register import Register
from ..register.rows import Batch
from ..updates.updates import CourtIdentity
from .planning import ChunkPlan, FilePlanner
from .prepare import Portion, PreparationContext, portions_of
from .waiting import WaitingRow
from .writing import ChunkWriter, SignedChunk

CHUNK = 4000
"""Rows of one transaction. Certificates lie scattered over their index, so a small transaction writes a page for every row;
a large one keeps others waiting (this one about a tenth of a second).
"""


def _ignore(*_: object) -> None:
    """Do nothing: nobody listens."""


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who hears of a file's rows; they are told after their chunk is planned and, in a publication, committed."""

    rejected: Callable[[ParsedRow], None] = _ignore
    noticed: Callable[[ParsedRow], None] = _ignore
    progressed: Callable[[Batch, int], None] = _ignore
    """With the bytes of the file that are read, where the rows come from one."""


@contextmanager
def _calm_collector() -> Iterator[None]:
    """Leave memory to reference counting for a while: a chunk is a hundred thousand objects that all go at its end, and
    the collector would look at them over and over (a third of the time). Nothing here makes cycles that would pile up.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class FileRun(ABC):
    """One file of one court, planned chunk by chunk; what becomes of a plan is told by the subclass."""

    def __init__(self, register: RegisterReader, batch: Batch, preparation: PreparationContext) -> None:
        """Take `preparation`, which names the court and the day in China, and `batch`, which counts."""
        self.batch = batch
        self.preparation = preparation
        self.stock: Counter[str] = Counter()
        """New entries that are stock (`entries`), and by intake column how many of them lack it."""
        self.waiting: list[WaitingRow] = []
        """Rows that need a second approval."""
        self._planner = FilePlanner(register, preparation.context)

    def run(self, rows: Iterable[RawRow], listeners: Listeners | None = None) -> Batch:
        """Take all rows; the batch with its counts."""
        return self.accept(portions_of(rows, self.preparation, CHUNK), listeners)

    def accept(self, portions: Iterable[Portion], listeners: Listeners | None = None) -> Batch:
        """Take rows that were prepared as this run's `preparation` says, in their order; the batch with its counts."""
        listening = listeners or Listeners()
        self._begin()
        with _calm_collector():
            for portion in portions:
                plan = self._take(portion)
                self.stock.update(plan.stock)
                for parsed in plan.reported:
                    if parsed.rejects:
                        listening.rejected(parsed)
                    if parsed.notices:
                        listening.noticed(parsed)
                listening.progressed(self.batch, portion.bytes_read)
        self._end()
        return self.batch

    def without_order(self) -> Iterator[Notice]:
        """Say of which new list entries no consumption order is known, when all rows were taken."""
        return self._planner.without_order()

    def missing(self) -> Iterator[str]:
        """Name the court's live entries, under the instruments the file has rows of, that the file does not name."""
        return self._planner.missing()

    @abstractmethod
    def _begin(self) -> None:
        """Begin before the first row."""

    @abstractmethod
    def _take(self, portion: Portion) -> ChunkPlan:
        """Plan a chunk, do with it what this run is for, and count it."""

    @abstractmethod
    def _end(self) -> None:
        """End after the last row."""

    def _counted(self, plan: ChunkPlan) -> Batch:
        """Return the batch with the counts of one more chunk."""
        return replace(self.batch, **{name: getattr(self.batch, name) + count for name, count in plan.counts.items()})


class Publication(FileRun):
    """One file of one court on its way into the register."""

    def __init__(
        self,
        register: Register,
        identity: CourtIdentity,
        clock: Clock,
        batch: Batch,
        context: IntakeContext,
        record_class: RecordClass = RecordClass.REAL,
    ) -> None:
        """`context` must name the court of `identity` and the day in China."""
        super().__init__(register, batch, PreparationContext(context, identity.matching_keys, record_class))
        self._register = register
        self._identity = identity
        self.policy = ApprovalPolicy(context.state_organs)
        """How long a proposal can be approved."""
        self.proposed: list[Proposed] = []
        """What waits of this file now, in the order of `waiting`."""
        self._clock = clock
        self._writer = ChunkWriter(register, identity, batch.batch_id, context.today)

    def _begin(self) -> None:
        self._put(self.batch)

    def _end(self) -> None:
        self._put(replace(self.batch, state="accepted", finished_at=self._clock.now()))

    def _put(self, batch: Batch) -> None:
        with self._register.engine.begin() as connection:
            self._register.put_batch(connection, batch)
        self.batch = batch

    def _take(self, portion: Portion) -> ChunkPlan:
        """Compare the rows with the register and accept what is new, all of it in one transaction."""
        now = self._clock.now()
        with reading(self._register.engine) as connection:
            chunk = self._signed(connection, portion, now)
        with self._register.engine.begin() as connection:
            if not self._writer.claim(connection, chunk):
                chunk = self._signed(connection, portion, now)
            first_new_ordinal = self._writer.write(connection, chunk, now)
            proposed = [self._propose(connection, row, now) for row in chunk.plan.waiting]
            batch = self._counted(chunk.plan)
            self._register.put_batch(connection, batch)
        self.batch = batch
        self.waiting += chunk.plan.waiting
        self.proposed += proposed
        self._planner.written(chunk.plan, first_new_ordinal)
        return chunk.plan

    def _propose(self, connection: Connection, row: WaitingRow, now: int) -> Proposed:
        intent = replace(row.intent, origin=self.batch.batch_id)
        return ApprovalBook(self._register).propose(connection, self._identity, intent, self.policy, now)

    def _signed(self, connection: Connection, portion: Portion, now: int) -> SignedChunk:
        claims = self._writer.claims(connection)
        plan = self._planner.plan(connection, portion, now)
        return self._writer.sign(connection, plan, claims, now)


class DryRun(FileRun):
    """One file of one court, of which only is said what publishing it now would do."""

    def __init__(self, register: RegisterReader, batch: Batch, preparation: PreparationContext) -> None:
        """`register` as it stands; nothing is written into it."""
        super().__init__(register, batch, preparation)
        self._register = register
        self._now = batch.started_at

    def _begin(self) -> None:
        """Do nothing: a dry run leaves no batch."""

    def _end(self) -> None:
        """Do nothing: a dry run leaves no batch."""

    def _take(self, portion: Portion) -> ChunkPlan:
        with reading(self._register.engine) as connection:
            plan = self._planner.plan(connection, portion, self._now)
        self._planner.planned(plan)
        self.waiting += plan.waiting
        self.batch = self._counted(plan)
        return plan
