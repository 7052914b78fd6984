"""What the adversary may do in a run: kinds of attack that hold today, and kinds that are known to break (issue 4).

A kind is drawn from a step's integer like any other deed. The regular run draws what holds; the others are for the command's
`--known-breaks` and `--only`, which find the seeds that `test_stories` keeps.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from liandong.schemas.law.listing import Instrument
from liandong.tests.simulation.choices import Choices
from liandong.tests.simulation.deeds import statements
from liandong.tests.simulation.deeds.adversary import (
    NULL,
    ODD,
    Floods,
    Garbles,
    Nulls,
    Replays,
    Scribbles,
    SpoilsHeaders,
    Twists,
)
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.forgery import LIST, RELIEF, ForgesEntry, ForgesVersion, Guise
from liandong.tests.simulation.deeds.orders import ForgesCommand, ForgesDeadLetter, ForgesKey
from liandong.tests.simulation.deeds.pen import HANDS, NO_KEY, OWN_KEY, STOLEN
from liandong.tests.simulation.deeds.statements import ForgesAnswer, ForgesBarrier, ForgesHead, ForgesReceipt
from liandong.tests.simulation.founding import AGENCIES, JURISDICTION, NOTARIES
from liandong.tests.simulation.known_breaks import BREAKING
from liandong.tests.simulation.people import COURTS, DEBTORS, OTHERS, SIBLING
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
_POWERLESS = (NO_KEY, OWN_KEY)
_FOREIGN = (*NOTARIES, *AGENCIES)
_LANES = (*names.state_topics(JURISDICTION), names.relief(JURISDICTION))


_LISTS = frozenset(names.state_topics(JURISDICTION))
_ORDERS = frozenset(map(names.commands, AGENCIES))


def _in_lists(message: MemoryMessage) -> bool:
    return message.topic() in _LISTS and not _is_barrier(message)


def _is_barrier(message: MemoryMessage) -> bool:
    return (message.key() or b"").startswith(b"barrier/")


def _is_list_barrier(message: MemoryMessage) -> bool:
    return message.topic() in _LISTS and _is_barrier(message)


def _aside(message: MemoryMessage) -> bool:
    """Whether it stands where a replay or a change of it is known to do no harm."""
    return message.topic() not in _LISTS | _ORDERS


def _again(of: Callable[[MemoryMessage], bool], deed: Callable[[int, Choices], Deed]) -> Draw:
    """Draw a deed on a record of the log of some kind; the adversary scribbles if there is none."""

    def draw(world: "World", choices: Choices) -> Deed:
        number, messages = choices.below(len(world.log.messages)), world.log.messages
        for each in (*range(number, len(messages)), *range(number)):
            if of(messages[each]):
                return deed(each, choices)
        return _scribbles(world, choices)

    return draw


def _twisted(number: int, choices: Choices) -> Deed:
    return Twists(number, choices.below(choices.one_of((_HEAD_BITS, 1 << 16))))


def _entry(world: "World", choices: Choices) -> int:
    return choices.below(max(1, len(world.truth.versions)))


def _elsewhere(world: "World", choices: Choices) -> Deed:
    if choices.happens(50):
        number = choices.below(len(world.log.messages))
        stood = TopicPartition(world.log.messages[number].topic(), world.log.messages[number].partition())
        return Replays(number, choices.one_of([at for at in world.all_partitions if at != stood]))
    lanes = [at for at in world.all_partitions if at.topic in _LISTS]
    return _again(_in_lists, lambda number, _: Replays(number, choices.one_of(lanes)))(world, choices)


def _nulls(world: "World", choices: Choices) -> Deed:
    """A null, or the replay that it opens the door to."""
    if choices.happens(30):
        return Nulls(choices.below(len(world.log.messages)))
    return _again(_in_lists, lambda number, _: choices.one_of((Nulls(number), Replays(number))))(world, choices)


def _scribbles(world: "World", choices: Choices) -> Deed:
    key = choices.one_of((None, b"", choices.raw(16), b"barrier/notary-js-1", choices.raw(600)))
    value = choices.raw(choices.one_of((0, 1, 10, 200)))
    return Scribbles(choices.one_of(world.all_partitions), key, value)


def _garbles(world: "World", choices: Choices) -> Deed:
    return Garbles(_entry(world, choices), choices.raw(choices.one_of((1, 72, 300))))


def _megabyte(world: "World", choices: Choices) -> Deed:
    return Floods(choices.one_of(world.all_partitions), 1, 1_000_000)


def _floods(of: Callable[[TopicPartition], bool]) -> Draw:
    def draw(world: "World", choices: Choices) -> Deed:
        at = choices.one_of([each for each in world.all_partitions if of(each)])
        return Floods(at, 120, 20, keyed=choices.happens(50))

    return draw


def _ends_effects(at: TopicPartition) -> bool:
    return at.topic in _ORDERS or at.topic == names.relief(JURISDICTION)


def _ends_nothing(at: TopicPartition) -> bool:
    return not _ends_effects(at)


def _sibling_lists(_world: "World", choices: Choices) -> Deed:
    person, number = choices.below(DEBTORS), choices.below(1 << 30)
    return ForgesEntry(Guise(SIBLING), person, number, choices.one_of(_INSTRUMENTS))


def _entries(hands: tuple[str, ...], *, canary: bool = False) -> Draw:
    def draw(_world: "World", choices: Choices) -> Deed:
        by = choices.one_of(hands)
        court = choices.one_of(COURTS) if by in _POWERLESS else choices.one_of(("", "", *COURTS))
        guise = Guise(by, court, canary, choices.one_of(_TIMES), choices.one_of((LIST, LIST, RELIEF)))
        return ForgesEntry(guise, choices.below(_EVERYBODY), choices.below(1 << 30), choices.one_of(_INSTRUMENTS))

    return draw


def _versions(hands: tuple[str, ...], *, canary: bool = False, named: bool = False) -> Draw:
    def draw(world: "World", choices: Choices) -> Deed:
        by = choices.one_of(hands)
        court = choices.one_of(COURTS) if by in _POWERLESS or named else ""
        lane = choices.one_of((LIST, RELIEF))
        person = choices.one_of((None, choices.below(_EVERYBODY)))
        ahead = choices.one_of((1, 1, 2, 0, 2**40))
        guise = Guise(by, court, canary, choices.one_of(_TIMES), lane)
        return ForgesVersion(guise, _entry(world, choices), person, ahead)

    return draw


def _barriers(hands: tuple[str, ...], topics: Sequence[str], *, own: bool = False) -> Draw:
    def draw(world: "World", choices: Choices) -> Deed:
        lanes = [at for at in world.all_partitions if at.topic in topics]
        by = choices.one_of(hands)
        notary = by if own else choices.one_of([each for each in NOTARIES if each != by])
        ahead, seconds = choices.one_of((-2, 0, 1, 1_000)), choices.one_of(_TIMES)
        return ForgesBarrier(by, notary, choices.one_of(lanes), ahead, seconds)

    return draw


def _heads(hands: tuple[str, ...], *, own: bool = False) -> Draw:
    def draw(_world: "World", choices: Choices) -> Deed:
        by = choices.one_of(hands)
        notary = by if own else choices.one_of([each for each in NOTARIES if each != by])
        return ForgesHead(by, notary, choices.one_of(statements.HOW))

    return draw


def _foreign_receipts(_world: "World", choices: Choices) -> Deed:
    agency = choices.one_of(sorted(AGENCIES))
    return ForgesReceipt(choices.one_of([each for each in HANDS if each != agency]), agency, choices.below(3))


def _own_receipts(_world: "World", choices: Choices) -> Deed:
    agency = choices.one_of(sorted(AGENCIES))
    return ForgesReceipt(agency, agency, choices.one_of((0, 1, 1_000_000)))


def _answers(_world: "World", choices: Choices) -> Deed:
    schema, agency = choices.one_of(sorted(statements.TOLD)), choices.one_of(sorted(AGENCIES))
    return ForgesAnswer(choices.one_of(HANDS), schema, agency, choices.one_of((0, choices.below(1 << 30))))


def _commands(hands: tuple[str, ...], *, under_another: bool = False) -> Draw:
    def draw(_world: "World", choices: Choices) -> Deed:
        court = choices.one_of((*COURTS, SIBLING))
        agency, number = choices.one_of(sorted(AGENCIES)), choices.below(1 << 30)
        return ForgesCommand(choices.one_of(hands), court, agency, number, under_another)

    return draw


def _keys(_world: "World", choices: Choices) -> Deed:
    return ForgesKey(choices.one_of(HANDS), choices.one_of((*COURTS, *STOLEN)))


def _dead_letters(_world: "World", choices: Choices) -> Deed:
    agency = choices.one_of(sorted(AGENCIES))
    return ForgesDeadLetter(agency, choices.one_of(("", names.commands(agency), names.relief(JURISDICTION))))


KINDS: Mapping[str, Draw] = {
    "scribbles": _scribbles,
    "twists": _again(_aside, _twisted),
    "twisted-records": _again(lambda one: not _aside(one), _twisted),
    "replays": _again(lambda one: not _in_lists(one) and not _is_list_barrier(one), lambda number, _: Replays(number)),
    "replayed-records": _again(_in_lists, lambda number, _: Replays(number)),
    "replayed-barriers": _again(_is_list_barrier, lambda number, _: Replays(number)),
    "replays-elsewhere": _elsewhere,
    "replayed-heads": _again(lambda one: one.topic() == names.heads(JURISDICTION), lambda number, _: Replays(number)),
    "replayed-commands": _again(
        lambda one: one.topic() in map(names.commands, AGENCIES), lambda number, _: Replays(number)
    ),
    "replayed-interceptions": _again(
        lambda one: one.topic() == names.interceptions(JURISDICTION), lambda number, _: Replays(number)
    ),
    "nulls": _nulls,
    "null-headers": _again(_aside, lambda number, _: SpoilsHeaders(number, NULL)),
    "odd-headers": _again(_aside, lambda number, _: SpoilsHeaders(number, ODD)),
    "garbles": _garbles,
    "megabyte": _megabyte,
    "floods": _floods(_ends_nothing),
    "floods-of-effects": _floods(_ends_effects),
    "sibling-lists": _sibling_lists,
    "unsigned-entries": _entries(_POWERLESS),
    "foreign-entries": _entries(_FOREIGN),
    "canary-entries": _entries((*_FOREIGN, SIBLING), canary=True),
    "unsigned-versions": _versions(_POWERLESS),
    "unsigned-canaries": _versions(_POWERLESS, canary=True),
    "foreign-versions": _versions(_FOREIGN),
    "named-versions": _versions((SIBLING, *_FOREIGN), named=True),
    "canary-versions": _versions((*_FOREIGN, SIBLING), canary=True),
    "sibling-versions": _versions((SIBLING,)),
    "foreign-barriers": _barriers((*_POWERLESS, *STOLEN), _LANES),
    "relief-barriers": _barriers(NOTARIES, _LANES[-1:], own=True),
    "list-barriers": _barriers(NOTARIES, _LANES[:-1], own=True),
    "foreign-heads": _heads((*_POWERLESS, *STOLEN)),
    "own-heads": _heads(NOTARIES, own=True),
    "foreign-receipts": _foreign_receipts,
    "own-receipts": _own_receipts,
    "answers": _answers,
    "commands": _commands(STOLEN),
    "unsigned-commands": _commands(_POWERLESS),
    "commands-under-another": _commands(HANDS, under_another=True),
    "keys": _keys,
    "dead-letters": _dead_letters,
}
"""Everything the adversary can do, by the names of the command."""
HOLDING: Mapping[Draw, int] = {draw: 3 for kind, draw in KINDS.items() if kind not in BREAKING}
"""What the regular run draws, each as often as this."""
_OFTEN = 150


def attacks_of(*, known_breaks: bool = False, only: str | None = None) -> Mapping[Draw, int]:
    """What a run draws of all that."""
    if only:
        return {KINDS[only]: _OFTEN}
    return dict.fromkeys(KINDS.values(), 3) if known_breaks else HOLDING
