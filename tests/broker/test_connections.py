"""1,500 connections that say nothing, half a request or the same again do not keep the served processes from answering."""

import json
import signal
from functools import partial

import httpx
import pytest

from liandong.tests.worlds.installation import Installation
from liandong.tests.worlds.sockets import HALF_SENT, HEAD, Crowd, everything_said, health_seconds
from liandong.tests.worlds.waiting import until

CROWD = 1500
SECONDS = 5
PATIENCE = 90.0
POST = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
NO_REQUESTS = (
    HEAD + b"X-Huge: " + b"x" * 2_000_000,
    HEAD + b"".join(b"X-%d: 1\r\n" % number for number in range(100_000)) + b"\r\n",
    b"\x00\xff" * 1000 + b"\r\n\r\n",
    HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    (HEAD + b"\r\n") * 200 + b"\xff\xff\r\n\r\n",
)


def is_healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_crowd_of_connections_keeps_no_served_process_from_answering(installation: Installation) -> None:
    installation.more["LIANDONG_HTTP_REQUEST_SECONDS"] = str(SECONDS)
    node, monitor = installation.ports
    processes = [
        installation.start("monitor", "serve", "--port", str(monitor)),
        installation.start("agency", "run", "railway-js", "--port", str(node)),
    ]
    for port in (node, monitor):
        until(partial(is_healthy, port), PATIENCE)
    for port in (node, monitor):
        with Crowd(port) as crowd:
            for number in range(CROWD):
                if number % 3 == 0:
                    crowd.kept()
                else:
                    crowd.hold(HALF_SENT[number % len(HALF_SENT)])
                if number % 100 == 0:
                    assert health_seconds(port) < 2
            assert max(health_seconds(port) for _ in range(10)) < 2
            assert json.loads(httpx.get(f"http://127.0.0.1:{monitor}/v1/status").content)
            until(crowd.is_gone, PATIENCE)
        for said in NO_REQUESTS:
            everything_said(port, said)
            assert health_seconds(port) < 2
        with Crowd(port) as crowd:
            for path in (b"/v1/status", b"/", b"/v1/events"):
                crowd.hold(POST % path)
            until(crowd.is_gone, PATIENCE)
    for process in processes:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    logs = installation.logs()
    assert "Traceback" not in logs, logs[logs.index("Traceback") :][:6000]
