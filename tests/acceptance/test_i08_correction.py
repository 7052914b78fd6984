"""I-8, the court's half: a wrong identity is corrected within three working days in one record, and does not come back."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert

from liandong.consumers.inbox.store import interceptions
from liandong.consumers.inbox.wrongful import wrongful_interceptions
from liandong.producers.acts.correction import correct
from liandong.producers.acts.ruling import CourtRuling
from liandong.producers.acts.wrongful import spans_of
from liandong.schemas.law.listing import Change
from liandong.tests.worlds.acceptance import JIA, YI, Railway, goes_to, row_of
from liandong.tests.worlds.court import PublishingCourt
from liandong.topics.storage.database import create_tables, open_database, sqlite_url

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


OTHER = row_of(JIA, case_number="（2026）苏0505执77号")
_TOLD = {
    "agency": "railway-js", "day": "2026-09-10", "rule_version": "1", "measure": "rail-gd-all",
    "notary": "notary-js-1", "barrier": 1, "check_id": "chk_1", "occurred_at": 1_789_000_000_000,
}  # fmt: skip


def told(inbox: Path, number: int, entry: bytes, version: int, outcome: str = "REFUSED", record_class: int = 0) -> None:
    """An interception as the court's inbox keeps it."""
    engine = open_database(sqlite_url(inbox))
    create_tables(engine, interceptions.metadata)
    row = {"event_id": bytes([number]) * 16, "entry_id": entry, "entry_version": version, "outcome": outcome}
    with engine.begin() as connection:
        connection.execute(insert(interceptions).values(_TOLD | row | {"record_class": record_class}))
    engine.dispose()


def test_what_was_stopped_in_between_is_listed_as_wrongful(court: PublishingCourt, tmp_path: Path) -> None:
    """Interceptions of the wrong person until the correction, and of whoever was listed without a ground until the revocation."""
    inbox, entry = tmp_path / "inbox.db", court.entry_id(WRONG)
    court.publish(OTHER)
    assert wrongful_interceptions(inbox, spans_of(court.register, court.court)) == []
    other = court.entry_id(OTHER)
    for at, (of, version) in enumerate(((entry, 1), (other, 1), (entry, 2), (b"?" * 16, 1)), start=1):
        told(inbox, at, of, version)
    told(inbox, 8, entry, 1, outcome="RELEASED")
    told(inbox, 9, entry, 1, record_class=1)
    goes_to(court, "2026-09-23")
    assert wrongful_interceptions(inbox, spans_of(court.register, court.court)) == []
    court.correct(entry, claim_amount="1.00")  # of what it says, not of whom it means
    assert wrongful_interceptions(inbox, spans_of(court.register, court.court)) == []
    told(inbox, 10, entry, 3)
    correct(court.acts, entry, RIGHT, CourtRuling("DATA_WRONG"))
    found = wrongful_interceptions(inbox, spans_of(court.register, court.court))
    assert [(one.entry_version, one.span.cause, one.span.ended_on) for one in found] == [
        (1, "CORRECTED", "2026-09-23"),
        (2, "CORRECTED", "2026-09-23"),
    ]
    court.acts.revoke(other, CourtRuling("NO_GROUND"))
    found = wrongful_interceptions(inbox, spans_of(court.register, court.court))
    assert [(one.span.cause, one.span.case_number) for one in found if one.span.entry_id == other] == [
        ("REVOKED", OTHER["case_number"])
    ]
    assert {one.span.entry_id for one in wrongful_interceptions(inbox, spans_of(court.register, "js-other"))} == set()


def test_the_old_file_does_nothing_any_more(court: PublishingCourt, tmp_path: Path) -> None:
    goes_to(court, "2026-09-23")
    correct(court.acts, court.entry_id(WRONG), RIGHT, CourtRuling("DATA_WRONG"))
    assert court.publish(WRONG).codes == ["CORRECTED_AWAY"]
    assert len(court.lane("state")) == 2
    railway = Railway(court, tmp_path)
    assert (railway.says(YI), railway.says(JIA)) == ("ALLOW", "BLOCK")
