"""Reasons held against the record: who may be revoked, shielded, lifted for what, and since when an act can be."""

from datetime import date

import pytest

from liandong.producers.acts.ruling import CourtRuling
from liandong.producers.acts.unlawful import ActUnlawful
from liandong.schemas.errors import WrongUsage
from liandong.schemas.law.listing import Change, Status, TransitionRefused
from liandong.tests.worlds.court import ENTRY, ORDER, PublishingCourt

BAN = ORDER | {"instrument": "EXIT_BAN", "term_end": "2027-11-22"}
FIRM = ENTRY | {
    "name": "示例商贸有限公司", "kind": "ENTITY", "certificate_type": "USCC", "certificate_number": "91320505MA1000113B",
}  # fmt: skip
PASSPORT = ENTRY | {
    "certificate_type": "PASSPORT", "certificate_number": "E12345678", "certificate_country": "CHN",
}  # fmt: skip
OF_AGE_TODAY = ENTRY | {"certificate_number": "11010520081121001X"}
"""Eighteen since the day before the entry was published."""


def refusal(court: PublishingCourt, act: str, row: dict[str, str], ruling: CourtRuling) -> str:
    """The code with which an act on a row's entry is refused; nothing is left of it."""
    before = len(court.lane("state"))
    with pytest.raises((ActUnlawful, TransitionRefused)) as refused:
        getattr(court.acts, act)(court.entry_id(row), ruling)
    assert len(court.lane("state")) == before
    assert "art" in refused.value.message + refused.value.remedy or "item" in refused.value.message
    chinese = refused.value.in_language("zh")
    assert "条" in chinese.message + chinese.remedy or "执行程序解释" in chinese.message
    return refused.value.code


class TestMinors:
    def test_whoever_was_of_age_on_the_day_of_the_decision_is_not_revoked_as_a_minor(
        self, court: PublishingCourt
    ) -> None:
        court.publish(ENTRY)
        assert refusal(court, "revoke", ENTRY, CourtRuling("MINOR")) == "MINOR_OF_AGE"

    def test_the_day_of_the_decision_counts_and_not_that_of_the_publication(self, court: PublishingCourt) -> None:
        court.publish(OF_AGE_TODAY)
        assert refusal(court, "revoke", OF_AGE_TODAY, CourtRuling("MINOR")) == "MINOR_OF_AGE"
        decided = CourtRuling("MINOR", decided_on=date(2026, 11, 20))
        court.acts.revoke(court.entry_id(OF_AGE_TODAY), decided)
        assert court.lane("state")[-1]["status"] == Status.REVOKED

    def test_a_decision_is_no_younger_than_the_publication(self, court: PublishingCourt) -> None:
        court.publish(ENTRY)
        later = CourtRuling("MINOR", decided_on=date(2026, 11, 23))
        assert refusal(court, "revoke", ENTRY, later) == "DECIDED_AFTER_PUBLICATION"

    def test_without_a_birth_date_in_a_certificate_it_is_stated(self, court: PublishingCourt) -> None:
        court.publish(PASSPORT)
        assert refusal(court, "revoke", PASSPORT, CourtRuling("MINOR")) == "MINOR_UNKNOWN_AGE"
        grown = CourtRuling("MINOR", born=date(1990, 1, 1))
        assert refusal(court, "revoke", PASSPORT, grown) == "MINOR_OF_AGE"
        court.acts.revoke(court.entry_id(PASSPORT), CourtRuling("MINOR", born=date(2010, 1, 1)))

    def test_an_entity_is_no_minor(self, court: PublishingCourt) -> None:
        court.publish(FIRM)
        assert refusal(court, "revoke", FIRM, CourtRuling("MINOR")) == "MINOR_NOT_A_PERSON"


class TestExemptions:
    def test_article_three_is_named_by_its_number(self, court: PublishingCourt) -> None:
        court.publish(ENTRY)
        for cause in ("", "5", "security"):
            assert refusal(court, "revoke", ENTRY, CourtRuling("EXEMPT", cause=cause)) == "EXEMPT_NUMBER_MISSING"
        court.acts.revoke(court.entry_id(ENTRY), CourtRuling("EXEMPT", cause="2"))

    @pytest.mark.parametrize("grounds", ["G4", "G1;G4"])
    def test_it_exempts_from_ground_one_alone(self, court: PublishingCourt, grounds: str) -> None:
        row = ENTRY | {"grounds": grounds, "term_start": "2026-11-22", "term_end": "2028-11-22"}
        court.publish(row)
        assert refusal(court, "revoke", row, CourtRuling("EXEMPT", cause="1")) == "EXEMPT_OTHER_GROUND"


