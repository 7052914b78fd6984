"""How the adversary's deeds are drawn, kind by kind: from a step's integer and from what there is to attack."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from liandong.schemas.dates import date_of_ms
from liandong.schemas.law.listing import Change, Instrument
from liandong.tests.simulation.choices import Choices
from liandong.tests.simulation.deeds import statements
from liandong.tests.simulation.deeds.adversary import (
    Floods,
    Garbles,
    Nulls,
    NullsEntry,
    Replays,
    ReplaysVersion,
    Rewinds,
    Scribbles,
    Twists,
)
from liandong.tests.simulation.deeds.clerk import Acts, StopsWatch, Watches
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.forgery import LIST, RELIEF, ForgesEntry, ForgesVersion, Guise
from liandong.tests.simulation.deeds.keys import Rotates
from liandong.tests.simulation.deeds.operator import Looks
from liandong.tests.simulation.deeds.orders import ForgesCommand, ForgesDeadLetter, ForgesKey
from liandong.tests.simulation.deeds.pen import HANDS, NO_KEY, OWN_KEY, STOLEN
from liandong.tests.simulation.deeds.statements import ForgesAnswer, ForgesBarrier, ForgesHead, ForgesReceipt
from liandong.tests.simulation.deeds.upkeep import LosesRegister, Resigns
from liandong.tests.simulation.founding import AGENCIES, JURISDICTION, NOTARIES
from liandong.tests.simulation.people import COURTS, DEBTORS, OTHERS, SIBLING, Listing
from liandong.tests.simulation.proofs import list_of
from liandong.tests.simulation.truth import SaidVersion
from liandong.topics.catalogue import names
from liandong.topics.transport.memory.log import MemoryMessage
from liandong.topics.transport.ports import TopicPartition

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World

Draw = Callable[["World", Choices], Deed]
_TIMES = (0, 0, -86_400, -3_600, 3_600, 86_400)
_INSTRUMENTS = (Instrument.LIST_ENTRY, Instrument.CONSUMPTION_ORDER)
_EVERYBODY = DEBTORS + OTHERS
_HEAD_BITS = 8 * (10 + 72 + 16)
"""Of a list record: framing, proof and the entry's id."""
LARGEST = 999_900
"""Bytes of a value that a record can just carry."""
POWERLESS = (NO_KEY, OWN_KEY)
FOREIGN = (*NOTARIES, *AGENCIES)
LANES = (*names.state_topics(JURISDICTION), names.relief(JURISDICTION))


_LISTS = frozenset(names.state_topics(JURISDICTION))
_ORDERS = "control.commands."
"""How the topics of commands begin."""


def in_lists(message: MemoryMessage) -> bool:
    """Whether it is somebody's entry; what notaries and publishers write between those is none."""
    return message.topic() in _LISTS and not _is_barrier(message) and not is_checkpoint(message)


def is_checkpoint(message: MemoryMessage) -> bool:
    return message.topic() in _LISTS and (message.key() or b"").startswith(b"checkpoint/")


def _is_barrier(message: MemoryMessage) -> bool:
    return (message.key() or b"").startswith(b"barrier/")


def is_list_barrier(message: MemoryMessage) -> bool:
    return message.topic() in _LISTS and _is_barrier(message)


def aside(message: MemoryMessage) -> bool:
    """Whether it stands where a replay or a change of it is known to do no harm."""
    return message.topic() not in _LISTS and not message.topic().startswith(_ORDERS)


def again(of: Callable[[MemoryMessage], bool], deed: Callable[[int, Choices], Deed]) -> Draw:
    """Draw a deed on a record of the log of some kind; the adversary scribbles if there is none."""

    def draw(world: "World", choices: Choices) -> Deed:
        number, messages = choices.below(len(world.log.messages)), world.log.messages
        for each in (*range(number, len(messages)), *range(number)):
            if of(messages[each]):
                return deed(each, choices)
        return scribbles(world, choices)

    return draw


def twisted(number: int, choices: Choices) -> Deed:
    return Twists(number, choices.below(choices.one_of((_HEAD_BITS, 1 << 16))))


def _entry(world: "World", choices: Choices) -> int:
    return choices.below(max(1, len(world.truth.versions)))


