"""Stories: what somebody may try, deed by deed, in a town where every clock is right.

A title is what holds.
"""

from collections.abc import Mapping, Sequence

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
from liandong.tests.simulation.deeds.forgery import OVER, RELIEF, ForgesEntry, ForgesVersion, Guise
from liandong.tests.simulation.deeds.operator import CutOff, Looks, Restarts, SetsClock
from liandong.tests.simulation.deeds.orders import ForgesCommand, ForgesDeadLetter, ForgesKey
from liandong.tests.simulation.deeds.passing import EverybodyWorks
from liandong.tests.simulation.deeds.pen import NO_KEY, OWN_KEY
from liandong.tests.simulation.deeds.root import Revokes
from liandong.tests.simulation.deeds.staff import Asks
from liandong.tests.simulation.deeds.statements import (
    DIGEST,
    FORK,
    FUTURE,
    ROLLBACK,
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

INBOX = "inbox of court-su0505"
COURT, RAILWAY, POLICE, NOTARY = "court-su0505", "railway-js 1", "police-js", "notary-js-1"
DEBTOR, ANOTHER, INNOCENT = 0, 1, 12
RELIEF_LANE = TopicPartition(names.relief(JURISDICTION), 0)
ORDERS_LANE = TopicPartition(names.commands(POLICE), 0)
LIST_LANE = TopicPartition(names.debtor_list(JURISDICTION), 0)
FOUR = range(4, 8)
AGENCY, CANARY, LATER = Guise("air-js"), Guise("air-js", canary=True), Guise(SIBLING)
UNSIGNED, ELSEWHERE = Guise(NO_KEY, COURT), Guise(NO_KEY, COURT, partition=1)


def _listed(people: Sequence[int]) -> Deed:
    return Publishes(COURT, tuple(Listing(COURT, each, "LIST_ENTRY", 1 + each, date_of_ms(NOW)) for each in people))


LISTED, FREED, AWHILE = _listed([DEBTOR]), Acts(COURT, Change.REVOKE, 0), EverybodyWorks(6)
SPOILT = (0, 8, 27, 40, 51, 92)
"""Records that stand in the log after a listing and a while: keys, receipts, the listing, a head."""
ASKED, INNOCENT_ASKED = Asks(RAILWAY, DEBTOR), Asks(RAILWAY, INNOCENT)
RESTARTED = (Restarts(RAILWAY), Restarts(NOTARY), Restarts("monitor"))
WATCHED = Watches(COURT, POLICE, DEBTOR, 1)

HOLDING: Mapping[str, Sequence[Deed]] = {
    "a null over a live entry frees nobody": (LISTED, AWHILE, NullsEntry(0), AWHILE, ASKED),
    "an agency's record frees nobody": (LISTED, AWHILE, ForgesVersion(AGENCY, 0), AWHILE, ASKED),
    "an agency's record in the court's name frees nobody": (
        LISTED,
        AWHILE,
        ForgesVersion(Guise("air-js", COURT), 0),
        AWHILE,
        ASKED,
    ),
    "an unsigned end frees nobody": (LISTED, AWHILE, ForgesVersion(UNSIGNED, 0), AWHILE, ASKED),
    "an unsigned end on the relief lane frees nobody": (
        LISTED,
        AWHILE,
        ForgesVersion(Guise(NO_KEY, COURT, lane=RELIEF), 0),
        AWHILE,
        ASKED,
    ),
    "an unsigned version of a freed person's entry blocks nobody": (
        LISTED,
        AWHILE,
        FREED,
        AWHILE,
        ForgesVersion(UNSIGNED, 0, DEBTOR),
        AWHILE,
        ASKED,
    ),
    "a version higher than its key may say frees nobody": (
        *(LISTED, AWHILE, ForgesVersion(Guise(COURT), 0, ahead=OVER), AWHILE, ASKED),
        *(ForgesVersion(Guise(COURT, lane=RELIEF), 0, ahead=OVER), AWHILE, ASKED),
    ),
    "a sibling court's own entry blocks": (ForgesEntry(LATER, ANOTHER, 7), AWHILE, Asks(RAILWAY, ANOTHER)),
    "a key the root never signed frees nobody": (
        LISTED,
        AWHILE,
        ForgesKey(SIBLING, COURT),
        ForgesVersion(Guise(OWN_KEY, COURT), 0),
        AWHILE,
        ASKED,
    ),
    "a header without a value ends no process": (
        LISTED,
        AWHILE,
        *(SpoilsHeaders(each, NULL) for each in SPOILT),
        *RESTARTED,
        AWHILE,
    ),
    "a header whose name is not UTF-8 ends no process": (
        LISTED,
        AWHILE,
        *(SpoilsHeaders(each, ODD) for each in SPOILT),
        *RESTARTED,
        AWHILE,
    ),
    "a notary's barrier from the future makes no copy fresh": (
        LISTED,
        AWHILE,
        ForgesBarrier(NOTARY, NOTARY, RELIEF_LANE, 1_000, 86_400),
        AWHILE,
        ASKED,
    ),
    "a notary's wrong head changes no answer": (LISTED, AWHILE, ForgesHead(NOTARY, NOTARY, DIGEST), AWHILE, ASKED),
    "a notary's second head of a number changes no answer": (
        LISTED,
        AWHILE,
        ForgesHead(NOTARY, NOTARY, FORK),
        ForgesHead(NOTARY, NOTARY, ROLLBACK),
        AWHILE,
        ASKED,
    ),
    "a notary's head from the future changes no answer": (
        LISTED,
        AWHILE,
        ForgesHead(NOTARY, NOTARY, FUTURE),
        EverybodyWorks(12),
        ASKED,
    ),
    "an agency does not answer for another": (
        LISTED,
        AWHILE,
        WATCHED,
        AWHILE,
        ForgesAnswer("air-js", "control-feedback", POLICE, 0),
        AWHILE,
    ),
    "an agency gives no commands": (AWHILE, ForgesCommand("air-js", COURT, "railway-js", 9), AWHILE),
    "a forged dead letter ends no process": (AWHILE, ForgesDeadLetter(POLICE, ""), AWHILE),
    "a receipt ahead of its node claims nothing": (
        *(AWHILE, CutOff("air-js 1"), LISTED, AWHILE, ForgesReceipt("air-js", "air-js", 5), AWHILE, Looks()),
    ),
    "a barrier in a notary's name and a second head of a number are named": (
        *(AWHILE, ForgesBarrier(NOTARY, NOTARY, LIST_LANE), ForgesHead(NOTARY, NOTARY, FORK), AWHILE, Looks()),
    ),
    "a replayed barrier does not end the notary": (AWHILE, ReplaysBarrier(NOTARY), AWHILE),
    "a barrier in a notary's name, under its key, does not end it": (
        *(AWHILE, ForgesBarrier(NOTARY, NOTARY, LIST_LANE, 1_000), AWHILE, Restarts(NOTARY), LISTED, AWHILE, ASKED),
    ),
    "a relief under a key nobody registered keeps no release waiting": (
        *(LISTED, AWHILE, ForgesVersion(Guise(OWN_KEY, COURT, lane=RELIEF), 0), AWHILE, ASKED, FREED, AWHILE),
    ),
    "a junk command does not delay a stop": (
        AWHILE,
        WATCHED,
        AWHILE,
        ForgesCommand(OWN_KEY, COURT, POLICE, 9, under_another=True),
        AWHILE,
        StopsWatch(COURT, 0),
        AWHILE,
    ),
    "what is forged under an answer's id does not take its place": (
        AWHILE,
        CutOff(INBOX),
        WATCHED,
        AWHILE,
        *(ForgesAnswer(OWN_KEY, "control-feedback", POLICE, 0, each) for each in range(3)),
        CutOff(INBOX, back=True),
        AWHILE,
    ),
    "garbage on relief ends no node": (AWHILE, Floods(RELIEF_LANE, 120, 20), AWHILE),
    "junk that is nearly too large does not stop what an agency sends": (
        *(AWHILE, Floods(ORDERS_LANE, 1, 999_900), AWHILE, WATCHED, AWHILE),
    ),
    "an agency's canary frees nobody": (LISTED, AWHILE, ForgesVersion(CANARY, 0), AWHILE, ASKED),
    "an agency's canary in an entry's place blocks no innocent": (
        LISTED,
        AWHILE,
        ForgesVersion(CANARY, 0, INNOCENT),
        AWHILE,
        INNOCENT_ASKED,
    ),
    "an agency's new canary blocks no innocent": (ForgesEntry(CANARY, INNOCENT, 7), AWHILE, INNOCENT_ASKED),
    "a notary's new canary blocks no innocent": (
        *(ForgesEntry(Guise(NOTARY, canary=True), INNOCENT, 7), AWHILE, INNOCENT_ASKED),
    ),
    "a clock that is set back makes no copy fresh": (LISTED, AWHILE, SetsClock("railway-js", -3_600), ASKED),
    "a sibling court does not free another court's debtor": (LISTED, AWHILE, ForgesVersion(LATER, 0), AWHILE, ASKED),
    "a sibling court does not free another court's debtor by relief": (
        LISTED,
        AWHILE,
        ForgesVersion(Guise(SIBLING, lane=RELIEF), 0),
        AWHILE,
        ASKED,
    ),
    "a replay into another partition does not block a freed person": (
        LISTED,
        AWHILE,
        FREED,
        AWHILE,
        ReplaysVersion(0, 1, elsewhere=True),
        AWHILE,
        ASKED,
    ),
    "an unsigned copy in another lane frees nobody": (
        _listed(range(8)),
        AWHILE,
        *(ForgesVersion(ELSEWHERE, each, each, shielded=True) for each in FOUR),
        AWHILE,
        *(Asks(RAILWAY, each) for each in FOUR),
    ),
    "an unsigned new entry holds no innocent": (ForgesEntry(UNSIGNED, INNOCENT, 7), AWHILE, INNOCENT_ASKED),
    "an agency's new entry holds no innocent": (ForgesEntry(AGENCY, INNOCENT, 7), AWHILE, INNOCENT_ASKED),
    "garbage does not turn a block into a hold": (LISTED, AWHILE, Garbles(0), AWHILE),
    "a revoked key blocks no innocent by a record it dates back": (
        AWHILE,
        Revokes(COURT),
        AWHILE,
        ForgesEntry(Guise(COURT, seconds=-3_600), INNOCENT, 7),
        AWHILE,
        INNOCENT_ASKED,
    ),
    "a revoked key frees nobody by a record it dates back": (
        LISTED,
        AWHILE,
        Revokes(COURT),
        AWHILE,
        ForgesVersion(Guise(COURT, seconds=-3_600), 0),
        AWHILE,
        ASKED,
    ),
    "a null does not erase an end": (
        LISTED,
        AWHILE,
        FREED,
        AWHILE,
        NullsEntry(0),
        AWHILE,
        ReplaysVersion(0, 1),
        AWHILE,
        ASKED,
    ),
    "a replay of an older version does not stand last for ever": (
        LISTED,
        AWHILE,
        FREED,
        AWHILE,
        ReplaysVersion(0, 1),
        AWHILE,
    ),
}
"""What is tried in vain."""
