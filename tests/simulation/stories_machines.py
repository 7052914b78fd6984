"""Stories of machines, files, topics and keys."""

from collections.abc import Mapping, Sequence

from liandong.schemas.dates import date_of_ms
from liandong.schemas.law.listing import Change
from liandong.tests.simulation.deeds.broker import Delays, MakesAgain
from liandong.tests.simulation.deeds.clerk import Acts, Publishes, Watches
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.disks import BacksUp, PutsBack
from liandong.tests.simulation.deeds.keys import AdmitsNotary, PublishesKeys, Retires, Rotates
from liandong.tests.simulation.deeds.operator import Cleans, CutOff, SetsClock
from liandong.tests.simulation.deeds.orders import ForgesCommand
from liandong.tests.simulation.deeds.passing import EverybodyWorks, Passes, Works
from liandong.tests.simulation.deeds.pen import NO_KEY
from liandong.tests.simulation.deeds.staff import Asks
from liandong.tests.simulation.deeds.statements import DIGEST, FUTURE, ForgesHead
from liandong.tests.simulation.deeds.upkeep import RecoversRegister
from liandong.tests.simulation.founding import NOTARIES
from liandong.tests.simulation.people import COURTS, Listing
from liandong.tests.worlds.clock import NOW
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import TopicPartition

_TODAY = date_of_ms(NOW)
_FIRST, _SECOND = COURTS
_ALL = EverybodyWorks(5)
_MONTH_MS = 32 * 86_400_000


def lists(court: str, *people: int) -> Publishes:
    """Have a court list these debtors."""
    return Publishes(court, tuple(Listing(court, one, "LIST_ENTRY", 1 + one, _TODAY) for one in people))


def _put_back(store: str, *mended: Deed) -> Sequence[Deed]:
    """An hour of work, then a backup from before it, and what is done about that."""
    work = (lists(_SECOND, 3, 4), Acts(_FIRST, Change.REVOKE, 0), Asks("railway-js 1", 2), _ALL)
    return lists(_FIRST, 1, 2), _ALL, BacksUp(store), *work, PutsBack(0), *mended, lists(_SECOND, 5), _ALL


