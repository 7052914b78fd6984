"""I-3: a term is extended for serious violence or for several acts, by one to three years in all, and never by the bus alone."""

from datetime import date

import pytest

from liandong.producers.acts.ruling import CourtRuling
from liandong.producers.acts.unlawful import ActUnlawful
from liandong.schemas.law.terms import extended
from liandong.tests.worlds.acceptance import JIA, row_of
from liandong.tests.worlds.court import PublishingCourt, Row
from liandong.tests.worlds.intake_rows import parsed, reject_codes

START, END = "2026-11-22", "2028-11-22"
SEVERAL = CourtRuling("SEVERAL", None, "（2026）苏0505执1234号之二", "示例院长")
SERIOUS = CourtRuling("SERIOUS", None, "（2026）苏0505执1234号之二", "示例院长", "持械威胁执行人员")


def termed(grounds: str, **columns: str) -> Row:
    return row_of(JIA, grounds=grounds, term_start=START, term_end=END) | columns


def published_for(grounds: str, months: int, **columns: str) -> Row:
    """A row whose decision gives the longer term at once."""
    last = extended(date.fromisoformat(END), months).isoformat()
    return termed(grounds, term_end=last, extension_months=str(months)) | columns


@pytest.mark.parametrize(
    ("grounds", "gravity", "months", "code"),
    [
        ("G4", "", 12, "EXTENSION_CAUSE_UNLAWFUL"),
        ("G4", "SERIOUS", 12, "EXTENSION_CAUSE_UNLAWFUL"),
        ("G2", "SERIOUS", 12, ""),
        ("G2", "严重", 12, ""),
        ("G2", "", 12, "EXTENSION_GRAVITY_UNSTATED"),
        ("G3;G4", "", 36, ""),
    ],
)
def test_the_decision_extends_at_publication(grounds: str, gravity: str, months: int, code: str) -> None:
    row = published_for(grounds, months, extension_gravity=gravity)
    result = parsed(row)
    assert [each.code for each in result.rejects] == ([code] if code else [])
    if code:
        assert "art. 2 ¶1" in result.rejects[0].reason
        return
    assert result.listing is not None
    assert result.listing.term_end == extended(date.fromisoformat(END), months)


@pytest.mark.parametrize("months", [37, 11])
def test_no_other_length_is_published(months: int) -> None:
    row = published_for("G3;G4", months)
    assert ("extension_months", "EXTENSION_UNLAWFUL") in reject_codes(row)


def test_on_ground_one_and_another_the_court_states_the_term_and_nothing_is_chosen() -> None:
    unstated = termed("G1;G4", term_end="", extension_months="12")
    assert reject_codes(unstated) == [("term_end", "TERM_UNSTATED")]


def refusal(court: PublishingCourt, row: Row, ruling: CourtRuling, months: int) -> str:
    before = len(court.lane("state"))
    with pytest.raises(ActUnlawful) as refused:
        court.acts.extend(court.entry_id(row), ruling, months=months)
    assert len(court.lane("state")) == before
    assert "art. 2" in refused.value.message
    assert "第二条" in refused.value.in_language("zh").message
    return refused.value.code


@pytest.mark.parametrize(
    ("grounds", "ruling", "months", "code"),
    [
        ("G4", SEVERAL, 12, "EXTENSION_CAUSE_UNLAWFUL"),
        ("G4", SERIOUS, 12, "EXTENSION_CAUSE_UNLAWFUL"),
        ("G2", SEVERAL, 12, "EXTENSION_GRAVITY_UNSTATED"),
        ("G3;G4", SERIOUS, 12, "EXTENSION_CAUSE_UNLAWFUL"),
        ("G3;G4", SEVERAL, 37, "EXTENSION_UNLAWFUL"),
        ("G3;G4", SEVERAL, 11, "EXTENSION_UNLAWFUL"),
        ("G3;G4", CourtRuling("SEVERAL", None, "", "示例院长"), 12, "EXTENSION_DECISION_MISSING"),
        ("G3;G4", CourtRuling("SEVERAL", None, "之二"), 12, "EXTENSION_DECISION_MISSING"),
        ("G3;G4", CourtRuling("RENEWED", None, "之二", "示例院长"), 12, "EXTENSION_REASON_OTHER"),
    ],
)
def test_what_the_law_does_not_extend_stays_as_it_is(
    court: PublishingCourt, grounds: str, ruling: CourtRuling, months: int, code: str
) -> None:
    row = termed(grounds)
    court.publish(row)
    assert refusal(court, row, ruling, months) == code


@pytest.mark.parametrize(
    ("grounds", "ruling", "months", "end"),
    [("G2", SERIOUS, 12, "2029-11-22"), ("G3;G4", SEVERAL, 36, "2031-11-22"), ("G1;G4", SEVERAL, 12, "2029-11-22")],
)
def test_what_it_extends_runs_on_from_its_end(
    court: PublishingCourt, grounds: str, ruling: CourtRuling, months: int, end: str
) -> None:
    row = termed(grounds)
    court.publish(row)
    court.acts.extend(court.entry_id(row), ruling, months=months)
    assert court.lane("state")[-1]["term_end"] == end


def test_three_years_in_all(court: PublishingCourt) -> None:
    row = published_for("G3;G4", 24)
    court.publish(row)
    court.acts.extend(court.entry_id(row), SEVERAL, months=12)
    assert court.lane("state")[-1]["term_end"] == "2031-11-22"
    assert refusal(court, row, SEVERAL, 12) == "EXTENSION_TOO_LONG"


def test_an_entry_on_ground_one_and_another_without_a_stated_term_is_asked_back(court: PublishingCourt) -> None:
    row = termed("G1;G4", term_start="", term_end="NO_TERM")
    court.publish(row)
    assert refusal(court, row, SEVERAL, 12) == "TERM_UNSTATED"
