"""What the check API refuses over a real server: broken requests, and whoever has no token for what they ask."""

from typing import Any

import httpx
import pytest

from liandong.tests.worlds.gate import ApiCaller
from liandong.tests.worlds.people import LI, WANG

G = {"train_type": "G", "seat_class": "second"}


BROKEN: list[tuple[str, Any, int, str, str]] = [
    ("no attribute that decides", LI.asked("rail-ticket", train_type="D"), 422, "ATTRIBUTE_MISSING", "attributes.seat_class"),
    ("no attribute at all", WANG.asked("rail-ticket"), 422, "ATTRIBUTE_MISSING", "attributes.train_type"),
    ("an attribute nobody has", LI.asked("rail-ticket", **G, colour="red"), 422, "ATTRIBUTE_UNKNOWN", "attributes.colour"),
    ("no such transaction", LI.asked("time-travel"), 422, "TRANSACTION_UNKNOWN", ""),
    ("another agency's transaction", LI.asked("air-ticket"), 422, "TRANSACTION_UNKNOWN", ""),
    ("no name", LI.asked("rail-ticket", name="　", **G), 422, "NAME_EMPTY", "subject.name"),
    ("no subject", {"transaction": "rail-ticket"}, 422, "REQUEST_INVALID", "subject"),
    ("a number that is one", {**WANG.asked("rail-ticket"), "subject": {"name": "x", "certificates": [{"type": "CN_ID", "number": 5}]}},
     422, "REQUEST_INVALID", "subject.certificates[0].number"),
    ("no certificates", {**WANG.asked("rail-ticket"), "subject": {"name": "x", "certificates": []}}, 422, "CERTIFICATES_COUNT", "subject.certificates"),
    ("an unknown certificate", {**WANG.asked("rail-ticket"), "subject": {"name": "x", "certificates": [{"type": "FACE", "number": "1"}]}},
     422, "CERTIFICATE_TYPE_UNKNOWN", "subject.certificates[0].type"),
    ("a wrong check digit", {**WANG.asked("rail-ticket"), "subject": {"name": "x", "certificates": [{"type": "CN_ID", "number": "110105194912310021"}]}},
     422, "CERTIFICATE_CHECK_DIGIT", "subject.certificates[0].number"),
    ("a passport of nowhere", {**WANG.asked("rail-ticket"), "subject": {"name": "x", "certificates": [{"type": "PASSPORT", "number": "E12345678"}]}},
     422, "CERTIFICATE_COUNTRY", "subject.certificates[0].country"),
    ("a field nobody knows", LI.asked("rail-ticket", **G) | {"colour": 1}, 422, "REQUEST_INVALID", "colour"),
    ("a list", [1], 422, "REQUEST_INVALID", ""),
    ("nothing in the batch", {"checks": []}, 422, "REQUEST_INVALID", "checks"),
    ("a batch that is none", {"checks": {}}, 422, "REQUEST_INVALID", "checks"),
    ("too many checks", {"checks": [{}] * 1001}, 413, "TOO_MANY_CHECKS", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("document", "status", "code", "field"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN]
)
def test_a_broken_request_is_named(caller: ApiCaller, document: Any, status: int, code: str, field: str) -> None:
    answer = caller.post(document)
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem.get("field", "") == field
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "detail", "remedy"} <= set(problem)
    assert "110105194912310021" not in answer.text


DEEP = b'{"checks": [' + b"[" * 100_000 + b"]" * 100_000 + b"]}"


@pytest.mark.parametrize("path", ["/v1/checks", "/v1/events"])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"transaction": "rail-ticket"', b"nul", DEEP])
def test_what_is_no_json_is_refused(caller: ApiCaller, path: str, body: bytes) -> None:
    headers = caller.headers | {"content-type": "application/json"}
    answer = caller.plain.post(path, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "JSON_INVALID")


def test_other_media_types_methods_and_paths_are_refused(caller: ApiCaller) -> None:
    text_body = caller.plain.post("/v1/checks", content=b"{}", headers=caller.headers | {"content-type": "text/plain"})
    assert text_body.status_code == 415
    wrong = caller.get("/v1/checks")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    assert caller.get("/v1/nothing").status_code == 404
    assert caller.post({}, path="/v1/status").status_code == 405


def test_a_body_that_is_too_large_is_refused_declared_or_not(caller: ApiCaller) -> None:
    headers = caller.headers | {"content-type": "application/json"}
    large = b" " * (4 * 1024 * 1024 + 1)
    chunks = (large[: 1 << 20] for _ in range(5))
    for content in (large, chunks):
        # on a connection of its own: the server hangs up on whoever has more to send than it reads
        with httpx.Client(base_url=caller.plain.base_url, timeout=30) as client:
            assert client.post("/v1/checks", content=content, headers=headers).status_code == 413


@pytest.mark.parametrize("path", ["/v1/status", "/v1/transactions", "/metrics"])
def test_all_but_probes_and_documentation_want_a_token(caller: ApiCaller, path: str) -> None:
    without = caller.plain.get(path)
    assert (without.status_code, without.json()["code"]) == (401, "TOKEN_REQUIRED")
    assert without.headers["www-authenticate"].startswith("Bearer")
    wrong = caller.plain.get(path, headers={"authorization": "Bearer ldt_wrong"})
    assert wrong.status_code == 401
    assert caller.get(path).status_code == 200


def test_the_probes_are_open(caller: ApiCaller) -> None:
    assert caller.plain.get("/healthz").json() == {"alive": True}
    caller.desk.ready_reason = None
    assert caller.plain.get("/readyz").status_code == 503
    caller.desk.ready_reason = {"stale": False}
    assert caller.plain.get("/readyz").json() == {"ready": True, "stale": False}


def test_whoever_may_open_the_socket_needs_no_token(caller: ApiCaller) -> None:
    transport = httpx.HTTPTransport(uds=str(caller.desk.directory / "api.sock"))
    with httpx.Client(transport=transport, base_url="http://node") as client:
        assert client.post("/v1/checks", json=LI.asked("rail-ticket", **G)).json()["decision"] == "BLOCK"
        assert client.get("/v1/status").status_code == 200


def test_a_token_is_for_its_scopes_and_until_it_is_revoked(caller: ApiCaller) -> None:
    narrow = {"authorization": f"Bearer {caller.desk.token('watcher', 'status')}"}
    refused = caller.plain.post("/v1/checks", json=LI.asked("rail-ticket", **G), headers=narrow)
    assert (refused.status_code, refused.json()["code"]) == (403, "TOKEN_NOT_ALLOWED")
    assert caller.plain.get("/v1/status", headers=narrow).status_code == 200
    caller.desk.tokens.revoke("watcher")
    assert caller.plain.get("/v1/status", headers=narrow).status_code == 401
