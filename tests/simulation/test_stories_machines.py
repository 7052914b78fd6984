"""Stories of machines, files, topics and keys: what is borne."""

import pytest

from liandong.tests.simulation.running import play
from liandong.tests.simulation.stories_machines import HOLDING, WHOLE
from liandong.tests.simulation.test_stories import MOST_DEEDS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("title", HOLDING)
def test_what_is_borne(title: str) -> None:
    assert len(HOLDING[title]) <= MOST_DEEDS
    done = play(HOLDING[title])
    assert done.broken is None, done
    assert title not in WHOLE or done.counters["endings that came whole"], done
