"""A dry run says exactly what publishing does, and does nothing."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from liandong.producers.publishing.report import document_of
from liandong.tests.worlds.rehearsals import Act, ClerksDesk, Outcome, Row, Scenario, row, scenarios

CHUNKS = st.integers(1, 4)
OF_THE_RUN_ALONE = ("batch", "dry_run", "sent")
CASE, RESUMED = "（2024）苏0505执1号", "（2024）苏0505执2号"


def by(*held: str, case: str = CASE, **values: str) -> Row:
    """A row about one person in one case, by some of the certificates that person has."""
    return row(0, case, held, **values)


ID, PASSPORT, PERMIT = "CN_ID", "PASSPORT", "HK_MACAU_PERMIT"
ANEW = {"decision_number": "决定九", "initiated_by": "EX_OFFICIO"}


def told(outcome: Outcome) -> tuple[dict[str, Any], bytes]:
    """What a clerk learns of a file, but for what only a run can say."""
    document = document_of(outcome.report)
    return {name: value for name, value in document.items() if name not in OF_THE_RUN_ALONE}, outcome.rejects


@given(scenarios(), CHUNKS)
# a correction takes the passport from the entry: the next row still means that entry
@example(Scenario([[by(ID, PASSPORT)]], [by(ID), by(PASSPORT)]), 1)
@example(Scenario([[by(ID, PASSPORT)]], [by(ID), by(PASSPORT)]), 4)
# two entries of one person, by ID and by passport, are named by one row
@example(Scenario([[by(ID)], [by(PASSPORT)]], [by(ID, PASSPORT), by(PASSPORT)]), 1)
# a permit that two entries share: the one whose own it was gets a stronger certificate
@example(Scenario([[by(ID)], [by(PERMIT)], [by(ID, PERMIT)]], [by(PASSPORT, PERMIT), by(PERMIT)]), 1)
# a permit that two entries shared until the one it led to gave it up
@example(
    Scenario([[by(ID)], [by(PASSPORT, PERMIT)], [by(ID, PERMIT)], [by(PASSPORT)]], [by(ID, PERMIT), by(PERMIT)]), 1
)
# the entry that ended, and that bars a resumed case, was found by another certificate
@example(
    Scenario(
        [[by(ID, PASSPORT)], Act("delete D3", 0)],
        [by(PASSPORT, **ANEW), by(PASSPORT, case=RESUMED, previous_case_number=CASE, initiated_by="CREDITOR")],
    ),
    1,
)
# the same new subject twice, chunks apart, with an order on it between
@example(Scenario([], [by(ID), by(ID, instrument="CONSUMPTION_ORDER"), by(ID)]), 1)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_a_dry_run_reports_what_the_run_does_and_changes_nothing(scenario: Scenario, chunk: int) -> None:
    with TemporaryDirectory() as folder, ClerksDesk.careless():
        desk = ClerksDesk.new(Path(folder))
        desk.live_through(scenario.history)
        existed, before = desk.register_file.exists(), desk.dump()
        rehearsed = desk.rehearse(scenario.listed, chunk)
        assert desk.dump() == before
        assert desk.register_file.exists() == existed
        assert told(desk.publish(scenario.listed, chunk)) == told(rehearsed)


@given(scenarios())
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
def test_where_a_file_is_cut_into_chunks_makes_no_difference(scenario: Scenario) -> None:
    with TemporaryDirectory() as folder, ClerksDesk.careless():
        desk = ClerksDesk.new(Path(folder))
        desk.live_through(scenario.history)
        one = told(desk.rehearse(scenario.listed, 1))
        assert [told(desk.rehearse(scenario.listed, chunk)) for chunk in (2, 3, 5, 1000)] == [one] * 4
