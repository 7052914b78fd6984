"""The hot loop's positional reader says exactly what the Avro library says, or leaves the record to it."""

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from liandong.consumers.store import prefix_reader as module
from liandong.consumers.store.prefix_reader import Leading, leading
from liandong.schemas.wire.codec import Undecodable, decode_prefix, encode
from liandong.tests.worlds.records import CourtScribe

LONG = st.integers(-(2**63), 2**63 - 1) | st.integers(0, 100)
INT = st.integers(-(2**31), 2**31 - 1) | st.integers(0, 10)
BYTES16 = st.binary(min_size=16, max_size=16)
IDENTITY = st.fixed_dictionaries(
    {"key_id": INT, "certificate_type": INT, "link": INT, "surrogate": BYTES16, "name_tag": BYTES16}
)
SMALL = ("instrument", "record_class", "status", "person_kind", "person_role")
PREFIX = st.fixed_dictionaries(
    {"proof": st.binary(min_size=72, max_size=72), "entry_id": BYTES16, "version": LONG, "court": st.text(max_size=80)}
    | {"court_sequence": LONG, "effective_from": LONG, "effective_until": LONG}
    | dict.fromkeys(SMALL, INT)
    | {"identities": st.lists(IDENTITY, max_size=70)}
)
COURT = CourtScribe()
PLAIN = COURT.include()
RECORD: dict[str, Any] = COURT.entries[PLAIN[72:88]]


def by_the_library(body: bytes) -> Leading | None:
    try:
        prefix = decode_prefix(body)
    except Undecodable:
        return None
    surrogates = [one["surrogate"] for one in prefix["identities"]]
    return (
        prefix["entry_id"], prefix["version"], prefix["court"].encode(), prefix["court_sequence"], prefix["status"], surrogates,
    )  # fmt: skip


@given(PREFIX)
def test_every_record_is_read_as_the_library_reads_it(prefix: dict[str, Any]) -> None:
    body = encode("list-record", RECORD | prefix)
    assert leading(body) == by_the_library(body)


@given(st.binary(max_size=400), st.integers(0, 200))
@example(b"", 88)
@example(b"\xff" * 200, 88)
@example(b"\x02" * 200, 90)
def test_any_bytes_are_read_as_the_library_reads_them(noise: bytes, at: int) -> None:
    for body in (noise, PLAIN[:at] + noise, PLAIN[:at] + noise + PLAIN[at + len(noise) :], PLAIN[:at]):
        assert leading(body) == by_the_library(body)


@given(st.integers(72, 200), st.integers(0, 255))
def test_one_wrong_byte_is_read_as_the_library_reads_it(at: int, byte: int) -> None:
    body = PLAIN[:at] + bytes([byte]) + PLAIN[at + 1 :]
    assert leading(body) == by_the_library(body)


def test_a_plain_record_does_not_need_the_library() -> None:
    assert module._plain(PLAIN) == by_the_library(PLAIN)
    many = COURT.include(*(bytes([number]) * 16 for number in range(5)))
    assert module._plain(many) == by_the_library(many)


def test_what_is_not_plain_is_left_to_it() -> None:
    odd = {"court": "法院", "version": -3, "key_id": 4000, "status": 900, "court_sequence": -1}
    for name, value in odd.items():
        record = RECORD | {name: value}
        if name == "key_id":
            record = RECORD | {"identities": [RECORD["identities"][0] | {"key_id": value}]}
        body = encode("list-record", record | {"proof": bytes(72)})
        assert module._plain(body) is None
        assert leading(body) == by_the_library(body)
