"""Whoever holds connections to the check API, and says nothing or half of it, holds up nobody."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.tests.worlds.gate import CheckDesk, served
from liandong.tests.worlds.sockets import HALF_SENT, HEAD, Crowd, everything_said, health_seconds
from liandong.topics.serving import ServingLimits, serving_limits
from liandong.topics.settings import Settings

SECONDS = 1.0
BODY = b"POST /v1/checks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n%s\r\n\r\n1\r\n{\r\n"
SIZED, STREAMED = b"Content-Length: 100", b"Transfer-Encoding: chunked"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> CheckDesk:
    return CheckDesk(tmp_path_factory.mktemp("railway"))


@pytest.fixture(scope="module")
def port(desk: CheckDesk) -> Iterator[int]:
    with served(desk.api(), limits=ServingLimits(400, SECONDS)) as client:
        assert client.base_url.port is not None
        yield client.base_url.port


def wait_for_all_closed(crowd: Crowd) -> None:
    deadline = time.monotonic() + 20 * SECONDS
    while not crowd.is_gone():
        assert time.monotonic() < deadline, f"{crowd.closed()} of {len(crowd.connections)} are closed"
        time.sleep(0.1)


def test_who_sends_no_whole_head_is_hung_up_on(port: int) -> None:
    with Crowd(port) as crowd:
        for said in HALF_SENT:
            crowd.hold(said)
        crowd.kept()
        assert health_seconds(port) < SECONDS
        wait_for_all_closed(crowd)


@pytest.mark.parametrize("declared", [SIZED, STREAMED])
def test_who_sends_no_whole_body_is_told_so_and_hung_up_on(port: int, desk: CheckDesk, declared: bytes) -> None:
    began = time.monotonic()
    heard = everything_said(port, BODY % (desk.token("slow").encode(), declared))
    assert heard.startswith(b"HTTP/1.1 408 ")
    assert b"BODY_TOO_SLOW" in heard
    assert SECONDS <= time.monotonic() - began < 10


def test_more_connections_than_allowed_wait_until_the_silent_ones_are_gone(port: int) -> None:
    with Crowd(port) as crowd:
        for _ in range(500):
            crowd.hold()
        assert health_seconds(port) < 10 * SECONDS
        wait_for_all_closed(crowd)


@pytest.mark.parametrize(
    "said",
    [
        HEAD + b"X-Huge: " + b"x" * 2_000_000 + b"\r\n\r\n",
        HEAD + b"".join(b"X-%d: 1\r\n" % number for number in range(100_000)) + b"\r\n",
        b"GET /" + b"x" * 2_000_000 + b" HTTP/1.1\r\n\r\n",
        b"\x00\xff" * 1000 + b"\r\n\r\n",
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        HEAD + b"\r\n" + b"junk" * 1000 + b"\r\n\r\n",
        (HEAD + b"\r\n") * 200 + b"\xff\xff\r\n\r\n",
    ],
    ids=[
        "huge header",
        "many headers",
        "huge path",
        "binary",
        "negative length",
        "two lengths",
        "junk behind",
        "pipelined",
    ],
)
def test_what_is_no_request_ends_its_own_connection_alone(port: int, said: bytes) -> None:
    heard = everything_said(port, said)
    statuses = {line.split()[1] for line in heard.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")}
    assert statuses <= {b"200", b"400", b"404", b"414", b"431"}
    assert health_seconds(port) < SECONDS


def test_a_process_that_may_open_few_files_takes_fewer_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 1024))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: asked.append(limits))
    assert serving_limits(Settings(http_connections=2000)) == ServingLimits(512, 30.0)
    assert asked == [(1024, 1024)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, resource.RLIM_INFINITY))
    assert serving_limits(Settings(http_connections=2000, http_request_seconds=5)) == ServingLimits(2000, 5.0)
    assert asked[1:] == [(2512, resource.RLIM_INFINITY)]


def test_the_settings_are_those_of_the_reference(tmp_path: Path) -> None:
    assert serving_limits(Settings(state_dir=tmp_path)) == ServingLimits()
