"""Stories of an acts store that does not answer for a while: nothing ends, nothing is told twice, nothing is lost."""

from collections.abc import Mapping, Sequence

from liandong.schemas.law.listing import Change
from liandong.tests.simulation.deeds.clerk import Acts, Watches
from liandong.tests.simulation.deeds.databases import ActsStoreAway, ActsStoreBack, KeepsAndLoses
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.operator import Restarts
from liandong.tests.simulation.deeds.passing import EverybodyWorks, Works
from liandong.tests.simulation.deeds.staff import Asks
from liandong.tests.simulation.people import COURTS
from liandong.tests.simulation.stories_machines import lists

_COURT, _ALL, _LONG = COURTS[0], EverybodyWorks(5), 300
_ONE, _OTHER = BOTH = ("railway-js 1", "railway-js 2")
KEPT = "members put out of their group with messages kept"


def _watched(person: int) -> Watches:
    return Watches(_COURT, "railway-js", person, person)


HOLDING: Mapping[str, Sequence[Deed]] = {
    "commands wait for a store that answers no node": (
        _ALL,
        ActsStoreAway(BOTH, _LONG),
        _watched(1),
        _watched(2),
        _ALL,
        ActsStoreBack(_ONE),
        ActsStoreBack(_OTHER),
    ),
    "a store goes away in the middle of a batch": (
        _ALL,
        *map(_watched, (1, 2, 3)),
        Works("publisher", "relay", 5),
        ActsStoreAway(BOTH, 4, calls=20),
        _ALL,
    ),
    "a commit that nobody hears of has its effect once": (
        _ALL,
        _watched(1),
        Works("publisher", "relay", 5),
        *(ActsStoreAway(BOTH, 1, calls, after=True) for calls in (12,)),
        _ALL,
    ),
    "what a node keeps goes to another that the store answers": (
        _ALL,
        ActsStoreAway((_ONE,), _LONG),
        *(KeepsAndLoses(_ONE, _watched(each)) for each in range(1, 5)),
        _ALL,
    ),
    "what nodes keep goes to and fro while the store answers none": (
        _ALL,
        ActsStoreAway(BOTH, _LONG),
        KeepsAndLoses(_ONE, _watched(1)),
        KeepsAndLoses(_OTHER, _watched(2)),
        KeepsAndLoses(_ONE, _watched(3)),
        KeepsAndLoses(_OTHER, _watched(4)),
        _ALL,
    ),
    "a release waits for a store that is away": (
        lists(_COURT, 1, 2),
        _ALL,
        Asks(_ONE, 1),
        ActsStoreAway(BOTH, _LONG),
        Acts(_COURT, Change.REVOKE, 0),
        KeepsAndLoses(_ONE, _watched(1)),
        Asks(_OTHER, 2),
        Asks(_OTHER, 9),
        _ALL,
    ),
    "a node that is started while the store is away starts when it is back": (
        ActsStoreAway(BOTH, 20),
        _watched(1),
        Restarts(_ONE),
        EverybodyWorks(30),
    ),
}
"""What is done while the store is away, in the way things are."""
