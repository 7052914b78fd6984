"""An outage stands in the log when it begins, ever more rarely while it lasts, and once when it is over."""

import logging
from typing import Any

import pytest

from liandong.tests.worlds.clock import VirtualClock
from liandong.topics.logs import FACTS
from liandong.topics.workers.outages import STARTING_SECONDS, OutageLog


class Logged:
    """What stands in the log."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog

    def __call__(self) -> list[dict[str, Any]]:
        return [_as_dict(record) for record in self._caplog.records]

    def clear(self) -> None:
        self._caplog.clear()


def _as_dict(record: logging.LogRecord) -> dict[str, Any]:
    facts = {name: vars(record)[name] for name in FACTS if name in vars(record)}
    return {"event": record.message, "log_level": record.levelname.lower(), **facts}


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Logged:
    return Logged(caplog)


def outage(clock: VirtualClock) -> OutageLog:
    return OutageLog("test", "it fails", "it works again", clock)


def last(log: OutageLog, clock: VirtualClock, seconds: int, code: str = "AWAY", *, awaited: bool = False) -> None:
    """Let it fail every second for so long."""
    for _ in range(seconds):
        log.fails(code, "nobody answers", awaited=awaited)
        clock.pass_seconds(1)


def test_an_hour_is_told_in_a_dozen_lines_and_its_end_in_one(logged: Logged) -> None:
    clock = VirtualClock()
    log = outage(clock)
    log.works()
    assert logged() == []
    last(log, clock, 3_600)
    assert [line.get("seconds", 0) for line in logged()] == [0, 10, 30, 70, 150, 310, 630, 1270, 2550]
    assert {(line["event"], line["code"], line["log_level"]) for line in logged()} == {("it fails", "AWAY", "warning")}
    logged.clear()
    log.works()
    log.works()
    assert [(line["event"], line["seconds"]) for line in logged()] == [("it works again", 3_600)]


def test_the_next_outage_is_told_at_once_and_another_reason_too(logged: Logged) -> None:
    clock = VirtualClock()
    log = outage(clock)
    last(log, clock, 5)
    last(log, clock, 5, "FORBIDDEN")
    log.works()
    last(log, clock, 1)
    assert [line["code"] for line in logged()] == ["AWAY", "FORBIDDEN", "FORBIDDEN", "AWAY"]


def test_what_is_awaited_at_the_start_has_some_seconds(logged: Logged) -> None:
    clock = VirtualClock()
    log = outage(clock)
    last(log, clock, int(STARTING_SECONDS) - 1, awaited=True)
    log.works()
    assert logged() == []
    other = outage(clock)
    last(other, clock, int(STARTING_SECONDS) + 1, awaited=True)
    assert [line["event"] for line in logged()] == ["it fails"]


def test_what_is_not_awaited_is_told_in_the_middle_of_waiting(logged: Logged) -> None:
    clock = VirtualClock()
    log = outage(clock)
    last(log, clock, 2, awaited=True)
    last(log, clock, 1, "FORBIDDEN")
    assert [line["code"] for line in logged()] == ["FORBIDDEN"]
