"""Stories of keys: what holds, and that what each is about was there."""

import pytest

from liandong.tests.simulation.running import play
from liandong.tests.simulation.stories_keys import HOLDING, WITNESSES
from liandong.tests.simulation.test_stories import MOST_DEEDS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("title", HOLDING)
def test_what_holds(title: str) -> None:
    assert len(HOLDING[title]) <= MOST_DEEDS
    done = play(HOLDING[title])
    assert done.broken is None, done
    assert done.counters["endings that came whole"], done
    assert done.counters[WITNESSES.get(title, "deeds: EverybodyWorks")], done.counters
