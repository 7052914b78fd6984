"""I-15, the due days: three working days from the day the court knew, holidays moved past, make-up workdays counted."""

from datetime import date, timedelta

import pytest

from liandong.producers.acts.correction import correct
from liandong.producers.acts.ruling import CourtRuling
from liandong.producers.cli.own_entries import result_of, shown_entry
from liandong.producers.register.register import Update
from liandong.schemas.law import working_days
from liandong.tests.worlds.acceptance import JIA, YI, goes_to, opened, row_of
from liandong.tests.worlds.court import PublishingCourt, Row

UNTERMED = row_of(JIA)
TERMED = row_of(JIA, grounds="G3", term_start="2024-09-29", term_end="2026-09-29")
RIGHT = {"name": YI.name, "certificate_number": YI.number}


def acted(court: PublishingCourt, row: Row, reason: str, knew: str, published: str) -> Update:
    goes_to(court, "2024-09-29")
    court.publish(row)
    goes_to(court, published)
    entry, known_on = court.entry_id(row), date.fromisoformat(knew)
    if reason == "DATA_WRONG":
        return correct(court.acts, entry, RIGHT, CourtRuling(reason, known_on))
    if reason == "TERM":
        return court.acts.delete(entry, CourtRuling(reason))
    decision = "（2026）苏0505执异3号" if reason == "D7" else ""
    return court.acts.delete(entry, CourtRuling(reason, known_on, decision))


@pytest.mark.parametrize(
    ("reason", "knew", "published", "due", "late"),
    [
        ("DATA_WRONG", "2026-09-23", "2026-09-29", "2026-09-29", False),
        ("D1", "2026-09-28", "2026-10-31", "2026-10-08", True),
        ("D1", "2026-09-29", "2026-10-09", "2026-10-09", False),
        ("TERM", "2026-09-29", "2026-10-09", "2026-10-09", False),
        ("D7", "2026-09-30", "2026-10-10", "2026-10-10", False),
        ("D1", "2026-10-01", "2026-10-12", "2026-10-10", True),
    ],
)
def test_an_act_is_in_time_until_its_third_working_day(
    court: PublishingCourt, reason: str, knew: str, published: str, due: str, late: bool
) -> None:
    update = acted(court, TERMED if reason == "TERM" else UNTERMED, reason, knew, published)
    shown = result_of(opened(court), update, sent=False)
    assert (shown["due_on"], shown["due_estimated"], shown["late"]) == (due, False, late)


@pytest.fixture
def _no_calendar_of_the_next_year(monkeypatch: pytest.MonkeyPatch) -> None:
    known = working_days.is_calendar_known
    monkeypatch.setattr(working_days, "is_calendar_known", lambda year: year < 2026 and known(year))


@pytest.mark.usefixtures("_no_calendar_of_the_next_year")
@pytest.mark.parametrize(("published", "late"), [("2026-01-05", False), ("2026-01-06", True)])
def test_where_the_next_years_holidays_are_unknown_the_act_is_done_and_its_due_day_an_estimate(
    court: PublishingCourt, published: str, late: bool
) -> None:
    acted(court, UNTERMED, "D1", "2025-12-31", published)
    [whole] = court.register.find(court.court, case_number=UNTERMED["case_number"])
    updates = shown_entry(opened(court), whole)["updates"]
    assert isinstance(updates, list)
    shown = updates[-1]
    assert (shown["due_on"], shown["due_estimated"], shown["late"]) == ("2026-01-05", True, late)


@pytest.mark.usefixtures("_no_calendar_of_the_next_year")
def test_no_day_of_any_year_stops_a_clock() -> None:
    days = [date(year, 1, 1) + timedelta(days=each) for year in (1950, 2026, 2090) for each in range(366)]
    for day in days:
        due = working_days.relief_due(day)
        assert timedelta(days=3) <= due.day - day <= timedelta(days=5)
        assert due.is_estimated
