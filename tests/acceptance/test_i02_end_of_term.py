"""I-2: a term ends by itself and is deleted in three working days; what is deleted earlier is decided, for a cause of the law."""

from datetime import date
from pathlib import Path

import pytest

from liandong.producers.acts.ruling import CourtRuling
from liandong.producers.acts.unlawful import ActUnlawful
from liandong.producers.cli.own_entries import shown_entry
from liandong.schemas.law.grounds import DeletionReasonProblem
from liandong.schemas.law.listing import Status
from liandong.tests.worlds.acceptance import JIA, YI, Railway, goes_to, opened, row_of
from liandong.tests.worlds.court import PublishingCourt
from liandong.tests.worlds.people import person

E1 = row_of(JIA, grounds="G3", term_start="2024-09-29", term_end="2026-09-29")
E2 = row_of(JIA, grounds="G3", term_start="2026-03-02", term_end="2028-03-02")
E3 = row_of(JIA, grounds="G1")
DECISION = "（2026）苏0505执1001号之二"
EARLY = CourtRuling("EARLY", None, DECISION, "示例院长", "PERFORMED_ACTIVELY")


@pytest.fixture(autouse=True)
def _on_the_first_day(court: PublishingCourt) -> None:
    goes_to(court, "2024-09-29")


def shown(court: PublishingCourt) -> dict[str, object]:
    """What `court find` shows of the newest act."""
    [whole] = court.register.find(court.court, case_number=E1["case_number"])
    updates = shown_entry(opened(court), whole)["updates"]
    assert isinstance(updates, list)
    return dict(updates[-1])


def test_the_last_day_still_runs(court: PublishingCourt) -> None:
    court.publish(E1)
    goes_to(court, "2026-09-29", 23.9)
    with pytest.raises(ActUnlawful) as refused:
        court.acts.delete(court.entry_id(E1), CourtRuling("TERM"))
    assert refused.value.code == "TERM_NOT_OVER"
    for lang in ("en", "zh"):
        told = refused.value.in_language("zh" if lang == "zh" else "en")
        assert "2026-09-29" in told.message
        assert ("art. 10 ¶2" if lang == "en" else "第十条第二款") in told.message
        assert "EARLY" in told.remedy
    assert len(court.lane("state")) == 1


def test_nor_is_an_act_of_the_last_day_accepted_afterwards(court: PublishingCourt) -> None:
    court.publish(E1)
    goes_to(court, "2026-10-09")
    with pytest.raises(ActUnlawful, match="TERM_NOT_OVER"):
        court.acts.delete(court.entry_id(E1), CourtRuling("TERM", date(2026, 9, 29)))


def test_the_entry_ends_by_itself_without_a_message(court: PublishingCourt, tmp_path: Path) -> None:
    court.publish(E1)
    railway = Railway(court, tmp_path)
    goes_to(court, "2026-09-29", 24 - 1 / 3600)
    assert railway.says(JIA) == "BLOCK"
    assert railway.tells(JIA, "en") == ""
    goes_to(court, "2026-09-30", 30 / 3600)
    assert railway.says(JIA) == "ALLOW"
    assert railway.tells(JIA, "en") == "entry expired 2026-09-29 24:00; no measure rests on it"
    assert "2026-09-29 24:00" in railway.tells(JIA, "zh")
    assert railway.tells(YI, "en") == ""
    namesake = person("李示例", JIA.number)  # whose name is another's is told nothing
    assert (railway.says(namesake), railway.tells(namesake, "en")) == ("ALLOW", "")
    assert len(court.lane("state")) == 1


def test_nobody_is_told_of_a_term_while_something_else_restricts_them(court: PublishingCourt, tmp_path: Path) -> None:
    court.publish(E1)
    court.publish(row_of(JIA, case_number="（2024）苏0505执88号"))
    railway = Railway(court, tmp_path)
    goes_to(court, "2026-09-30", 1)
    assert (railway.says(JIA), railway.tells(JIA, "en")) == ("BLOCK", "")


@pytest.mark.parametrize(("day", "late"), [("2026-09-30", False), ("2026-10-09", False), ("2026-10-10", True)])
def test_deleting_after_the_term_is_in_time_until_the_third_working_day(
    court: PublishingCourt, day: str, late: bool
) -> None:
    court.publish(E1)
    goes_to(court, day)
    court.acts.delete(court.entry_id(E1), CourtRuling("TERM"))
    assert court.lane("state")[-1]["status"] == Status.DELETED
    update = shown(court)
    assert (update["due_on"], update["late"]) == ("2026-10-09", late)


@pytest.mark.parametrize(
    ("ruling", "code"),
    [
        (CourtRuling("EARLY"), "EARLY_DECISION_MISSING"),
        (CourtRuling("EARLY", None, "暂无", "示例院长", "PERFORMED_ACTIVELY"), "EARLY_DECISION_MISSING"),
        (CourtRuling("EARLY", None, DECISION, "", "PERFORMED_ACTIVELY"), "EARLY_DECISION_MISSING"),
        (CourtRuling("EARLY", None, DECISION, "示例院长"), "EARLY_CAUSE_UNKNOWN"),
        (CourtRuling("EARLY", None, DECISION, "示例院长", "SETTLED"), "EARLY_CAUSE_UNKNOWN"),
    ],
)
def test_nothing_is_deleted_early_without_decision_signer_and_a_cause_of_the_law(
    court: PublishingCourt, ruling: CourtRuling, code: str
) -> None:
    goes_to(court, "2026-03-02")
    court.publish(E2)
    with pytest.raises(ActUnlawful) as refused:
        court.acts.delete(court.entry_id(E2), ruling)
    assert refused.value.code == code
    assert "art. 2 ¶2" in refused.value.message
    assert "第二条第二款" in refused.value.in_language("zh").message


def test_early_deletion_by_decision_is_kept_with_what_was_stated(court: PublishingCourt) -> None:
    goes_to(court, "2026-03-02")
    court.publish(E2)
    court.acts.delete(court.entry_id(E2), EARLY)
    record, update = court.lane("state")[-1], shown(court)
    assert (record["status"], record["reason"]) == (Status.DELETED, "EARLY")
    stated = ("decision_number", "signed_by", "cause")
    assert [update[name] for name in stated] == [DECISION, "示例院长", "PERFORMED_ACTIVELY"]


def test_an_entry_with_a_term_has_no_d1_and_the_remedy_says_early(court: PublishingCourt) -> None:
    goes_to(court, "2026-03-02")
    court.publish(E2)
    with pytest.raises(DeletionReasonProblem) as refused:
        court.acts.delete(court.entry_id(E2), CourtRuling("D1"))
    assert refused.value.code == "DELETION_REASON_TERMED"
    assert "EARLY" in refused.value.remedy


def test_an_entry_on_ground_one_ends_by_article_ten_alone(court: PublishingCourt) -> None:
    goes_to(court, "2026-03-02")
    court.publish(E3)
    for ruling in (CourtRuling("TERM"), EARLY):
        with pytest.raises(DeletionReasonProblem) as refused:
            court.acts.delete(court.entry_id(E3), ruling)
        assert refused.value.code == "DELETION_REASON_UNTERMED"
    court.acts.delete(court.entry_id(E3), CourtRuling("D1"))
    assert court.lane("state")[-1]["reason"] == "D1"
