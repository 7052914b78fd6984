"""Stories of the simulated town: what is tried in vain."""

import pytest

from liandong.tests.simulation.running import play
from liandong.tests.simulation.stories import HOLDING

MOST_DEEDS = 12
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("title", HOLDING)
def test_what_is_tried_in_vain(title: str) -> None:
    assert len(HOLDING[title]) <= MOST_DEEDS
    done = play(HOLDING[title])
    assert done.broken is None, done
