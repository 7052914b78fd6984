"""Stories of machines, files, topics and keys that break a promise today: each is expected to, until issue 4 mends it."""

import pytest

from liandong.tests.simulation.running import play
from liandong.tests.simulation.stories_machines import STORIES, Broken

_MOST_DEEDS = 12


@pytest.mark.parametrize(
    "story",
    [
        pytest.param(one, id=name, marks=pytest.mark.xfail(strict=True, reason=f"issue 4, {one.waits_for}"))
        for name, one in STORIES.items()
    ],
)
def test_the_promise_holds(story: Broken) -> None:
    assert len(story.deeds) <= _MOST_DEEDS
    assert play(story.deeds).broken is None
