"""Single acts of a court: what they leave of an entry, who may act, and what the law says to each."""

from datetime import date

import pytest
from sqlalchemy import Engine

from liandong.producers.acts.acts import ActRefused, CourtRuling
from liandong.producers.acts.unlawful import ActUnlawful
from liandong.producers.updates.records import holder_hash
from liandong.schemas.errors import LiandongError, WrongUsage
from liandong.schemas.law.grounds import DeletionReasonProblem
from liandong.schemas.law.listing import Change, Status, TransitionRefused
from liandong.schemas.people.certificates import Certificate, CertificateType
from liandong.schemas.wire.codec import from_wire
from liandong.tests.worlds.court import ENTRY, MATCHING, ORDER, PublishingCourt, people
from liandong.tests.worlds.intake_rows import CN_ID
from liandong.tests.worlds.records import verify_from
from liandong.topics.catalogue import names

SEVERAL = CourtRuling("SEVERAL", None, "延长决定", "示例院长")
TERMED = ENTRY | {"grounds": "G3;G4", "term_start": "2026-11-22", "term_end": "2028-11-22"}
RIGHT_ID = "440524188001010014"


@pytest.mark.parametrize(
    ("row", "act", "reason", "status"),
    [
        (ENTRY, "revoke", "WRONG_PERSON", Status.REVOKED),
        (ENTRY, "delete", "D1", Status.DELETED),
        (ORDER, "lift", "SECURITY", Status.LIFTED),
    ],
)
def test_what_ends_leaves_no_trace_of_the_person(
    court: PublishingCourt, row: dict[str, str], act: str, reason: str, status: Status
) -> None:
    court.publish(row)
    update = getattr(court.acts, act)(court.entry_id(row), CourtRuling(reason))
    record, body = court.lane("state")[-1], court.bodies("state")[-1]
    assert (record["status"], record["reason"], record["version"]) == (status, reason, 2)
    assert record["identities"] == []
    left = {name: value for name, value in record.items() if value and name not in ("proof", "update_id", "entry_id")}
    assert set(left) == {
        "version", "court", "court_sequence", "instrument", "status", "change", "reason", "changed_on", "recorded_at",
        "batch_id", "court_name",
    }  # fmt: skip
    for personal in ("示例甲", "1234号", CN_ID):
        assert personal.encode() not in body
    assert court.bodies("relief") == [body]
    verify_from(body, names.state_topic(record["instrument"], "js"), court.keys, "js-gusu", court.clock.now())
    assert (update.change, update.relief_row) == (Change[act.upper()], 1)


def test_the_whole_record_of_an_ended_entry_stays_with_the_court(court: PublishingCourt) -> None:
    court.publish(ENTRY)
    court.acts.revoke(court.entry_id(ENTRY), CourtRuling("NO_GROUND"))
    [whole] = court.register.find("js-gusu", case_number=ENTRY["case_number"])
    assert from_wire(whole.whole_body)["name"] == "示例甲"
    assert from_wire(whole.body)["name"] == ""


def test_shield_and_unshield_go_and_come_back(court: PublishingCourt) -> None:
    court.publish(ENTRY)
    entry = court.entry_id(ENTRY)
    court.acts.shield(entry, CourtRuling("REVIEW", objection="（2026）苏0505执异7号"))
    court.acts.unshield(entry, CourtRuling("REVIEWED"))
    assert [record["status"] for record in court.lane("state")] == [Status.ACTIVE, Status.SHIELDED, Status.ACTIVE]
    assert [record["change"] for record in court.lane("relief")] == [Change.SHIELD]
    assert court.lane("state")[2]["identities"] == court.lane("state")[0]["identities"]


def test_an_ended_entry_takes_no_more_acts(court: PublishingCourt) -> None:
    court.publish(ENTRY)
    entry = court.entry_id(ENTRY)
    court.acts.revoke(entry, CourtRuling("NO_GROUND"))
    for act in (court.acts.revoke, court.acts.shield):
        with pytest.raises(TransitionRefused, match="ended"):
            act(entry, CourtRuling("NO_GROUND" if act == court.acts.revoke else "DATA_DOUBT"))
    assert len(court.lane("state")) == 2


def test_a_court_acts_on_its_own_entries_only(engine: Engine, court: PublishingCourt) -> None:
    court.publish(ENTRY)
    other = PublishingCourt(engine, court="js-wuzhong")
    with pytest.raises(ActRefused, match="published by js-gusu") as caught:
        other.acts.revoke(court.entry_id(ENTRY), CourtRuling("NO_GROUND"))
    assert caught.value.code == "ENTRY_OF_OTHER_COURT"
    with pytest.raises(ActRefused) as unknown:
        court.acts.revoke(bytes(16), CourtRuling("NO_GROUND"))
    assert unknown.value.code == "ENTRY_UNKNOWN"


