"""Stories in each of which one safeguard is all that holds."""

import pytest

from liandong.tests.simulation import stories_counters, stories_everyday, stories_safeguards, stories_sights
from liandong.tests.simulation.running import play
from liandong.tests.simulation.test_stories import MOST_DEEDS

HOLDING = {
    **stories_counters.HOLDING,
    **stories_everyday.HOLDING,
    **stories_safeguards.HOLDING,
    **stories_sights.HOLDING,
}
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("title", HOLDING)
def test_what_holds(title: str) -> None:
    assert len(HOLDING[title]) <= MOST_DEEDS
    done = play(HOLDING[title])
    assert done.broken is None, done
    assert title not in stories_counters.WHOLE or done.counters["endings that came whole"], done
