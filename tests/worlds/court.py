"""A court at a publisher of its own, with a clock that is moved by hand, and what it published as a reader would see it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Engine

from liandong.producers.acts.acts import Acts, CourtRuling
from liandong.producers.acts.correction import correct
from liandong.producers.intake.findings.findings import Notice
from liandong.producers.intake.rows.model import IntakeContext, ParsedRow, RawRow, StateOrganListing
from liandong.producers.publishing.prepare import PreparationContext
from liandong.producers.publishing.publication import DryRun, FileRun, Listeners, Publication
from liandong.producers.register.reader import RegisterReader
from liandong.producers.register.register import Batch, Register, Update
from liandong.producers.register.rows import new_batch
from liandong.producers.synthetic.people import Invention
from liandong.producers.updates.updates import CourtIdentity
from liandong.schemas.dates import date_of_ms, start_of_day_ms
from liandong.schemas.people.surrogates import MatchingKey
from liandong.schemas.wire.codec import from_wire
from liandong.schemas.wire.framing import unframe
from liandong.schemas.wire.signing import Ed25519Signer, PublicKey
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import HandClock
from liandong.tests.worlds.intake_rows import ENTRY, ORDER, TODAY, begun
from liandong.tests.worlds.records import Keys
from liandong.topics.workers.chance import Chance

MATCHING = (MatchingKey(1, b"m" * 32),)
JURISDICTION = "js"
Row = dict[str, str]


def noon() -> HandClock:
    """Make a clock that stands at noon in China on the day the intake rows are from."""
    return HandClock(start_of_day_ms(TODAY) + 12 * 3_600_000)


@dataclass(frozen=True, slots=True)
class Published:
    """What came of one file."""

    batch: Batch
    rejected: list[ParsedRow]
    missing: list[str]
    noticed: list[ParsedRow] = field(default_factory=list)
    stock: dict[str, int] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    """What waits for a second approval, by batch; by row in a dry run."""
    without_order: list[Notice] = field(default_factory=list)

    @property
    def codes(self) -> list[str]:
        """Codes of the rejects, in the order of the rows."""
        return [reject.code for row in self.rejected for reject in row.rejects]

    @property
    def counts(self) -> dict[str, int]:
        """What is not zero."""
        names = ("accepted", "corrected", "unchanged", "duplicate", "rejected")
        return {name: count for name in names if (count := getattr(self.batch, name))}


@dataclass
class PublishingCourt:
    """One court; several may share a register."""

    engine: Engine
    court: str = "js-gusu"
    clock: HandClock = field(default_factory=noon)
    matching: tuple[MatchingKey, ...] = MATCHING
    chance: Chance = CHANCE
    takeover_on: date | None = None
    """The day on which its list came here, as the root signed it."""
    state_organs: StateOrganListing = "second-approval"
    shares_set_apart: bool = False

    def __post_init__(self) -> None:
        self.register = Register(self.engine, self.clock)
        self.signer = Ed25519Signer(self.court.encode().ljust(32, b"."))
        self.identity = CourtIdentity(
            self.court, "示例区人民法院", JURISDICTION, self.signer, self.matching, self.chance
        )
        self.acts = Acts(self.register, self.identity, self.clock)
        public = self.signer.public_key
        self.keys = Keys(PublicKey(self.signer.key_id, self.court, "court", JURISDICTION, "sign", public))

    def publish(self, *rows: Row) -> Published:
        """Publishes rows as one file; the first row is number 2, as below a header. New entries state what `begun` adds."""
        batch = new_batch(self.court, "rows", "", self.clock.now(), self.chance)
        return self._taken(
            Publication(self.register, self.identity, self.clock, batch, self._context()), self._begun(rows)
        )

    def send(self, *rows: Row, is_stock: bool = False) -> Published:
        """Publishes rows exactly as they are after a dry run that said the same; nothing is added to them."""
        context = replace(self._context(), is_stock=is_stock)
        batch = new_batch(self.court, "rows", "", self.clock.now(), self.chance)
        dry = self._taken(DryRun(RegisterReader(self.engine), batch, PreparationContext(context, self.matching)), rows)
        done = self._taken(Publication(self.register, self.identity, self.clock, batch, context), rows)
        assert (dry.codes, dry.counts, dry.stock) == (done.codes, done.counts, done.stock)
        return done

    def rehearse(self, *rows: Row) -> Published:
        """Says what publishing the rows would do."""
        batch = new_batch(self.court, "rows", "", self.clock.now(), self.chance)
        reader = RegisterReader(self.engine)
        return self._taken(DryRun(reader, batch, PreparationContext(self._context(), self.matching)), self._begun(rows))

    def _context(self) -> IntakeContext:
        today = date_of_ms(self.clock.now())
        name, organs = self.identity.court_name, self.state_organs
        context = IntakeContext(today, self.court, name, takeover_on=self.takeover_on, state_organs=organs)
        return replace(context, shares_set_apart=self.shares_set_apart)

    def _taken(self, run: FileRun, rows: Sequence[Row]) -> Published:
        rejected: list[ParsedRow] = []
        noticed: list[ParsedRow] = []
        raw = (RawRow(number, row, tuple(row.values())) for number, row in enumerate(rows, start=2))
        batch = run.run(raw, Listeners(rejected.append, noticed.append))
        rows_waiting = [f"row {each.number}" for each in run.waiting]
        waiting = [each.proposal.batch for each in run.proposed] if isinstance(run, Publication) else rows_waiting
        alone = list(run.without_order())
        return Published(batch, rejected, list(run.missing()), noticed, dict(run.stock), waiting, alone)

    def _begun(self, rows: Sequence[Row]) -> list[Row]:
        return [begun(row, date_of_ms(self.clock.now())) for row in rows]

    def entry_id(self, row: Row) -> bytes:
        """The newest entry of a row's case, name and instrument."""
        found = [
            one
            for one in self.register.find(self.court, case_number=row["case_number"])
            if row["name"] in str(from_wire(one.whole_body)) and one.entry.instrument.name == row["instrument"]
        ]
        return found[-1].entry.entry_id

    def correct(self, entry_id: bytes, **values: str) -> Update:
        """Corrects columns of an entry."""
        return correct(self.acts, entry_id, values, CourtRuling("DATA_WRONG"))

    def lane(self, lane: str) -> list[dict[str, Any]]:
        """Records that wait in a lane, oldest first."""
        return [from_wire(row.record.value or b"") for row in self.register.outbox.unsent(lane, 0, 100_000)]

    def bodies(self, lane: str) -> list[bytes]:
        """Their signed bodies."""
        return [unframe(row.record.value or b"")[1] for row in self.register.outbox.unsent(lane, 0, 100_000)]


def people(count: int, seed: int = 7) -> Sequence[Row]:
    """Good rows about different fictitious persons with ID numbers, each in a case of its own."""
    persons = (one for one in Invention(seed).people() if one.certificates[0][0].name == "CN_ID")
    rows = []
    for serial in range(1, count + 1):
        person = next(persons)
        number = {"certificate_number": person.certificates[0][1], "name": person.name}
        case = f"（2025）苏0505执{serial}号"
        dated = {"filing_date": "2025-03-01", "decision_number": case + "决定书", "sex": ""}
        rows.append(ENTRY | number | dated | {"case_number": case})
    return rows


__all__ = ["ENTRY", "JURISDICTION", "MATCHING", "ORDER", "TODAY", "Published", "PublishingCourt", "people"]