def test_a_refused_act_takes_no_number_of_the_sequence(court: PublishingCourt) -> None:
    court.publish(ENTRY)
    entry = court.entry_id(ENTRY)
    with pytest.raises(TransitionRefused):
        court.acts.unshield(entry, CourtRuling("REVIEWED"))
    court.acts.shield(entry, CourtRuling("REVIEW", objection="（2026）苏0505执异7号"))
    assert [record["court_sequence"] for record in court.lane("state")] == [1, 2]


@pytest.mark.parametrize(
    ("row", "reason", "code"),
    [
        (ENTRY, "TERM", "DELETION_REASON_UNTERMED"),
        (ENTRY, "EARLY", "DELETION_REASON_UNTERMED"),
        (TERMED, "D1", "DELETION_REASON_TERMED"),
        (ENTRY, "D8", "DELETION_REASON_UNKNOWN"),
    ],
)
def test_reasons_of_deletion_are_those_of_the_law(
    court: PublishingCourt, row: dict[str, str], reason: str, code: str
) -> None:
    court.publish(row)
    with pytest.raises(DeletionReasonProblem) as caught:
        court.acts.delete(court.entry_id(row), CourtRuling(reason))
    assert caught.value.code == code


def test_a_termed_entry_is_deleted_early_by_decision(court: PublishingCourt) -> None:
    court.publish(TERMED)
    court.acts.delete(
        court.entry_id(TERMED),
        CourtRuling("early", None, "（2024）苏0505执1234号之二", "示例院长", "performed-actively"),
    )
    assert court.lane("state")[-1]["reason"] == "EARLY"


def test_a_wrong_reason_names_the_right_ones(court: PublishingCourt) -> None:
    court.publish(ENTRY)
    with pytest.raises(WrongUsage) as caught:
        court.acts.revoke(court.entry_id(ENTRY), CourtRuling("BORED"))
    assert "WRONG_PERSON" in caught.value.remedy


def test_an_act_is_not_dated_in_the_future(court: PublishingCourt) -> None:
    court.publish(ENTRY | {"publish_date": "2026-11-20"})
    with pytest.raises(ActUnlawful, match="has not come"):
        court.acts.revoke(court.entry_id(ENTRY), CourtRuling("NO_GROUND", date(2026, 11, 23)))
    court.acts.revoke(court.entry_id(ENTRY), CourtRuling("NO_GROUND", date(2026, 11, 20)))
    assert court.lane("state")[-1]["changed_on"] == "2026-11-20"


class TestExtending:
    def test_a_term_is_extended_by_one_to_three_years_under_a_new_decision(self, court: PublishingCourt) -> None:
        court.publish(TERMED)
        court.acts.extend(court.entry_id(TERMED), SEVERAL, months=24)
        record = court.lane("state")[-1]
        assert (record["term_end"], record["decision_number"]) == ("2030-11-22", "延长决定")
        assert record["effective_until"] == 1921593600000  # 2030-11-22T24:00+08:00
        assert court.lane("relief") == []

    @pytest.mark.parametrize("months", [0, 6, 37])
    def test_other_lengths_are_refused(self, court: PublishingCourt, months: int) -> None:
        court.publish(TERMED)
        with pytest.raises(ActUnlawful) as caught:
            court.acts.extend(court.entry_id(TERMED), SEVERAL, months=months)
        assert caught.value.code == "EXTENSION_UNLAWFUL"

    def test_several_extensions_together_stay_within_three_years(self, court: PublishingCourt) -> None:
        court.publish(TERMED)
        entry = court.entry_id(TERMED)
        court.acts.extend(entry, SEVERAL, months=24)
        with pytest.raises(ActUnlawful, match="three years in all"):
            court.acts.extend(entry, SEVERAL, months=24)

    def test_an_extension_on_the_last_day_holds_and_one_that_comes_after_it_does_not(
        self, court: PublishingCourt
    ) -> None:
        first, second = (row | TERMED | {"certificate_number": row["certificate_number"], "name": row["name"],
                         "case_number": row["case_number"], "filing_date": ""} for row in people(2))  # fmt: skip
        court.publish(first, second)
        court.clock.pass_days(731)  # 2028-11-22
        court.acts.extend(court.entry_id(first), SEVERAL, months=12)
        court.clock.pass_days(1)
        with pytest.raises(ActUnlawful) as caught:
            court.acts.extend(court.entry_id(second), SEVERAL, months=12)
        assert caught.value.code == "TERM_OVER"

    def test_without_a_term_or_a_decision_there_is_nothing_to_extend(self, court: PublishingCourt) -> None:
        court.publish(ENTRY)
        with pytest.raises(ActUnlawful, match="no term"):
            court.acts.extend(court.entry_id(ENTRY), SEVERAL, months=12)
        with pytest.raises(ActUnlawful, match="decision"):
            court.acts.extend(court.entry_id(ENTRY), CourtRuling("SEVERAL", signed_by="示例院长"), months=12)


