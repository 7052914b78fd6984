"""What operators do by the book, and the faults the product copes with, leave a town whole."""

from collections.abc import Mapping, Sequence

import pytest

from liandong.schemas.dates import date_of_ms
from liandong.schemas.law.listing import Change
from liandong.tests.simulation.deeds.broker import Answers, Forbids, MakesAgain, PutsOut
from liandong.tests.simulation.deeds.clerk import Acts, Publishes, Watches
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.disks import BacksUp, Damages, DamagesTally, PutsBack
from liandong.tests.simulation.deeds.keys import AddsNode, AdmitsAgency, AdmitsNotary, Retires, Rotates
from liandong.tests.simulation.deeds.operator import LosesPower, Restarts
from liandong.tests.simulation.deeds.passing import EverybodyWorks
from liandong.tests.simulation.deeds.staff import Asks
from liandong.tests.simulation.founding import NOTARIES
from liandong.tests.simulation.people import COURTS, Listing
from liandong.tests.simulation.running import play
from liandong.tests.worlds.clock import NOW
from liandong.topics.catalogue import names
from liandong.topics.transport.memory.network import Acknowledgements

_FIRST, _SECOND = COURTS
_ALL = EverybodyWorks(4)
_STORIES: Mapping[str, Sequence[Deed]] = {
    "processes restarted under the rights of the catalogue": (*map(Restarts, NOTARIES), Restarts("monitor")),
    "a right taken away for a while": (
        Forbids("railway-js 1", names.relief("js")),
        Forbids("notary-js-1", names.heads("js")),
        _ALL,
        Forbids("railway-js 1", names.relief("js"), back=True),
        Forbids("notary-js-1", names.heads("js"), back=True),
    ),
    "keys rotated and revoked": (
        Rotates(_FIRST),
        Rotates(NOTARIES[0], revoked=True),
        Rotates("railway-js", revoked=True),
    ),
    "a notary for another": (AdmitsNotary("notary-js-3"), _ALL, Retires(NOTARIES[1])),
    "an agency and nodes that come late": (AdmitsAgency("air-east-js", "air-carrier"), AddsNode("air-js", "2")),
    "topics made again": tuple(map(MakesAgain, (names.heads("js"), names.relief("js"), names.KEYS))),
    "a copy and its trust damaged": (
        Damages("list of air-js 1", cut=True, number=1),
        Damages("relief of air-js 1", cut=False, number=2),
        Damages("trust of air-js 1", cut=False, number=3),
    ),
    "older trusted rows put back before the power fails": (
        BacksUp("trust of railway-js 1"),
        EverybodyWorks(10),
        PutsBack(0),
        LosesPower("railway-js", 1),
        EverybodyWorks(10),
    ),
    "evidence and an inbox older, or cut short": (
        BacksUp("evidence"),
        BacksUp(f"inbox of {_FIRST}"),
        Asks("railway-js 1", 2),
        _ALL,
        PutsBack(0),
        PutsBack(1),
        Damages(f"inbox of {_SECOND}", cut=True, number=4),
    ),
    "a tally damaged": (DamagesTally(NOTARIES[1], cut=False, number=5),),
    "answers lost and members put out": (
        Answers("railway-js 2", Acknowledgements.LOST),
        Answers("publisher", Acknowledgements.HELD),
        PutsOut("railway-js 1"),
        Asks("railway-js 1", 2),
    ),
}


@pytest.mark.parametrize("story", [pytest.param(deeds, id=name) for name, deeds in _STORIES.items()])
def test_the_town_comes_out_whole(story: Sequence[Deed]) -> None:
    done = play([*_work(_FIRST, 1, 2), *story, *_work(_SECOND, 3, 4), Acts(_FIRST, Change.REVOKE, 0)])
    assert done.broken is None
    assert done.counters["endings that came whole"] == 1


def _work(court: str, *people: int) -> Sequence[Deed]:
    listings = tuple(Listing(court, one, "LIST_ENTRY", 1 + one, date_of_ms(NOW)) for one in people)
    return _ALL, Publishes(court, listings), Watches(court, "railway-js", people[0], 1), _ALL
