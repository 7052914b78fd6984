"""I-8, the court's half: a wrong identity is corrected within three working days in one record, and does not come back."""

from datetime import date
from pathlib import Path

import pytest

from liandong.producers.acts.correction import correct
from liandong.producers.acts.ruling import CourtRuling
from liandong.schemas.law.listing import Change
from liandong.tests.worlds.acceptance import JIA, YI, Railway, goes_to, row_of
from liandong.tests.worlds.court import PublishingCourt

WRONG = row_of(YI)
RIGHT = {"name": JIA.name, "certificate_number": JIA.number}


@pytest.fixture(autouse=True)
def _published_by_mistake(court: PublishingCourt) -> None:
    goes_to(court, "2026-09-01")
    court.publish(WRONG)


@pytest.mark.parametrize(("day", "late"), [("2026-09-29", False), ("2026-09-30", True)])
def test_one_record_frees_the_one_and_stops_the_other(
    court: PublishingCourt, tmp_path: Path, day: str, late: bool
) -> None:
    railway = Railway(court, tmp_path)
    assert (railway.says(YI), railway.says(JIA)) == ("BLOCK", "ALLOW")
    goes_to(court, day)
    update = correct(court.acts, court.entry_id(WRONG), RIGHT, CourtRuling("DATA_WRONG", date(2026, 9, 23)))
    assert (railway.says(YI), railway.says(JIA)) == ("ALLOW", "BLOCK")
    assert [each["change"] for each in court.lane("state")] == [Change.INCLUDE, Change.CORRECT]
    assert court.bodies("relief") == court.bodies("state")[1:]
    ruling = court.register.ruling(update.update_id)
    assert ruling is not None
    assert ruling.due_on == "2026-09-29"
    assert (day > ruling.due_on) is late


def test_the_old_file_does_nothing_any_more(court: PublishingCourt, tmp_path: Path) -> None:
    goes_to(court, "2026-09-23")
    correct(court.acts, court.entry_id(WRONG), RIGHT, CourtRuling("DATA_WRONG"))
    assert court.publish(WRONG).codes == ["CORRECTED_AWAY"]
    assert len(court.lane("state")) == 2
    railway = Railway(court, tmp_path)
    assert (railway.says(YI), railway.says(JIA)) == ("ALLOW", "BLOCK")
