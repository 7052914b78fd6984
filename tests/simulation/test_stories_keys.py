"""Stories of keys: what holds, and what breaks until issue 4 mends it."""

import pytest

from liandong.tests.simulation.running import Run, play
from liandong.tests.simulation.stories_keys import BREAKING, HOLDING, WITNESSES
from liandong.tests.simulation.stories_machines import Broken as Known
from liandong.tests.simulation.test_stories import MOST_DEEDS, Broken

pytestmark = pytest.mark.slow
EXPECTED = [
    pytest.param(
        title,
        marks=pytest.mark.xfail(strict=True, raises=Broken, reason=f"issue 4, {known.point}: {known.promise}"),
    )
    for title, known in BREAKING.items()
]


def what_broke(done: Run) -> str:
    """The promise that broke, if any; something that is missing for ever is none of them as long as the status names it."""
    if done.broken is not None:
        return str(done.broken)
    return "" if done.counters["endings that came whole"] else Known.NOT_WHOLE


@pytest.mark.parametrize("title", HOLDING)
def test_what_holds(title: str) -> None:
    done = play(HOLDING[title])
    assert not what_broke(done), done
    assert done.counters[WITNESSES.get(title, "deeds: EverybodyWorks")], done.counters


@pytest.mark.parametrize("title", EXPECTED)
def test_what_breaks_until_issue_4(title: str) -> None:
    done, known = play(BREAKING[title].deeds), BREAKING[title]
    if known.promise in what_broke(done):
        raise Broken(done)
    assert not what_broke(done), done


@pytest.mark.parametrize("title", [*HOLDING, *BREAKING])
def test_a_story_has_at_most_twelve_deeds(title: str) -> None:
    deeds = HOLDING[title] if title in HOLDING else BREAKING[title].deeds
    assert len(deeds) <= MOST_DEEDS
