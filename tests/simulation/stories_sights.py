"""Stories of what must be named, and of what puts itself right: roots, clocks, rights, an index that has lost its rows."""

from collections.abc import Mapping, Sequence

from liandong.tests.simulation.deeds.broker import Forbids
from liandong.tests.simulation.deeds.clerk import Watches
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.disks import BacksUp, PutsBack
from liandong.tests.simulation.deeds.forgery import ForgesVersion, Guise
from liandong.tests.simulation.deeds.keys import Rotates
from liandong.tests.simulation.deeds.operator import BrokerAway, CutOff, Looks, Restarts, SetsClock
from liandong.tests.simulation.deeds.orders import ForgesKey
from liandong.tests.simulation.deeds.passing import EverybodyWorks, Passes
from liandong.tests.simulation.deeds.pen import OWN_KEY
from liandong.tests.simulation.deeds.releases import CommandsLater, WaitsForRelease
from liandong.tests.simulation.deeds.root import AnnouncesRoot, ReplacesRoot
from liandong.tests.simulation.deeds.sights import IsReplaced, LosesIndex, SeesNamed, StaysQuiet
from liandong.tests.simulation.deeds.staff import Asks
from liandong.tests.simulation.remedies.causes import CAUSES
from liandong.tests.simulation.stories import ANOTHER, ASKED, AWHILE, COURT, LIST_LANE, LISTED, NOTARY, RAILWAY
from liandong.tests.simulation.stories_machines import lists

_HOUR, _DAY_MS = 3_600, 86_400_000
_AIR, _AIR_NODE = "air-js", "air-js 1"
_LATER = EverybodyWorks(12)
_NAMED = (
    *("parked", "dead-letters", "records-refused", "refused-record", "unreadable", "twins", "receipts-missing"),
    *("unproven", "lost-tail", "live-differs", "register-behind", "stolen-version", "taken-entry", "head-expired"),
    "foreign-record",
)
"""Kinds of findings that are looked for after what brings them about."""

HOLDING: Mapping[str, Sequence[Deed]] = {
    "a root that the root has not signed counts for nothing": (
        *(LISTED, AWHILE, AnnouncesRoot(), ForgesKey(OWN_KEY, COURT), AWHILE),
        *(ForgesVersion(Guise(OWN_KEY, COURT), 0), AWHILE, ASKED),
    ),
    "what is signed under the root after this one counts": (
        *(LISTED, AWHILE, ReplacesRoot(), AWHILE, Rotates(COURT), lists(COURT, ANOTHER), AWHILE),
        *(ASKED, Asks(RAILWAY, ANOTHER), Looks()),
    ),
    "what a relay cannot send is named": (
        *(AWHILE, CutOff("publisher"), LISTED, Passes(61_000), AWHILE, SeesNamed("not-sent")),
    ),
    "what an agency has not applied in time is named": (
        *(LISTED, AWHILE, CutOff(_AIR_NODE), lists(COURT, ANOTHER), AWHILE, Passes(61_000), AWHILE, SeesNamed("late")),
    ),
    "that the broker is away is named": (LISTED, AWHILE, BrokerAway(), AWHILE, SeesNamed("kafka-away")),
    "a clock that is off at an agency is named": (
        *(LISTED, AWHILE, SetsClock(_AIR, _HOUR), _LATER, SeesNamed("agency-clock")),
    ),
    "a clock that is off at the publisher is named": (
        *(LISTED, AWHILE, SetsClock("publisher-js", -_HOUR), _LATER, SeesNamed("publisher-clock")),
    ),
    "a clock that is off at a notary is named": (
        *(LISTED, AWHILE, SetsClock(NOTARY, -_HOUR), _LATER, SeesNamed("notary-clock")),
    ),
    "what is on its way is not said to be applied": (AWHILE, LISTED, Looks(), AWHILE, Looks()),
    "an index that has lost its rows is put right within a day": (
        *(LISTED, AWHILE, LosesIndex(RAILWAY), Passes(_DAY_MS), AWHILE, ASKED),
    ),
    "a part that may not read waits until it may": (
        *(LISTED, AWHILE, Forbids(_AIR_NODE, LIST_LANE.topic), AWHILE, lists(COURT, ANOTHER), AWHILE),
        *(Forbids(_AIR_NODE, LIST_LANE.topic, back=True), AWHILE),
    ),
    "a copy that was put back may trust what it trusted then": (
        *(LISTED, AWHILE, BacksUp("list of air-js 1"), _LATER, BrokerAway(), PutsBack(0), Looks()),
    ),
    "a node that was replaced does nothing more that is done once": (
        *(LISTED, AWHILE, IsReplaced(_AIR_NODE), AWHILE, Watches(COURT, _AIR, 1, 1), StaysQuiet(_AIR_NODE)),
        *(Restarts(_AIR_NODE), EverybodyWorks(12)),
    ),
    "what a later release may read is not given up while the fuse is blown": (
        *(AWHILE, CommandsLater(COURT, "police-js", 100), AWHILE, WaitsForRelease("police-js 1")),
    ),
    **{f"what is {kind} is named": (*CAUSES[kind].deeds, SeesNamed(kind)) for kind in _NAMED},
}
"""What holds."""
