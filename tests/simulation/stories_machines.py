"""Stories of machines, files, topics and keys that break a promise today, each with the point of issue 4 that mends it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from liandong.schemas.dates import date_of_ms
from liandong.schemas.law.listing import Change
from liandong.tests.simulation.deeds.broker import MakesAgain
from liandong.tests.simulation.deeds.clerk import Acts, Publishes, Watches
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.disks import BacksUp, PutsBack
from liandong.tests.simulation.deeds.keys import AdmitsNotary, PublishesKeys, Retires, Rotates
from liandong.tests.simulation.deeds.operator import CutOff
from liandong.tests.simulation.deeds.passing import EverybodyWorks, Works
from liandong.tests.simulation.deeds.staff import Asks
from liandong.tests.simulation.founding import NOTARIES
from liandong.tests.simulation.people import COURTS, Listing
from liandong.tests.worlds.clock import NOW
from liandong.topics.catalogue import names

_TODAY = date_of_ms(NOW)
_FIRST, _SECOND = COURTS
_ALL = EverybodyWorks(5)


@dataclass(frozen=True)
class Broken:
    """A story whose promise breaks today."""

    deeds: Sequence[Deed]
    point: str
    """Of issue 4, which mends it."""
    promise: str
    """What is broken, as the world says it."""


def listed(court: str, *people: int) -> Publishes:
    """List these debtors."""
    return Publishes(court, tuple(Listing(court, one, "LIST_ENTRY", 1 + one, _TODAY) for one in people))


def _put_back(store: str) -> Sequence[Deed]:
    """An hour of work, then a backup from before it."""
    work = (listed(_SECOND, 3, 4), Acts(_FIRST, Change.REVOKE, 0), Asks("railway-js 1", 2), _ALL)
    return listed(_FIRST, 1, 2), _ALL, BacksUp(store), *work, PutsBack(0), listed(_SECOND, 5), _ALL


BREAKING: Mapping[str, Broken] = {
    "a list is deleted and made again": Broken(
        (
            listed(_FIRST, 1, 2),
            _ALL,
            MakesAgain("court.debtor-list.js.v1"),
            AdmitsNotary("notary-js-3"),
            *map(Retires, NOTARIES),
            EverybodyWorks(20),
            Asks("railway-js 1", 1),
        ),
        "proven and fresh are two things: LIST_SHRUNK, court resend",
        "ALLOW from a fresh and proven copy for somebody with a live basis",
    ),
    "an older copy of a list is put back": Broken(
        _put_back("list of railway-js 1"), "clocks, copies, twins, stores: backups lie harmlessly", "a receipt says"
    ),
    "an older overlay of relief is put back": Broken(
        _put_back("relief of railway-js 1"), "clocks, copies, twins, stores: backups lie harmlessly", "a receipt says"
    ),
    "an older acts store is put back": Broken(
        (
            EverybodyWorks(1),
            BacksUp("acts of air-js 1"),
            Watches(_FIRST, "air-js", 3, 1),
            Works("publisher", "relay", 5),
            Works("air-js 1", "effects", 5),
            PutsBack(0),
            _ALL,
        ),
        "the handled position of every partition stands in the acts store",
        "was not answered",
    ),
    "an older register is put back": Broken(
        _put_back("register"),
        "REGISTER_BEHIND_LOG and court register recover",
        "the status is green, but: the status counts",
    ),
    "a key is published below where a reader of the topic before it stood": Broken(
        (
            PublishesKeys(),
            _ALL,
            MakesAgain(names.KEYS, at_once=True),
            Rotates(_FIRST),
            PublishesKeys(),
            listed(_FIRST, 1, 2),
            _ALL,
        ),
        "topics have the ids they had",
        "says REVIEW where BLOCK is right",
    ),
    "a command stands where a reader of the topic before it stood": Broken(
        (
            EverybodyWorks(1),
            Watches(_FIRST, "railway-js", 3, 1),
            _ALL,
            MakesAgain("control.commands.railway-js.v1"),
            Watches(_FIRST, "railway-js", 4, 2),
            _ALL,
        ),
        "topics have the ids they had",
        "was not answered",
    ),
    "a release is lost with the relief lane": Broken(
        (
            listed(_FIRST, 1, 2),
            _ALL,
            Asks("air-js 1", 1),
            _ALL,
            CutOff("air-js 1"),
            Acts(_FIRST, Change.REVOKE, 0),
            _ALL,
            MakesAgain(names.relief("js")),
        ),
        "topics have the ids they had",
        "was not told",
    ),
    "an answer to a court is lost with its topic": Broken(
        (
            EverybodyWorks(1),
            CutOff(f"inbox of {_FIRST}"),
            Watches(_FIRST, "railway-js", 3, 1),
            _ALL,
            MakesAgain(names.feedback("js")),
        ),
        "topics have the ids they had",
        "lacks 1 events",
    ),
    "a command is lost with its topic": Broken(
        (
            EverybodyWorks(1),
            CutOff("police-js 1"),
            Watches(_FIRST, "police-js", 3, 1),
            _ALL,
            MakesAgain("control.commands.police-js.v1"),
        ),
        "status tells the truth: accepted but not answered",
        "was not answered",
    ),
}
