"""What can befall the broker, files and keys, as a step draws it; `drawing` has the rest and puts all together."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from liandong.schemas.dates import date_of_ms
from liandong.schemas.law.listing import Instrument
from liandong.tests.simulation.choices import Choices
from liandong.tests.simulation.cluster import is_missed
from liandong.tests.simulation.deeds.broker import Answers, Delays, Forbids, MakesAgain, OvertakesMarker, PutsOut
from liandong.tests.simulation.deeds.clerk import Publishes, Watches
from liandong.tests.simulation.deeds.copies import CommandsMadeAgain, GoesBack, SendsAgain
from liandong.tests.simulation.deeds.databases import ActsStoreAway, ActsStoreBack, KeepsAndLoses
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.disks import BacksUp, Copies, Damages, DamagesTally, Harms, PutsBack
from liandong.tests.simulation.deeds.keys import AddsNode, AdmitsAgency, PublishesKeys, Retires, Rotates
from liandong.tests.simulation.founding import AGENCIES, JURISDICTION, LATE_AGENCY, NOTARIES
from liandong.tests.simulation.harms import HELD, Harm
from liandong.tests.simulation.people import COURTS, DEBTORS, Listing
from liandong.tests.simulation.stores import KEY_FILES, stores
from liandong.topics.catalogue import names
from liandong.topics.transport.memory.network import Acknowledgements

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World

_MOST_NODES = 7
_MAY_BE_OLDER = ("evidence", "inbox", "list", "relief")
"""What an acts store that is put back had told of hits nobody can tell the end of."""
_MADE_AGAIN = ("list", "relief", "trust", "evidence", "inbox")
"""What the log gives again, or a court can do without."""
_SELDOM_THERE = ("seal", "seal", "seal", "trust")
"""Drawn so much more often than other kinds of files."""
_FLIPS_UNNOTICED = ("evidence", "inbox")
"""SQLite keeps no checksums of its pages."""
Draw = Callable[["World", Choices], Deed]


def _answers(world: "World", choices: Choices) -> Deed:
    return Answers(choices.one_of(sorted(world.processes)), choices.one_of(list(Acknowledgements)))


def _puts_out(world: "World", choices: Choices) -> Deed:
    members = [name for name in sorted(world.processes) if world.is_group_member(name)]
    return PutsOut(choices.one_of(members or sorted(world.processes)))


def _delays(world: "World", choices: Choices) -> Deed:
    return Delays(choices.one_of(world.all_partitions), choices.one_of((1, 5, 30, 300)))


def _makes_again(world: "World", choices: Choices) -> Deed:
    away = any(process.is_cut_off for process in world.processes.values())
    missed = {one for one in world.topics if is_missed(one, JURISDICTION)} | ({names.KEYS} if away else set())
    return MakesAgain(choices.one_of(sorted(world.topics.keys() - missed)))


def _forbids(world: "World", choices: Choices) -> Deed:
    missing = sorted(world.access.missing)
    if missing and choices.happens(60):
        return Forbids(*choices.one_of(missing), back=True)
    process = choices.one_of(sorted(world.processes))
    return Forbids(
        process, choices.one_of([topic for topic in sorted(world.topics) if world.access.may_use(process, topic)])
    )


def _rotates(_world: "World", choices: Choices) -> Deed:
    return Rotates(choices.one_of([*COURTS, *NOTARIES[:1], *AGENCIES]), revoked=choices.happens(30))


def _publishes_keys(_world: "World", _choices: Choices) -> Deed:
    return PublishesKeys()


def _retires(world: "World", _choices: Choices) -> Deed:
    notary = world.machines.get(NOTARIES[1])
    return Retires(notary.name) if notary and notary.clock.skew_ms <= 0 else PublishesKeys()


def _grows(world: "World", choices: Choices) -> Deed:
    """A town of at most eight nodes."""
    if len(world.nodes) >= _MOST_NODES:
        return PublishesKeys()
    agency = choices.one_of((*sorted({node.agency for node in world.nodes.values()}), LATE_AGENCY))
    nodes = [node for node in world.nodes.values() if node.agency == agency]
    return AddsNode(agency, str(len(nodes) + 1)) if nodes else AdmitsAgency(agency, "air-carrier")


def _backs_up(world: "World", choices: Choices) -> Deed:
    return BacksUp(choices.one_of(sorted(name for name in stores(world) if name.startswith(_MAY_BE_OLDER))))


def _puts_back(world: "World", choices: Choices) -> Deed:
    return PutsBack(choices.below(len(world.backups))) if world.backups else _backs_up(world, choices)


def _watches(world: "World", choices: Choices, node: str) -> Watches:
    return Watches(choices.one_of(COURTS), world.nodes[node].agency, choices.below(DEBTORS), choices.below(6))


def _goes_back(world: "World", choices: Choices) -> Deed:
    node = choices.one_of(sorted(world.nodes))
    return GoesBack(node, _watches(world, choices, node))


def commands_made_again(world: "World", choices: Choices) -> Deed:
    node = choices.one_of(sorted(world.nodes))
    return CommandsMadeAgain(node, (_watches(world, choices, node), _watches(world, choices, node)))


def _sends_again(_world: "World", choices: Choices) -> Deed:
    return SendsAgain(choices.one_of(COURTS))


def _damages(world: "World", choices: Choices) -> Deed:
    store = choices.one_of(sorted(name for name in stores(world) if name.startswith(_MADE_AGAIN)))
    flips = not store.startswith(_FLIPS_UNNOTICED) and choices.happens(50)
    return Damages(store, cut=not flips, number=choices.below(1 << 30))


def _damages_tally(world: "World", choices: Choices) -> Deed:
    notary = world.machines.get(NOTARIES[1])
    if notary is None or notary.clock.skew_ms > 0:
        return _damages(world, choices)
    return DamagesTally(notary.name, cut=choices.happens(50), number=choices.below(1 << 30))


def overtaken_marks(world: "World", choices: Choices) -> Deed:
    """What a court publishes behind a notary's marks stands in the other list than the one that shows its own late."""
    court, today = choices.one_of(COURTS), date_of_ms(world.time.now())
    notary = choices.one_of([one for one in NOTARIES if one in world.processes])
    slow = choices.one_of([at for at in world.all_partitions if at.topic in names.state_topics(JURISDICTION)])
    own = slow.topic == names.state_topic(Instrument.LIST_ENTRY, JURISDICTION)
    instrument = "CONSUMPTION_ORDER" if own else "LIST_ENTRY"
    listing = Listing(court, choices.below(DEBTORS), instrument, 1 + choices.below(40), today)
    return OvertakesMarker(notary, slow, Publishes(court, (listing,)))


