"""I-4: after a deletion the creditor asked for, their applications of the next six months are refused, however late they are
decided and in whichever case they come.
"""

from datetime import date

import pytest

from liandong.producers.acts.ruling import CourtRuling
from liandong.producers.acts.unlawful import ActUnlawful
from liandong.producers.cli.own_entries import shown_entry
from liandong.tests.worlds.acceptance import JIA, goes_to, opened, row_of
from liandong.tests.worlds.court import PublishingCourt, Row

FIRST = row_of(JIA)
RESUMED = "（2026）苏0505执恢12号"


@pytest.fixture(autouse=True)
def _published_in_january(court: PublishingCourt) -> None:
    goes_to(court, "2026-01-10")
    court.publish(FIRST)


def deleted(court: PublishingCourt, reason: str = "D3") -> bytes:
    goes_to(court, "2026-03-31")
    entry = court.entry_id(FIRST)
    court.acts.delete(entry, CourtRuling(reason))
    return entry


def again(**columns: str) -> Row:
    return row_of(JIA, decision_number="（2026）苏0505执1234号之二", initiated_by="CREDITOR") | columns


@pytest.mark.parametrize(
    ("reason", "published", "columns", "code"),
    [
        ("D3", "2026-10-15", {"applied_on": "2026-09-30"}, "RELIST_BARRED"),
        ("D3", "2026-10-15", {"applied_on": "2026-10-01"}, ""),
        ("D3", "2026-05-20", {"applied_on": "2026-05-06", "initiated_by": "EX_OFFICIO"}, ""),
        ("D3", "2026-10-15", {}, "APPLIED_ON_NEEDED"),
        ("D3", "2026-10-15", {"initiated_by": ""}, "APPLIED_ON_NEEDED"),
        ("D1", "2026-05-20", {"applied_on": "2026-05-06"}, ""),
    ],
)
def test_the_day_of_the_application_decides_and_the_dry_run_says_so(
    court: PublishingCourt, reason: str, published: str, columns: dict[str, str], code: str
) -> None:
    first = deleted(court, reason)
    goes_to(court, published)
    row = again(**columns)
    rehearsed = court.rehearse(row)
    done = court.publish(row)
    assert rehearsed.codes == done.codes == ([code] if code else [])
    assert rehearsed.counts == done.counts
    if code:
        [reject] = done.rejected[0].rejects
        assert reject.field == "applied_on"
        assert "art. 10 ¶4" in reject.reason
        assert "2026-09-30" in reject.reason
        return
    second = court.entry_id(FIRST)
    assert second != first
    [whole] = court.register.find(court.court, entry_id=second)
    assert shown_entry(opened(court), whole)["previous_entry"] == f"ent_{first.hex()}"


def test_no_deletion_is_dated_before_the_publication(court: PublishingCourt) -> None:
    with pytest.raises(ActUnlawful) as refused:
        court.acts.delete(court.entry_id(FIRST), CourtRuling("D3", date(2020, 1, 1)))
    assert refused.value.code == "ACT_BEFORE_PUBLICATION"
    assert "2026-01-10" in refused.value.message


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"applied_on": "2026-09-30"}, "RELIST_BARRED"),
        ({}, "APPLIED_ON_NEEDED"),
        ({"applied_on": "2026-09-30", "previous_case_number": FIRST["case_number"]}, "RELIST_BARRED"),
        ({"applied_on": "2026-10-01"}, ""),
        ({"initiated_by": "EX_OFFICIO"}, ""),
        ({"applied_on": "2026-09-30", "previous_case_number": "（2023）苏0505执77号"}, ""),
    ],
)
def test_a_resumed_case_does_not_evade_it(court: PublishingCourt, columns: dict[str, str], code: str) -> None:
    deleted(court)
    goes_to(court, "2026-10-15")
    row = again(case_number=RESUMED, decision_number=f"{RESUMED}决定书") | columns
    assert court.rehearse(row).codes == ([code] if code else [])
    assert court.publish(row).codes == ([code] if code else [])


def test_another_debtor_of_a_resumed_case_is_not_barred(court: PublishingCourt) -> None:
    deleted(court)
    goes_to(court, "2026-10-15")
    row = again(case_number=RESUMED, decision_number=f"{RESUMED}决定书", name="李示例", applied_on="2026-09-30")
    assert court.publish(row | {"certificate_number": "320505199001012017"}).counts == {"accepted": 1}


def test_a_second_decision_on_a_live_entry_is_asked_back_and_moves_no_day(court: PublishingCourt) -> None:
    goes_to(court, "2026-05-20")
    second = again(publish_date="2026-05-20", applied_on="2026-05-06")
    assert court.rehearse(second).codes == court.publish(second).codes == ["SECOND_DECISION"]
    [record] = court.lane("state")
    assert record["publish_date"] == "2026-01-10"
    [whole] = court.register.find(court.court, case_number=FIRST["case_number"])
    assert (whole.entry.version, whole.entry.publish_date) == (1, "2026-01-10")
    assert court.publish(FIRST).counts == {"unchanged": 1}
    brackets = FIRST | {"decision_number": FIRST["decision_number"].replace("（", "(").replace("）", ")")}
    assert "SECOND_DECISION" not in court.publish(brackets).codes


def test_an_extension_is_not_taken_back_by_the_row_of_before(court: PublishingCourt) -> None:
    row = row_of(
        JIA, case_number="（2026）苏0505执9号", grounds="G3;G4", term_start="2026-01-10", term_end="2028-01-10"
    )
    court.publish(row)
    court.acts.extend(court.entry_id(row), CourtRuling("SEVERAL", None, "延长决定", "示例院长"), months=12)
    refused = court.publish(row)
    assert refused.codes == ["ROW_OLDER"]
    assert "older than the register" in refused.rejected[0].rejects[0].reason
    assert court.lane("state")[-1]["term_end"] == "2029-01-10"
