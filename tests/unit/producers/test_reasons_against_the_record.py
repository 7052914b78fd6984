"""Reasons held against the record: who may be revoked, shielded, lifted for what, and since when an act can be."""

from dataclasses import replace
from datetime import date

import pytest

from liandong.producers.acts.ruling import CourtRuling, QueryReference
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


RULING = "（2026）苏0505执1234号之三裁定"


class TestQueries:
    """D4, art. 10 ¶1 (4): two networked queries after the ruling that ended the round found nothing."""

    def delete(self, court: PublishingCourt, *queries: str, ended: str = "2026-11-02") -> str:
        """What a deletion under D4 is refused for; empty if it is done."""
        court.publish(ENTRY)
        told = CourtRuling("D4", decision_number=RULING, decided_on=date.fromisoformat(ended) if ended else None)
        told = replace(told, queries=tuple(map(QueryReference.parse, queries)))
        try:
            court.acts.delete(court.entry_id(ENTRY), told)
        except ActUnlawful as unlawful:
            for lang in ("en", "zh"):
                message = unlawful.in_language("zh" if lang == "zh" else "en").message
                assert ("art. 10 ¶1 (4)" if lang == "en" else "第十条第一款第四项") in message
            return unlawful.code
        return ""

    @pytest.mark.parametrize(
        ("queries", "code"),
        [
            ((), "QUERIES_MISSING"),
            (("CX1@2026-11-03",), "QUERIES_MISSING"),
            (("CX1@2026-11-03", "cx 1@2026-11-20"), "QUERIES_MISSING"),  # one query in two spellings
            (("CX1@2026-11-03", "CX2@2026-11-02"), "QUERY_DAY_WRONG"),  # on the day of the ruling: not after it
            (("CX1@2026-11-03", "CX2@2026-11-23"), "QUERY_DAY_WRONG"),  # tomorrow
            (("CX1@2025-01-03", "CX2@2026-11-20", "CX3@2026-11-21"), "QUERY_DAY_WRONG"),
            (("CX1@2026-11-03", "CX2@2026-11-22"), ""),
        ],
    )
    def test_two_different_ones_lie_between_the_ruling_and_the_act(
        self, court: PublishingCourt, queries: tuple[str, ...], code: str
    ) -> None:
        assert self.delete(court, *queries) == code
        assert len(court.lane("state")) == (1 if code else 2)

    def test_the_day_of_the_ruling_is_needed_and_not_in_the_future(self, court: PublishingCourt) -> None:
        assert self.delete(court, "CX1@2026-11-03", "CX2@2026-11-20", ended="") == "ROUND_DAY_MISSING"
        assert self.delete(court, "CX1@2026-11-25", "CX2@2026-11-26", ended="2026-11-24") == "QUERY_DAY_WRONG"

    def test_they_stay_with_the_act(self, court: PublishingCourt) -> None:
        assert self.delete(court, "CX2@2026-11-20", "CX-1@20261103") == ""
        [*_, update] = court.register.updates_of_entry(court.entry_id(ENTRY))
        assert court.register.ruling_queries(update.update_id) == ["CX-1@2026-11-03", "CX2@2026-11-20"]
        assert "CX-1" not in str(court.lane("state")[-1])  # nothing of it travels

    @pytest.mark.parametrize(
        "text", ["", "CX1", "@2026-11-03", "CX1@", "CX1@gestern", "无@2026-11-03", "CX1@2026-02-30"]
    )
    def test_a_text_that_is_no_reference_says_how_one_is_written(self, text: str) -> None:
        with pytest.raises(WrongUsage) as unreadable:
            QueryReference.parse(text)
        assert unreadable.value.code == "QUERY_UNREADABLE"
        assert "NUMBER@DAY" in unreadable.value.remedy


class TestEnding:
    @pytest.mark.parametrize("reason", ["D4", "D5", "D6", "D7"])
    def test_what_rests_on_a_ruling_needs_its_number(self, court: PublishingCourt, reason: str) -> None:
        court.publish(ENTRY)
        assert refusal(court, "delete", ENTRY, CourtRuling(reason)) == "RULING_NUMBER_MISSING"
        queries = (QueryReference("CX1", date(2026, 11, 3)), QueryReference("CX2", date(2026, 11, 20)))
        told = CourtRuling(reason, decision_number=RULING)
        if reason == "D4":
            told = replace(told, decided_on=date(2026, 11, 2), queries=queries)
        court.acts.delete(court.entry_id(ENTRY), told)

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