class TestCorrecting:
    def test_a_wrong_number_frees_the_wrong_person_with_the_record_that_names_the_right_one(
        self, court: PublishingCourt
    ) -> None:
        court.publish(ENTRY)
        court.correct(court.entry_id(ENTRY), certificate_number=RIGHT_ID)
        first, second = court.lane("state")
        assert second["entry_id"] == first["entry_id"]
        surrogates = [one["surrogate"] for one in second["identities"]]
        assert surrogates == [MATCHING[0].surrogate(1, RIGHT_ID)]
        assert court.lane("relief") == [second]

    def test_the_wrong_number_does_not_come_back_with_the_next_export(self, court: PublishingCourt) -> None:
        court.publish(ENTRY)
        court.correct(court.entry_id(ENTRY), certificate_number=RIGHT_ID)
        assert court.publish(ENTRY).codes == ["CORRECTED_AWAY"]
        assert court.publish(ENTRY | {"certificate_number": RIGHT_ID}).counts == {"unchanged": 1}

    def test_the_number_may_be_that_of_another_debtor_in_the_case(self, court: PublishingCourt) -> None:
        court.publish(ENTRY)
        court.correct(court.entry_id(ENTRY), certificate_number=RIGHT_ID)
        other = ENTRY | {"name": "示例戊", "decision_number": "另案决定"}
        assert court.publish(other).counts == {"accepted": 1}
        assert court.publish(ENTRY).codes == ["CORRECTED_AWAY"]
        assert court.publish(other).counts == {"unchanged": 1}

    def test_two_entries_never_become_one_by_a_correction(self, court: PublishingCourt) -> None:
        other = ENTRY | {"certificate_number": RIGHT_ID, "name": "示例戊"}
        court.publish(ENTRY, other)
        with pytest.raises(ActRefused) as caught:
            court.correct(court.entry_id(other), certificate_number=CN_ID)
        assert caught.value.code == "ENTRY_EXISTS"

    def test_any_other_field_goes_through_the_checks_of_the_intake(self, court: PublishingCourt) -> None:
        court.publish(TERMED)
        entry = court.entry_id(TERMED)
        court.correct(entry, claim_amount="99.5", performance="PARTIAL", case_number="（2024）苏0505执1235号")
        record = court.lane("state")[-1]
        assert (record["claim_amount"], record["performance"], record["case_number"]) == (
            "99.50", 2, "（2024）苏0505执1235号",
        )  # fmt: skip
        assert record["term_end"] == "2028-11-22"
        with pytest.raises(ActRefused) as caught:
            court.correct(entry, term_end="2040-01-01")
        assert "TERM_TOO_LONG" in caught.value.message
        assert court.publish(TERMED).codes == ["CORRECTED_AWAY"]

    def test_the_same_again_is_no_correction(self, court: PublishingCourt) -> None:
        court.publish(ENTRY)
        with pytest.raises(ActRefused) as caught:
            court.correct(court.entry_id(ENTRY), name="示例甲")
        assert caught.value.code == "NOTHING_TO_CORRECT"

    @pytest.mark.parametrize("column", ["instrument", "court_code", "no_such_column"])
    def test_what_would_be_another_entry_cannot_be_corrected(self, court: PublishingCourt, column: str) -> None:
        court.publish(ENTRY)
        with pytest.raises(WrongUsage, match=column):
            court.correct(court.entry_id(ENTRY), **{column: "x"})

    def test_an_ended_entry_is_not_corrected(self, court: PublishingCourt) -> None:
        court.publish(ENTRY)
        entry = court.entry_id(ENTRY)
        court.acts.delete(entry, CourtRuling("D1"))
        with pytest.raises(LiandongError, match="ended"):
            court.correct(entry, name="示例己")


def test_a_court_finds_its_entries_by_any_certificate_and_no_other_courts(
    engine: Engine, court: PublishingCourt
) -> None:
    passport = {"certificate_2_type": "PASSPORT", "certificate_2_number": "E12345678", "certificate_2_country": "CHN"}
    court.publish(ENTRY | passport, ORDER)
    by_id = holder_hash(Certificate(CertificateType.CN_ID, CN_ID))
    by_passport = holder_hash(Certificate(CertificateType.PASSPORT, "E12345678", "CHN"))
    assert len(court.register.find("js-gusu", certificate=by_id)) == 2
    assert len(court.register.find("js-gusu", certificate=by_passport)) == 1
    assert PublishingCourt(engine, court="js-wuzhong").register.find("js-wuzhong", certificate=by_id) == []