def _acts_store_away(world: "World", choices: Choices) -> Deed:
    away = sorted(node.name for node in world.nodes.values() if node.database.away)
    if away and choices.happens(70):
        node = choices.one_of(away)
        order = Watches(choices.one_of(COURTS), world.nodes[node].agency, choices.below(DEBTORS), choices.below(6))
        return ActsStoreBack(node) if choices.happens(30) else KeepsAndLoses(node, order)
    node = choices.one_of(sorted(world.nodes))
    own = sorted(one.name for one in world.nodes.values() if one.agency == world.nodes[node].agency)
    nodes = tuple(own) if choices.happens(50) else (node,)
    return ActsStoreAway(nodes, choices.one_of((5, 30, 300, 3_000)), 1 + choices.below(30), after=choices.happens(50))


def _copies(world: "World", choices: Choices) -> Deed:
    kinds = [kind for kind, harms in HELD.items() if Harm.OLDER in harms]
    return Copies(_of_a_kind(world, choices, [*kinds, *_SELDOM_THERE]))


def _harms(world: "World", choices: Choices) -> Deed:
    if world.copies and choices.happens(60):
        store, what = choices.one_of(sorted(world.copies)), Harm.OLDER
    else:
        store = _of_a_kind(world, choices, [*HELD, *sorted(HELD.keys() - KEY_FILES.keys())])
        what = choices.one_of([each for each in HELD[store.split()[0]] if each is not Harm.OLDER])
    return Harms(store, what, choices.one_of(HELD[store.split()[0]][what]), choices.below(1 << 30))


def _of_a_kind(world: "World", choices: Choices, kinds: Sequence[str]) -> str:
    kind = choices.one_of(kinds)
    return choices.one_of(sorted(one for one in stores(world) if one.split()[0] == kind))


FAULTS: Mapping[Draw, int] = {
    _answers: 15,
    _puts_out: 10,
    _delays: 10,
    _makes_again: 8,
    _forbids: 8,
    _rotates: 8,
    _publishes_keys: 2,
    _retires: 2,
    _grows: 5,
    _backs_up: 6,
    _puts_back: 6,
    _goes_back: 6,
    commands_made_again: 4,
    _sends_again: 4,
    _damages: 10,
    _damages_tally: 2,
    overtaken_marks: 3,
    _acts_store_away: 18,
    _copies: 30,
    _harms: 60,
}
