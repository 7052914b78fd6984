"""I-5, the court's half: an entity's people are not listed with it, who is listed must be restricted, who performed must be freed."""

from datetime import date

import pytest

from liandong.producers.acts.ruling import CourtRuling
from liandong.producers.cli.alarms import ALARM_TEXTS, shown_alarm
from liandong.producers.cli.own_entries import result_of
from liandong.producers.register.alarms import court_alarms
from liandong.schemas.ids import entry_text
from liandong.schemas.wire.codec import from_wire
from liandong.tests.worlds.acceptance import JIA, goes_to, opened, row_of
from liandong.tests.worlds.court import PublishingCourt, Row

CASE = {"case_number": "（2026）苏0505执1001号", "grounds": "G1", "decision_number": "（2026）苏0505执1001号决定书"}
F = row_of(JIA, **CASE) | {
    "name": "示例商贸有限公司",
    "kind": "ENTITY",
    "certificate_type": "USCC",
    "certificate_number": "91320505MA1000113B",
}
ORDERED = {"instrument": "CONSUMPTION_ORDER", "grounds": ""}
O1 = F | ORDERED
O1B = row_of(JIA, **CASE) | ORDERED | {"role": "LEGAL_REPRESENTATIVE", "related_entity": F["name"]}


@pytest.fixture(autouse=True)
def _after_filing(court: PublishingCourt) -> None:
    goes_to(court, "2026-03-02")


def alarms(court: PublishingCourt) -> list[tuple[str, str]]:
    """What the court is told, and about which entry or order."""
    found = court_alarms(court.register, court.court, court.clock.now())
    return [(each["code"], each["entry"]) for each in map(shown_alarm, found)]


def of(court: PublishingCourt, row: Row) -> bytes:
    """The newest entry of a row: F is named in the orders on its people too."""
    found = court.register.find(court.court, case_number=row["case_number"])
    same = [each for each in found if each.entry.instrument.name == row["instrument"]]
    return [each.entry.entry_id for each in same if from_wire(each.whole_body)["name"] == row["name"]][-1]


def named(court: PublishingCourt, row: Row) -> str:
    """The id of the newest entry of a row, as people see it."""
    return entry_text(1 if row["instrument"] == "LIST_ENTRY" else 2, of(court, row))


def test_2_who_represents_a_listed_entity_is_not_listed_with_it(court: PublishingCourt) -> None:
    told = court.publish(F, row_of(JIA, **CASE) | {"role": "LEGAL_REPRESENTATIVE", "related_entity": F["name"]})
    assert (told.counts, told.codes) == ({"accepted": 1, "rejected": 1}, ["ROLE_NOT_LISTED"])


def test_3_a_listed_entity_without_a_live_order_is_an_alarm(court: PublishingCourt) -> None:
    court.publish(F)
    assert alarms(court) == [("LISTED_WITHOUT_ORDER", named(court, F))]
    for lang, must in (("en", "art. 1 ¶2: must"), ("zh", "第一条第二款：应当限制")):
        assert must in ALARM_TEXTS["LISTED_WITHOUT_ORDER"]["zh" if lang == "zh" else "en"]


def test_3_the_order_clears_it_and_one_on_its_representative_does_not(court: PublishingCourt) -> None:
    court.publish(F, O1B)
    assert alarms(court) == [("LISTED_WITHOUT_ORDER", named(court, F))]
    court.publish(O1)
    assert alarms(court) == []


@pytest.mark.parametrize(
    "other",
    [
        {"case_number": "（2026）苏0505执1002号"},
        {"certificate_number": "91320505MA1000228H", "name": "示例建设有限公司"},
        {"instrument": "LIST_ENTRY"},
    ],
)
def test_3_an_order_of_another_case_or_debtor_is_none_of_this_one(court: PublishingCourt, other: Row) -> None:
    court.publish(F, O1 | other)
    assert ("LISTED_WITHOUT_ORDER", named(court, F)) in alarms(court)


def test_3_nor_does_another_courts_order_count(court: PublishingCourt) -> None:
    court.publish(F)
    other = PublishingCourt(court.engine, court="js-wuzhong", clock=court.clock)
    other.publish(O1)
    assert alarms(court) == [("LISTED_WITHOUT_ORDER", named(court, F))]
    assert alarms(other) == []


def test_3_an_order_that_ends_while_the_entry_lives_raises_it_again(court: PublishingCourt) -> None:
    court.publish(F, O1)
    update = court.acts.lift(of(court, O1), CourtRuling("CONSENT"))
    told = result_of(opened(court), update, sent=False)["alarms"]
    assert [(each["code"], each["entry"]) for each in told] == [("LISTED_WITHOUT_ORDER", named(court, F))]


