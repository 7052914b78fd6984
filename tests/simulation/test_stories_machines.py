"""Stories of machines, files, topics and keys: what is borne, and what is expected to break until issue 4 mends it."""

import pytest

from liandong.tests.simulation.running import play
from liandong.tests.simulation.stories_machines import BREAKING, HOLDING, WHOLE
from liandong.tests.simulation.test_stories import MOST_DEEDS, Broken

EXPECTED = [
    pytest.param(
        title,
        marks=pytest.mark.xfail(strict=True, raises=Broken, reason=f"issue 4, {known.point}: {known.promise}"),
    )
    for title, known in BREAKING.items()
]


@pytest.mark.parametrize("title", HOLDING)
def test_what_is_borne(title: str) -> None:
    assert len(HOLDING[title]) <= MOST_DEEDS
    done = play(HOLDING[title])
    assert done.broken is None, done
    assert title not in WHOLE or done.counters["endings that came whole"], done


@pytest.mark.parametrize("title", EXPECTED)
def test_what_breaks_until_issue_4(title: str) -> None:
    known = BREAKING[title]
    assert len(known.deeds) <= MOST_DEEDS
    done = play(known.deeds)
    if done.broken is not None and known.promise in str(done.broken):
        raise Broken(done)
    assert done.broken is None, done
