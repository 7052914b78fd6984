"""Issue 5, "Nothing comes back by itself": whatever file is sent again, nobody freed is listed without a new decision, no extension
is taken back, no corrected identity opens again, and the row that is older than the register is named.
"""

from collections.abc import Callable

import pytest

from liandong.producers.acts.ruling import CourtRuling
from liandong.tests.worlds.acceptance import JIA, YI, goes_to, row_of
from liandong.tests.worlds.court import PublishingCourt, Row

CASE = "（2026）苏0505执9号"
TERMED = row_of(
    JIA,
    case_number=CASE,
    decision_number=f"{CASE}决定书",
    publish_date="2026-01-10",
    grounds="G3;G4",
    term_start="2026-01-10",
    term_end="2028-01-10",
)
PLAIN = row_of(JIA, case_number=CASE, decision_number=f"{CASE}决定书", publish_date="2026-01-10")
PASSPORT = {"certificate_type": "PASSPORT", "certificate_number": "E12345678", "certificate_country": "CHN"}
LINKED = {f"certificate_2_{name.removeprefix('certificate_')}": text for name, text in PASSPORT.items()}
LINKED |= {"certificate_2_link": "VERIFIED"}
EXTENDED = CourtRuling("SEVERAL", None, "延长决定", "示例院长")
SAME_NUMBER = CourtRuling("SEVERAL", None, TERMED["decision_number"], "示例院长")
Ends = Callable[[PublishingCourt, bytes], object]


def deleted(court: PublishingCourt, entry: bytes) -> object:
    return court.acts.delete(entry, CourtRuling("D1"))


def revoked(court: PublishingCourt, entry: bytes) -> object:
    return court.acts.revoke(entry, CourtRuling("NO_GROUND"))


def ended_early(court: PublishingCourt, entry: bytes) -> object:
    return court.acts.delete(entry, CourtRuling("EARLY", None, "决定九", "示例院长", "PERFORMED_ACTIVELY"))


@pytest.fixture(autouse=True)
def _in_january(court: PublishingCourt) -> None:
    goes_to(court, "2026-01-10")


def both(court: PublishingCourt, row: Row) -> list[str]:
    """The codes of a row, in a dry run and then in earnest."""
    sent = len(court.lane("state"))
    codes = court.rehearse(row).codes
    assert court.publish(row).codes == codes
    if codes:
        assert len(court.lane("state")) == sent
    return codes


@pytest.mark.parametrize("ends", [deleted, revoked])
@pytest.mark.parametrize(
    "spelling",
    [
        {},
        {"decision_number": ""},
        {"decision_number": f"({CASE[1:5]}) 苏0505执9号决定书".replace("( ", "(")},
        {"case_number": f"{CASE}之一"},
        {"case_number": CASE.replace("执9号", "执009号")},
        {"publish_date": ""},
        {"name": "示例别名"},
    ],
)
def test_an_old_file_lists_nobody_again(court: PublishingCourt, ends: Ends, spelling: Row) -> None:
    court.publish(PLAIN)
    goes_to(court, "2026-03-10")
    ends(court, court.entry_id(PLAIN))
    assert both(court, PLAIN | spelling) == ["ENTRY_ENDED"]


@pytest.mark.parametrize("ruling", [EXTENDED, SAME_NUMBER])
def test_neither_after_an_extension(court: PublishingCourt, ruling: CourtRuling) -> None:
    court.publish(TERMED)
    entry = court.entry_id(TERMED)
    goes_to(court, "2026-02-10")
    court.acts.extend(entry, ruling, months=12)
    ended_early(court, entry)
    for row in (TERMED, TERMED | {"decision_number": ruling.decision_number}):
        assert both(court, row) == ["ENTRY_ENDED"]


def test_neither_by_the_number_of_before_a_correction(court: PublishingCourt) -> None:
    court.publish(PLAIN)
    entry = court.entry_id(PLAIN)
    court.correct(entry, decision_number="决定八")
    assert both(court, PLAIN) == ["ROW_OLDER"]
    court.correct(entry, decision_number="决定九")
    deleted(court, entry)
    for number in (PLAIN["decision_number"], "决定八", "决定 九"):
        assert both(court, PLAIN | {"decision_number": number}) == ["ENTRY_ENDED"]


def test_a_row_without_a_decision_means_the_published_one(court: PublishingCourt) -> None:
    court.publish(PLAIN)
    assert court.publish(PLAIN | {"decision_number": ""}).counts == {"unchanged": 1}
    assert court.publish(PLAIN | {"decision_number": "", "claim_amount": "1.00"}).counts == {"corrected": 1}
    assert court.lane("state")[-1]["decision_number"] == PLAIN["decision_number"]
    deleted(court, court.entry_id(PLAIN))
    assert both(court, PLAIN) == ["ENTRY_ENDED"]


