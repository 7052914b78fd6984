"""Issue 5, "Beginnings": what a new list entry states (法释〔2017〕7号 art. 5), and what stock may lack."""

import json
from datetime import date

import pytest

from liandong.producers.acts.ruling import CourtRuling
from liandong.producers.updates.records import unpack_beginning
from liandong.schemas.law.beginnings import ALL, NEEDED, Fact, facts_in
from liandong.tests.worlds.acceptance import JIA, YI, goes_to, row_of
from liandong.tests.worlds.court import PublishingCourt, Row

FACTS = {
    "signed_by": "示例院长",
    "signed_on": "2026-06-17",
    "served_on": "2026-06-20",
    "warned_on": "2026-03-11",
    "initiated_by": "CREDITOR",
    "applied_on": "2026-06-03",
}
CASE = {"case_number": "（2026）苏0505执1001号", "decision_number": "（2026）苏0505执1001号决定书"}
NEW = row_of(JIA, **CASE, **FACTS)
STOCK = row_of(JIA, **CASE, publish_date="2026-05-06") | {"decision_number": ""}
TAKEOVER = date(2026, 5, 31)


@pytest.fixture(autouse=True)
def _in_july(court: PublishingCourt) -> None:
    goes_to(court, "2026-07-01")


def found(court: PublishingCourt, row: Row = NEW) -> tuple[int, int, dict[str, str]]:
    [whole] = court.register.find(court.court, case_number=row["case_number"])
    return whole.stock, whole.entry.missing, unpack_beginning(whole.beginning)


def test_a_new_entry_states_how_it_began_and_the_court_keeps_it(court: PublishingCourt) -> None:
    sent = court.send(NEW)
    assert (sent.counts, sent.noticed, sent.stock) == ({"accepted": 1}, [], {})
    assert found(court) == (0, 0, FACTS)


@pytest.mark.parametrize("fact", facts_in(NEEDED), ids=lambda fact: fact.column)
@pytest.mark.parametrize("nothing", ["", "暂无", "#N/A"])
def test_without_one_of_them_it_is_refused_by_the_article(court: PublishingCourt, fact: Fact, nothing: str) -> None:
    refused = court.send(NEW | {fact.column: nothing})
    [reject] = [each for each in refused.rejected[0].rejects if each.field == fact.column]
    assert reject.code == f"BEGINNING_{fact.name}"
    assert "art. 5" in reject.reason
    assert fact.column in reject.remedy
    assert court.lane("state") == []


def test_everything_that_is_missing_is_told_at_once(court: PublishingCourt) -> None:
    bare = row_of(JIA, **CASE) | {"decision_number": ""}
    assert sorted(court.send(bare).codes) == sorted(f"BEGINNING_{fact.name}" for fact in facts_in(NEEDED))


def test_the_warning_is_asked_for_and_no_ground_to_refuse(court: PublishingCourt) -> None:
    sent = court.send(NEW | {"warned_on": ""})
    assert sent.counts == {"accepted": 1}
    [notice] = sent.noticed[0].notices
    assert (notice.code, notice.field) == ("WARNED_ON_MISSING", "warned_on")
    assert "art. 5 ¶1" in notice.reason
    assert found(court)[1] == Fact.WARNED_ON


def test_a_listing_by_the_court_itself_needs_no_application(court: PublishingCourt) -> None:
    assert court.send(NEW | {"initiated_by": "EX_OFFICIO", "applied_on": ""}).counts == {"accepted": 1}


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"signed_on": "2026-07-02"}, "DATE_FUTURE"),
        ({"publish_date": "2026-06-10"}, "SIGNED_AFTER_PUBLICATION"),
        ({"served_on": "2026-06-16"}, "SERVED_BEFORE_DECISION"),
        ({"applied_on": "2026-06-18"}, "APPLIED_AFTER_DECISION"),
        ({"warned_on": "2026-06-18"}, "WARNED_AFTER_DECISION"),
        ({"signed_on": "2025-12-31"}, "DATE_BEFORE_CASE"),
        ({"served_on": "31.02.2026"}, "DATE_UNREADABLE"),
        ({"signed_by": "#REF!"}, "SPREADSHEET_ERROR"),
        ({"signed_by": "???"}, "NAME_DAMAGED"),
    ],
)
def test_its_days_and_names_are_held_against_each_other(
    court: PublishingCourt, columns: dict[str, str], code: str
) -> None:
    assert code in court.send(NEW | columns).codes
    assert court.lane("state") == []


def test_nothing_of_it_travels(court: PublishingCourt) -> None:
    court.send(NEW)
    [record] = court.lane("state")
    told = json.dumps(record, default=str, ensure_ascii=False)
    assert not any(text in told for text in ("示例院长", "2026-06-17", "2026-06-20", "2026-06-03", "CREDITOR"))


def test_an_entry_that_is_there_needs_none_of_it_again(court: PublishingCourt) -> None:
    court.send(NEW)
    later = {name: text for name, text in NEW.items() if name not in FACTS}
    assert court.send(later).counts == {"unchanged": 1}
    assert court.send(later | {"claim_amount": "1.00"}).counts == {"corrected": 1}
    assert found(court) == (0, 0, FACTS)


