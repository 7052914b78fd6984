"""I-1: which cases may list, limit, keep somebody in the country, and look for people."""

from dataclasses import replace
from datetime import date

import pytest

from liandong.producers.intake import IntakeContext
from liandong.schemas.law.case_number import parse_case_number
from liandong.schemas.law.watch import WatchOrder, WatchProblem, WatchRules, validate
from liandong.schemas.people.certificates import CertificateType, normalise
from liandong.tests.worlds.intake_rows import ENTRY, parsed, reject_codes

NUMBER = "320505198503140014"
CONTEXT = IntakeContext(date(2026, 11, 22), "court-su0505", "示例区人民法院")
ROW = ENTRY | {"name": "张示例", "certificate_number": NUMBER, "filing_date": ""}
RULES = WatchRules(now=1_790_000_000_000, max_days=180)
INSTRUMENTS = {
    "LIST_ENTRY": ROW,
    "CONSUMPTION_ORDER": ROW | {"instrument": "CONSUMPTION_ORDER", "grounds": ""},
    "EXIT_BAN": ROW | {"instrument": "EXIT_BAN", "grounds": "", "term_end": "2027-11-22"},
}
CARRIES = ("（2026）苏0505执1001号", "（2026）苏0505执恢12号", "(2015)姑苏执字第01234号")
OTHERS = {
    "（2026）苏0505执保12号": "执保 cases preserve assets",
    "（2026）苏0505财保12号": "财保 cases preserve assets",
    "（2026）苏0505执异12号": "执异 cases decide objections",
    "（2026）苏05执复12号": "执复 cases decide reconsiderations",
    "（2026）苏执监12号": "执监 cases supervise enforcement",
    "（2026）苏0505执协3号": "执协 cases settle disputes between courts",
    "（2026）苏0505司惩12号": "司惩 cases impose sanctions",
    "（2026）苏0505民初12号": "民初 cases enforce nothing",
}


@pytest.mark.parametrize("case", CARRIES)
@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_enforcement_cases_carry_every_instrument(instrument: str, case: str) -> None:
    assert reject_codes(INSTRUMENTS[instrument] | {"case_number": case}, CONTEXT) == []


@pytest.mark.parametrize("case", OTHERS)
@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_no_other_case_carries_one_and_the_text_names_the_rule(instrument: str, case: str) -> None:
    code = "CASE_TYPE_EXIT_BAN" if instrument == "EXIT_BAN" else "CASE_TYPE_NOT_ENFORCEMENT"
    (reject,) = parsed(INSTRUMENTS[instrument] | {"case_number": case}, CONTEXT).rejects
    assert (reject.field, reject.code) == ("case_number", code)
    assert OTHERS[case] in reject.reason
    assert ("outside this system" in reject.reason) is (instrument == "EXIT_BAN")
    assert "unlawful" not in reject.reason
    assert "执恢" in reject.remedy


@pytest.mark.parametrize("case", [*CARRIES, *OTHERS])
def test_people_are_looked_for_in_enforcement_cases_only(case: str) -> None:
    order = WatchOrder(
        case_number=parse_case_number(case).key,
        document_number="（2026）苏0505执1001号之一",
        document_hash=bytes(range(32)),
        judge="示例法官",
        purpose="LOCATE_DEBTOR",
        kinds=("TRAVEL",),
        until=RULES.now + 86_400_000,
        name="张示例",
        certificates=(normalise(CertificateType.CN_ID, NUMBER),),
    )
    if case in CARRIES:
        validate(order, RULES)
        return
    with pytest.raises(WatchProblem) as caught:
        validate(order, RULES)
    assert caught.value.code == "WATCH_CASE_KIND"


@pytest.mark.parametrize("case", ["（2026）苏0508执1001号", "（2026）川0107执恢12号"])
@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_a_case_of_another_court_is_refused(instrument: str, case: str) -> None:
    own = replace(CONTEXT, court_token="苏0505")
    assert reject_codes(INSTRUMENTS[instrument] | {"case_number": case}, own) == [("case_number", "CASE_NOT_OF_COURT")]
    assert reject_codes(INSTRUMENTS[instrument] | {"case_number": "（2026）执1001号"}, own) == []