def elsewhere(world: "World", choices: Choices) -> Deed:
    if choices.happens(50):
        number = choices.below(len(world.log.messages))
        stood = TopicPartition(world.log.messages[number].topic(), world.log.messages[number].partition())
        return Replays(number, choices.one_of([at for at in world.all_partitions if at != stood]))
    lanes = [at for at in world.all_partitions if at.topic in _LISTS]
    return again(in_lists, lambda number, _: Replays(number, choices.one_of(lanes)))(world, choices)


def nulls(world: "World", choices: Choices) -> Deed:
    """A null under any key, or under that of an entry that has ended, and the replay that this opens the door to."""
    newest = list(world.truth.all_newest())
    ended = [number for number, said in enumerate(newest) if not said.surrogates and _stands(world, said)]
    if not newest or choices.happens(10):
        return Nulls(choices.below(len(world.log.messages)))
    entry = choices.one_of(ended) if ended else choices.below(len(newest))
    if entry not in ended:
        return Acts(choices.one_of(COURTS), Change.REVOKE, entry)
    return NullsEntry(entry) if choices.happens(50) else ReplaysVersion(entry, 1)


def rewinds(world: "World", choices: Choices) -> Deed:
    """An older version and the newest one again, of an entry that has more than one"""
    histories = list(world.truth.versions.values())
    changed = [number for number, said in enumerate(histories) if len(said) > 1 and said[0].court in world.courts]
    if not changed:
        return scribbles(world, choices)
    entry = choices.one_of(changed)
    return Rewinds(entry, 1 + choices.below(len(histories[entry]) - 1))


def _stands(world: "World", said: SaidVersion) -> bool:
    return (list_of(said.instrument), said.body) in world.log.records


def scribbles(world: "World", choices: Choices) -> Deed:
    key = choices.one_of((None, b"", choices.raw(16), b"barrier/notary-js-1", choices.raw(600)))
    value = choices.raw(choices.one_of((0, 1, 10, 200)))
    return Scribbles(choices.one_of(world.all_partitions), key, value)


def garbles(world: "World", choices: Choices) -> Deed:
    return Garbles(_entry(world, choices), choices.raw(choices.one_of((1, 72, 300))))


def floods(of: Callable[[TopicPartition], bool], records: int, size: int) -> Draw:
    def draw(world: "World", choices: Choices) -> Deed:
        at = choices.one_of([each for each in world.all_partitions if of(each)])
        return Floods(at, records, size, keyed=choices.happens(50))

    return draw


def ends_effects(at: TopicPartition) -> bool:
    return at.topic.startswith(_ORDERS) or at.topic == names.relief(JURISDICTION)


def ends_nothing(at: TopicPartition) -> bool:
    return not ends_effects(at)


def sibling_lists(_world: "World", choices: Choices) -> Deed:
    person, number = choices.below(DEBTORS), choices.below(1 << 30)
    return ForgesEntry(Guise(SIBLING), person, number, choices.one_of(_INSTRUMENTS))


def entries(hands: tuple[str, ...], *, canary: bool = False) -> Draw:
    def draw(_world: "World", choices: Choices) -> Deed:
        by = choices.one_of(hands)
        court = choices.one_of(COURTS) if by in POWERLESS else choices.one_of(("", "", *COURTS))
        guise = Guise(by, court, canary, choices.one_of(_TIMES), choices.one_of((LIST, LIST, RELIEF)))
        return ForgesEntry(guise, choices.below(_EVERYBODY), choices.below(1 << 30), choices.one_of(_INSTRUMENTS))

    return draw


def versions(hands: tuple[str, ...], *, canary: bool = False, named: bool = False) -> Draw:
    def draw(world: "World", choices: Choices) -> Deed:
        by = choices.one_of(hands)
        court = choices.one_of(COURTS) if by in POWERLESS or named else ""
        lane = choices.one_of((LIST, RELIEF))
        person = choices.one_of((None, choices.below(_EVERYBODY)))
        ahead = choices.one_of((1, 1, 2, 0, 2**40))
        guise = Guise(by, court, canary, choices.one_of(_TIMES), lane)
        return ForgesVersion(guise, _entry(world, choices), person, ahead)

    return draw


