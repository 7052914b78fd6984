"""Stories of disks that become full: nothing ends, copies go on serving, and when there is room nothing is lost or told twice."""

from collections.abc import Mapping, Sequence

from liandong.schemas.law.listing import Change
from liandong.tests.simulation.deeds.clerk import Acts, Watches
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.disks import DiskFills
from liandong.tests.simulation.deeds.operator import Restarts
from liandong.tests.simulation.deeds.passing import EverybodyWorks, Works
from liandong.tests.simulation.deeds.staff import Asks
from liandong.tests.simulation.founding import NOTARIES
from liandong.tests.simulation.people import COURTS
from liandong.tests.simulation.stories_machines import lists

_COURT, _ALL = COURTS[0], EverybodyWorks(5)
_NODE = "railway-js 1"

HOLDING: Mapping[str, Sequence[Deed]] = {
    "a node's disk is full while people are listed and released": (
        lists(_COURT, 1, 2),
        _ALL,
        Asks(_NODE, 1),
        DiskFills(_NODE),
        lists(_COURT, 3, 4),
        Acts(_COURT, Change.REVOKE, 0),
        Watches(_COURT, "railway-js", 5, 5),
        Asks(_NODE, 2),
        _ALL,
        DiskFills(_NODE, full=False),
        _ALL,
    ),
    "a node is started again on a full disk": (
        lists(_COURT, 1, 2),
        _ALL,
        DiskFills(_NODE),
        Restarts(_NODE),
        lists(_COURT, 3),
        _ALL,
        DiskFills(_NODE, full=False),
        Restarts(_NODE),
        _ALL,
    ),
    "a notary's disk is full between a cut and its head": (
        lists(_COURT, 1, 2),
        _ALL,
        *(
            deed
            for steps in range(1, 3)
            for deed in (
                Works(NOTARIES[0], steps=steps),
                DiskFills(NOTARIES[0]),
                lists(_COURT, steps + 2),
                _ALL,
                DiskFills(NOTARIES[0], full=False),
            )
        ),
    ),
    "a notary ends on a full disk": (
        _ALL,
        DiskFills(NOTARIES[0]),
        lists(_COURT, 1),
        _ALL,
        Restarts(NOTARIES[0]),
        DiskFills(NOTARIES[0], full=False),
        _ALL,
    ),
}
"""What is done while a disk is full, in the way things are."""
