"""A caller's traceparent, read as W3C Trace Context says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liandong.consumers.api.trace_context import traceparent_of

IDS = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (f"00-{IDS}-01", f"00-{IDS}-01"),
        (f"00-{IDS}-00", f"00-{IDS}-00"),
        (f"00-{IDS}-ff", f"00-{IDS}-03"),
        (f"cc-{IDS}-01", f"00-{IDS}-01"),
        (f"cc-{IDS}-01-what-the-future-will-be-like", f"00-{IDS}-01"),
    ],
)
def test_what_the_specification_allows_is_read(sent: str, read: str) -> None:
    assert traceparent_of(sent) == read


@pytest.mark.parametrize(
    "sent",
    [
        None, "", "garbage", f"ff-{IDS}-01", f"00-{IDS.upper()}-01", f"00-{IDS}-01-more", f"00-{IDS}-01.", f"00-{IDS}-1",
        f"cc-{IDS}-01.more", f"00-{'0' * 32}-00f067aa0ba902b7-01", f"00-{IDS[:32]}-{'0' * 16}-01", f" 00-{IDS}-01",
        f"00-{IDS}-01\n", f"00-{IDS}-01,00-{IDS}-01",
    ],
)  # fmt: skip
def test_anything_else_is_as_if_it_had_not_been_sent(sent: str | None) -> None:
    assert traceparent_of(sent) == ""


@given(st.text(max_size=80))
def test_no_text_is_an_error_and_what_is_read_stays_the_same(sent: str) -> None:
    assert traceparent_of(traceparent_of(sent)) == traceparent_of(sent)
