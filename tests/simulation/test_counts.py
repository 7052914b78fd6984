"""Courts of the town count enforcement while everything else goes on, and the world notices what they count wrong."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from liandong.consumers.inbox import counting
from liandong.consumers.inbox.counts_store import CountsStore
from liandong.schemas.wire import enforcement
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.operator import DiesSoon
from liandong.tests.simulation.deeds.passing import Passes
from liandong.tests.simulation.deeds.staff import Asks
from liandong.tests.simulation.running import Run, play
from liandong.tests.simulation.stories import AWHILE, DEBTOR, LISTED, RAILWAY

Patching = Callable[[pytest.MonkeyPatch], None]
_NINE_DAYS = Passes(9 * 86_400_000)


def counted(stops: int, *then: Deed) -> Run:
    """A town in which a debtor is stopped so many times."""
    asked: Sequence[Deed] = [Asks(RAILWAY, DEBTOR) for _ in range(stops)]
    return play((LISTED, AWHILE, *asked, AWHILE, *then))


@pytest.mark.parametrize("stops", [1, 6])
def test_a_stranger_counts_the_same(stops: int) -> None:
    done = counted(stops)
    assert done.broken is None, done
    assert done.counters["counts recounted"] == 1


@pytest.mark.slow
@pytest.mark.parametrize("call", range(1, 30, 4))
def test_it_does_so_whenever_the_court_dies_over_its_counting(call: int) -> None:
    done = counted(6, DiesSoon("inbox of court-su0505", call, after=True), _NINE_DAYS, AWHILE)
    assert done.broken is None, done
    assert done.counters["counts recounted"] == 1


def _one_more(patches: pytest.MonkeyPatch) -> None:
    real = enforcement.count_record

    def lied(*arguments: Any) -> dict[str, Any]:
        record = real(*arguments)
        return record | {"count": record["count"] + 1}

    patches.setattr(counting, "count_record", lied)


def _few_are_told(patches: pytest.MonkeyPatch) -> None:
    patches.setattr(enforcement, "FEW", 0)


def _nothing_is_said(patches: pytest.MonkeyPatch) -> None:
    patches.setattr(CountsStore, "groups", lambda *_: {})


@pytest.mark.parametrize(
    ("patching", "stops", "promise"),
    [
        (_one_more, 6, "another number was published"),
        (_few_are_told, 2, "something is folded that is not"),
        (_nothing_is_said, 6, "no count was published"),
    ],
)
def test_the_world_notices(patching: Patching, stops: int, promise: str, monkeypatch: pytest.MonkeyPatch) -> None:
    patching(monkeypatch)
    assert promise in str(counted(stops).broken)
