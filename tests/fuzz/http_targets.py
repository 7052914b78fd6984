"""Targets of HTTP: requests of the check API as they come off the network, and what the monitor is asked."""

import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from fastapi import Request

from liandong.consumers.api.problems import MAX_CHECKS
from liandong.consumers.api.requests import CheckIn, read_body, read_check, read_events, to_request
from liandong.consumers.api.responses import language_of
from liandong.consumers.api.trace_context import traceparent_of
from liandong.consumers.events.intake import UnreadEvent, read_event
from liandong.monitoring.log.heads import NotaryName
from liandong.monitoring.page.log_files import LogFiles
from liandong.monitoring.page.site import preferred
from liandong.schemas.dates import date_of_ms
from liandong.schemas.errors import LiandongError
from liandong.tests.fuzz.target import FuzzTarget
from liandong.tests.simulation.calling import Call, call
from liandong.tests.worlds.clock import NOW
from liandong.tests.worlds.gate import CheckDesk

TOKEN = "{token}"
"""Stands in an input for a token that counts."""


@cache
def desk() -> tuple[CheckDesk, str]:
    """A check desk and a token for it."""
    made = CheckDesk(Path(tempfile.mkdtemp(prefix="liandong-fuzz-")))
    return made, made.token("fuzz")


@cache
def api() -> object:
    return desk()[0].api()


def checks(data: bytes) -> None:
    """A body of POST /v1/checks; a batch has as many answers as checks."""
    body = read_body(data)
    read = [body] if isinstance(body, CheckIn) else [read_check(raw) for raw in body]
    assert 0 < len(read) <= MAX_CHECKS
    for check in read:
        if isinstance(check, CheckIn):
            with suppress(LiandongError):
                to_request(check, date_of_ms(NOW))


def told(data: bytes) -> None:
    """A body of POST /v1/events."""
    payload = read_events(data)
    events = payload["events"] if isinstance(payload.get("events"), list) else [payload]
    for event in events:
        assert isinstance(event, dict | UnreadEvent)
        if isinstance(event, dict):
            with suppress(LiandongError):
                read_event(event, NOW)


def request(data: bytes) -> None:
    """A whole request: method and path, headers, a blank line, the body. No answer is that of a broken server."""
    head, _, body = data.partition(b"\n\n")
    first, *lines = head.decode(errors="replace").replace(TOKEN, desk()[1]).split("\n")
    method, _, path = first.partition(" ")
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    answer = call(api(), Call(path, headers, body, method))  # type: ignore[arg-type]
    assert answer.status in {200, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429}, answer


def headers(data: bytes) -> None:
    """Headers that are read by themselves."""
    text = data.decode(errors="replace")
    assert language_of(text, "zh") in {"zh", "en"}
    assert preferred(text, "en") in {"zh", "en"}
    traced = traceparent_of(text)
    assert traced == "" or len(traced) == 55


def log_path(data: bytes) -> None:
    """A path of a transparency log; none leads out of its folder."""
    name = NotaryName("js", "notary-js-1")
    folder = Path(tempfile.gettempdir()) / "liandong-fuzz-no-log"
    text = data.decode(errors="surrogateescape")
    assert LogFiles({name: folder}, lambda _: "en").get(Request({"type": "http"}), *name, text).status_code == 404


TARGETS = (
    FuzzTarget("check-body", checks, "a body of POST /v1/checks"),
    FuzzTarget("events-body", told, "a body of POST /v1/events"),
    FuzzTarget("request", request, "a whole request of the check API"),
    FuzzTarget("headers", headers, "headers of any request"),
    FuzzTarget("log-path", log_path, "a path below /tlog of the monitor"),
)
