"""Looking once: what reading gives or fails with is the answer, unless nobody answers meanwhile."""

import threading
from collections.abc import Callable

import pytest

from liandong.monitoring.service.one_look import while_it_answers
from liandong.monitoring.service.reach import ASK_SECONDS
from liandong.topics.transport.errors import BrokerUnreachable, TopicMissing, TransportError
from liandong.topics.transport.reading import LogStalled

PATIENCE = 30.0


class Asked:
    """Somebody who is asked for signs of life."""

    def __init__(self, *failures: TransportError | None, then: Callable[[], None] = lambda: None) -> None:
        self.failures, self.asked, self._then = list(failures), 0, then

    def __call__(self, seconds: float) -> None:
        assert seconds == ASK_SECONDS
        failure = self.failures[min(self.asked, len(self.failures) - 1)]
        self.asked += 1
        if self.asked == len(self.failures):
            self._then()
        if failure is not None:
            raise failure


def never() -> Callable[[float], None]:
    raise AssertionError("what ends at once asks nobody")


def test_what_reading_gives_or_fails_with_is_the_answer_and_nobody_is_asked() -> None:
    assert while_it_answers(lambda: 42, never) == 42

    def stalls() -> int:
        raise LogStalled({})

    with pytest.raises(LogStalled):
        while_it_answers(stalls, never)


def test_who_does_not_answer_ends_the_look_although_reading_goes_on() -> None:
    may_end = threading.Event()
    asked = Asked(None, BrokerUnreachable("gone"))
    with pytest.raises(BrokerUnreachable):
        while_it_answers(lambda: may_end.wait(PATIENCE), lambda: asked)
    assert (asked.asked, may_end.is_set()) == (2, False)
    may_end.set()


def test_who_says_that_a_topic_is_missing_answers() -> None:
    may_end = threading.Event()
    asked = Asked(TopicMissing("no keys yet"), TopicMissing("no keys yet"), None, then=may_end.set)
    assert while_it_answers(lambda: may_end.wait(PATIENCE), lambda: asked) is True
    assert asked.asked >= 3
