"""Counters that ask over the check API: every token and body has its status, and the world notices what the API gets wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from liandong.consumers.api.checking import CheckEndpoints
from liandong.consumers.api.limits import RateLimiter
from liandong.consumers.api.tokens import SOCKET_CALLER, TokenFile
from liandong.consumers.interceptions import rendering
from liandong.tests.simulation.counter import ANOTHERS, BODIES, GOOD, NARROW, NONE, REVOKED, TOKENS, WHOLE, WRONG
from liandong.tests.simulation.deeds.calls import Calls
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.operator import DiesSoon
from liandong.tests.simulation.deeds.passing import Passes
from liandong.tests.simulation.deeds.repeats import CallsUntilAnswered
from liandong.tests.simulation.running import play
from liandong.tests.simulation.stories import ANOTHER, AWHILE, DEBTOR, LISTED, RAILWAY

pytestmark = pytest.mark.slow
ALONE, FEW = (DEBTOR,), (DEBTOR, ANOTHER)
MANY = (DEBTOR, *range(1, 8))
"""More than a counter may ask at once."""
LONG = Passes(60_000)


def statuses(*calls: Deed) -> dict[int, int]:
    """How often the API answered with each status, in a story that holds."""
    done = play((LISTED, AWHILE, *calls))
    assert done.broken is None, done
    name = "calls of the check API: "
    return {int(key.removeprefix(name)): count for key, count in done.counters.items() if key.startswith(name)}


def what_breaks(*calls: Deed) -> str:
    return str(play((LISTED, AWHILE, *calls)).broken)


def test_the_counter_is_answered_as_the_gate_would_answer() -> None:
    assert statuses(Calls(RAILWAY, ALONE), Calls(RAILWAY, FEW, language="zh")) == {200: 2}


def test_every_other_token_gets_no_answer_and_the_counter_goes_on_with_a_new_one() -> None:
    others = [Calls(RAILWAY, ALONE, kind) for kind in (NONE, WRONG, REVOKED, ANOTHERS, NARROW)]
    assert statuses(Calls(RAILWAY, ALONE), *others, Calls(RAILWAY, ALONE)) == {200: 2, 401: 4, 403: 1}
    assert {GOOD, NONE, WRONG, REVOKED, ANOTHERS, NARROW} == set(TOKENS)


def test_a_body_that_is_too_large_or_no_whole_one_gets_no_answer() -> None:
    assert statuses(*(Calls(RAILWAY, ALONE, body=body) for body in BODIES)) == {200: 2, 400: 1, 413: 2}


def test_who_asks_too_often_waits_and_is_answered_later() -> None:
    asked = Calls(RAILWAY, MANY), Calls(RAILWAY, ALONE), LONG, Calls(RAILWAY, ALONE)
    assert statuses(*asked) == {200: 2, 429: 1}


def test_a_call_at_a_node_that_is_killed_over_it_is_kept_or_not_and_tells_nobody() -> None:
    done = play((LISTED, AWHILE, *_killed_at(5), AWHILE, *_killed_at(40), AWHILE))
    assert done.broken is None, done
    assert done.counters["kills"] == 2


def test_a_request_is_sent_until_it_is_answered_and_told_once_whenever_its_node_dies() -> None:
    for call in range(1, 40, 5):
        dies = DiesSoon(RAILWAY, call, after=True)
        done = play((LISTED, AWHILE, dies, CallsUntilAnswered(RAILWAY, DEBTOR), AWHILE, LONG, *TWICE))
        assert done.broken is None, done
        assert done.counters["hits sent again"] >= 2, done.counters


TWICE = CallsUntilAnswered(RAILWAY, DEBTOR), LONG, CallsUntilAnswered(RAILWAY, DEBTOR)


def _killed_at(call: int) -> tuple[Deed, ...]:
    return DiesSoon(RAILWAY, call, after=True), Calls(RAILWAY, FEW)


Patching = Callable[[pytest.MonkeyPatch], None]


def _anybody(patches: pytest.MonkeyPatch) -> None:
    patches.setattr(TokenFile, "caller", lambda *_: SOCKET_CALLER)


def _no_limit(patches: pytest.MonkeyPatch) -> None:
    patches.setattr(RateLimiter, "take", lambda *_: 0.0)


def _always_limited(patches: pytest.MonkeyPatch) -> None:
    patches.setattr(RateLimiter, "take", lambda *_: 1.0)


def _another_answer(patches: pytest.MonkeyPatch) -> None:
    real = rendering.shown_answer

    def shown(*arguments: Any) -> Any:
        document = real(*arguments)
        return type(document)(document.check_id, "ALLOW", "PROCEED", (), document.stand, document.rule_version)

    patches.setattr("liandong.consumers.api.checking.shown_answer", shown)


def _nothing_kept(patches: pytest.MonkeyPatch) -> None:
    real = CheckEndpoints.__init__

    def made(endpoints: CheckEndpoints, context: Any) -> None:
        real(endpoints, context)
        endpoints._commits._keep = lambda _answers: {}

    patches.setattr(CheckEndpoints, "__init__", made)


def _no_keys(patches: pytest.MonkeyPatch) -> None:
    patches.setattr("liandong.consumers.api.checking.keyed", lambda *_: None)


@pytest.mark.parametrize(
    ("patching", "calls", "promise"),
    [
        (_anybody, [Calls(RAILWAY, ALONE, WRONG)], "answers 200 where 401 is right"),
        (_no_limit, [Calls(RAILWAY, MANY), Calls(RAILWAY, ALONE)], "answers 200 where 429 is right"),
        (_always_limited, [Calls(RAILWAY, ALONE)], "answers 429 where 200 is right"),
        (_another_answer, [Calls(RAILWAY, ALONE)], "something else than the gate"),
        (_no_keys, [*TWICE], "in another way when it was sent again"),
        (_nothing_kept, [Calls(RAILWAY, ALONE, body=WHOLE), AWHILE], "was not told"),
    ],
)
def test_the_world_notices(
    patching: Patching, calls: list[Deed], promise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    patching(monkeypatch)
    assert promise in what_breaks(*calls)
