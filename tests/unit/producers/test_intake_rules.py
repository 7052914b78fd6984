"""One row against the law: what is taken, rejected with a remedy, or taken with a notice."""

from dataclasses import replace
from datetime import date

import pytest

from liandong.producers.intake import DebtorCategory, Initiative, Performance, TermStartBasis
from liandong.schemas.dates import end_of_day_ms
from liandong.schemas.law.grounds import Ground
from liandong.schemas.law.listing import Instrument, PersonKind, PersonRole
from liandong.schemas.people.certificates import CertificateType
from liandong.schemas.people.identity_numbers import is_check_digit_right
from liandong.tests.worlds.intake_rows import (
    CN_ID,
    CONTEXT,
    ENTRY,
    ORDER,
    TODAY,
    accepted,
    notice_codes,
    parsed,
    reject_codes,
)


def identity_number(first17: str) -> str:
    return next(first17 + last for last in "0123456789X" if is_check_digit_right(first17 + last))


def test_a_good_entry_becomes_a_listing_in_canonical_form() -> None:
    listing = accepted(ENTRY)
    assert (listing.instrument, listing.kind, listing.role) == (
        Instrument.LIST_ENTRY,
        PersonKind.NATURAL,
        PersonRole.DEBTOR,
    )
    assert listing.subject.type is CertificateType.CN_ID
    assert (listing.sex, listing.birth_date) == (2, date(1949, 12, 31))
    assert (listing.court, listing.court_name) == ("js-gusu", "示例区人民法院")
    assert listing.case_number == "（2024）苏0505执1234号"
    assert listing.grounds == (Ground.G1,)
    assert (listing.term_end, listing.effective_until_ms) == (None, 0)
    assert (listing.performance, listing.claim_amount) == (Performance.NONE, "125000.00")
    assert listing.debtor_category is DebtorCategory.ORDINARY
    assert parsed(ENTRY).notices == ()


def test_chinese_words_and_codes_mean_the_same() -> None:
    chinese = ENTRY | {
        "instrument": "失信名单",
        "role": "被执行人",
        "kind": "自然人",
        "certificate_type": "身份证",
        "sex": "女",
        "grounds": "有履行能力而拒不履行生效法律文书确定义务",
        "performance": "全部未履行",
        "filing_date": "2024年3月1日",
        "initiated_by": "依职权",
        "claim_amount": "￥125,000元",
        "publish_date": "２０２６年１１月２２日",
    }
    assert accepted(chinese) == accepted(ENTRY | {"initiated_by": "EX_OFFICIO"})
    assert accepted(chinese).initiated_by is Initiative.EX_OFFICIO


def test_a_listing_shows_no_number_and_no_name() -> None:
    listing = accepted(ENTRY)
    assert CN_ID not in repr(listing)
    assert "示例甲" not in repr(listing)
    with pytest.raises(AttributeError, match="immutable"):
        setattr(listing, "name", "他人")  # noqa: B010  the type checker would refuse the plain form


