"""Stories of keys: published a moment ago, revoked as of the past, not valid yet by a clock that is slow."""

from collections.abc import Mapping, Sequence

from liandong.schemas.law.listing import Change
from liandong.tests.simulation.deeds.clerk import Acts, Watches
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.disks import Damages
from liandong.tests.simulation.deeds.forgery import RELIEF, TOP, ForgesEntry, ForgesVersion, Guise
from liandong.tests.simulation.deeds.keys import AddsNode, AdmitsAgency, Misplaces, PublishesKeys, Replaces, Rotates
from liandong.tests.simulation.deeds.operator import CutOff, Looks, Restarts, SetsClock
from liandong.tests.simulation.deeds.passing import EverybodyWorks, Passes, Works
from liandong.tests.simulation.deeds.register import LetsRegisterRunOut, RollsBackKeys, SignsRegister
from liandong.tests.simulation.deeds.root import Revokes
from liandong.tests.simulation.deeds.staff import Asks
from liandong.tests.simulation.deeds.statements import ForgesBarrier
from liandong.tests.simulation.deeds.upkeep import EndsStrangers, GivesBack, Resigns
from liandong.tests.simulation.founding import HIGH_COURT, JURISDICTION
from liandong.tests.simulation.people import SIBLING
from liandong.tests.simulation.stories import (
    ANOTHER,
    ASKED,
    AWHILE,
    COURT,
    DEBTOR,
    FREED,
    INNOCENT,
    INNOCENT_ASKED,
    LISTED,
    NOTARY,
    POLICE,
    RAILWAY,
    WATCHED,
)
from liandong.tests.simulation.stories_machines import lists
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import TopicPartition

_AGENCY, _HOUR = "railway-js", 3_600
_LANES = [TopicPartition(names.debtor_list(JURISDICTION), number) for number in range(2)]
_MINUTE = Passes(60_000)
_LONG_AGO = (LISTED, AWHILE, Passes(3 * _HOUR * 1000), EverybodyWorks(10))
"""Somebody was listed hours before what follows, and everybody has gone on since."""
_STOLEN = Revokes(COURT, 30)