def test_3_and_so_does_one_whose_term_is_over(court: PublishingCourt) -> None:
    termed = {"term_start": "2026-03-02", "term_end": "2026-04-30"}
    court.publish(F, O1 | termed)
    goes_to(court, "2026-04-30", 23.9)
    assert alarms(court) == []
    goes_to(court, "2026-05-01", 0.1)
    assert alarms(court) == [("LISTED_WITHOUT_ORDER", named(court, F))]


def test_3_an_entry_that_is_suspended_or_over_needs_none(court: PublishingCourt) -> None:
    court.publish(
        F,
        F
        | {"case_number": "（2024）苏0505执3号", "grounds": "G3", "term_start": "2024-03-05", "term_end": "2026-03-05"},
    )
    court.acts.shield(of(court, F), CourtRuling("DATA_DOUBT"))
    goes_to(court, "2026-03-06", 0.1)
    assert alarms(court) == []
    court.acts.unshield(of(court, F), CourtRuling("DATA_CLEAR"))
    assert alarms(court) == [("LISTED_WITHOUT_ORDER", named(court, F))]


def test_5_after_performance_the_orders_must_be_lifted(court: PublishingCourt) -> None:
    court.publish(F, O1, O1B)
    update = court.acts.delete(of(court, F), CourtRuling("D1"))
    due = [("ORDER_TO_LIFT", named(court, O1)), ("ORDER_TO_LIFT", named(court, O1B))]
    assert sorted(alarms(court)) == sorted(due)
    told = result_of(opened(court), update, sent=False)["alarms"]
    assert {each["because"] for each in told} == {named(court, F)}
    assert "第九条第二款：应当解除" in ALARM_TEXTS["ORDER_TO_LIFT"]["zh"]
    court.acts.lift(of(court, O1B), CourtRuling("PERFORMED"))
    assert alarms(court) == [due[0]]
    court.acts.lift(of(court, O1), CourtRuling("PERFORMED"))
    assert alarms(court) == []


@pytest.mark.parametrize(
    "ruling",
    [CourtRuling("D5", decision_number="（2026）苏0505执1001号之三"), CourtRuling("D3")],
)
def test_5_what_ended_for_another_reason_leaves_the_order_to_the_court(
    court: PublishingCourt, ruling: CourtRuling
) -> None:
    court.publish(F, O1)
    court.acts.delete(of(court, F), ruling)
    assert alarms(court) == []


def test_5_who_is_on_the_list_again_keeps_the_order(court: PublishingCourt) -> None:
    court.publish(F, O1)
    court.acts.delete(of(court, F), CourtRuling("D1"))
    court.publish(F | {"decision_number": "（2026）苏0505执1001号决定书之二"})
    assert alarms(court) == []


def test_a_persons_order_under_the_old_number_counts(court: PublishingCourt) -> None:
    court.publish(row_of(JIA, **CASE), row_of(JIA, **CASE) | ORDERED | {"certificate_number": "320505850314001"})
    assert alarms(court) == []


class TestAtPublishing:
    """The warning with its row, the same in a dry run."""

    def rows(self, court: PublishingCourt, *rows: Row) -> tuple[list[int], list[int]]:
        """Rows that are warned of, by the dry run and by the publication after it."""
        return [each.row for each in court.rehearse(*rows).without_order], [
            each.row for each in court.publish(*rows).without_order
        ]

    def test_it_names_the_row_wherever_the_order_stands(self, court: PublishingCourt) -> None:
        jia = row_of(JIA, **CASE)
        assert self.rows(court, F, jia, O1) == ([3], [3])
        assert self.rows(court, F, jia, O1) == ([], [])  # what is published already is seen by `court status`

    def test_an_order_that_stands_in_the_register_is_one(self, court: PublishingCourt) -> None:
        court.publish(O1)
        assert self.rows(court, F) == ([], [])

    def test_one_that_was_lifted_is_none(self, court: PublishingCourt) -> None:
        court.publish(O1)
        court.acts.lift(of(court, O1), CourtRuling("SECURITY", date(2026, 3, 2)))
        assert self.rows(court, F) == ([2], [2])

    def test_it_says_the_article_in_both_languages(self, court: PublishingCourt) -> None:
        [told] = court.publish(F).without_order
        assert (told.code, told.field) == ("LISTED_WITHOUT_ORDER", "instrument")
        assert "art. 1 ¶2" in told.reason
