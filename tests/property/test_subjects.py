"""Any spelling of a fact has one canonical form, and that form is its own."""

import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from liandong.schemas.dates import date_of_ms, end_of_day_ms, parse_date, start_of_day_ms
from liandong.schemas.law.case_number import CaseNumberProblem, parse_case_number
from liandong.schemas.law.terms import term_end
from liandong.schemas.people.certificate_problems import CertificateProblem
from liandong.schemas.people.certificates import CertificateType, normalise
from liandong.schemas.people.entity_codes import USCC_ALPHABET, uscc_check_character
from liandong.schemas.people.identity_numbers import upgraded
from liandong.schemas.people.names import comparison_form, display_form

DAYS = st.dates(date(1900, 1, 1), date(2026, 12, 31))
NOISE = st.sampled_from(["", " ", "\u200b", "\ufeff", "\u3000", "\t", "-", "\u2010", "\u200d", "\u00a0"])
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


@st.composite
def citizen_numbers(draw: st.DrawFn) -> str:
    region = draw(st.sampled_from(["320599", "110199", "510199"]))
    body = f"{region}{draw(DAYS):%Y%m%d}{draw(st.integers(0, 999)):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


@st.composite
def unified_codes(draw: st.DrawFn) -> str:
    body = "91320599" + draw(st.text(USCC_ALPHABET, min_size=9, max_size=9))
    return body + uscc_check_character(body)


@st.composite
def spelt(draw: st.DrawFn, text: str) -> str:
    """The text as somebody may have typed it."""
    cased = draw(st.sampled_from([text, text.lower(), text.upper()]))
    parts = [draw(NOISE) + (one.translate(WIDE) if draw(st.booleans()) else one) for one in cased]
    return "".join(parts) + draw(NOISE)


@given(st.data(), st.one_of(citizen_numbers(), unified_codes()))
def test_any_spelling_of_a_number_gives_one_certificate(data: st.DataObject, number: str) -> None:
    kind = CertificateType.USCC if number.startswith("91320599") else CertificateType.CN_ID
    found = normalise(kind, data.draw(spelt(number)))
    assert found == normalise(kind, number)
    assert normalise(found.type, found.number) == found
    assert number not in repr(found)


@given(citizen_numbers(), st.integers(0, 16), st.integers(1, 9))
def test_one_mistyped_digit_is_always_noticed(number: str, place: int, shift: int) -> None:
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    with pytest.raises(CertificateProblem) as caught:
        normalise(CertificateType.CN_ID, wrong)
    assert wrong not in str(caught.value)


@given(citizen_numbers())
def test_the_old_number_of_a_person_is_the_same_certificate(number: str) -> None:
    assume(number[6:8] == "19" and not number[14:17].startswith("99"))
    old = number[:6] + number[8:17]
    assert upgraded(old) == number
    assert normalise(CertificateType.CN_ID15, old) == normalise(CertificateType.CN_ID, number)


@given(st.sampled_from(CertificateType), st.text())
@example(CertificateType.USCC, "\u0130")
def test_any_text_is_a_certificate_or_a_problem(kind: CertificateType, text: str) -> None:
    try:
        found = normalise(kind, text, "CHN")
    except CertificateProblem:
        return
    assert found.number.isascii()
    assert normalise(found.type, found.number, found.country) == found


@given(st.text())
@example("\u2f00 \U00020bb7·A\u030a")
@example("\u03b0")
@example("H\u00a8\u2e80")
def test_comparison_forms_are_their_own_comparison_form(name: str) -> None:
    form = comparison_form(name)
    assert comparison_form(form) == form
    assert comparison_form(display_form(name)) == form
    assert comparison_form(unicodedata.normalize("NFD", name)) == form


@given(st.text())
def test_display_forms_change_nothing_twice(name: str) -> None:
    assert display_form(display_form(name)) == display_form(name)


@given(
    st.data(),
    st.integers(1990, 2030),
    st.sampled_from(["苏0505", "京7101", "渝", "兵0101", "最高法"]),
    st.sampled_from(["执", "执恢", "执保", "民初"]),
    st.integers(1, 9_999_999),
)
def test_any_spelling_of_a_case_gives_one_key(
    data: st.DataObject, year: int, court: str, kind: str, serial: int
) -> None:
    left, right = data.draw(
        st.sampled_from([tuple(pair) for pair in ("()", "（）", "〔〕", "[]", "［］", "【】", "(）")])
    )
    shown = f"{serial:08d}" if data.draw(st.booleans()) else str(serial)
    parts = [
        left,
        str(year),
        right,
        court,
        kind,
        shown,
        data.draw(st.sampled_from(["号", "號", "", "号之一", "号之3"])),
    ]
    if data.draw(st.booleans()):
        parts = [part.translate(WIDE) for part in parts]
    blank = data.draw(st.sampled_from(["", " ", "\u3000", "\u200b"]))
    found = parse_case_number(blank.join(parts))
    assert found.key == f"（{year}）{court}{kind}{serial}号"
    assert parse_case_number(found.key).key == found.key
    assert parse_case_number(str(found)).key == found.key


@given(st.text())
def test_any_text_is_a_case_number_or_a_problem(text: str) -> None:
    try:
        found = parse_case_number(text)
    except CaseNumberProblem:
        return
    assert parse_case_number(found.key).key == found.key


@given(DAYS)
def test_any_spelling_of_a_day_is_that_day(day: date) -> None:
    spellings = (f"{day:%Y%m%d}", f"{day:%Y-%m-%d}", f"{day.year}/{day.month}/{day.day}", f"{day:%Y年%m月%d日}")
    assert {parse_date(text) for text in spellings} == {day}
    assert date_of_ms(start_of_day_ms(day)) == date_of_ms(end_of_day_ms(day) - 1) == day
    assert end_of_day_ms(day) == start_of_day_ms(day + timedelta(days=1))


@given(DAYS, st.sampled_from([0, 12, 18, 24, 36]))
def test_a_term_ends_on_the_same_day_of_the_month_or_earlier(start: date, extension: int) -> None:
    end = term_end(start, extension)
    assert end.day <= start.day
    assert (end.year - start.year) * 12 + end.month - start.month == 24 + extension