@pytest.mark.parametrize(
    ("change", "rejects"),
    [
        ({"certificate_number": ""}, [("certificate_number", "QUARANTINED_NO_CERTIFICATE")]),
        ({"certificate_number": "暂无"}, [("certificate_number", "QUARANTINED_NO_CERTIFICATE")]),
        ({"certificate_number": "110105194912310021"}, [("certificate_number", "CERTIFICATE_CHECK_DIGIT")]),
        ({"certificate_number": "1101051949****002X"}, [("certificate_number", "CERTIFICATE_MASKED")]),
        ({"certificate_number": "1.10105E+17"}, [("certificate_number", "CERTIFICATE_SPOILT")]),
        ({"certificate_type": "学生证"}, [("certificate_type", "VALUE_UNKNOWN")]),
        (
            {"certificate_type": "PASSPORT", "certificate_number": "E1234567"},
            [("certificate_country", "CERTIFICATE_COUNTRY")],
        ),
        ({"kind": "ENTITY"}, [("kind", "KIND_MISMATCH")]),
        ({"name": ""}, [("name", "NAME_EMPTY")]),
        ({"name": " \u200b"}, [("name", "NAME_EMPTY")]),
        ({"name": "示?"}, [("name", "NAME_DAMAGED")]),
        ({"name": "示*"}, [("name", "NAME_DAMAGED")]),
        ({"name": "示例甲" + CN_ID}, [("name", "NAME_HOLDS_NUMBER")]),
        ({"name": "长" * 201}, [("name", "TEXT_TOO_LONG")]),
        ({"case_number": ""}, [("case_number", "CASE_NUMBER_EMPTY")]),
        ({"case_number": "见判决书"}, [("case_number", "CASE_NUMBER_UNREADABLE")]),
        ({"case_number": "（2024）苏0505民初1号"}, [("case_number", "CASE_TYPE_NOT_ENFORCEMENT")]),
        ({"case_number": "（2027）苏0505执1号"}, [("case_number", "CASE_YEAR_FUTURE")]),
        ({"case_number": "（2024）苏0506执1号"}, [("case_number", "CASE_NOT_OF_COURT")]),
        ({"court_code": "js-other"}, [("court_code", "COURT_MISMATCH")]),
        ({"court_name": "他区人民法院"}, [("court_name", "COURT_MISMATCH")]),
        ({"grounds": ""}, [("grounds", "GROUND_MISSING")]),
        ({"grounds": "某种旧表述"}, [("grounds", "GROUND_UNKNOWN")]),
        ({"term_end": "2028-11-22"}, [("term_end", "TERM_ON_G1")]),
        ({"grounds": "G4"}, [("term_end", "TERM_MISSING")]),
        ({"grounds": "G1;G4"}, [("term_end", "TERM_UNSTATED")]),
        ({"grounds": "G4", "term_end": "NO_TERM"}, [("term_end", "TERM_MISSING")]),
        ({"grounds": "被执行人无履行能力"}, [("grounds", "GROUND_DENIED")]),
        (
            {
                "grounds": "没有履行能力",
                "case_number": "（2016）苏0505执1234号",
                "filing_date": "2016-01-01",
                "publish_date": "2016-03-01",
            },
            [("grounds", "GROUND_DENIED")],
        ),
        ({"applied_on": "2026-11-23"}, [("applied_on", "DATE_FUTURE")]),
        (
            {"applied_on": "2026-11-21", "publish_date": "2026-11-20"},
            [("applied_on", "APPLIED_AFTER_PUBLICATION")],
        ),
        ({"grounds": "G4", "term_start": "2026-11-01", "term_end": "2028-11-02"}, [("term_end", "TERM_TOO_LONG")]),
        ({"grounds": "G4", "term_start": "2024-11-01", "term_end": "2026-11-01"}, [("term_end", "TERM_OVER")]),
        (
            {"grounds": "G4", "term_start": "2028-11-01", "term_end": "2027-11-01"},
            [("term_end", "TERM_BACKWARDS")],
        ),
        (
            {"grounds": "G4", "term_start": "2026-11-01", "term_end": "2028-11-01", "extension_months": "6"},
            [("extension_months", "EXTENSION_UNLAWFUL")],
        ),
        ({"filing_date": "2026-11-23"}, [("filing_date", "DATE_FUTURE"), ("publish_date", "DATE_ORDER")]),
        ({"publish_date": "20261123"}, [("publish_date", "DATE_FUTURE")]),
        ({"publish_date": "2023-12-31", "filing_date": ""}, [("publish_date", "DATE_BEFORE_CASE")]),
        ({"filing_date": "2023-12-31"}, [("filing_date", "DATE_BEFORE_CASE")]),
        ({"filing_date": "1900-01-01"}, [("filing_date", "DATE_ZERO")]),
        ({"filing_date": "0001-01-01"}, [("filing_date", "DATE_ZERO")]),
        ({"filing_date": "1970-01-01"}, [("filing_date", "DATE_BEFORE_CASE")]),
        ({"birth_date": "1700-01-01"}, [("birth_date", "DATE_ZERO")]),
        ({"certificate_number": identity_number("11010517000101002")}, [("certificate_number", "BIRTH_IMPLAUSIBLE")]),
        (
            {"grounds": "G3;G4", "term_start": "2023-01-01", "term_end": "2026-12-01", "extension_months": "24"},
            [("term_start", "DATE_BEFORE_CASE")],
        ),
        ({"filing_date": "2026-02-30"}, [("filing_date", "DATE_IMPOSSIBLE")]),
        ({"performance": "全部已履行"}, [("performance", "PERFORMED_ALREADY")]),
        ({"performance": "不详"}, [("performance", "VALUE_UNKNOWN")]),
        ({"claim_amount": "12万元"}, [("claim_amount", "AMOUNT_UNREADABLE")]),
        ({"claim_amount": "1.005"}, [("claim_amount", "AMOUNT_UNREADABLE")]),
        (
            {"role": "法定代表人", "related_entity": "示例有限公司"},
            [("role", "ROLE_NOT_LISTED")],
        ),
        ({"instrument": "判决"}, [("instrument", "VALUE_UNKNOWN")]),
        ({"basis_maker": "长" * 301}, [("basis_maker", "TEXT_TOO_LONG")]),
        (
            {"certificate_2_type": "CN_ID", "certificate_2_number": "440524188001010014"},
            [("certificate_2_number", "CERTIFICATE_CONFLICT")],
        ),
        (
            {"certificate_2_type": "PASSPORT", "certificate_2_number": "E1234567", "certificate_2_country": "XYZ"},
            [("certificate_2_country", "CERTIFICATE_COUNTRY")],
        ),
    ],
)
def test_what_breaks_a_rule_is_rejected_by_field_and_code(
    change: dict[str, str], rejects: list[tuple[str, str]]
) -> None:
    result = parsed(ENTRY | change)
    assert result.listing is None
    assert [(one.field, one.code) for one in result.rejects] == rejects
    for one in result.rejects:
        assert one.row == 2
        assert one.reason
        assert one.remedy
        assert CN_ID not in one.reason + one.remedy


