"""Certificates of a row: their types, how they are linked, and the one key a subject has."""

import pytest

from liandong.schemas.law.listing import Link
from liandong.tests.worlds.intake_rows import CN_ID, ENTRY, ORDER, accepted, notice_codes, reject_codes


def test_linked_certificates_travel_with_how_they_are_linked() -> None:
    row = ENTRY | {
        "certificate_2_type": "护照",
        "certificate_2_number": "E12345678",
        "certificate_2_country": "CHN",
        "certificate_2_link": "已核实",
        "certificate_3_type": "PASSPORT",
        "certificate_3_number": "E00000001",
        "certificate_3_country": "CHN",
        "certificate_4_number": "110105491231002",
        "certificate_4_type": "CN_ID15",
    }
    listing = accepted(row)
    assert [held.link for held in listing.certificates] == [Link.OWN, Link.VERIFIED, Link.UNVERIFIED]
    assert notice_codes(row) == ["CERTIFICATE_TWICE"]


def test_a_subject_has_one_key_whatever_certificate_stands_first() -> None:
    passport_first = ENTRY | {
        "certificate_type": "PASSPORT",
        "certificate_number": "E12345678",
        "certificate_country": "CHN",
        "certificate_2_type": "CN_ID15",
        "certificate_2_number": "110105491231002",
    }
    assert accepted(passport_first).key() == accepted(ENTRY).key()
    entity = ENTRY | {"kind": "单位", "certificate_type": "", "certificate_number": "91350100M000100Y43"}
    by_old_code = entity | {"certificate_number": "M000100Y-4"}
    assert accepted(entity).key() == accepted(by_old_code).key() != accepted(ENTRY).key()
    assert accepted(ENTRY | {"case_number": "(2024)苏0505执1235号"}).key() != accepted(ENTRY).key()
    assert accepted(ORDER).key() != accepted(ENTRY).key()


@pytest.mark.parametrize(
    ("number", "kind", "expected"),
    [
        (CN_ID, "", "CN_ID"),
        ("110105491231002", "自然人", "CN_ID"),
        ("91350100M000100Y43", "", "USCC"),
        ("M000100Y-4", "单位", "ORG_CODE"),
        ("320500000012345", "单位", "BUSINESS_REG"),
    ],
)
def test_the_type_may_be_left_out_where_the_number_tells(number: str, kind: str, expected: str) -> None:
    row = ENTRY | {"certificate_type": "", "certificate_number": number, "kind": kind}
    assert accepted(row).certificates[0].certificate.type.name == expected


@pytest.mark.parametrize("number", ["110105491231002", "05616820", "E12345678", "M000100Y4"])
def test_a_type_that_could_be_two_is_asked_for_never_guessed(number: str) -> None:
    row = ENTRY | {"certificate_type": "", "certificate_number": number, "kind": ""}
    assert reject_codes(row) == [("certificate_type", "CERTIFICATE_TYPE_NEEDED")]


def test_numbers_typed_as_text_with_an_apostrophe_are_read() -> None:
    assert accepted(ENTRY | {"certificate_number": "'" + CN_ID}).subject.number == CN_ID
    assert accepted(ENTRY | {"certificate_number": "\t" + CN_ID}).subject.number == CN_ID