_KEYS = TopicPartition(names.KEYS, 0)
_UNHEARD_OF = (Delays(_KEYS, 300), Rotates(_FIRST))
"""From now on a court signs with a key that is registered and that nobody hears of."""
HOLDING: Mapping[str, Sequence[Deed]] = {
    "an end under a key a node has not heard of yet frees": (
        lists(_FIRST, 1, 2),
        _ALL,
        *_UNHEARD_OF,
        Acts(_FIRST, Change.REVOKE, 0),
        EverybodyWorks(10),
        Asks("railway-js 1", 1),
    ),
    "a notary counts what was signed with a key it had not heard of": (
        *(lists(_FIRST, 1, 2), _ALL, *_UNHEARD_OF),
        *(lists(_FIRST, 3), EverybodyWorks(10)),
    ),
    "a release that waited long for its court's key is told as soon as it is there": (
        *(lists(_FIRST, 1, 2), _ALL, Asks("railway-js 1", 1), _ALL),
        *(*_UNHEARD_OF, Acts(_FIRST, Change.REVOKE, 0), EverybodyWorks(200)),
    ),
    "an inbox refuses answers to what its court never asked": (
        *(_ALL, Watches(_FIRST, "police-js", 3, 1), _ALL),
        *(ForgesCommand(NO_KEY, _FIRST, "railway-js", 9), _ALL),
    ),
    "an inbox that was away for longer than the log keeps names what it missed": (
        *(lists(_FIRST, 1, 2), CutOff(f"inbox of {_FIRST}"), _ALL),
        *(Asks("railway-js 1", 1), _ALL, Passes(_MONTH_MS), Cleans()),
    ),
    "a release whose relief is lost with its lane is told all the same": (
        *(lists(_FIRST, 1, 2), _ALL, Asks("air-js 1", 1), _ALL),
        *(CutOff("air-js 1"), Acts(_FIRST, Change.REVOKE, 0), _ALL, MakesAgain(names.relief("js"))),
    ),
    "a release whose relief its lane kept no longer than a node was away is told all the same": (
        *(lists(_FIRST, 1, 2), _ALL, Asks("air-js 1", 1), _ALL),
        *(CutOff("air-js 1"), Acts(_FIRST, Change.REVOKE, 0), _ALL, Passes(_MONTH_MS), Cleans()),
    ),
    "a key is published below where a reader of the topic before it stood": (
        *(PublishesKeys(), _ALL, MakesAgain(names.KEYS, at_once=True)),
        *(Rotates(_FIRST), PublishesKeys(), lists(_FIRST, 1, 2), _ALL),
    ),
    "a list is deleted and made again": (
        *(lists(_FIRST, 1, 2), _ALL, MakesAgain("court.debtor-list.js.v1"), AdmitsNotary("notary-js-3")),
        *map(Retires, NOTARIES),
        *(EverybodyWorks(20), Asks("railway-js 1", 1), Asks("railway-js 1", 9)),
    ),
    "a list is deleted and made again under the notaries that counted it": (
        *(lists(_FIRST, 1, 2), _ALL, MakesAgain("court.debtor-list.js.v1")),
        *(
            EverybodyWorks(20),
            Asks("railway-js 1", 1),
            lists(_FIRST, 3, 4),
            EverybodyWorks(20),
            Asks("railway-js 1", 9),
        ),
    ),
    "a notary's wrong head that none of theirs comes after": (
        EverybodyWorks(1),
        *(ForgesHead(NOTARIES[1], NOTARIES[1], how) for how in (DIGEST, FUTURE)),
    ),
    "an older register is put back": _put_back("register"),
    "a register that was put back is brought level and goes on": _put_back("register", RecoversRegister()),
    "an export after the register was brought level meets what was listed since the backup": _put_back(
        "register", RecoversRegister(), lists(_SECOND, 3, 4)
    ),
    "an older copy of a list is put back": _put_back("list of railway-js 1"),
    "an older overlay of relief is put back": _put_back("relief of railway-js 1"),
    "an older acts store is put back": (
        *(EverybodyWorks(1), BacksUp("acts of air-js 1"), Watches(_FIRST, "air-js", 3, 1)),
        *(Works("publisher", "relay", 5), Works("air-js 1", "effects", 5), PutsBack(0), _ALL),
    ),
    "an acts store that is put back answers what it had answered under the same handles": (
        *(_ALL, BacksUp("acts of air-js 1"), Watches(_FIRST, "air-js", 3, 1), _ALL, PutsBack(0), _ALL),
    ),
    "a command stands where a reader of the topic before it stood": (
        *(EverybodyWorks(1), Watches(_FIRST, "railway-js", 3, 1), _ALL),
        *(MakesAgain("control.commands.railway-js.v1"), Watches(_FIRST, "railway-js", 4, 2), _ALL),
    ),
    "an answer to a court is lost with its topic": (
        *(EverybodyWorks(1), CutOff(f"inbox of {_FIRST}"), Watches(_FIRST, "railway-js", 3, 1), _ALL),
        MakesAgain(names.feedback("js")),
    ),
    "a command is lost with its topic": (
        *(EverybodyWorks(1), CutOff("police-js 1"), Watches(_FIRST, "police-js", 3, 1), _ALL),
        MakesAgain("control.commands.police-js.v1"),
    ),
    "a command is lost with its topic before anybody has read it": (
        *(Watches(_FIRST, "police-js", 3, 1), Works("publisher", "relay", 5)),
        MakesAgain("control.commands.police-js.v1"),
    ),
    "a command that a fast clock gave is lost with its topic before anybody has read it": (
        *(SetsClock("publisher-js", 3_600), Watches(_FIRST, "police-js", 3, 1), Works("publisher", "relay", 5)),
        MakesAgain("control.commands.police-js.v1"),
    ),
    "an inbox that is put back says no count twice": (
        *(lists(_FIRST, 1, 2), _ALL, Asks("railway-js 1", 1), _ALL, BacksUp(f"inbox of {_FIRST}")),
        *(Passes(_MONTH_MS), _ALL, PutsBack(0), _ALL),
    ),
}
"""What is borne."""
WHOLE = (
    "a register that was put back is brought level and goes on",
    "an export after the register was brought level meets what was listed since the backup",
)
"""Of these, those that come whole in the end."""
