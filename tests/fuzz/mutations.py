"""Inputs near those that are kept: bytes changed, cut, moved, repeated, and things that readers stumble over put in."""

from collections.abc import Sequence

from hypothesis import strategies as st

AWKWARD = (
    b"", b"\x00", b"\xff", b"\xff" * 10, b"\x80" * 9 + b"\x01", b"\xfe\xff\xff\xff\x0f", b"[" * 1200, b'{"a":' * 1200, b"\\ud83d",
    "１２".encode(), "\u2028".encode(), b"\xed\xa0\x80", b"NaN", b"1e999", b"-1", b"9" * 5000, b"null", b"true", b'"', b"'", b"\r", b"\n\n",
    b"&a *a", b"!!python/object:os.system x", b"=1+1", b"0001-01-01T00:00:00+23:59", b"9999-12-31T23:59:59-23:59", b"2026-99-99", b"../..",
)  # fmt: skip
"""What is put in."""


@st.composite
def near(draw: st.DrawFn, kept: Sequence[bytes]) -> bytes:
    """An input a few steps from one that is kept."""
    data = bytearray(draw(st.sampled_from(kept)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        how = draw(st.integers(0, 5))
        if how == 0 and data:
            data[min(at, len(data) - 1)] = draw(st.integers(0, 255))
        elif how == 1:
            del data[at:]
        elif how == 2:
            del data[at : at + draw(st.integers(1, 20))]
        elif how == 3:
            data[at:at] = draw(st.sampled_from(AWKWARD))
        elif how == 4:
            end = at + draw(st.integers(1, 40))
            data[at:end] = draw(st.sampled_from(AWKWARD))
        else:
            other = draw(st.sampled_from(kept))
            data[at:] = other[draw(st.integers(0, len(other))) :]
    return bytes(data)
