"""Stories of databases that are away and of full disks."""

import pytest

from liandong.tests.simulation import stories_databases, stories_disks
from liandong.tests.simulation.running import play
from liandong.tests.simulation.test_stories import MOST_DEEDS

HOLDING = {**stories_databases.HOLDING, **stories_disks.HOLDING}


@pytest.mark.parametrize("title", HOLDING)
def test_what_is_borne(title: str) -> None:
    assert len(HOLDING[title]) <= MOST_DEEDS
    done = play(HOLDING[title])
    assert done.broken is None, done