@pytest.mark.parametrize("ends", [deleted, revoked])
def test_only_a_decision_made_after_the_end_lists_again(court: PublishingCourt, ends: Ends) -> None:
    court.publish(PLAIN)
    goes_to(court, "2026-03-10")
    ends(court, court.entry_id(PLAIN))
    goes_to(court, "2026-05-20")
    anew = PLAIN | {"decision_number": "决定二", "publish_date": "", "signed_by": "示例院长", "served_on": "2026-05-20"}
    anew |= {"initiated_by": "EX_OFFICIO", "warned_on": "2026-01-05"}
    refused = court.publish(anew | {"signed_on": "2026-03-09"})
    assert refused.codes == ["DECISION_OLDER"]
    assert "older than the register" in refused.rejected[0].rejects[0].reason
    assert "art. 10 ¶3" in refused.rejected[0].rejects[0].reason
    assert both(court, anew | {"signed_on": "2026-05-19"}) == []
    assert both(court, PLAIN) == ["ENTRY_ENDED"]


@pytest.mark.parametrize("ruling", [EXTENDED, SAME_NUMBER])
@pytest.mark.parametrize("change", [{}, {"decision_number": ""}, {"claim_amount": "1.00"}, {"publish_date": ""}])
def test_no_file_takes_back_an_extension(court: PublishingCourt, ruling: CourtRuling, change: Row) -> None:
    court.publish(TERMED)
    court.acts.extend(court.entry_id(TERMED), ruling, months=12)
    refused = court.publish(TERMED | change)
    assert refused.codes == ["ROW_OLDER"]
    assert "2026-01-10" in refused.rejected[0].rejects[0].reason
    assert court.lane("state")[-1]["term_end"] == "2029-01-10"


def test_what_says_the_extended_term_goes_on(court: PublishingCourt) -> None:
    court.publish(TERMED)
    court.acts.extend(court.entry_id(TERMED), EXTENDED, months=12)
    now = TERMED | {"decision_number": "延长决定", "term_end": "2029-01-10", "extension_months": "12"}
    assert court.publish(now).counts == {"unchanged": 1}
    assert court.publish(now | {"claim_amount": "1.00"}).counts == {"corrected": 1}


def test_a_name_that_was_corrected_does_not_come_back(court: PublishingCourt) -> None:
    court.publish(PLAIN)
    court.correct(court.entry_id(PLAIN), name="章示例")
    assert both(court, PLAIN) == ["ROW_OLDER"]
    assert court.publish(PLAIN | {"name": "章示例"}).counts == {"unchanged": 1}


def test_a_number_that_was_corrected_does_not_come_back_under_any_name_it_had(court: PublishingCourt) -> None:
    wrong = PLAIN | {"name": "李某例", "certificate_number": YI.number}
    court.publish(wrong)
    entry = court.entry_id(wrong)
    court.publish(wrong | {"name": YI.name})
    court.correct(entry, name=JIA.name)
    court.correct(entry, certificate_number=JIA.number)
    for name in ("李某例", YI.name, JIA.name):
        assert both(court, wrong | {"name": name}) == ["CORRECTED_AWAY"]
    assert court.publish(PLAIN).counts == {"unchanged": 1}
    namesake = wrong | {"name": "周示例", "decision_number": "决定二"}
    assert both(court, namesake) == []  # whoever really has the number may be a debtor of the same case


def test_a_further_certificate_that_was_corrected_does_not_come_back(court: PublishingCourt) -> None:
    court.publish(PLAIN | LINKED)
    court.correct(court.entry_id(PLAIN), certificate_2_number="E87654321")
    assert both(court, PLAIN | PASSPORT) == ["CORRECTED_AWAY"]
    assert both(court, PLAIN | LINKED) == ["CORRECTED_AWAY"]
    court.correct(court.entry_id(PLAIN), certificate_2_number="E12345678")
    assert both(court, PLAIN | LINKED) == []


def test_a_certificate_a_later_file_leaves_out_is_remembered(court: PublishingCourt) -> None:
    for row in (PLAIN | PASSPORT, PLAIN | LINKED, PLAIN):
        assert both(court, row) == []
    assert both(court, PLAIN | PASSPORT) == ["ROW_OLDER"]
    deleted(court, court.entry_id(PLAIN))
    for row in (PLAIN | PASSPORT, PLAIN | LINKED, PLAIN):
        assert both(court, row) == ["ENTRY_ENDED"]


def test_a_case_that_was_corrected_does_not_come_back(court: PublishingCourt) -> None:
    court.publish(PLAIN)
    entry = court.entry_id(PLAIN)
    court.correct(entry, case_number="（2026）苏0505执10号")
    assert both(court, PLAIN) == ["CORRECTED_AWAY"]
    deleted(court, entry)
    assert both(court, PLAIN) == ["CORRECTED_AWAY"]
    assert both(court, PLAIN | {"case_number": "（2026）苏0505执10号"}) == ["ENTRY_ENDED"]


def test_orders_come_back_no_more_than_entries(court: PublishingCourt) -> None:
    order = PLAIN | {"instrument": "CONSUMPTION_ORDER", "grounds": ""}
    court.publish(order)
    court.acts.lift(court.entry_id(order), CourtRuling("PERFORMED"))
    assert both(court, order) == both(court, order | {"decision_number": ""}) == ["ENTRY_ENDED"]
