"""Stories in each of which one safeguard is all that holds: a row of `planted/bugs.yaml` names it.

What is healed a moment later is looked at before that: the copy is held to the log right after the deed.
"""

from collections.abc import Mapping, Sequence

from liandong.schemas.dates import date_of_ms
from liandong.schemas.law.listing import Change
from liandong.tests.simulation.deeds.adversary import ReplaysVersion, Scribbles
from liandong.tests.simulation.deeds.clerk import Acts, Publishes, SendsAgain
from liandong.tests.simulation.deeds.databases import ActsStoreAway
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.forgery import RELIEF, ForgesEntry, ForgesVersion, Guise
from liandong.tests.simulation.deeds.keys import Replaces
from liandong.tests.simulation.deeds.operator import BrokerAway, CutOff, Looks, LosesPower, SetsClock
from liandong.tests.simulation.deeds.passing import EverybodyWorks, Passes, Works
from liandong.tests.simulation.deeds.pen import handle
from liandong.tests.simulation.deeds.races import Death, DiesOver, Overtakes
from liandong.tests.simulation.deeds.staff import Asks
from liandong.tests.simulation.deeds.upkeep import Resigns
from liandong.tests.simulation.people import Listing
from liandong.tests.simulation.stories import (
    ASKED,
    AWHILE,
    CANARY,
    COURT,
    DEBTOR,
    FREED,
    INNOCENT,
    LIST_LANE,
    LISTED,
    NOTARY,
    RAILWAY,
    UNSIGNED,
    WATCHED,
)
from liandong.tests.simulation.stories_machines import lists
from liandong.tests.worlds.clock import NOW

_TODAY = date_of_ms(NOW)
_DAY, _BEIJING = 86_400_000, 8 * 3_600_000
_MIDNIGHT = ((NOW + _BEIJING) // _DAY + 1) * _DAY - _BEIJING
"""When today ends where the courts are, ms UTC."""
_ORDERED = Publishes(COURT, (Listing(COURT, DEBTOR, "CONSUMPTION_ORDER", 1, _TODAY),))
_UNTIL_TODAY = Publishes(COURT, (Listing(COURT, DEBTOR, "CONSUMPTION_ORDER", 1, _TODAY, _TODAY),))
_LOOKED_AT_ONCE = (Works(RAILWAY, "list", 3), Looks())
_AIR, _AIR_NODE = "air-js", "air-js 1"

HOLDING: Mapping[str, Sequence[Deed]] = {
    "an old export brings no entry back that has ended": (LISTED, AWHILE, FREED, SendsAgain(COURT, 0)),
    "a node that dies over a listing has it or reads it again": (
        *(AWHILE, DiesOver(lists(COURT, 1, 2), RAILWAY, "list", Death(1, after=True)), Looks()),
    ),
    "an unsigned end does not take an entry's place for a moment": (
        *(LISTED, AWHILE, ForgesVersion(UNSIGNED, 0), *_LOOKED_AT_ONCE),
    ),
    "what a receipt says is on the disk when power goes": (
        *(LISTED, AWHILE, EverybodyWorks(2), LosesPower(_AIR, 5), AWHILE, Looks()),
    ),
    "a node that dies over a relief that overtakes its list frees": (
        *(LISTED, AWHILE, ASKED, Overtakes(FREED, 0, 30, counters_ask=True, death=Death(1, after=True)), AWHILE),
    ),
    "a node that loses power while the broker is away trusts what it trusted": (
        *(LISTED, AWHILE, BrokerAway(), LosesPower(_AIR, 5), Works(_AIR_NODE, steps=2), Looks()),
    ),
    "a term that is over frees before any barrier says so": (
        *(_UNTIL_TODAY, AWHILE, Passes(_MIDNIGHT - NOW - 14_000), AWHILE, Passes(4_000), ASKED),
    ),
    "a term is over by the newest barrier where a clock is slow": (
        *(_UNTIL_TODAY, AWHILE, SetsClock("railway-js", -3_600), Passes(_MIDNIGHT - NOW + 1_200_000), AWHILE, ASKED),
    ),
    "a node that dies over a command carries it out": (
        *(AWHILE, DiesOver(WATCHED, "police-js 1", "effects", Death(1, after=True)), AWHILE),
    ),
    "an entry that has ended is signed again and ends once": (
        *(LISTED, AWHILE, Passes(60_000), FREED, AWHILE, Replaces(COURT, 30), AWHILE, Resigns(COURT), AWHILE),
    ),
    "a receipt waits for an acts store that is away": (
        *(LISTED, AWHILE, ActsStoreAway((_AIR_NODE,), 4), AWHILE, lists(COURT, 3), AWHILE),
    ),
    "an entry replayed whole into another partition does not stand there": (
        *(LISTED, AWHILE, FREED, AWHILE),
        *(ReplaysVersion(0, version, elsewhere=True) for version in (1, 2)),
        *_LOOKED_AT_ONCE,
    ),
    "an order replayed whole into the list of debtors does not stand there": (
        *(_ORDERED, AWHILE, Acts(COURT, Change.LIFT, 0), AWHILE),
        *(ReplaysVersion(0, version, topic=LIST_LANE.topic) for version in (1, 2)),
        *_LOOKED_AT_ONCE,
    ),
    "garbage under a key nobody has used is counted nowhere": (
        *(AWHILE, Scribbles(LIST_LANE, handle(77), b"garbage"), AWHILE, Looks()),
    ),
    "a notary's canary takes the place of an agency's": (
        ForgesEntry(CANARY, INNOCENT, 7),
        ForgesEntry(Guise(NOTARY, canary=True), INNOCENT + 1, 7),
        *_LOOKED_AT_ONCE,
    ),
    "a relief that a thief alone has said frees nobody once its key is revoked": (
        *(LISTED, AWHILE, Passes(60_000), CutOff("publisher"), ForgesVersion(Guise(COURT, lane=RELIEF), 0), AWHILE),
        *(Replaces(COURT, 30), EverybodyWorks(3), Asks(RAILWAY, DEBTOR, keeps=False)),
    ),
}
"""What holds."""
