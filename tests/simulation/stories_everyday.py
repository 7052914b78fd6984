"""Stories of an ordinary day, in which what is promised of it rests on one safeguard each."""

from collections.abc import Mapping, Sequence

from liandong.schemas.law.listing import Change
from liandong.tests.simulation.deeds.adversary import Rewinds
from liandong.tests.simulation.deeds.clerk import Acts, CorrectsAmount
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.forgery import RELIEF, ForgesVersion, Guise
from liandong.tests.simulation.deeds.operator import CutOff
from liandong.tests.simulation.deeds.passing import Works
from liandong.tests.simulation.deeds.pen import NO_KEY, OWN_KEY
from liandong.tests.simulation.deeds.races import Overtakes
from liandong.tests.simulation.deeds.staff import AsksUnderAnotherName
from liandong.tests.simulation.deeds.statements import ForgesAnswer
from liandong.tests.simulation.stories import ASKED, AWHILE, COURT, DEBTOR, FREED, LISTED, POLICE, RAILWAY, WATCHED

_STOPPED = (LISTED, AWHILE, ASKED, AWHILE)
_SHIELDED = Acts(COURT, Change.SHIELD, 0)

HOLDING: Mapping[str, Sequence[Deed]] = {
    "an older version that comes again changes nothing for a moment": (LISTED, AWHILE, FREED, AWHILE, Rewinds(0, 1)),
    "an unsigned end on the relief lane frees nobody while the publisher is away": (
        *(LISTED, AWHILE, CutOff("publisher"), ForgesVersion(Guise(NO_KEY, COURT, lane=RELIEF), 0)),
        *(Works(RAILWAY, "relief", 3), ASKED),
    ),
    "an inbox takes nothing that no agency has signed": (
        *(WATCHED, AWHILE, ForgesAnswer(OWN_KEY, "control-feedback", POLICE, 1), AWHILE),
    ),
    "nobody is refused under another name": (LISTED, AWHILE, AsksUnderAnotherName(RAILWAY, DEBTOR)),
    "a shielded entry stops nobody": (LISTED, AWHILE, _SHIELDED, AWHILE, ASKED),
    "who an entry means as before is not released when its amount is corrected": (
        *(*_STOPPED, CorrectsAmount(COURT, 0, 500), AWHILE),
    ),
    "who was released when an entry was shielded is not released again": (
        *(*_STOPPED, _SHIELDED, AWHILE, FREED, AWHILE),
    ),
    "a relief that overtakes its list frees, and releases who is stopped late": (
        *(LISTED, AWHILE, Overtakes(FREED, 0, 30, counters_ask=True), AWHILE),
    ),
}
"""What holds."""
