"""Stories of the simulated town: what is tried in vain, and what breaks until issue 4 mends it."""

import pytest

from liandong.tests.simulation.running import play
from liandong.tests.simulation.stories import BREAKING, HOLDING

MOST_DEEDS = 12
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("title", HOLDING)
def test_what_is_tried_in_vain(title: str) -> None:
    done = play(HOLDING[title])
    assert done.broken is None, done


class Broken(Exception):
    """The promise that a story is known to break is broken."""


EXPECTED = [
    pytest.param(
        title,
        marks=pytest.mark.xfail(strict=True, raises=Broken, reason=f"issue 4, {known.point}: {known.promise}"),
    )
    for title, known in BREAKING.items()
]


@pytest.mark.parametrize("title", EXPECTED)
def test_what_breaks_until_issue_4(title: str) -> None:
    done = play(BREAKING[title].deeds)
    if done.broken is not None and BREAKING[title].promise in str(done.broken):
        raise Broken(done)
    assert done.broken is None, done


@pytest.mark.parametrize("title", [*HOLDING, *BREAKING])
def test_a_story_has_at_most_twelve_deeds(title: str) -> None:
    deeds = HOLDING[title] if title in HOLDING else BREAKING[title].deeds
    assert len(deeds) <= MOST_DEEDS