class TestShielding:
    def test_the_objection_has_a_number(self, court: PublishingCourt) -> None:
        court.publish(ENTRY)
        for nothing in ("", " ", "无"):
            assert refusal(court, "shield", ENTRY, CourtRuling("REVIEW", objection=nothing)) == "OBJECTION_MISSING"
        update = court.acts.shield(court.entry_id(ENTRY), CourtRuling("REVIEW", objection="（2026）苏0505执异7号"))
        ruling = court.register.ruling(update.update_id)
        assert ruling is not None
        assert ruling.objection == "（2026）苏0505执异7号"

    def test_a_doubtful_identity_needs_none(self, court: PublishingCourt) -> None:
        court.publish(ENTRY)
        court.acts.shield(court.entry_id(ENTRY), CourtRuling("DATA_DOUBT"))
        assert court.lane("state")[-1]["status"] == Status.SHIELDED

    @pytest.mark.parametrize("reason", ["SETTLEMENT", "REPAIR"])
    def test_settlement_and_repair_are_no_reasons(self, court: PublishingCourt, reason: str) -> None:
        court.publish(ENTRY)
        with pytest.raises(WrongUsage, match="REASON_UNKNOWN"):
            court.acts.shield(court.entry_id(ENTRY), CourtRuling(reason, objection="1"))

    @pytest.mark.parametrize("row", [ORDER, BAN])
    def test_orders_and_bans_are_lifted_only(self, court: PublishingCourt, row: dict[str, str]) -> None:
        court.publish(row)
        assert refusal(court, "shield", row, CourtRuling("DATA_DOUBT")) == "SHIELD_ENTRIES_ONLY"
        assert refusal(court, "revoke", row, CourtRuling("WRONG_PERSON")) == "REVOKE_ENTRIES_ONLY"
        court.acts.lift(court.entry_id(row), CourtRuling("WRONG"))
        assert court.lane("state")[-1]["status"] == Status.LIFTED


class TestEnding:
    @pytest.mark.parametrize("reason", ["D4", "D5", "D6", "D7"])
    def test_what_rests_on_a_ruling_needs_its_number(self, court: PublishingCourt, reason: str) -> None:
        court.publish(ENTRY)
        assert refusal(court, "delete", ENTRY, CourtRuling(reason)) == "RULING_NUMBER_MISSING"
        court.acts.delete(court.entry_id(ENTRY), CourtRuling(reason, decision_number="（2026）苏0505破1号裁定"))

    def test_what_was_deleted_can_still_be_revoked_and_stays_ended(self, court: PublishingCourt) -> None:
        court.publish(ENTRY)
        entry = court.entry_id(ENTRY)
        court.acts.delete(entry, CourtRuling("D3"))
        update = court.acts.revoke(entry, CourtRuling("NO_GROUND"))
        record = court.lane("state")[-1]
        assert (record["status"], record["version"], record["identities"]) == (Status.REVOKED, 3, [])
        assert (update.change, court.lane("relief")[-1]) == (Change.REVOKE, record)
        assert court.publish(ENTRY).codes == ["ENTRY_ENDED"]
        anew = ENTRY | {"decision_number": "新决定"}
        assert court.publish(anew).counts == {"accepted": 1}  # the bar fell with the deletion the creditor asked for

    def test_a_deleted_entry_is_revoked_as_a_minors_by_what_it_said_when_it_was_whole(
        self, court: PublishingCourt
    ) -> None:
        court.publish(ENTRY)
        court.acts.delete(court.entry_id(ENTRY), CourtRuling("D1"))
        assert refusal(court, "revoke", ENTRY, CourtRuling("MINOR")) == "MINOR_OF_AGE"


@pytest.mark.parametrize(("act", "reason"), [("revoke", "NO_GROUND"), ("delete", "D1"), ("shield", "DATA_DOUBT")])
def test_no_act_is_older_than_the_publication(court: PublishingCourt, act: str, reason: str) -> None:
    court.publish(ENTRY)
    assert refusal(court, act, ENTRY, CourtRuling(reason, date(2026, 11, 21))) == "ACT_BEFORE_PUBLICATION"
    getattr(court.acts, act)(court.entry_id(ENTRY), CourtRuling(reason, date(2026, 11, 22)))
