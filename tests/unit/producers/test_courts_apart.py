"""Special courts are courts like any other; the Xinjiang corps' and the military ones stay off shared topics unless configured."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from liandong.consumers.gate.rules import load_rules
from liandong.producers.intake import IntakeContext
from liandong.schemas.law.case_number import is_court_token, is_set_apart, parse_case_number
from liandong.schemas.law.case_types import CaseUse
from liandong.schemas.law.watch import WatchOrder, WatchProblem, WatchRules, validate
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.gate import CheckDesk
from liandong.tests.worlds.intake_rows import ENTRY, reject_codes
from liandong.tests.worlds.people import LI
from liandong.tests.worlds.sent_files import COURT, SendingClerk
from liandong.topics.keys.registrar import Registrar
from liandong.topics.settings import load_settings

TODAY = IntakeContext(date(2026, 11, 22), "court-special", "示例专门法院")
ROW = ENTRY | {"filing_date": ""}
SPECIAL = {
    "京7101": "rail, basic",
    "沪71": "rail, intermediate",
    "津72": "maritime",
    "京73": "intellectual property",
    "琼73": "intellectual property",
    "沪74": "financial",
    "新01": "a province's own, not the corps'",
    "最高法知": "intellectual property, Supreme People's Court",
}
APART = {"兵": "corps", "兵01": "corps, intermediate", "兵0101": "corps, basic", "军": "military", "军0301": "military"}


@pytest.mark.parametrize("token", SPECIAL)
def test_special_courts_are_courts_like_any_other(token: str) -> None:
    number = f"（2026）{token}执12号"
    case = parse_case_number(number)
    assert (case.court_token, case.type_token, case.key, case.use) == (token, "执", number, CaseUse.ENFORCEMENT)
    assert is_court_token(token)
    assert not is_set_apart(token)
    assert reject_codes(ROW | {"case_number": number}, replace(TODAY, court_token=token)) == []


@pytest.mark.parametrize("token", APART)
def test_corps_and_military_courts_publish_only_where_that_is_configured(token: str) -> None:
    row, own = ROW | {"case_number": f"（2026）{token}执12号"}, replace(TODAY, court_token=token)
    for instrument in ({}, {"instrument": "EXIT_BAN", "grounds": "", "term_end": "2027-11-22"}):
        for context in (TODAY, own):
            assert reject_codes(row | instrument, context) == [("case_number", "CASE_SET_APART")]
            assert reject_codes(row | instrument, replace(context, shares_set_apart=True)) == []
    old = ROW | {"case_number": "(2015)石执字第12号", "publish_date": ""}
    assert reject_codes(old, own) == [("case_number", "CASE_SET_APART")]  # by whose court it is
    assert reject_codes(row, replace(own, is_published=True)) == []  # what stands may be corrected


def test_an_old_case_of_a_town_with_such_a_name_is_nobody_elses() -> None:
    assert reject_codes(ROW | {"case_number": "(2015)军山执字第12号"}, TODAY) == []


def test_the_setting_decides_for_a_file(tmp_path: Path) -> None:
    clerk = SendingClerk.new(tmp_path)
    Registrar(clerk.settings, clerk.clock, CHANCE).set_court_token(COURT, "兵0101")
    file = tmp_path / "rows.csv"
    cells = ROW | {"case_number": "（2024）兵0101执12号", "court_code": "", "court_name": ""}
    file.write_text(",".join(cells) + "\n" + ",".join(cells.values()) + "\n", encoding="utf-8")
    refused = clerk.send(file)
    assert (refused.counts, refused.codes) == ((0, 1), {"CASE_SET_APART": 1})
    assert clerk.send(file, shares_set_apart=True).counts == (1, 0)
    assert load_settings(state_dir=tmp_path).corps_and_military_courts == "apart"


@pytest.mark.parametrize("token", APART)
def test_no_watch_is_given_or_taken_for_them(token: str) -> None:
    order = WatchOrder(
        f"（2026）{token}执12号", "d", b"h" * 32, "示例法官", "LOCATE_DEBTOR", ("TRAVEL",), 20, name="示例甲"
    )
    rules = WatchRules(now=10, max_days=180)
    with pytest.raises(WatchProblem) as refused:
        validate(order, rules)
    assert refused.value.code == "WATCH_SET_APART"
    with pytest.raises(WatchProblem) as next_rule:
        validate(order, replace(rules, shares_set_apart=True))
    assert next_rule.value.code == "WATCH_SUBJECT"


def test_a_gate_passes_over_what_was_published_elsewhere(tmp_path: Path) -> None:
    desk = CheckDesk(tmp_path)
    desk.listed(LI, case_number="（2024）兵0101执12号")
    request = LI.request("rail-ticket", train_type="G", seat_class="second")
    assert desk.gate.check(request).verdict.value == "ALLOW"
    desk.gate.rules = load_rules("railway", tmp_path, 60_000, shares_set_apart=True)
    assert desk.gate.check(request).verdict.value == "BLOCK"


def test_a_name_with_such_a_character_is_no_court(tmp_path: Path) -> None:
    desk = CheckDesk(tmp_path)
    desk.listed(LI, case_number="（2024）苏0505执12号", court_name="军兵法院")
    request = LI.request("rail-ticket", train_type="G", seat_class="second")
    assert desk.gate.check(request).verdict.value == "BLOCK"