# -- stock ---------------------------------------------------------------------------------------------------------------


def test_stock_may_lack_it_takes_effect_and_is_counted(court: PublishingCourt) -> None:
    court.takeover_on = TAKEOVER
    sent = court.send(STOCK, STOCK | {"name": YI.name, "certificate_number": YI.number}, is_stock=True)
    assert (sent.counts, sent.codes) == ({"accepted": 2}, [])
    assert sent.stock == {"entries": 2} | {fact.column: 2 for fact in facts_in(ALL)}
    assert [record["status"] for record in court.lane("state")] == [1, 1]
    [whole, _] = court.register.find(court.court)
    assert (whole.stock, whole.entry.missing) == (1, ALL)


def test_a_court_without_a_day_of_takeover_has_no_stock(court: PublishingCourt) -> None:
    refused = court.send(STOCK, is_stock=True)
    assert refused.codes == ["STOCK_NO_TAKEOVER"]
    assert "--takeover" in refused.rejected[0].rejects[0].remedy
    court.takeover_on = date(2026, 7, 2)
    assert court.send(STOCK, is_stock=True).codes == ["STOCK_NO_TAKEOVER"]
    assert court.lane("state") == []


@pytest.mark.parametrize(
    ("columns", "day"),
    [
        ({"publish_date": "2026-06-01"}, "2026-06-01"),
        ({"publish_date": ""}, "2026-07-01"),
        ({"filing_date": "2026-06-02", "publish_date": "2026-06-03"}, "2026-06-03"),
        ({"served_on": "2026-06-20"}, "2026-06-20"),
        ({"applied_on": "2026-06-03", "publish_date": "2026-06-30"}, "2026-06-30"),
        ({"grounds": "G4", "term_start": "2026-06-09", "term_end": "2028-06-09"}, "2026-06-09"),
    ],
)
def test_what_began_after_the_takeover_is_never_stock(
    court: PublishingCourt, columns: dict[str, str], day: str
) -> None:
    """Also where the publication is dated back: any day that the row states tells."""
    court.takeover_on = TAKEOVER
    refused = court.send(STOCK | columns, is_stock=True)
    assert refused.codes == ["STOCK_AFTER_TAKEOVER"]
    assert day in refused.rejected[0].rejects[0].reason
    assert court.lane("state") == []


def test_the_day_of_takeover_itself_is_stock_and_a_whole_row_after_it_is_a_new_entry(court: PublishingCourt) -> None:
    court.takeover_on = TAKEOVER
    assert court.send(STOCK | {"publish_date": TAKEOVER.isoformat()}, is_stock=True).stock["entries"] == 1
    other = NEW | {"name": YI.name, "certificate_number": YI.number}
    assert (court.send(other, is_stock=True).counts, court.send(other, is_stock=True).stock) == ({"accepted": 1}, {})


def test_without_saying_so_an_old_row_is_no_stock(court: PublishingCourt) -> None:
    court.takeover_on = TAKEOVER
    assert "BEGINNING_SIGNED_BY" in court.send(STOCK).codes


def test_stock_is_completed_by_its_row_and_what_is_stated_once_stays(court: PublishingCourt) -> None:
    court.takeover_on = TAKEOVER
    court.send(STOCK, is_stock=True)
    facts = {"signed_by": "示例院长", "signed_on": "2026-05-05"}
    assert court.send(STOCK | facts).counts == {"unchanged": 1}
    assert found(court) == (1, ALL & ~Fact.SIGNED_BY & ~Fact.SIGNED_ON, facts)
    rest = {"initiated_by": "EX_OFFICIO", "served_on": "2026-05-06", "warned_on": "2026-04-01", "signed_by": "示例他人"}
    rest |= {"decision_number": CASE["decision_number"], "signed_on": "2026-05-05"}
    assert court.send(STOCK | rest).counts == {"corrected": 1}
    stock, missing, stated = found(court)
    assert (stock, missing, stated["signed_by"], stated["served_on"]) == (1, 0, "示例院长", "2026-05-06")


def test_orders_are_no_stock_and_need_none_of_it(court: PublishingCourt) -> None:
    order = STOCK | {"instrument": "CONSUMPTION_ORDER", "grounds": ""}
    sent = court.send(order, is_stock=True)
    assert (sent.counts, sent.stock) == ({"accepted": 1}, {})


def test_a_stock_file_sent_again_after_the_takeover_lists_nobody_who_is_free(court: PublishingCourt) -> None:
    court.takeover_on = TAKEOVER
    court.send(STOCK, is_stock=True)
    court.acts.delete(court.entry_id(STOCK), CourtRuling("D1"))
    named = STOCK | {"decision_number": CASE["decision_number"]}
    for again in (STOCK, named):
        assert court.send(again, is_stock=True).codes == ["ENTRY_ENDED"]
    before = named | FACTS | {"signed_on": "2026-05-05", "applied_on": "2026-05-04", "served_on": "2026-05-06"}
    assert court.send(before).codes == ["DECISION_OLDER"]
    assert len(court.lane("state")) == 2
