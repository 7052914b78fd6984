"""What the client library says over and over is logged once in a while."""

import logging

import pytest

from liandong.topics.transport.kafka import failures
from liandong.topics.transport.kafka.failures import _Repeats


@pytest.fixture(autouse=True)
def _told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger=failures.logger.name)


FAILED = "[thrd:127.0.0.1:9092/1]: 127.0.0.1:9092/1: Connect to ipv4#127.0.0.1:9092 failed (after 0ms in state CONNECT"


def passes(repeats: _Repeats, text: str) -> bool:
    return repeats.filter(logging.LogRecord("kafka", logging.ERROR, __file__, 1, text, None, None))


def test_an_error_held_back_for_a_while_is_the_one_told_before() -> None:
    repeats = _Repeats()
    assert passes(repeats, f"{FAILED})")
    assert not passes(repeats, f"{FAILED})".replace("0ms", "12ms"))
    assert not passes(repeats, f"{FAILED}, 7 identical error(s) suppressed)")
    assert passes(repeats, "another text")


def test_what_goes_on_is_told_after_ever_longer_times(monkeypatch: pytest.MonkeyPatch) -> None:
    repeats, now, told = _Repeats(), 1_000.0, []
    monkeypatch.setattr("liandong.topics.transport.kafka.failures.time.monotonic", lambda: now)
    for second in range(1_000):
        now = 1_000.0 + second
        if passes(repeats, FAILED):
            told.append(second)
    assert told == [0, 30, 90, 210, 450, 930]
    now += 10_000
    assert passes(repeats, FAILED)
    now += 31
    assert passes(repeats, FAILED)


def test_connections_that_are_made_again_are_no_warning() -> None:
    for text in (
        f"FAIL [rdkafka#consumer-1] {FAILED}",
        "monitor: 1/1 brokers are down",
        "ERROR [x] 1/1 brokers are down",
    ):
        record = logging.LogRecord("kafka", logging.ERROR, __file__, 1, text, None, None)
        _Repeats().filter(record)
        assert record.levelno == logging.INFO
    record = logging.LogRecord("kafka", logging.ERROR, __file__, 1, "FATAL something else", None, None)
    assert _Repeats().filter(record)
    assert record.levelno == logging.ERROR