def barriers(hands: tuple[str, ...], topics: Sequence[str], *, own: bool = False) -> Draw:
    def draw(world: "World", choices: Choices) -> Deed:
        lanes = [at for at in world.all_partitions if at.topic in topics]
        by = choices.one_of(hands)
        notary = by if own else choices.one_of([each for each in NOTARIES if each != by])
        ahead, seconds = choices.one_of((-2, 0, 1, 1_000)), choices.one_of(_TIMES)
        return ForgesBarrier(by, notary, choices.one_of(lanes), ahead, seconds)

    return draw


def heads(hands: tuple[str, ...], how: tuple[str, ...] = statements.HOW, *, own: bool = False) -> Draw:
    def draw(_world: "World", choices: Choices) -> Deed:
        by = choices.one_of(hands)
        notary = by if own else choices.one_of([each for each in NOTARIES if each != by])
        return ForgesHead(by, notary, choices.one_of(how))

    return draw


def foreign_receipts(_world: "World", choices: Choices) -> Deed:
    agency = choices.one_of(sorted(AGENCIES))
    return ForgesReceipt(choices.one_of([each for each in HANDS if each != agency]), agency, choices.below(3))


def own_receipts(_world: "World", choices: Choices) -> Deed:
    if choices.happens(50):
        return Looks()
    agency = choices.one_of(sorted(AGENCIES))
    return ForgesReceipt(agency, agency, choices.one_of((0, 1, 1_000_000)))


def junk_commands(world: "World", choices: Choices) -> Deed:
    """Junk under a watch's key, and the watches and stops it stands in the way of."""
    court, agency, person = choices.one_of(COURTS), choices.one_of(sorted(AGENCIES)), choices.below(DEBTORS)
    watches = len(world.courts[court].watches)
    if not watches or choices.happens(30):
        return Watches(court, agency, person, choices.below(6))
    if choices.happens(30):
        return StopsWatch(court, choices.below(watches))
    return ForgesCommand(OWN_KEY, court, agency, choices.below(1 << 30), under_another=True)


def answers(world: "World", choices: Choices) -> Deed:
    told = [schema for schema in sorted(statements.TOLD) if any(True for _ in world.genuine(schema))]
    if not told:
        return Looks()
    schema, agency = choices.one_of(told), choices.one_of(sorted(AGENCIES))
    number = choices.one_of((0, choices.below(1 << 30)))
    partition = choices.one_of((None, *world.partitions(statements.TOLD[schema][0])))
    return ForgesAnswer(choices.one_of(HANDS), schema, agency, number, partition)


def commands(hands: tuple[str, ...]) -> Draw:
    def draw(_world: "World", choices: Choices) -> Deed:
        court = choices.one_of((*COURTS, SIBLING))
        agency, number = choices.one_of(sorted(AGENCIES)), choices.below(1 << 30)
        return ForgesCommand(choices.one_of(hands), court, agency, number)

    return draw


def keys(_world: "World", choices: Choices) -> Deed:
    return ForgesKey(choices.one_of(HANDS), choices.one_of((*COURTS, *STOLEN)))


def dead_letters(_world: "World", choices: Choices) -> Deed:
    agency = choices.one_of(sorted(AGENCIES))
    return ForgesDeadLetter(agency, choices.one_of(("", names.commands(agency), names.relief(JURISDICTION))))


def loses_register(world: "World", choices: Choices) -> Deed:
    """The publisher's operator puts back a register of a moment ago."""
    court, today = choices.one_of(COURTS), date_of_ms(world.time.now())
    listings = [Listing(court, choices.below(DEBTORS), "LIST_ENTRY", 1 + choices.below(40), today) for _ in range(3)]
    return LosesRegister(court, tuple(listings[:2]), tuple(listings[2:]))


def signs_again(world: "World", choices: Choices) -> Deed:
    """A court ends an entry, its key is revoked, and it signs again what that left, the end too."""
    own = [(number, said) for number, said in enumerate(world.truth.all_newest()) if said.court in world.courts]
    ended = sorted({said.court for _, said in own if not said.surrogates})
    if not ended and own:
        number, said = choices.one_of(own)
        return Acts(said.court, Change.REVOKE, number)
    court = choices.one_of(ended or COURTS)
    bodies = [said.body for _, said in own if said.court == court]
    return Resigns(court) if any(map(world.register.revoked_since, bodies)) else Rotates(court, revoked=True)
