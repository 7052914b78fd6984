"""What comes in between two things that belong together really does, and the town comes out whole."""

from collections.abc import Mapping, Sequence

import pytest

from liandong.consumers.interceptions import recent_releases
from liandong.schemas.dates import date_of_ms
from liandong.schemas.law.listing import Change
from liandong.tests.simulation.deeds.adversary import Rewinds
from liandong.tests.simulation.deeds.clerk import Acts, Corrects, CorrectsAmount, Publishes, Watches
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.passing import EverybodyWorks, Works
from liandong.tests.simulation.deeds.races import Death, DiesOver, LosesPowerOver, Overtakes
from liandong.tests.simulation.deeds.repeats import CallsUntilAnswered
from liandong.tests.simulation.people import COURTS, Listing
from liandong.tests.simulation.running import play
from liandong.tests.worlds.clock import NOW

_COURT, _ = COURTS
_LISTS = Publishes(_COURT, tuple(Listing(_COURT, one, "LIST_ENTRY", 1 + one, date_of_ms(NOW)) for one in (1, 2)))
_FREED, _CORRECTED = Acts(_COURT, Change.REVOKE, 0), Corrects(_COURT, 0, 3)
_OVERTAKEN = {"reliefs ahead of their list": 4, "reliefs that were to overtake": 1}
_STORIES: Mapping[str, tuple[Sequence[Deed], Mapping[str, int]]] = {
    "an end overtakes its list while counters ask": (
        (Overtakes(_FREED, 0, 30, counters_ask=True),),
        {**_OVERTAKEN, "checks: BLOCK": 6, "stops before the relief arrived": 3},
    ),
    "a correction overtakes its list": ((Overtakes(_CORRECTED, 0, 30, counters_ask=False),), _OVERTAKEN),
    "every node dies over a relief that overtakes": (
        (Overtakes(_FREED, 0, 30, counters_ask=False, death=Death(1, after=True)),),
        {**_OVERTAKEN, "deaths over what a court said": 4},
    ),
    "a correction frees nobody": (
        (Overtakes(CorrectsAmount(_COURT, 0, 7), 0, 30, counters_ask=True),),
        {**_OVERTAKEN, "amounts corrected": 1},
    ),
    "a node dies over an order to watch": (
        (DiesOver(Watches(_COURT, "air-js", 2, 1), "air-js 1", "effects", Death(1, after=False)),),
        {"deaths over what a court said": 1, "watches given": 1},
    ),
    "a node loses power over an entry": (
        (LosesPowerOver(Publishes(_COURT, (_LISTS.listings[0],)), "air-js 1", 1),),
        {"power losses over what a court said": 1},
    ),
    "an entry is rewound": ((_FREED, EverybodyWorks(4), Rewinds(0, 1)), {"rewinds": 1, "records a list had newer": 8}),
}


@pytest.mark.parametrize(("deeds", "counted"), [pytest.param(*story, id=name) for name, story in _STORIES.items()])
def test_the_town_comes_out_whole_and_the_case_was_there(deeds: Sequence[Deed], counted: Mapping[str, int]) -> None:
    done = play([EverybodyWorks(4), _LISTS, EverybodyWorks(4), *deeds])
    assert done.broken is None
    assert done.counters["endings that came whole"] == 1
    assert {what: done.counters[what] for what in counted} == counted


def test_the_world_notices_who_stays_stopped_though_the_list_would_free_them_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Overtaken counters stop somebody once more after the release was told."""
    asked = Overtakes(_FREED, 0, 30, counters_ask=True)
    overtaken: list[Deed] = [EverybodyWorks(4), _LISTS, EverybodyWorks(4), asked]
    assert play(overtaken).counters["looks for late hits"]
    monkeypatch.setattr(recent_releases, "remember", lambda *_: None)
    assert "they stay stopped" in str(play(overtaken).broken)


def test_a_request_that_comes_again_after_its_release_is_decided_anew_by_a_gate_with_the_old_list() -> None:
    """Seed 810710: its agency had told the release, so the answer was forgotten as soon as it was kept."""
    freed = Overtakes(_CORRECTED, 0, 2, counters_ask=False)
    done = play([_LISTS, freed, Works("railway-js 2", "", 20), CallsUntilAnswered("railway-js 2", 1)])
    assert done.broken is None, done
    assert done.counters["hits asked again after their release"] == 1
