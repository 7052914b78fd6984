"""Acts and files in any order, with days passing: the list never does what the law forbids, whatever is sent again.

ACTS_AND_FILES=200 plays so many histories instead of the few of a usual run.
"""

import os
import re
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, precondition, rule

from liandong.producers.acts.correction import correct
from liandong.producers.acts.ruling import CourtRuling
from liandong.producers.intake.rows.columns import COLUMN_NAMES
from liandong.schemas.errors import LiandongError
from liandong.schemas.problems import told
from liandong.tests.worlds.acceptance import goes_to, row_of
from liandong.tests.worlds.court import PublishingCourt, Row
from liandong.tests.worlds.followed_list import FollowedList
from liandong.tests.worlds.people import Person, person
from liandong.topics.storage.database import open_database

HISTORIES = int(os.environ.get("ACTS_AND_FILES", "30"))
PEOPLE = [
    person(name, number)
    for name, number in (
        ("张示例", "320505198503140014"),
        ("李示例", "320505199001012017"),
        ("王示例", "510107197911050036"),
    )
]
CASES = ("（2026）苏0505执1001号", "（2026）苏0505执1002号")
BEGINNINGS = [name for name in ("signed_on", "served_on", "warned_on") if name in COLUMN_NAMES]
FORM = frozenset(
    """NOTHING_TO_CORRECT ENTRY_EXISTS CORRECTION_REJECTED REASON_UNKNOWN TRANSITION_REFUSED DUPLICATE_CONFLICT CORRECTED_AWAY
    ENTRY_ENDED ROW_OLDER ACT_BEFORE_PUBLICATION ACT_IN_FUTURE""".split()  # noqa: SIM905
)
"""Refusals that are about a row or a command as it is written, or about its order in time, and no article."""
Exported = list[tuple[Person, str, int, str]]
"""Of each row the person, the case, which of the decisions, and the amount claimed."""
WHO = st.sampled_from(PEOPLE)
FILE = st.lists(
    st.tuples(WHO, st.sampled_from(CASES), st.integers(1, 2), st.sampled_from(["1000", "2000"])), min_size=1, max_size=3
)


