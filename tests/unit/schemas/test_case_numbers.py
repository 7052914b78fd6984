"""Case numbers of domain.md §4.3 and §11 case 41."""

import pytest

from liandong.schemas.law.case_number import CaseNumberProblem, parse_case_number
from liandong.schemas.law.case_types import CaseUse, use_of

KEY = "（2024）苏0505执1234号"


@pytest.mark.parametrize(
    "written",
    [
        "（2024）苏0505执1234号",
        "(2024)苏0505执1234号",
        "〔2024〕苏0505执1234号",
        "[2024]苏0505执1234号",
        "［2024］苏0505执1234号",
        "【2024】苏0505执1234号",
        "(2024） 苏0505 执 1234 号",
        "（２０２４）苏０５０５执１２３４号",
        "(2024)苏0505執1234號",
        "(2024)蘇0505执1234号",
        "(2024)苏0505执01234号",
        "(2024)苏0505执1234",
        "\ufeff(2024)苏0505执1234号\u200b",
        "(2024)苏0505执1234号之一",
        "(2024)苏0505执1234号之12",
        "(2024)苏0505执1234号-2",
        "(2024)苏0505执1234-1号",
        "(2024)苏0505执第1234号",
        "(2024)苏0505执字第1234号",
        "(2024)苏0505执字1234号",
    ],
)
def test_every_spelling_of_a_case_has_one_key(written: str) -> None:
    found = parse_case_number(written)
    assert found.key == KEY
    assert found.raw == written
    assert (found.year, found.court_token, found.type_token, found.serial) == (2024, "苏0505", "执", 1234)


@pytest.mark.parametrize(
    ("written", "key", "court", "kind"),
    [
        ("(2015)姑苏执字第01234号", "（2015）姑苏执字第1234号", "姑苏", "执"),
        ("（2017）苏0505执恢字第45号", "（2017）苏0505执恢45号", "苏0505", "执恢"),
        ("（2015）苏执字第5号", "（2015）苏执字第5号", "苏", "执"),
        ("(2013)渝五中法执字第00123号", "（2013）渝五中法执字第123号", "渝五中", "法执"),
        ("（2015）姑苏执恢字第7号", "（2015）姑苏执恢字第7号", "姑苏", "执恢"),
        ("（2024）苏0505执恢56号", "（2024）苏0505执恢56号", "苏0505", "执恢"),
        ("（2024）苏05执保56号", "（2024）苏05执保56号", "苏05", "执保"),
        ("（2024）苏执复5号", "（2024）苏执复5号", "苏", "执复"),
        ("（2024）最高法执监1号", "（2024）最高法执监1号", "最高法", "执监"),
        ("（2024）京7101执9号", "（2024）京7101执9号", "京7101", "执"),
        ("（2024）兵0101执9号", "（2024）兵0101执9号", "兵0101", "执"),
    ],
)
def test_courts_and_types_are_told_apart(written: str, key: str, court: str, kind: str) -> None:
    found = parse_case_number(written)
    assert (found.key, found.court_token, found.type_token) == (key, court, kind)


def test_the_same_serial_in_two_courts_is_two_cases() -> None:
    assert parse_case_number("(2024)苏0505执1号").key != parse_case_number("(2024)苏0506执1号").key


def test_a_suffix_is_shown_but_is_no_part_of_the_case() -> None:
    found = parse_case_number("(2024)苏0505执1234号之21")
    assert str(found) == "（2024）苏0505执1234号之二十一"


def test_resumed_cases_are_told() -> None:
    assert parse_case_number("（2024）苏0505执恢56号").is_resumed


@pytest.mark.parametrize("written", ["（2024）执1234号", "2024年执第1234号", "（2024）执字第1234-1号"])
def test_a_number_without_its_court_is_one_of_the_court_that_is_known(written: str) -> None:
    assert parse_case_number(written, "苏0505").key == KEY
    with pytest.raises(CaseNumberProblem) as caught:
        parse_case_number(written)
    assert caught.value.code == "CASE_NUMBER_COURT"


@pytest.mark.parametrize(
    ("kind", "use"),
    [
        ("执", CaseUse.ENFORCEMENT),
        ("法执", CaseUse.ENFORCEMENT),
        ("执恢", CaseUse.ENFORCEMENT),
        ("执保", CaseUse.PRESERVATION),
        ("财保", CaseUse.PRESERVATION),
        ("执异", CaseUse.OTHER),
        ("民初", CaseUse.OTHER),
    ],
)
def test_the_type_of_a_case_says_what_may_be_ordered_in_it(kind: str, use: CaseUse) -> None:
    assert use_of(kind) is use


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "CASE_NUMBER_EMPTY"),
        (" \u200b", "CASE_NUMBER_EMPTY"),
        ("苏0505执1234号", "CASE_NUMBER_UNREADABLE"),
        ("（2024）芦0505执1234号", "CASE_NUMBER_UNREADABLE"),
        ("（2024）苏0505执号", "CASE_NUMBER_UNREADABLE"),
        ("（1024）苏0505执1号", "CASE_NUMBER_UNREADABLE"),
        ("见判决书", "CASE_NUMBER_UNREADABLE"),
    ],
)
def test_text_that_is_no_case_number_is_refused_with_a_remedy(written: str, code: str) -> None:
    with pytest.raises(CaseNumberProblem) as caught:
        parse_case_number(written)
    assert caught.value.code == code
    assert "（2024）苏0505执1234号" in caught.value.remedy
