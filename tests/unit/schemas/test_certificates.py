"""Vectors of domain.md §4.3 and §11: the same subject always has the same canonical certificate."""

from datetime import date

import pytest

from liandong.schemas.people.certificate_problems import CertificateProblem
from liandong.schemas.people.certificates import (
    Certificate,
    CertificateType,
    age,
    birth_date,
    equivalents,
    mask,
    normalise,
    sex,
    warnings,
)
from liandong.schemas.people.countries import ICAO_ISSUERS, ISO_3166_ALPHA_3
from liandong.schemas.people.entity_codes import org_code_check_character, uscc_check_character
from liandong.schemas.people.identity_numbers import is_minor_on, upgraded

CN_ID = "11010519491231002X"


@pytest.mark.parametrize(
    ("kind", "written", "expected_type", "canonical"),
    [
        ("CN_ID", CN_ID, "CN_ID", CN_ID),
        ("CN_ID", "440524188001010014", "CN_ID", "440524188001010014"),
        ("CN_ID", "11010519491231002x", "CN_ID", CN_ID),
        ("CN_ID", "11010519491231002Ｘ", "CN_ID", CN_ID),
        ("CN_ID", "１１０１０５１９４９１２３１００２ｘ", "CN_ID", CN_ID),
        ("CN_ID", "\ufeff110105 19491231\u200b 002X \u3000", "CN_ID", CN_ID),
        ("CN_ID", "110105-19491231-002X", "CN_ID", CN_ID),
        ("CN_ID15", "110105491231002", "CN_ID", CN_ID),
        ("CN_ID", "110105491231002", "CN_ID", CN_ID),
        ("CN_ID", "810000199408230021", "RESIDENCE_PERMIT", "810000199408230021"),
        ("RESIDENCE_PERMIT", "830000199201300022", "RESIDENCE_PERMIT", "830000199201300022"),
        ("FOREIGN_PR_CARD", "usa110012345678", "FOREIGN_PR_CARD", "USA110012345678"),
        ("HK_MACAU_PERMIT", "h12345678", "HK_MACAU_PERMIT", "H12345678"),
        ("HK_MACAU_PERMIT", "H1234567803", "HK_MACAU_PERMIT", "H12345678"),
        ("TAIWAN_PERMIT", "05616820", "TAIWAN_PERMIT", "05616820"),
        ("TAIWAN_PERMIT", "0561682001（D）", "TAIWAN_PERMIT", "05616820"),
        ("TAIWAN_PERMIT", "0561682001B", "TAIWAN_PERMIT", "05616820"),
        ("USCC", "91350100m000100y43", "USCC", "91350100M000100Y43"),
        ("USCC", "91320505MA10000097", "USCC", "91320505MA10000097"),
        ("ORG_CODE", "M000100Y-4", "ORG_CODE", "M000100Y4"),
        ("USCC", "M000100Y4", "ORG_CODE", "M000100Y4"),
        ("ORG_CODE", "91350100M000100Y43", "USCC", "91350100M000100Y43"),
        ("USCC", "320500000012345", "BUSINESS_REG", "320500000012345"),
    ],
)
def test_every_spelling_gives_the_canonical_certificate(
    kind: str, written: str, expected_type: str, canonical: str
) -> None:
    found = normalise(CertificateType[kind], written)
    assert (found.type.name, found.number, found.country) == (expected_type, canonical, "")


@pytest.mark.parametrize(
    ("kind", "written", "code"),
    [
        ("CN_ID", "", "CERTIFICATE_EMPTY"),
        ("CN_ID", " \u200b\ufeff", "CERTIFICATE_EMPTY"),
        ("CN_ID", "1101051949****002X", "CERTIFICATE_MASKED"),
        ("CN_ID", "1101051949＊＊＊＊002X", "CERTIFICATE_MASKED"),
        ("CN_ID", "1.10105E+17", "CERTIFICATE_SPOILT"),
        ("CN_ID", "110105194912310021", "CERTIFICATE_CHECK_DIGIT"),
        ("CN_ID", "110105199902300025", "CERTIFICATE_BIRTH_DATE"),
        ("CN_ID", "11010519491231002", "CERTIFICATE_LENGTH"),
        ("CN_ID", "11010519491231O02X"[:18], "CERTIFICATE_CHARACTERS"),
        ("CN_ID", "①1010519491231002X", "CERTIFICATE_CHARACTERS"),
        ("CN_ID", "٠1010519491231002X", "CERTIFICATE_CHARACTERS"),
        ("USCC", "91350100M000100Y4Z", "CERTIFICATE_CHARACTERS"),
        ("USCC", "91350100M000100Y44", "CERTIFICATE_CHECK_DIGIT"),
        ("USCC", "91350100MOOO1OOY43", "CERTIFICATE_LOOK_ALIKE"),
        ("USCC", "9135", "CERTIFICATE_LENGTH"),
        ("ORG_CODE", "M000100Y5", "CERTIFICATE_CHECK_DIGIT"),
        ("HK_MACAU_PERMIT", "X12345678", "CERTIFICATE_PERMIT"),
        ("TAIWAN_PERMIT", "1234567", "CERTIFICATE_PERMIT"),
        ("PASSPORT", "E12345678", "CERTIFICATE_COUNTRY"),
    ],
)
def test_what_cannot_be_decided_is_refused_without_showing_the_number(kind: str, written: str, code: str) -> None:
    with pytest.raises(CertificateProblem) as caught:
        normalise(CertificateType[kind], written)
    assert caught.value.code == code
    assert caught.value.remedy
    for text in (str(caught.value), *caught.value.in_language("zh")):
        assert not written.strip() or written not in text