HOLDING: Mapping[str, Sequence[Deed]] = {
    "a relief under a key published a moment ago is not refused by who has not read it yet": (
        EverybodyWorks(3),
        lists(COURT, DEBTOR),
        Works("publisher", "relay", 5),
        Works("air-js 1", "list", 20),
        Rotates(COURT, revoked=True),
        Acts(COURT, Change.REVOKE, 0),
        Works("publisher", "relay", 5),
        Works("air-js 1", "list", 5),
        Asks("air-js 1", DEBTOR),
    ),
    "what a court signed with a key that will be revoked blocks until then": (
        *(LISTED, AWHILE, Rotates(COURT, revoked=True), AWHILE, ASKED),
    ),
    "what a key signed before it was stolen stays": (
        LISTED,
        AWHILE,
        _MINUTE,
        _STOLEN,
        AWHILE,
        Restarts(RAILWAY),
        AWHILE,
        ASKED,
    ),
    "what a court lists under the key after the stolen one blocks": (
        LISTED,
        AWHILE,
        _MINUTE,
        Replaces(COURT, 30),
        lists(COURT, ANOTHER),
        AWHILE,
        ASKED,
        Asks(RAILWAY, ANOTHER),
    ),
    "a topic of keys put back to before a revocation revives no stolen key": (
        *(LISTED, AWHILE, Replaces(COURT, 1), AWHILE, RollsBackKeys(), Restarts(RAILWAY)),
        *(ForgesVersion(Guise(COURT), 0), ForgesVersion(Guise(COURT, lane=RELIEF), 0), AWHILE, ASKED, PublishesKeys()),
        Resigns(COURT),
    ),
    "a copy that is made behind a topic of keys put back knows which keys a barrier before it covers": (
        *(LISTED, AWHILE, Replaces(COURT, 1), AWHILE, RollsBackKeys(), ForgesVersion(Guise(COURT), 0), AWHILE),
        *(AddsNode(POLICE, "2"), AWHILE, PublishesKeys(), AWHILE, Resigns(COURT)),
    ),
    "an agency that joins behind a topic of keys put back knows which keys a barrier before it covers": (
        *(LISTED, AWHILE, Replaces(COURT, 1), AWHILE, RollsBackKeys(), ForgesEntry(Guise(COURT), INNOCENT, 7), AWHILE),
        *(AdmitsAgency("air-east-js", "air-carrier"), AWHILE, PublishesKeys(), AWHILE, Resigns(COURT)),
    ),
    "a revoked notary's barriers date nothing": (
        *(LISTED, AWHILE, _MINUTE, Replaces(NOTARY, 10), AWHILE, Replaces(COURT, 60)),
        *(ForgesBarrier(NOTARY, NOTARY, at, seconds=-40, shows=COURT) for at in _LANES),
        *(ForgesVersion(Guise(COURT), 0), AWHILE, Looks(), Resigns(COURT)),
    ),
    "a second content of one version changes nobody's copy": (
        *(AWHILE, ForgesEntry(Guise(SIBLING), DEBTOR, 7), AWHILE),
        *(ForgesVersion(Guise(SIBLING), 0, person=INNOCENT, ahead=0), AWHILE, INNOCENT_ASKED),
    ),
    "an emptied topic of keys takes nobody's word away": (
        *(LISTED, AWHILE, RollsBackKeys(empty=True), Restarts(RAILWAY), AWHILE, ASKED, INNOCENT_ASKED),
        *(PublishesKeys(), AWHILE),
    ),
    "a register that has run out changes no answer": (
        *(LISTED, AWHILE, LetsRegisterRunOut(), lists(COURT, ANOTHER), AWHILE, ASKED, Asks(RAILWAY, ANOTHER)),
        *(INNOCENT_ASKED, Acts(COURT, Change.REVOKE, 0), AWHILE, ASKED, SignsRegister(400 * 86_400)),
    ),
    "a stolen key frees nobody after it was revoked": (
        LISTED,
        AWHILE,
        _MINUTE,
        Replaces(COURT, 30),
        AWHILE,
        ForgesVersion(Guise(COURT, seconds=-10), 0),
        ForgesVersion(Guise(COURT, seconds=-10, lane=RELIEF), 0),
        AWHILE,
        ASKED,
        Resigns(COURT),
        AWHILE,
    ),
    "a hit waits for a court whose key is not valid yet by the agency's clock": (
        *_LONG_AGO,
        SetsClock(_AGENCY, -_HOUR),
        Replaces(COURT, 2 * _HOUR),
        AWHILE,
        ASKED,
        AWHILE,
        Looks(),
    ),
    "a command waits at an agency for the key of a court that is not valid yet by its clock": (
        *_LONG_AGO,
        SetsClock(POLICE, -_HOUR),
        Replaces(COURT, 2 * _HOUR),
        AWHILE,
        WATCHED,
        AWHILE,
        Looks(),
    ),
    "a court gives no command to an agency whose key is not valid yet by the court's clock": (
        *_LONG_AGO,
        SetsClock("publisher-js", -_HOUR),
        Replaces(POLICE, 2 * _HOUR),
        AWHILE,
        WATCHED,
        AWHILE,
    ),
    "a notary whose key is not valid yet by its own clock proves nothing and ends nobody": (
        *_LONG_AGO,
        SetsClock(NOTARY, -_HOUR),
        Replaces(NOTARY, 2 * _HOUR),
        AWHILE,
        ASKED,
        AWHILE,
        Looks(),
    ),
    "whom a stolen key of the court above freed is restricted again once that gives it back": (
        *(LISTED, AWHILE, _MINUTE, ForgesVersion(Guise(HIGH_COURT), 0), AWHILE, Replaces(HIGH_COURT, 30), AWHILE),
        *(ASKED, GivesBack(HIGH_COURT, COURT), AWHILE, ASKED),
    ),
    "whom a stolen key of the court above stopped is free once that gives the entry back": (
        *(LISTED, AWHILE, _MINUTE, ForgesVersion(Guise(HIGH_COURT), 0, INNOCENT), AWHILE, Replaces(HIGH_COURT, 30)),
        *(AWHILE, Acts(COURT, Change.REVOKE, 0), AWHILE, GivesBack(HIGH_COURT, COURT), AWHILE, INNOCENT_ASKED),
    ),
    "a stolen key blocks no innocent after it was revoked": (
        LISTED,
        AWHILE,
        _MINUTE,
        _STOLEN,
        AWHILE,
        ForgesEntry(Guise(COURT), INNOCENT, 7),
        AWHILE,
        INNOCENT_ASKED,
    ),
    "what a court itself signed with a key stolen then asks a person": (
        _MINUTE,
        AWHILE,
        LISTED,
        AWHILE,
        Replaces(COURT, 30),
        AWHILE,
        ASKED,
    ),
    "who was freed by a key that was stolen then is not blocked by a copy made again": (
        LISTED,
        AWHILE,
        _MINUTE,
        AWHILE,
        FREED,
        AWHILE,
        Replaces(COURT, 30),
        AWHILE,
        Damages("list of railway-js 1", cut=True, number=7),
        EverybodyWorks(20),
        ASKED,
    ),
    "what a court itself signed with the stolen key counts again when it has signed it again": (
        *(_MINUTE, AWHILE, LISTED, AWHILE, Replaces(COURT, 30), AWHILE),
        *(Resigns(COURT), AWHILE, ASKED),
    ),
    "what a court signs before its key's first day by its own clock is not refused by everybody": (
        *(AWHILE, SetsClock("publisher-js", -_HOUR), Replaces(COURT, 2 * _HOUR), LISTED, AWHILE, ASKED),
    ),
    "a stolen key has freed nobody before it was revoked": (
        *(LISTED, AWHILE, _MINUTE, ForgesVersion(Guise(COURT), 0), AWHILE, Replaces(COURT, 30), AWHILE),
        *(ASKED, Resigns(COURT), AWHILE),
    ),
    "the highest version a stolen key may say frees nobody for long": (
        *(LISTED, AWHILE, _MINUTE, ForgesVersion(Guise(COURT), 0, ahead=TOP), AWHILE, Replaces(COURT, 30), AWHILE),
        *(Resigns(COURT), AWHILE, FREED, AWHILE, ASKED),
    ),
    "a court acts where its first key says, whatever the next one does": (
        *(LISTED, AWHILE, Misplaces(COURT), AWHILE, ASKED, lists(COURT, ANOTHER), AWHILE, Asks(RAILWAY, ANOTHER)),
        *(FREED, AWHILE, ASKED),
    ),
    "a notary counts where its first key says, whatever the next one does": (
        *(LISTED, AWHILE, Misplaces(NOTARY), AWHILE, ASKED, lists(COURT, ANOTHER), AWHILE, Asks(RAILWAY, ANOTHER)),
    ),
    "the highest version a stolen key may say blocks no innocent for long": (
        *(LISTED, AWHILE, _MINUTE, ForgesVersion(Guise(COURT), 0, INNOCENT, TOP), AWHILE, Replaces(COURT, 30), AWHILE),
        *(Resigns(COURT), AWHILE, INNOCENT_ASKED, ASKED),
    ),
    "who might have been ended by a thief does not pass before that is looked through": (
        *(LISTED, AWHILE, _MINUTE, ForgesVersion(Guise(COURT), 0), AWHILE, Replaces(COURT, 30)),
        *(Works(RAILWAY, "register", 5), Works(RAILWAY, "list", 5), ASKED, Resigns(COURT), AWHILE, ASKED),
    ),
    "whom a thief freed before anybody could know is told as released, and is stopped again": (
        *(LISTED, AWHILE, _MINUTE, AWHILE, ASKED, ForgesVersion(Guise(COURT, lane=RELIEF), 0), AWHILE),
        *(Replaces(COURT, 30), AWHILE, Resigns(COURT), AWHILE, ASKED),
    ),
    "whom a thief freed while the court signed again is told as released, and is stopped again": (
        *(LISTED, AWHILE, _MINUTE, AWHILE, ForgesVersion(Guise(COURT, lane=RELIEF), 0), Resigns(COURT), ASKED),
        *(AWHILE, Replaces(COURT, 30), AWHILE, Resigns(COURT), AWHILE),
    ),
    "what a court said and was sent after its key was revoked stands in the log, and its end is said again": (
        *(LISTED, AWHILE, CutOff("publisher"), FREED, Replaces(COURT, 1), AWHILE, CutOff("publisher", back=True)),
        *(AWHILE, Resigns(COURT), AWHILE, ASKED),
    ),
    "what a stolen key invented is named and can be ended": (
        *(LISTED, AWHILE, _MINUTE, ForgesEntry(Guise(COURT), INNOCENT, 7), AWHILE, Replaces(COURT, 30), AWHILE),
        *(EndsStrangers(COURT), AWHILE, INNOCENT_ASKED),
    ),
    "what a stolen key invented on the relief lane alone is named and can be ended": (
        *(LISTED, AWHILE, _MINUTE, ForgesEntry(Guise(COURT, lane=RELIEF), INNOCENT, 7), AWHILE, Replaces(COURT, 30)),
        *(AWHILE, EndsStrangers(COURT), AWHILE, INNOCENT_ASKED),
    ),
    "what a stolen key listed ahead of every list blocks no innocent after it was revoked": (
        *(LISTED, AWHILE, _MINUTE, ForgesEntry(Guise(COURT, lane=RELIEF), INNOCENT, 7), AWHILE),
        *(Replaces(COURT, 30), AWHILE, INNOCENT_ASKED, EndsStrangers(COURT), AWHILE),
    ),
    "who is stopped again after a stolen relief is not told as released by it": (
        *(LISTED, AWHILE, _MINUTE, ForgesVersion(Guise(COURT, lane=RELIEF), 0), AWHILE, Replaces(COURT, 30), AWHILE),
        *(ASKED, AWHILE, Resigns(COURT), AWHILE),
    ),
    "what an agency tells before its key's first day by its own clock is not lost": (
        *(*_LONG_AGO, SetsClock(_AGENCY, -_HOUR), Replaces(_AGENCY, 2 * _HOUR), AWHILE, ASKED, AWHILE, Looks()),
    ),
    "what an agency answers before its key's first day by its own clock is not lost": (
        *(*_LONG_AGO, SetsClock(POLICE, -_HOUR), Replaces(POLICE, 2 * _HOUR), Watches(COURT, POLICE, 1, 1), AWHILE),
    ),
}
"""What holds today, and comes whole in the end."""