def test_all_problems_of_a_row_are_told_at_once() -> None:
    found = reject_codes(ENTRY | {"name": "", "certificate_number": "x", "case_number": "?", "grounds": ""})
    assert {field for field, _ in found} == {"name", "certificate_number", "case_number", "grounds"}


def test_rejects_speak_the_language_of_the_clerk() -> None:
    row = ENTRY | {"grounds": "G4", "certificate_number": "110105194912310021"}
    reasons = [one.reason for one in parsed(row, replace(CONTEXT, lang="zh")).rejects]
    assert any("校验位" in reason for reason in reasons)
    assert any("二年" in reason for reason in reasons)


def test_rows_whose_subject_is_in_doubt_are_quarantined_others_only_rejected() -> None:
    doubtful = parsed(ENTRY | {"certificate_number": "110105194912310021"}).rejects[0]
    missing = parsed(ENTRY | {"certificate_number": ""}).rejects[0]
    lawful = parsed(ENTRY | {"grounds": ""}).rejects[0]
    documented = ("CERTIFICATE_", "QUARANTINED_")
    assert [one.code.startswith(documented) for one in (doubtful, missing, lawful)] == [True, True, False]


def test_a_missing_term_is_told_with_the_day_the_law_gives() -> None:
    rejected = parsed(ENTRY | {"grounds": "G4", "term_start": "2026-11-01"}).rejects[0]
    assert "2028-11-01" in rejected.remedy


def test_a_term_is_recomputed_and_a_shorter_one_noticed() -> None:
    row = ENTRY | {"grounds": "G4", "term_start": "2026-11-01", "term_end": "2028-11-01"}
    listing = accepted(row)
    assert listing.effective_until_ms == end_of_day_ms(date(2028, 11, 1))
    assert listing.term.basis is TermStartBasis.DECISION
    assert notice_codes(row) == []
    assert notice_codes(row | {"term_end": "2028-10-01"}) == ["TERM_SHORT"]
    extended = row | {"grounds": "G3;G4", "term_end": "2029-11-01", "extension_months": "12"}
    assert accepted(extended).term.extension_months == 12
    assert notice_codes(extended) == []


def test_a_term_without_a_start_runs_from_the_publication() -> None:
    row = ENTRY | {"grounds": "G4", "term_end": "2028-11-22"}
    assert accepted(row).term_start == TODAY
    assert accepted(row).term.basis is TermStartBasis.PUBLICATION
    assert notice_codes(row) == ["TERM_START_ASSUMED"]


def test_a_term_that_ends_today_still_runs_until_midnight() -> None:
    row = ENTRY | {"grounds": "G4", "term_start": "2024-11-22", "term_end": "2026-11-22"}
    assert accepted(row).term_end == TODAY


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("110101200811230010", [("certificate_number", "MINOR")]),
        ("110101200811220012", [("certificate_number", "MINOR")]),
        ("110101200811210010", []),
    ],
)
def test_minors_are_not_listed_and_whoever_came_of_age_yesterday_is(
    number: str, expected: list[tuple[str, str]]
) -> None:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = "10X98765432"[sum(int(d) * w for d, w in zip(number[:17], weights, strict=True)) % 11]
    row = ENTRY | {"certificate_number": number[:17] + check}
    assert reject_codes(row) == expected
    assert reject_codes(row | {"instrument": "CONSUMPTION_ORDER"}) == []


