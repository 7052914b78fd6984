"""A caller's traceparent, read as W3C Trace Context says; the cases are those of the specification's own test suite."""

import http.client
import json
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liandong.consumers.api.trace_context import traceparent_of
from liandong.tests.worlds.gate import CheckDesk, served
from liandong.tests.worlds.people import LI
from liandong.tests.worlds.running_node import G

TRACE, PARENT = "12345678901234567890123456789012", "1234567890123456"
IDS = f"{TRACE}-{PARENT}"
VALID = f"00-{IDS}-01"
TAKEN: dict[str, list[tuple[str, str]]] = {
    "traceparent_included_tracestate_missing": [("traceparent", VALID)],
    "tracestate_included_traceparent_included": [("traceparent", VALID), ("tracestate", "foo=1,bar=2")],
    "traceparent_header_name_valid_casing, TraceParent": [("TraceParent", VALID)],
    "traceparent_header_name_valid_casing, TrAcEpArEnT": [("TrAcEpArEnT", VALID)],
    "traceparent_header_name_valid_casing, TRACEPARENT": [("TRACEPARENT", VALID)],
    "traceparent_version_0xcc": [("traceparent", f"cc-{IDS}-01")],
    "traceparent_version_0xcc, longer": [("traceparent", f"cc-{IDS}-01-what-the-future-will-be-like")],
    "traceparent_ows_handling, before": [("traceparent", f" {VALID}")],
    "traceparent_ows_handling, tab before": [("traceparent", f"\t{VALID}")],
    "traceparent_ows_handling, behind": [("traceparent", f"{VALID} ")],
    "traceparent_ows_handling, tab behind": [("traceparent", f"{VALID}\t")],
    "traceparent_ows_handling, around": [("traceparent", f"\t {VALID} \t")],
    "beside a header that is no text": [("x-site", "\xff\xfe"), ("traceparent", VALID), ("x-site", "\xff")],
    "a later version, huge": [("traceparent", f"cc-{IDS}-01-{'x' * 50_000}")],
}
IGNORED: dict[str, list[tuple[str, str]]] = {
    "both_traceparent_and_tracestate_missing": [],
    "tracestate_included_traceparent_missing": [("tracestate", "foo=1")],
    "traceparent_duplicated": [("traceparent", f"00-{TRACE[:-1]}1-{PARENT}-01"), ("traceparent", VALID)],
    "traceparent_duplicated, the same": [("traceparent", VALID), ("Traceparent", VALID)],
    "traceparent_duplicated, the other no text": [("traceparent", "\xff"), ("traceparent", VALID)],
    "traceparent_header_name, hyphen": [("trace-parent", VALID)],
    "traceparent_header_name, dot": [("trace.parent", VALID)],
} | {
    f"traceparent_{name}": [("traceparent", sent)]
    for name, sent in {
        "version_0x00, dot": f"{VALID}.",
        "version_0x00, longer": f"{VALID}-what-the-future-will-be-like",
        "version_0xcc, dot": f"cc-{IDS}-01.what-the-future-will-be-like",
        "version_0xff": f"ff-{IDS}-01",
        "version_illegal_characters, first": f".0-{IDS}-01",
        "version_illegal_characters, second": f"0.-{IDS}-01",
        "version_too_long": f"000-{IDS}-01",
        "version_too_long, twice": f"0000-{IDS}-01",
        "version_too_short": f"0-{IDS}-01",
        "trace_id_all_zero": f"00-{'0' * 32}-{PARENT}-01",
        "trace_id_illegal_characters, first": f"00-.{TRACE[1:]}-{PARENT}-01",
        "trace_id_illegal_characters, last": f"00-{TRACE[:-1]}.-{PARENT}-01",
        "trace_id_too_long": f"00-{TRACE}3-{PARENT}-01",
        "trace_id_too_short": f"00-{TRACE[:-1]}-{PARENT}-01",
        "parent_id_all_zero": f"00-{TRACE}-{'0' * 16}-01",
        "parent_id_illegal_characters, first": f"00-{TRACE}-.{PARENT[1:]}-01",
        "parent_id_illegal_characters, last": f"00-{TRACE}-{PARENT[:-1]}.-01",
        "parent_id_too_long": f"00-{TRACE}-{PARENT}7-01",
        "parent_id_too_short": f"00-{TRACE}-{PARENT[:-1]}-01",
        "trace_flags_illegal_characters, first": f"00-{IDS}-.0",
        "trace_flags_illegal_characters, second": f"00-{IDS}-0.",
        "trace_flags_too_long": f"00-{IDS}-001",
        "trace_flags_too_short": f"00-{IDS}-1",
        "in capitals": f"00-{'A' * 32}-{'B' * 16}-01",
        "of a later version in capitals": f"CC-{IDS}-01",
        "two in one": f"{VALID},{VALID}",
        "empty": "",
        "huge": f"{VALID}-{'x' * 50_000}",
        "huge garbage": "x" * 50_000,
        "no text": "\xff\xfe",
        "a name": "00-\xe6\x9d\x8e",
    }.items()
}


class Counter:
    """Asks about somebody listed, with headers exactly as they are given."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.token = port, token

    def ask(self, method: str, path: str, body: bytes, headers: Sequence[tuple[str, str]]) -> dict[str, str | None]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.putrequest(method, path)
        for name, value in (
            ("authorization", f"Bearer {self.token}"),
            ("content-type", "application/json"),
            ("content-length", str(len(body))),
            *headers,
        ):
            connection.putheader(name, value.encode("latin-1"))
        connection.endheaders(body)
        answer = connection.getresponse()
        document: dict[str, str | None] = json.loads(answer.read())
        connection.close()
        assert answer.status == 200, document
        return document

    def kept(self, headers: Sequence[tuple[str, str]]) -> str | None:
        """What the journal has of a check that came with these headers."""
        decision = self.ask("POST", "/v1/checks", json.dumps(LI.asked("rail-ticket", **G)).encode(), headers)
        assert decision["decision"] == "BLOCK"
        return self.ask("GET", f"/v1/checks/{decision['check_id']}", b"", [])["traceparent"]


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    desk = CheckDesk(tmp_path_factory.mktemp("desk"))
    desk.listed(LI)
    with served(desk.api()) as client:
        yield Counter(client.base_url.port or 0, desk.token("booking"))


@pytest.mark.parametrize("case", TAKEN)
def test_what_the_specification_allows_is_kept_as_version_00(counter: Counter, case: str) -> None:
    assert counter.kept(TAKEN[case]) == VALID


@pytest.mark.parametrize("case", IGNORED)
def test_anything_else_is_as_if_it_had_not_been_sent(counter: Counter, case: str) -> None:
    assert counter.kept(IGNORED[case]) is None


@pytest.mark.parametrize(
    ("sent", "read"), [("00", "00"), ("01", "01"), ("02", "02"), ("03", "03"), ("ff", "03"), ("fc", "00")]
)
def test_flags_nobody_knows_are_cleared(sent: str, read: str) -> None:
    assert traceparent_of(f"00-{IDS}-{sent}") == f"00-{IDS}-{read}"


@pytest.mark.parametrize("sent", [None, f" {VALID}", f"{VALID}\n", f"cc-{IDS}-01-\n"])
def test_what_no_header_can_be_is_nothing(sent: str | None) -> None:
    assert traceparent_of(sent) == ""


@given(st.text(max_size=80))
def test_no_text_is_an_error_and_what_is_read_stays_the_same(sent: str) -> None:
    assert traceparent_of(traceparent_of(sent)) == traceparent_of(sent)