WITNESSES: Mapping[str, str] = {
    "what a court itself signed with the stolen key counts again when it has signed it again": "entries signed again",
    "what a court signs before its key's first day by its own clock is not refused by everybody": (
        "publication refused: CLOCK_OFF"
    ),
    "a stolen key frees nobody after it was revoked": "records a list refused",
    "a stolen key has freed nobody before it was revoked": "named: stolen-outbid",
    "whom a thief freed before anybody could know is told as released, and is stopped again": (
        "releases of whom a thief freed"
    ),
    "whom a thief freed while the court signed again is told as released, and is stopped again": (
        "releases of whom a thief freed"
    ),
    "who might have been ended by a thief does not pass before that is looked through": "checks: UNKNOWN",
    "what a court said and was sent after its key was revoked stands in the log, and its end is said again": (
        "records a list refused"
    ),
    "whom a stolen key of the court above freed is restricted again once that gives it back": ("entries given back"),
    "whom a stolen key of the court above stopped is free once that gives the entry back": ("entries given back"),
    "what a stolen key invented is named and can be ended": "invented entries ended",
    "what a stolen key invented on the relief lane alone is named and can be ended": "invented entries ended",
    "a hit waits for a court whose key is not valid yet by the agency's clock": (
        "logged: a court cannot be told yet, the event waits"
    ),
    "a command waits at an agency for the key of a court that is not valid yet by its clock": "logged: message waits",
    "a court gives no command to an agency whose key is not valid yet by the court's clock": (
        "watch refused: CLOCK_OFF"
    ),
    "what an agency tells before its key's first day by its own clock is not lost": "logged: clock or key is wrong",
    "what an agency answers before its key's first day by its own clock is not lost": "logged: clock or key is wrong",
    "a notary whose key is not valid yet by its own clock proves nothing and ends nobody": "logged: clock or key is wrong",
}
"""Counters that show that the story came to what it is about."""