def test_the_age_column_decides_nothing() -> None:
    assert accepted(ENTRY | {"age": "12"}) == accepted(ENTRY)


def test_a_passport_needs_a_birth_date_to_protect_minors() -> None:
    row = ENTRY | {"certificate_type": "护照", "certificate_number": "m1234567", "certificate_country": "KOR"}
    assert notice_codes(row) == ["AGE_UNKNOWN"]
    assert reject_codes(row | {"birth_date": "2010-01-01"}) == [("certificate_number", "MINOR")]
    assert notice_codes(row | {"birth_date": "1990-01-01"}) == []


@pytest.mark.parametrize(
    ("change", "notice"),
    [
        ({"sex": "男"}, "SEX_MISMATCH"),
        ({"birth_date": "1949-12-30"}, "BIRTH_MISMATCH"),
        ({"name": "示某某"}, "NAME_ANONYMISED"),
        ({"name": "示\ue863"}, "NAME_PRIVATE_USE"),
        ({"instrument": "CONSUMPTION_ORDER", "decision_number": ""}, "DECISION_MISSING"),
        ({"case_number": "（2024）苏0505执1234号之一"}, "CASE_SUFFIX"),
        ({"case_number": "（2024）苏0505执恢1234号"}, "RESUMED_WITHOUT_PREVIOUS"),
        ({"debtor_category": "校园贷学生"}, "CAMPUS_LOAN_STUDENT"),
    ],
)
def test_what_is_unusual_is_taken_with_a_notice(change: dict[str, str], notice: str) -> None:
    assert parsed(ENTRY | change).listing is not None
    assert notice_codes(ENTRY | change) == [notice]


def test_regions_that_tables_lack_are_valid() -> None:
    assert notice_codes(ENTRY | {"certificate_number": "440524188001010014"}) == []


def test_old_wordings_are_taken_from_before_the_rules_of_today() -> None:
    old = ENTRY | {"grounds": "某种旧表述", "filing_date": "2015-01-05", "publish_date": "2016-03-01"}
    old |= {"case_number": "（2015）姑苏执字第1234号"}
    assert accepted(old).grounds == (Ground.OTHER_LEGACY,)


def test_an_order_on_a_legal_representative_names_the_entity_and_has_no_term() -> None:
    order = ORDER | {
        "role": "法定代表人",
        "related_entity": "示例有限公司",
        "related_entity_code": "91350100M000100Y43",
    }
    listing = accepted(order)
    assert listing.role is PersonRole.LEGAL_REPRESENTATIVE
    assert listing.related_entity_certificate is not None
    assert (listing.grounds, listing.term_end) == ((), None)
    assert reject_codes(order | {"related_entity": ""}) == [("related_entity", "RELATED_ENTITY_MISSING")]
    wrong = {"related_entity_code": "91350100M000100Y44"}
    assert reject_codes(order | wrong) == [("related_entity_code", "CERTIFICATE_CHECK_DIGIT")]
    entity = {"kind": "单位", "certificate_type": "USCC", "certificate_number": "91350100M000100Y43"}
    assert reject_codes(order | entity) == [("role", "ROLE_NOT_PERSON")]


def test_an_exit_ban_needs_a_person_a_decision_and_a_last_day() -> None:
    ban = ORDER | {"instrument": "限制出境", "term_end": "2027-11-21"}
    assert accepted(ban).instrument is Instrument.EXIT_BAN
    assert reject_codes(ban | {"term_end": ""}) == [("term_end", "EXIT_BAN_TERM")]
    assert reject_codes(ban | {"decision_number": ""}) == [("decision_number", "EXIT_BAN_DECISION")]
    entity = {"kind": "单位", "certificate_type": "USCC", "certificate_number": "91350100M000100Y43"}
    assert reject_codes(ban | entity) == [("kind", "EXIT_BAN_ENTITY")]


def test_without_a_configured_court_the_row_must_name_it() -> None:
    anywhere = replace(CONTEXT, court="", court_name="", court_token="")
    assert reject_codes(ENTRY, anywhere) == [("court_code", "COURT_MISSING")]
    row = ENTRY | {"court_code": "cq-01", "court_name": "某院", "case_number": "（2024）渝0101执1号"}
    result = parsed(row, anywhere)
    assert result.listing is not None
    assert (result.listing.court, result.listing.court_name) == ("cq-01", "某院")


