"""What the client library says over and over is logged once in a while."""

import logging

from liandong.topics.transport.kafka.failures import _Repeats

FAILED = "[thrd:127.0.0.1:9092/1]: 127.0.0.1:9092/1: Connect to ipv4#127.0.0.1:9092 failed (after 0ms in state CONNECT"


def passes(repeats: _Repeats, text: str) -> bool:
    return repeats.filter(logging.LogRecord("kafka", logging.ERROR, __file__, 1, text, None, None))


def test_an_error_held_back_for_a_while_is_the_one_told_before() -> None:
    repeats = _Repeats()
    assert passes(repeats, f"{FAILED})")
    assert not passes(repeats, f"{FAILED})".replace("0ms", "12ms"))
    assert not passes(repeats, f"{FAILED}, 7 identical error(s) suppressed)")
    assert passes(repeats, "another text")