class ActsAndFiles(RuleBasedStateMachine):
    """One court, its clerk, its own export that is sent again and again, and whoever reads the list."""

    files = Bundle("files")

    def __init__(self) -> None:
        super().__init__()
        self.engine = open_database("sqlite://")
        self.court = PublishingCourt(self.engine)
        self.list = FollowedList()
        self.sent: list[list[Row]] = []
        self.rows: dict[tuple[str, str, int, str], Row] = {}
        self.read = 0
        self.goes(date(2026, 9, 29))

    # -- what happens ---------------------------------------------------------------------------------------------------

    @initialize(target=files, what=FILE)
    def first_export(self, what: Exported) -> list[Row]:
        """The court joins."""
        return self.exported(what)

    @rule(target=files, what=FILE)
    def export(self, what: Exported) -> list[Row]:
        """The court's system writes a file, and the clerk publishes it."""
        return self.exported(what)

    @rule(file=files)
    def sent_again(self, file: list[Row]) -> None:
        self.publish(file)

    @rule()
    def everything_sent_again(self) -> None:
        """Somebody found the folder of all exports; what was sent first comes last."""
        for file in reversed(self.sent[-8:]):
            self.publish(file)

    @rule(days=st.sampled_from([1, 8, 40, 190, 400]))
    def days_pass(self, days: int) -> None:
        self.goes(self.day + timedelta(days=days))

    @rule(at=st.integers(0), past=st.booleans())
    def a_term_comes_to_its_last_day(self, at: int, past: bool) -> None:
        ends = sorted({each.term_end for each in self.list.entries.values() if each.term_end > self.day.isoformat()})
        if ends:
            self.goes(date.fromisoformat(ends[at % len(ends)]) + timedelta(days=past))

    @rule()
    def restart(self) -> None:
        self.court = PublishingCourt(self.engine, clock=self.court.clock)

    @precondition(lambda self: self.list.entries)
    @rule(at=st.integers(0), reason=st.sampled_from(["D1", "D3", "D7", "TERM", "EARLY"]), stated=st.booleans())
    def delete(self, at: int, reason: str, stated: bool) -> None:
        ruling = (
            CourtRuling(reason, None, "删除决定", "示例院长", "PERFORMED_ACTIVELY") if stated else CourtRuling(reason)
        )
        self.act(at, lambda entry: self.court.acts.delete(entry, ruling))

    @precondition(lambda self: self.list.entries)
    @rule(at=st.integers(0))
    def end_as_the_law_has_it(self, at: int) -> None:
        """The reason fits the entry."""
        entry = list(self.list.entries.values())[at % len(self.list.entries)]
        is_over = entry.is_over(self.day.isoformat())
        self.delete(at, "TERM" if is_over else "EARLY" if entry.term_end else "D1", stated=True)

    @precondition(lambda self: self.list.entries)
    @rule(at=st.integers(0), reason=st.sampled_from(["NO_GROUND", "WRONG_PERSON", "MINOR", "EXEMPT"]))
    def revoke(self, at: int, reason: str) -> None:
        ruling = CourtRuling(reason, cause="1", decision_number="撤销决定")
        self.act(at, lambda entry: self.court.acts.revoke(entry, ruling))

    @precondition(lambda self: self.list.entries)
    @rule(at=st.integers(0), objection=st.sampled_from(["", "（2026）苏0505执异3号"]))
    def shield(self, at: int, objection: str) -> None:
        self.act(at, lambda entry: self.court.acts.shield(entry, CourtRuling("REVIEW", objection=objection)))

    @precondition(lambda self: self.list.entries)
    @rule(at=st.integers(0))
    def unshield(self, at: int) -> None:
        self.act(at, lambda entry: self.court.acts.unshield(entry, CourtRuling("REVIEWED")))

    @precondition(lambda self: self.list.entries)
    @rule(at=st.integers(0), number=st.integers(1, 3), months=st.sampled_from([11, 12, 24, 37]))
    def extend(self, at: int, number: int, months: int) -> None:
        ruling = CourtRuling("SEVERAL", None, f"延长决定{number}", "示例院长")
        self.act(at, lambda entry: self.court.acts.extend(entry, ruling, months=months))

    @precondition(lambda self: self.list.entries)
    @rule(at=st.integers(0), meant=WHO)
    def correct(self, at: int, meant: Person) -> None:
        """Another person was meant."""
        values = {"name": meant.name, "certificate_number": meant.number}
        self.act(at, lambda entry: correct(self.court.acts, entry, values, CourtRuling("DATA_WRONG")))

    # -- what holds -----------------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        """The court's numbers have no gap, and its register says what a reader knows."""
        self.take(by_file=False)
        assert [each["court_sequence"] for each in self.court.lane("state")] == list(range(1, self.read + 1))
        for case in CASES:
            for whole in self.court.register.find(self.court.court, case_number=case):
                assert int(whole.entry.status) == self.list.entries[whole.entry.entry_id].status
        self.engine.dispose()

    def exported(self, what: Exported) -> list[Row]:
        file = [self.row(*each) for each in what]
        self.publish(file)
        self.sent.append(file)
        return file

    def row(self, who: Person, case: str, number: int, amount: str) -> Row:
        """What the court's system exports of one decision: always the same but for the amount."""
        key = (who.name, case, number, amount)
        first = next((row for known, row in self.rows.items() if known[:3] == key[:3]), None)
        if key not in self.rows:
            self.rows[key] = (first or self.written(who, case, number)) | {"claim_amount": amount}
        return self.rows[key]

    def written(self, who: Person, case: str, number: int) -> Row:
        day = self.day.isoformat()
        stated = {
            "case_number": case,
            "decision_number": f"{case}之{PEOPLE.index(who)}{number}",
            "initiated_by": "CREDITOR",
            "applied_on": day,
        }
        stated |= dict.fromkeys(BEGINNINGS, day)
        if who is not PEOPLE[0]:
            end = date(self.day.year + 2, self.day.month, min(self.day.day, 28)).isoformat()
            stated |= {"grounds": "G3;G4", "term_start": f"{day[:8]}{min(self.day.day, 28):02}", "term_end": end}
        return row_of(who, **stated)

    def publish(self, file: list[Row]) -> None:
        rehearsed, done = self.court.rehearse(*file), self.court.publish(*file)
        assert (rehearsed.codes, rehearsed.counts, rehearsed.missing) == (done.codes, done.counts, done.missing)
        self.take(by_file=True)
        for row in done.rejected:
            for reject in row.rejects:
                names_its_article(reject.code, f"{reject.reason} {reject.remedy}", "")

    def act(self, at: int, act: Any) -> None:
        """Let the clerk act on an entry; what is refused has changed nothing and says by which article."""
        known = list(self.list.entries)
        try:
            act(known[at % len(known)])
        except LiandongError as refused:
            assert len(self.court.lane("state")) == self.read
            names_its_article(refused.code, f"{refused.message} {refused.remedy}", " ".join(told(refused, "zh")))
        self.take(by_file=False)

    def take(self, *, by_file: bool) -> None:
        """Read what has come onto the list."""
        before = {each[0]: each[1].is_live(self.day.isoformat()) for each in self.list.entries.items()}
        records = self.court.lane("state")
        for record in records[self.read :]:
            self.list.read(record, self.day.isoformat(), by_file=by_file)
        self.read = len(records)
        back = [
            each
            for each, was_live in before.items()
            if not was_live and self.list.entries[each].is_live(self.day.isoformat())
        ]
        assert not back, "an entry that had ended takes effect again"

    def goes(self, day: date) -> None:
        self.day = day
        goes_to(self.court, day.isoformat())


def names_its_article(code: str, english: str, chinese: str) -> None:
    """A refusal says by which article, in both languages where it has them, unless it is about how something is written."""
    if code not in FORM:
        assert re.search(r"\barts?\. [0-9]", english), f"{code}: {english}"
        assert not chinese or re.search("第[一二三四五六七八九十]+条", chinese), f"{code}: {chinese}"


ActsAndFiles.TestCase.settings = settings(
    max_examples=HISTORIES,
    stateful_step_count=40,
    deadline=None,
    phases=[phase for phase in Phase if phase is not Phase.explain],  # which takes minutes here
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestActsAndFiles = ActsAndFiles.TestCase