@pytest.mark.parametrize(
    ("written", "amount"),
    [("125000", "125000.00"), ("1,234.5", "1234.50"), ("0.1元", "0.10"), ("１２", "12.00"), ("暂无", ""), ("", "")],
)
def test_amounts_are_decimal_strings_with_two_places(written: str, amount: str) -> None:
    assert accepted(ENTRY | {"claim_amount": written}).claim_amount == amount


BAN = ORDER | {"instrument": "限制出境", "term_end": "2027-11-21"}
BUSINESS = {
    "kind": "单位", "name": "苏州示例商行", "certificate_type": "USCC", "certificate_number": "92320505MA1000447Q",
}  # fmt: skip
TOWNSHIP = {
    "kind": "单位", "name": "示例乡人民政府", "certificate_type": "USCC", "certificate_number": "11320505MB1000555N",
}  # fmt: skip


@pytest.mark.parametrize(("row", "code"), [(ORDER, "PERFORMED_NO_ORDER"), (BAN, "PERFORMED_NO_EXIT_BAN")])
def test_after_full_performance_nobody_is_restricted_anew(row: dict[str, str], code: str) -> None:
    assert reject_codes(row | {"performance": "全部已履行"}) == [("performance", code)]
    assert reject_codes(row | {"performance": "部分履行"}) == []


def test_an_exit_ban_binds_no_controller_and_a_statutory_agent_nothing_else() -> None:
    firm = {"related_entity": "示例有限公司"}
    assert reject_codes(BAN | firm | {"role": "实际控制人"}) == [("role", "EXIT_BAN_CONTROLLER")]
    assert reject_codes(ORDER | firm | {"role": "实际控制人"}) == []
    assert accepted(BAN | {"role": "法定代理人"}).role is PersonRole.STATUTORY_AGENT
    assert reject_codes(ORDER | {"role": "法定代理人"}) == [("role", "ROLE_EXIT_BAN_ONLY")]
    assert reject_codes(ENTRY | {"role": "法定代理人"}) == [("role", "ROLE_NOT_LISTED")]


@pytest.mark.parametrize("row", [ENTRY, ORDER])
def test_an_individual_business_is_named_with_its_operator(row: dict[str, str]) -> None:
    assert reject_codes(row | BUSINESS) == [("legal_representative", "OPERATOR_MISSING")]
    assert reject_codes(row | BUSINESS | {"legal_representative": "赵示例"}) == []
    assert reject_codes(row | BUSINESS | {"certificate_number": "91320505MA1000113B"}) == []


@pytest.mark.parametrize(
    "named", [TOWNSHIP, BUSINESS | {"debtor_category": "国家机关", "legal_representative": "赵示例"}]
)
def test_whether_state_organs_are_listed_is_the_installations_policy(named: dict[str, str]) -> None:
    (reject,) = parsed(ENTRY | named, replace(CONTEXT, state_organs="refuse")).rejects
    assert (reject.field, reject.code) == ("debtor_category", "STATE_ORGAN_POLICY")
    assert "does not forbid listing" in reject.reason
    assert reject_codes(ENTRY | named) == []
    assert notice_codes(ENTRY | named) == ["STATE_ORGAN_WAITS"]
    listing = replace(CONTEXT, state_organs="normal")
    assert reject_codes(ENTRY | named, listing) == []
    assert notice_codes(ENTRY | named, listing) == ["STATE_ORGAN_NOTIFY"]
    assert reject_codes(ORDER | named) == []  # art. 8 speaks of the list


@pytest.mark.parametrize("stated", ["NO_TERM", "无期限"])
def test_on_ground_one_and_another_the_court_states_whether_there_is_a_term(stated: str) -> None:
    mixed = ENTRY | {"grounds": "G1;G4"}
    assert accepted(mixed | {"term_end": stated}).term_end is None
    assert accepted(mixed | {"term_start": "2026-11-22", "term_end": "2028-11-22"}).term_end == date(2028, 11, 22)


def test_a_resumed_case_was_published_since_the_case_it_resumes() -> None:
    resumed = ENTRY | {"case_number": "（2024）苏0505执恢5号", "publish_date": "2019-07-13", "filing_date": ""}
    assert reject_codes(resumed) == [("publish_date", "DATE_BEFORE_CASE")]
    assert reject_codes(resumed | {"previous_case_number": "（2018）苏0505执77号"}) == []
