"""Whatever is renewed, rotated, sealed and erased in whatever order: what can be opened is what is within its keep time."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from liandong.schemas.law.retention import KEEP_DAYS, Period, opened_by
from liandong.schemas.law.watch_kinds import DAY_MS
from liandong.schemas.wire.sealing import CannotOpen, open_sealed, seal
from liandong.tests.worlds.administration import Administration
from liandong.tests.worlds.clock import HandClock
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.keys.erasure import KeyErasure, erased_keys
from liandong.topics.keys.key_book import GRACE_MS
from liandong.topics.keys.keyrings import NoSealingKey
from liandong.topics.keys.participants import ESCROW
from liandong.topics.settings import load_settings

COURT = "court-su0505"
DETAIL = {"message": "0801", "details": {}}
START = Period(2026, 11).start
READERS = (COURT, ESCROW)


class Moved(HandClock):
    """Both its clocks stand still until it is moved."""

    def monotonic(self) -> float:
        return self.time / 1000


@dataclass(frozen=True)
class Sealed:
    """An envelope in the log, which nobody can take back."""

    at: int
    retention: str
    envelope: bytes


class Erasures(RuleBasedStateMachine):
    """A court and the escrow through years; everything ever sealed is kept, as a copy of the log keeps it."""

    @initialize()
    def found(self) -> None:
        self.folder = TemporaryDirectory()
        self.clock = Moved(START + 5 * DAY_MS)
        wire = MemoryWire()
        self.office = Administration(wire, load_settings(state_dir=Path(self.folder.name) / "state"), self.clock)
        self.office.join(COURT, "court", jurisdictions=["js"])
        self.directory: KeyDirectory = self.office.key_directory()
        self.log: list[Sealed] = []
        self.looked = dict.fromkeys(READERS, 0)

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    @rule(days=st.integers(0, 70), ms=st.integers(0, DAY_MS))
    def time_passes(self, days: int, ms: int) -> None:
        self.clock.time += days * DAY_MS + ms

    @rule(owner=st.sampled_from(READERS), months=st.integers(0, 4))
    def renews(self, owner: str, months: int) -> None:
        self.office.participants.renew(owner, months)
        self._publish()

    @rule(overlap=st.integers(0, DAY_MS))
    def rotates(self, overlap: int) -> None:
        self.office.participants.rotate(COURT, overlap_ms=overlap)
        self._publish()

    @rule(retention=st.sampled_from(opened_by("court")))
    def seals(self, retention: str) -> None:
        try:
            recipients = self.directory.recipients(COURT, retention)
        except NoSealingKey:
            return
        assert len(recipients) == len(READERS)
        self.log.append(Sealed(self.clock.time, retention, seal("feedback-detail", DETAIL, "ctx", recipients)))

    @rule(owner=st.sampled_from(READERS), behind=st.integers(0, 90), ahead=st.integers(0, 90))
    def erases(self, owner: str, behind: int, ahead: int) -> None:
        """One of the two clocks is wrong by days: the slower one counts."""
        wrong = HandClock(self.clock.time + ahead * DAY_MS)
        KeyErasure(self.office.participants, owner, wrong).erase_due(self.clock.time - behind * DAY_MS)
        self.looked[owner] = max(self.looked[owner], self.clock.time - behind * DAY_MS)

    @invariant()
    def what_is_within_its_keep_time_opens_and_what_is_over_does_not(self) -> None:
        for owner in READERS if hasattr(self, "log") else ():
            keys, looked = list(self.office.participants.sealing_keys(owner)), self.looked[owner]
            for one in self.log:
                keep = KEEP_DAYS[one.retention] * DAY_MS
                if not keep or looked < one.at + keep:
                    assert _opens(one, keys), "destroyed within its keep time"
                elif looked >= Period.at(one.at).end + GRACE_MS + keep:
                    assert not _opens(one, keys), "opens although its keep time and its month are over"
            told = {
                line.key_id.hex() for line in self.office.participants.sealing_keys(owner).lines() if line.key is None
            }
            assert told == {each.key_id for each in erased_keys(self.office.participants.file(owner, "x").parent)}

    def _publish(self) -> None:
        self.office.publish(COURT)
        while self.directory.step() == 0:
            pass


def _opens(one: Sealed, keys: list) -> bool:  # type: ignore[type-arg]
    try:
        return open_sealed(one.envelope, "ctx", *keys) == DETAIL
    except CannotOpen:
        return False


TestErasures = Erasures.TestCase
TestErasures.settings = settings(max_examples=5, stateful_step_count=15, deadline=None)
