"""What was made fast says the same as the library it replaces."""

import hmac
from unicodedata import normalize

from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from liandong.schemas.people.identity_numbers import is_check_digit_right
from liandong.schemas.people.names import comparison_form
from liandong.schemas.people.surrogates import LENGTH, MatchingKey
from liandong.schemas.spelling import is_invisible

DIGITS = st.text("0123456789", min_size=17, max_size=17)


@given(DIGITS, st.sampled_from("0123456789X"))
def test_the_check_character_is_judged_as_the_standard_library_of_numbers_judges_it(body: str, last: str) -> None:
    assert is_check_digit_right(body + last) == (mod_11_2.checksum(body + last) == 1)
    assert is_check_digit_right(body + mod_11_2.calc_check_digit(body))


@given(
    st.binary(min_size=1, max_size=130),
    st.integers(1, 30),
    st.text(st.characters(codec="utf-8"), max_size=30),
    st.sampled_from(["", "CHN", "USA"]),
)
def test_surrogates_and_name_tags_are_the_hmac_they_say_they_are(
    secret: bytes, kind: int, number: str, country: str
) -> None:
    key = MatchingKey(1, secret)
    parts = [part.encode() for part in (str(kind), country, number)]
    message = b"".join(len(part).to_bytes(2, "big") + part for part in parts)
    surrogate = key.surrogate(kind, number, country)
    assert surrogate == hmac.digest(secret, message, "sha256")[:LENGTH]
    assert key.name_tag(surrogate, number) == hmac.digest(secret, surrogate + number.encode(), "sha256")[:LENGTH]


def test_names_of_unified_ideographs_are_their_own_comparison_form() -> None:
    for name in map(chr, range(0x4E00, 0xA000)):
        assert normalize("NFKC", name).casefold() == name == comparison_form(name)
        assert not is_invisible(name)
