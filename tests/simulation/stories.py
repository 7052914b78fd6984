"""Stories: what somebody may try, deed by deed, in a town where every clock is right.

Each says which promise it would break. Those that break one today name the point of issue 4 that mends it, and the promise's
own words; `test_stories` expects exactly that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from liandong.schemas.dates import date_of_ms
from liandong.schemas.law.listing import Change
from liandong.tests.simulation.deeds.adversary import (
    NULL,
    ODD,
    Floods,
    Garbles,
    NullsEntry,
    ReplaysBarrier,
    ReplaysVersion,
    SpoilsHeaders,
)
from liandong.tests.simulation.deeds.clerk import Acts, Publishes, StopsWatch, Watches
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.forgery import RELIEF, ForgesEntry, ForgesVersion, Guise
from liandong.tests.simulation.deeds.operator import CutOff, Looks
from liandong.tests.simulation.deeds.orders import ForgesCommand, ForgesKey
from liandong.tests.simulation.deeds.passing import EverybodyWorks
from liandong.tests.simulation.deeds.pen import NO_KEY, OWN_KEY
from liandong.tests.simulation.deeds.staff import Asks
from liandong.tests.simulation.deeds.statements import (
    DIGEST,
    FUTURE,
    ForgesAnswer,
    ForgesBarrier,
    ForgesHead,
    ForgesReceipt,
)
from liandong.tests.simulation.founding import JURISDICTION
from liandong.tests.simulation.people import SIBLING, Listing
from liandong.tests.worlds.clock import NOW
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import TopicPartition

COURT, RAILWAY, POLICE, NOTARY = "court-su0505", "railway-js 1", "police-js", "notary-js-1"
DEBTOR, ANOTHER, INNOCENT = 0, 1, 12
RELIEF_LANE = TopicPartition(names.relief(JURISDICTION), 0)
HEADS = TopicPartition(names.heads(JURISDICTION), 0)
LISTED = Publishes(COURT, (Listing(COURT, DEBTOR, "LIST_ENTRY", 1, date_of_ms(NOW)),))
FOUR_LISTED = Publishes(
    COURT, tuple(Listing(COURT, each, "LIST_ENTRY", 1 + each, date_of_ms(NOW)) for each in range(4))
)
FREED = Acts(COURT, Change.REVOKE, 0)
AWHILE = EverybodyWorks(6)
ASKED, INNOCENT_ASKED = Asks(RAILWAY, DEBTOR), Asks(RAILWAY, INNOCENT)
BY_THE_AGENCY, BY_THE_SIBLING, UNSIGNED = Guise("air-js"), Guise(SIBLING), Guise(NO_KEY, COURT)
CANARY = Guise("air-js", canary=True)


@dataclass(frozen=True)
class Story:
    """Deeds in their order."""

    deeds: Sequence[Deed]
    breaks: str = ""
    """The promise that is broken today, in its own words; empty: all hold."""
    point: str = ""
    """Of issue 4, which mends it."""


STORIES: Mapping[str, Story] = {
    "a replay where it stood changes nothing": Story(
        (LISTED, AWHILE, FREED, AWHILE, ReplaysVersion(0, 1), AWHILE, ASKED)
    ),
    "a replay into another partition does not block a freed person": Story(
        (LISTED, AWHILE, FREED, AWHILE, ReplaysVersion(0, 1, elsewhere=True), AWHILE, ASKED),
    ),
    "a null does not erase an end": Story(
        (LISTED, AWHILE, FREED, AWHILE, NullsEntry(0), AWHILE, ReplaysVersion(0, 1), AWHILE, ASKED),
    ),
    "a null over a live entry frees nobody": Story((LISTED, AWHILE, NullsEntry(0), AWHILE, ASKED)),
    "a replayed barrier does not end the notary": Story((LISTED, AWHILE, ReplaysBarrier(NOTARY), AWHILE)),
    "an agency's canary does not free a debtor": Story((LISTED, AWHILE, ForgesVersion(CANARY, 0), AWHILE, ASKED)),
    "an agency's canary does not block an innocent": Story(
        (LISTED, AWHILE, ForgesVersion(CANARY, 0, INNOCENT), AWHILE, INNOCENT_ASKED),
    ),
    "an agency's new canary does not block an innocent": Story(
        (ForgesEntry(CANARY, INNOCENT, 7), AWHILE, INNOCENT_ASKED)
    ),
    "an agency's record does not free a debtor": Story(
        (LISTED, AWHILE, ForgesVersion(BY_THE_AGENCY, 0), AWHILE, ASKED)
    ),
    "a sibling court does not free another court's debtor": Story(
        (LISTED, AWHILE, ForgesVersion(BY_THE_SIBLING, 0), AWHILE, ASKED),
    ),
    "a sibling court does not free by the relief lane": Story(
        (LISTED, AWHILE, ForgesVersion(Guise(SIBLING, lane=RELIEF), 0), AWHILE, ASKED),
    ),
    "a sibling court's own entry blocks": Story(
        (ForgesEntry(BY_THE_SIBLING, ANOTHER, 7), AWHILE, Asks(RAILWAY, ANOTHER))
    ),
    "an unsigned copy in another lane frees nobody": Story(
        (
            FOUR_LISTED,
            AWHILE,
            *(ForgesVersion(Guise(NO_KEY, COURT, partition=1), each, each, shielded=True) for each in range(4)),
            AWHILE,
            *(Asks(RAILWAY, each) for each in range(4)),
        ),
    ),
    "an unsigned new entry does not hold an innocent": Story(
        (ForgesEntry(UNSIGNED, INNOCENT, 7), AWHILE, INNOCENT_ASKED)
    ),
    "an agency's new entry does not hold an innocent": Story(
        (ForgesEntry(BY_THE_AGENCY, INNOCENT, 7), AWHILE, INNOCENT_ASKED),
    ),
    "an unsigned end frees nobody": Story((LISTED, AWHILE, ForgesVersion(UNSIGNED, 0), AWHILE, ASKED)),
    "garbage does not turn a block into a hold": Story((LISTED, AWHILE, Garbles(0), AWHILE, ASKED)),
    "a flood of garbage on relief ends no node": Story((LISTED, AWHILE, Floods(RELIEF_LANE, 120, 20), AWHILE)),
    "a header without a value ends no process": Story(
        (LISTED, AWHILE, *(SpoilsHeaders(each, NULL) for each in range(0, 40, 8)), AWHILE),
    ),
    "a header's odd name ends no process": Story(
        (LISTED, AWHILE, *(SpoilsHeaders(each, ODD) for each in range(0, 40, 8)), AWHILE),
    ),
    "a junk command does not delay a stop": Story(
        (
            LISTED,
            AWHILE,
            Watches(COURT, POLICE, DEBTOR, 1),
            AWHILE,
            ForgesCommand(OWN_KEY, COURT, POLICE, 9, under_another=True),
            AWHILE,
            StopsWatch(COURT, 0),
            AWHILE,
        ),
    ),
    "a key the root never signed signs nothing": Story(
        (LISTED, AWHILE, ForgesKey(SIBLING, COURT), ForgesVersion(Guise(OWN_KEY, COURT), 0), AWHILE, ASKED),
    ),
    "a notary's barrier from the future makes nothing fresh": Story(
        (LISTED, AWHILE, ForgesBarrier(NOTARY, NOTARY, RELIEF_LANE, 1_000, 86_400), AWHILE, ASKED),
    ),
    "a notary's wrong head changes no answer": Story(
        (LISTED, AWHILE, ForgesHead(NOTARY, NOTARY, DIGEST), AWHILE, ASKED)
    ),
    "a notary's head from the future changes no answer": Story(
        (LISTED, AWHILE, ForgesHead(NOTARY, NOTARY, FUTURE), EverybodyWorks(120), ASKED),
    ),
    "a receipt ahead of its node claims nothing": Story(
        (AWHILE, CutOff("air-js 1"), LISTED, AWHILE, ForgesReceipt("air-js", "air-js", 5), AWHILE, Looks()),
    ),
    "an agency does not answer for another": Story(
        (
            LISTED,
            AWHILE,
            Watches(COURT, POLICE, DEBTOR, 1),
            AWHILE,
            ForgesAnswer("air-js", "control-feedback", POLICE, 0),
            AWHILE,
        ),
    ),
}