def test_a_birth_date_after_today_is_refused_only_when_today_is_told() -> None:
    number = upgraded("110105491231002").replace("1949", "2049")
    body = number[:17]
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    number = body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]
    assert normalise(CertificateType.CN_ID, number).number == number
    with pytest.raises(CertificateProblem, match="CERTIFICATE_BIRTH_FUTURE"):
        normalise(CertificateType.CN_ID, number, today=date(2026, 11, 22))


def test_centenarians_of_the_old_numbers_were_born_in_the_century_before() -> None:
    assert upgraded("440524800101999")[6:14] == "18800101"
    assert upgraded("440524800101995")[6:14] == "19800101"


def test_equal_passport_numbers_of_two_countries_are_two_certificates() -> None:
    korean = normalise(CertificateType.PASSPORT, "m12345678", "kor")
    american = normalise(CertificateType.PASSPORT, "M12345678", "USA")
    assert korean != american
    assert (korean.country, korean.number) == ("KOR", "M12345678")


def test_a_passport_that_looks_like_scientific_notation_is_a_passport() -> None:
    assert normalise(CertificateType.PASSPORT, "5E123456", "GBR").number == "5E123456"


def test_a_unified_code_also_matches_by_the_organisation_code_in_it() -> None:
    code = normalise(CertificateType.USCC, "91350100M000100Y43")
    assert equivalents(code) == (code, normalise(CertificateType.ORG_CODE, "M000100Y-4"))
    person = normalise(CertificateType.CN_ID, CN_ID)
    assert equivalents(person) == (person,)


def test_other_registrars_than_market_regulation_have_valid_codes_too() -> None:
    body = "N2320599MF0000001"
    assert normalise(CertificateType.USCC, body + uscc_check_character(body)).number.startswith("N2")


def test_check_characters_of_the_standards_examples() -> None:
    assert uscc_check_character("91350100M000100Y4") == "3"
    assert org_code_check_character("M000100Y") == "4"


def test_a_number_tells_birth_date_sex_and_age() -> None:
    person = normalise(CertificateType.CN_ID, CN_ID)
    assert birth_date(person) == date(1949, 12, 31)
    assert sex(person) == 2
    assert age(person, date(2026, 12, 30)) == 76
    assert age(person, date(2026, 12, 31)) == 77
    entity = normalise(CertificateType.USCC, "91350100M000100Y43")
    assert (birth_date(entity), sex(entity), age(entity, date(2026, 1, 1))) == (None, None, None)


@pytest.mark.parametrize(
    ("born", "day", "minor"),
    [
        (date(2008, 11, 21), date(2026, 11, 22), False),
        (date(2008, 11, 22), date(2026, 11, 22), True),
        (date(2008, 11, 23), date(2026, 11, 22), True),
        (date(2008, 2, 29), date(2026, 2, 28), True),
        (date(2008, 2, 29), date(2026, 3, 1), False),
    ],
)
def test_the_eighteenth_birthday_still_protects(born: date, day: date, minor: bool) -> None:
    assert is_minor_on(born, day) is minor


def test_an_unknown_region_is_a_warning_and_a_retired_county_not_even_that() -> None:
    assert warnings(normalise(CertificateType.CN_ID, CN_ID)) == ()
    assert warnings(Certificate(CertificateType.CN_ID, "190105194912310020")) == ("REGION_UNKNOWN",)
    assert warnings(normalise(CertificateType.PASSPORT, "A1234567", "CHN")) == ("PASSPORT_UNUSUAL",)


def test_no_view_of_a_certificate_shows_the_number() -> None:
    certificate = normalise(CertificateType.CN_ID, CN_ID)
    assert repr(certificate) == "Certificate(CN_ID 110*************2X)"
    assert CN_ID not in f"{certificate} {certificate!r} {[certificate]}"


@pytest.mark.parametrize(("number", "shown"), [("E12345678", "E12****78"), ("05616820", "******20"), ("1234", "****")])
def test_a_mask_leaves_three_and_two_characters_at_most(number: str, shown: str) -> None:
    assert mask(number) == shown


def test_every_problem_has_texts_in_both_languages() -> None:
    for code in CertificateProblem.texts:
        problem = CertificateProblem(code, type="CN_ID", length="1", expected="18")
        assert problem.in_language("en") != problem.in_language("zh")
        assert all(problem.in_language("zh"))


def test_country_codes_are_three_letters_and_complete() -> None:
    assert len(ISO_3166_ALPHA_3) == 249
    assert not ISO_3166_ALPHA_3 & ICAO_ISSUERS
    assert all(len(code) == 3 and code.isupper() for code in ISO_3166_ALPHA_3 | ICAO_ISSUERS)
