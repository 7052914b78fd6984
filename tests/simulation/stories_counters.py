"""Stories of counts, of counters that ask over the check API, and of what is unsigned: in each one safeguard is all that holds."""

from collections.abc import Mapping, Sequence

from liandong.tests.simulation.counter import NARROW, REVOKED, SPOILT
from liandong.tests.simulation.deeds.adversary import Twists
from liandong.tests.simulation.deeds.broker import Delays
from liandong.tests.simulation.deeds.calls import Calls
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.forgery import ForgesEntry, ForgesVersion
from liandong.tests.simulation.deeds.operator import CutOff, Looks, LosesPower, SetsClock
from liandong.tests.simulation.deeds.passing import EverybodyWorks, Passes, Works
from liandong.tests.simulation.deeds.pen import OWN_KEY
from liandong.tests.simulation.deeds.staff import Asks
from liandong.tests.simulation.deeds.statements import DIGEST, ForgesHead, ForgesReceipt
from liandong.tests.simulation.stories import (
    ASKED,
    AWHILE,
    COURT,
    DEBTOR,
    FREED,
    INNOCENT,
    LIST_LANE,
    LISTED,
    NOTARY,
    RAILWAY,
    UNSIGNED,
)
from liandong.tests.simulation.stories_machines import lists

_MONTH_MS = 32 * 86_400_000
_AIR, _AIR_NODE = "air-js", "air-js 1"
_LOOKED_AT_ONCE = (Works(RAILWAY, "list", 3), Looks())
_ASKED_AT_ONCE = (Calls(RAILWAY, tuple(range(8))),) * 8
_FOREIGN_RECEIPT = "a receipt that its agency has not signed leaves no gap"
_RELAY_DIED = "a relay that died under a fast clock is followed by another one at once"

HOLDING: Mapping[str, Sequence[Deed]] = {
    "an agency of two nodes has applied what both have": (AWHILE, CutOff("railway-js 2"), LISTED, AWHILE, Looks()),
    "a number that was late fills its gap": (
        *(AWHILE, Delays(LIST_LANE, 8), lists(COURT, 1, 2, 3, 4, 5, 6), AWHILE, AWHILE, Looks()),
    ),
    "an unsigned entry does not take the place of another one in a notary's count": (
        *(AWHILE, ForgesEntry(UNSIGNED, INNOCENT, 7), ForgesEntry(UNSIGNED, INNOCENT + 1, 7), AWHILE, Looks()),
    ),
    "a head that no notary has signed is not trusted": (
        *(LISTED, AWHILE, ForgesHead(OWN_KEY, NOTARY, DIGEST), *_LOOKED_AT_ONCE),
    ),
    "an unsigned version of a later schema takes no place": (
        *(LISTED, AWHILE, ForgesVersion(UNSIGNED, 0), Twists(-1, 20), *_LOOKED_AT_ONCE),
    ),
    "a token that was revoked is good for nothing": (
        *(LISTED, AWHILE, Calls(RAILWAY, (DEBTOR,)), Calls(RAILWAY, (DEBTOR,), REVOKED)),
    ),
    "a token for events asks about nobody": (LISTED, AWHILE, Calls(RAILWAY, (DEBTOR,), NARROW)),
    "who asks about many in one call soon has to wait": (LISTED, AWHILE, *_ASKED_AT_ONCE),
    "one check that is no text spoils no other": (LISTED, AWHILE, Calls(RAILWAY, (0, 1, 2), body=SPOILT)),
    "an entry that has ended is live in no checkpoint": (LISTED, AWHILE, FREED, AWHILE, Looks()),
    "fewer than five are folded": (lists(COURT, 0, 1), AWHILE, ASKED, AWHILE, Passes(_MONTH_MS), AWHILE),
    _FOREIGN_RECEIPT: (LISTED, AWHILE, ForgesReceipt(OWN_KEY, _AIR, 1_000), AWHILE),
    _RELAY_DIED: (
        *(LISTED, AWHILE, SetsClock(_AIR, 3_600), AWHILE, LosesPower(_AIR, 5), SetsClock(_AIR, 0), EverybodyWorks(3)),
        Asks(_AIR_NODE, DEBTOR),
    ),
}
"""What holds."""
WHOLE = (_FOREIGN_RECEIPT, _RELAY_DIED)
"""Of these, those that come whole in the end."""
