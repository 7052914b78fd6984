"""What the check API says of itself is what it does: held against JSON Schema and a fuzzer that knows OpenAPI."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from liandong.tests.worlds.people import LI, WANG
from liandong.tests.worlds.running_node import G, Place

NOT_OF_SHAPES = "negative_data_rejection,positive_data_acceptance"
"""A broken member of a batch spoils only itself, so that a batch with one is answered; no schema knows a certificate's check digit."""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a node that runs, with a token."""
    place = Place(tmp_path_factory.mktemp("railway"))
    place.listed(LI)
    place.barrier()
    with place.node() as running:
        running.until(lambda: running.said(LI) == "BLOCK")
        yield running.client


@pytest.fixture(scope="module")
def described(node: httpx.Client) -> dict[str, Any]:
    document: dict[str, Any] = httpx.get(node.base_url.join("/openapi.json")).json()
    return document


def validator(described: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": described["components"]})


def branches(described: dict[str, Any], schema: dict[str, Any], document: object) -> list[str]:
    """The branches of a `oneOf` that a document matches."""
    names = [branch["$ref"].rpartition("/")[2] for branch in schema["oneOf"]]
    return [name for name in names if validator(described, described["components"]["schemas"][name]).is_valid(document)]


def answer_schema(described: dict[str, Any], path: str, method: str = "get", status: str = "200") -> dict[str, Any]:
    answer: dict[str, Any] = described["paths"][path][method]["responses"][status]["content"]["application/json"]
    return dict(answer["schema"])


def test_an_answer_matches_exactly_one_shape(node: httpx.Client, described: dict[str, Any]) -> None:
    schema = answer_schema(described, "/v1/checks", "post")
    asked = [LI.asked("rail-ticket", **G), WANG.asked("rail-ticket", **G)]
    for check in asked:
        assert branches(described, schema, node.post("/v1/checks", json=check).json()) == ["Decision"]
    broken = {"ref": "one", "transaction": "rail-ticket"}
    answered = node.post("/v1/checks", json={"checks": [*asked, broken]}).json()
    assert branches(described, schema, answered) == ["BatchResult"]
    member = described["components"]["schemas"]["BatchResult"]["properties"]["results"]["items"]
    shapes = [branches(described, member, one) for one in answered["results"]]
    assert shapes == [["Decided"], ["Decided"], ["Undecided"]]


def test_requests_match_exactly_one_shape(described: dict[str, Any]) -> None:
    def schema(path: str) -> dict[str, Any]:
        body: dict[str, Any] = described["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        return body

    check = LI.asked("rail-ticket", **G)
    assert branches(described, schema("/v1/checks"), check) == ["Check"]
    assert branches(described, schema("/v1/checks"), {"checks": [check]}) == ["Batch"]
    event: dict[str, Any] = {"domain": "whereabouts", "kind": "TRAVEL", "occurred_at": "2026-11-18T10:00:00+08:00"}
    event |= {"subject": check["subject"], "ref": 7}
    assert branches(described, schema("/v1/events"), event) == ["Event"]
    assert branches(described, schema("/v1/events"), {"events": [event]}) == ["Events"]


@pytest.mark.parametrize("path", ["/v1/transactions", "/v1/status", "/healthz", "/readyz"])
def test_documents_have_the_shapes_that_are_described(node: httpx.Client, described: dict[str, Any], path: str) -> None:
    validator(described, answer_schema(described, path)).validate(node.get(path).json())


def test_every_operation_has_an_id_of_its_own_and_limits_are_stated(described: dict[str, Any]) -> None:
    methods = [method for path in described["paths"].values() for name, method in path.items() if name != "parameters"]
    ids = [method["operationId"] for method in methods]
    assert len(ids) == len(set(ids)) == len(methods)
    schemas = described["components"]["schemas"]
    assert schemas["Batch"]["properties"]["checks"]["maxItems"] == 1_000
    assert schemas["Check"]["properties"]["site"]["maxLength"] == 100
    subject = schemas["SubjectIn"]["properties"]
    assert (subject["certificates"]["maxItems"], subject["name"]["maxLength"]) == (10, 200)
    assert "Retry-After" in described["paths"]["/v1/checks"]["post"]["responses"]["429"]["headers"]


def test_what_no_court_asks_for_is_refused_as_described(node: httpx.Client, described: dict[str, Any]) -> None:
    event = {"domain": "whereabouts", "kind": "TRAVEL", "occurred_at": "2026-11-18T10:00:00+08:00"}
    refused = node.post("/v1/events", json=event | {"subject": WANG.asked("x")["subject"]})
    answers = described["paths"]["/v1/events"]["post"]["responses"]
    assert (refused.status_code, "409" in answers) == (409, True)
    validator(described, answers["409"]["content"]["application/problem+json"]["schema"]).validate(refused.json())


def test_the_key_of_a_request_is_described_with_its_limits(described: dict[str, Any]) -> None:
    for path in ("/v1/checks", "/v1/events"):
        key, _ = described["paths"][path]["post"]["parameters"]
        assert (key["name"], key["in"], key["required"]) == ("Idempotency-Key", "header", False)
        held = Draft202012Validator(key["schema"])
        assert all(map(held.is_valid, ("8e03978e-40d5", '"8e03978e-40d5"', "x" * 128)))
        assert not any(map(held.is_valid, ("", '"x', "x y", "x" * 129)))


def test_any_traceparent_is_a_request_as_described(node: httpx.Client, described: dict[str, Any]) -> None:
    for path in ("/v1/checks", "/v1/events"):
        _, trace = described["paths"][path]["post"]["parameters"]
        assert (trace["name"], trace["in"], trace["required"]) == ("traceparent", "header", False)
        assert all(map(Draft202012Validator(trace["schema"]).is_valid, ("", "garbage", "00-" + "x" * 9_000)))
    check = LI.asked("rail-ticket", **G)
    for sent in (None, f"00-{'4b' * 16}-{'0b' * 8}-01"):
        check_id = node.post("/v1/checks", json=check, headers={"traceparent": sent or "garbage"}).json()["check_id"]
        past = node.get(f"/v1/checks/{check_id}").json()
        schema = answer_schema(described, "/v1/checks/{check_id}")
        validator(described, schema).validate(past)
        assert past["traceparent"] == sent


def test_head_answers_where_get_does_without_a_body(node: httpx.Client, described: dict[str, Any]) -> None:
    for path in (path for path, methods in described["paths"].items() if "get" in methods and "{" not in path):
        asked, told = node.head(path), node.get(path)
        assert (asked.status_code, asked.content) == (told.status_code, b"")
        assert asked.headers["content-type"] == told.headers["content-type"]
    refused = node.post("/healthz", json={})
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")


def test_the_page_tells_what_can_be_asked_in_both_languages(node: httpx.Client) -> None:
    page = node.get("/docs", headers={"accept-language": "zh"}).text
    assert all(words in page for words in ("核查接口", "试一次核查", "rail-ticket-change"))
    assert "Try a check" in node.get("/docs", headers={"accept-language": "en"}).text
    offered = node.get("/v1/transactions").json()
    assert [one["id"] for one in offered["transactions"]] == ["rail-ticket", "rail-ticket-change"]
    assert offered["transactions"][0]["attributes"]["required"] == ["seat_class", "train_type"]


def test_a_fuzzer_finds_no_answer_that_is_not_described(node: httpx.Client, tmp_path: Path) -> None:
    url = str(node.base_url).rstrip("/")
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/openapi.json", "--no-color"]
    bounds = ["--max-examples", "25", "--seed", "1", "--exclude-checks", NOT_OF_SHAPES]
    token = ["--header", f"Authorization: {node.headers['authorization']}"]
    fuzzed = subprocess.run([*command, *bounds, *token], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert fuzzed.returncode == 0, fuzzed.stdout[-5_000:] + fuzzed.stderr[-1_000:]
    assert "Tested: 17" in fuzzed.stdout
