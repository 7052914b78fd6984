"""By case of a finding what brings it about, and how following its commands ends."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from liandong.consumers.store.batch import StoreBatch
from liandong.consumers.store.writer import ListStore
from liandong.schemas.dates import date_of_ms
from liandong.schemas.wire.codec import encode
from liandong.schemas.wire.framing import frame
from liandong.schemas.wire.signing import PROOF_LENGTH, Ed25519Signer, encode_signed, prove
from liandong.tests.simulation.deeds.adversary import NullsEntry
from liandong.tests.simulation.deeds.broker import Forbids, LosesList, MakesAgain
from liandong.tests.simulation.deeds.clerk import Publishes, Watches
from liandong.tests.simulation.deeds.deed import Deed
from liandong.tests.simulation.deeds.disks import BacksUp, DiskFills, PutsBack
from liandong.tests.simulation.deeds.forgery import ForgesEntry, ForgesVersion, Guise
from liandong.tests.simulation.deeds.keys import AdmitsAgency, AdmitsNotary, Replaces, Retires, Rotates
from liandong.tests.simulation.deeds.operator import CutOff, SetsClock
from liandong.tests.simulation.deeds.orders import ForgesCommand
from liandong.tests.simulation.deeds.passing import EverybodyWorks, Passes
from liandong.tests.simulation.deeds.pen import OWN_KEY, model, signed, write
from liandong.tests.simulation.deeds.register import LetsRegisterRunOut, RollsBackKeys, SignsRegister
from liandong.tests.simulation.deeds.statements import FORK, ForgesBarrier, ForgesHead
from liandong.tests.simulation.deeds.upkeep import Resigns
from liandong.tests.simulation.founding import HIGH_COURT, JURISDICTION, NOTARIES, PUBLISHER, founding
from liandong.tests.simulation.people import COURTS, SIBLING, Listing
from liandong.tests.simulation.remedies.absence import Leaves, Runs
from liandong.tests.simulation.watchers import MonitorProcess
from liandong.tests.worlds.clock import NOW
from liandong.topics.catalogue import names
from liandong.topics.keys.roots import change_of_roots
from liandong.topics.transport.ports import OutgoingRecord, TopicPartition

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World

COURT, NOTARY, NODE, ALONE = COURTS[0], NOTARIES[0], "railway-js 1", "air-js 1"
_LIST = names.debtor_list(JURISDICTION)
_AWHILE, _MINUTE = EverybodyWorks(6), EverybodyWorks(75)
_HOUR, _DAY_MS = 3_600, 86_400_000
GREEN = ""


@dataclass(frozen=True)
class Does:
    """Something done to a world that no deed of the drawn worlds does."""

    what: str
    deed: Callable[["World"], None]

    def __str__(self) -> str:
        return self.what

    def do(self, world: "World") -> None:
        self.deed(world)


@dataclass(frozen=True)
class Cause:
    """What brings a finding about, and how it ends."""

    deeds: Sequence[Deed]
    ends: str = GREEN
    """Whom the status says to tell in the end; GREEN: nobody, and it has nothing more to say."""
    also: frozenset[str] = frozenset()
    """Kinds that the cause brings besides, and that are not what is followed."""


def lists(*people: int, court: str = COURT) -> Deed:
    """A court publishes these debtors."""
    return Publishes(court, tuple(Listing(court, each, "LIST_ENTRY", 1 + each, date_of_ms(NOW)) for each in people))


def _differs(world: "World") -> None:
    """Make the copy of a node differ in a way nothing on its machine notices: its digest is that of other records."""
    node = world.nodes[ALONE]
    node.stop()
    folder = node.machine.folder / "agencies" / node.agency / node.node / "list"
    store = ListStore.open(folder, boot=node.machine.disk.boot_id)
    lane = next(each for each in store.reader().status().lanes if each.topic == _LIST and each.records)
    lane.digest = lane.digest[::-1]
    store.commit(StoreBatch(lanes={lane.number: lane}))
    store.close()
    node.start()


def _signs_another_list(world: "World") -> None:
    """Have somebody with a notary's key write the next barrier, and a head with other digests for it."""
    number = 1 + max(number for notary, number, _ in world.log.barriers if notary == NOTARY)
    newest, marker = model(world, "list-head", notary=NOTARY), model(world, "barrier", notary=NOTARY)
    assert newest is not None
    assert marker is not None
    fields = {**marker.fields, "number": number, "issued_at": world.time.now()}
    lists = {TopicPartition(lane["topic"], lane["partition"]): lane for lane in newest.fields["lanes"]}
    lanes = []
    for at in (*lists, *(TopicPartition(names.relief(JURISDICTION), each) for each in (0, 1))):
        body = signed(world, NOTARY, "barrier", {**fields, "topic": at.topic, "partition": at.partition})
        write(world, "barrier", body, at.topic, b"barrier/" + NOTARY.encode(), at.partition)
        if lane := lists.get(at):
            lanes.append({**lane, "offset": world.broker.topics.log(at).high - 1, "digest": lane["digest"][::-1]})
    times = {"issued_at": world.time.now(), "valid_until": world.time.now() + _DAY_MS}
    head = {**newest.fields, **times, "number": number, "lanes": lanes}
    body = signed(world, NOTARY, "list-head", head)
    write(world, "list-head", body, names.heads(JURISDICTION), NOTARY.encode())


def _reports(world: "World") -> None:
    """Write a notary's report of something that this release has no words for."""
    newest = model(world, "notary-report", notary=NOTARY)
    assert newest is not None
    row = {"kind": "unheard-of", "list": _LIST, "court": "", "low": 7, "high": 9, "count": 2, "partition": 0}
    fields = {**newest.fields, "number": newest.fields["number"] + 1}
    fields["findings"] = [row | {"offset": 3, "at": world.time.now()}]
    body = signed(world, NOTARY, "notary-report", fields)
    write(world, "notary-report", body, names.notary_reports(JURISDICTION), NOTARY.encode())


def _reports_in_turn(world: "World") -> None:
    """Have a copied machine report under the name of a node, in turn with the node itself."""
    for number in range(2):
        newest = world.newest_receipt("air-js", "1")
        assert newest is not None
        fields: dict[str, Any] = {**newest.fields, "incarnation": b"another start".ljust(16), "at": world.time.now()}
        write(world, "receipt", signed(world, "air-js", "receipt", fields), names.RECEIPTS, b"air-js/1")
        world.everybody_works(6 if not number else 1)


def _forgets_receipts(world: "World") -> None:
    """Have the log let go of receipts that nobody has gathered."""
    at = TopicPartition(names.RECEIPTS, 0)
    world.broker.truncate(at, world.broker.topics.log(at).high)


def _says_of_keys(world: "World", **changes: int) -> None:
    """Write a word of the root about the register of keys that its books do not know."""
    said = model(world, "key-register")
    assert said is not None
    word = {**said.fields, **changes}
    write(
        world,
        "key-register",
        encode_signed("key-register", word, "key-register", founding().root),
        names.KEYS,
        b"register",
    )


def _signs_two_successors(world: "World") -> None:
    """Have the root, and a thief with its key, sign a successor each."""
    for number in range(2):
        thief = Ed25519Signer((b"successor %d" % number).ljust(32))
        body = change_of_roots(founding().root, thief, world.time.now())
        write(world, "root-change", body, names.KEYS, b"root/%d" % number)


def _loses_the_word(world: "World") -> None:
    """Make the topic of keys again with the keys alone, and let the monitor's machine forget what it has read of them."""
    for process in world.monitor.machine.processes:
        process.stop()
    shutil.rmtree(world.monitor.machine.folder / "register")
    world.make_again(names.KEYS)
    for one in founding().keys:
        if one.key != b"register":
            world.forge(one)
    for process in world.monitor.machine.processes:
        process.start()


def _blocks_memory(world: "World") -> None:
    """Put a folder in the place of the file that keeps what the monitor's machine has read of the register of keys."""
    file = world.monitor.machine.folder / "register" / "records.txt"
    file.rename(file.with_suffix(".kept"))
    file.mkdir()


def _keeps_back(world: "World") -> None:
    """Have the root revoke a key, of which its word speaks and which nobody has sent."""
    registrar = world.administrator.registrar
    registrar.rotate(SIBLING, compromised_since=world.time.now())
    world.administrator.publish(["air-js"])


def _watches_by_itself(world: "World") -> None:
    """Have the monitor run on an agency's machine, where there is no register."""
    world.monitor.stop()
    machine = world.nodes[ALONE].machine
    world.monitor = world.processes[world.monitor.name] = MonitorProcess(world, world.monitor.name, machine)
    machine.processes.append(world.monitor)
    world.monitor.start()


def _goes_back(world: "World") -> None:
    """Have a notary stop, go on, and start once more from what it had when it stopped first."""
    notary = world.processes[NOTARY]
    folder, kept = notary.machine.folder / "monitoring" / JURISDICTION / NOTARY, notary.machine.folder / "backup"
    notary.stop()
    shutil.copytree(folder, kept)
    notary.start()
    world.everybody_works(6)
    notary.stop()
    shutil.rmtree(folder)
    shutil.copytree(kept, folder)
    notary.start()


def _examines_slowly(world: "World") -> None:
    """Have a node take days before it looks into what a revoked key signed."""
    world.nodes[ALONE].unhurried = {"revoked": _DAY_MS}


def _publishes_later(world: "World") -> None:
    """Have a court elsewhere change its entry by a later release, whose records have a field more."""
    entry = model(world, "list-record", court=SIBLING)
    assert entry is not None
    raised = {name: entry.fields[name] + 1 for name in ("version", "court_sequence")}
    fields = {**entry.fields, **raised, "proof": bytes(72)}
    content = encode("list-record", fields)[PROOF_LENGTH:] + b"\x02a field of a later release"
    body, _ = prove(content, _LIST, founding().signers[SIBLING])
    world.forge(OutgoingRecord(_LIST, entry.key, frame(b"later on", body)))


CAUSES: Mapping[str, Cause] = {
    "kafka-away": Cause((_AWHILE, CutOff("monitor"), _AWHILE), "kafka"),
    "evidence-unread": Cause((_AWHILE, Forbids("monitor", names.RECEIPTS), _AWHILE), "kafka"),
    "evidence-unkept": Cause((_AWHILE, DiskFills("monitor"), _AWHILE), "machine", frozenset(("disk-full",))),
    "disk-full": Cause((_AWHILE, DiskFills("monitor"), _AWHILE), "machine", frozenset(("evidence-unread",))),
    "unexamined": Cause(
        (
            lists(0),
            Does("air-js 1 is slow to look through the log", _examines_slowly),
            _AWHILE,
            Replaces(COURT, 30),
            _AWHILE,
        ),
        "agency",
    ),
    "effects-paused": Cause((_AWHILE, Forbids(ALONE, names.commands("air-js")), _AWHILE, _AWHILE), "agency"),
    "agency-clock": Cause((_AWHILE, SetsClock("air-js", -600), EverybodyWorks(15))),
    "notary-clock": Cause((_AWHILE, SetsClock(NOTARY, -600), EverybodyWorks(15))),
    "stolen-outbid": Cause(
        (
            *(lists(0), _AWHILE, ForgesVersion(Guise(COURT), 0), _AWHILE, Replaces(COURT, 30), _AWHILE),
            *(Resigns(COURT), _AWHILE),
        ),
        also=frozenset({"sequence-duplicate"}),
    ),
    "not-sent": Cause((Leaves("publisher"), lists(0), _MINUTE)),
    "late": Cause((_AWHILE, Leaves(ALONE), lists(0), _MINUTE)),
    "late-silent": Cause((AdmitsAgency("air-east-js", "air-carrier"), Leaves("air-east-js 1"), lists(0), _MINUTE)),
    "stale": Cause((_AWHILE, Leaves(NODE), _MINUTE)),
    "silent": Cause((AdmitsAgency("air-east-js", "air-carrier"), Leaves("air-east-js 1"), _AWHILE)),
    "head-expired": Cause((_AWHILE, Leaves(NOTARY), EverybodyWorks(90))),
    "unproven": Cause(
        (
            _AWHILE,
            *(Forbids(each, names.heads(JURISDICTION)) for each in NOTARIES),
            MakesAgain(names.heads(JURISDICTION)),
            AdmitsAgency("air-east-js", "air-carrier"),
            EverybodyWorks(20),
            *map(Leaves, NOTARIES),
            *(Forbids(each, names.heads(JURISDICTION), back=True) for each in NOTARIES),
        )
    ),
    "unequal": Cause((lists(0), _AWHILE, Does("the copy of air-js 1 differs", _differs), _AWHILE)),
    "doubted": Cause(
        (
            *(lists(0), _AWHILE, *map(Leaves, NOTARIES)),
            *(Does("somebody signs another list as notary-js-1", _signs_another_list), EverybodyWorks(8)),
        ),
        "notary",
    ),
    "twins": Cause((_AWHILE, Does("two machines run air-js 1", _reports_in_turn)), "agency"),
    "receipts-missing": Cause(
        (
            _AWHILE,
            Leaves("monitor"),
            EverybodyWorks(10),
            Does("the log lets go of receipts", _forgets_receipts),
            Runs("monitor"),
            _AWHILE,
        ),
        "agency",
    ),
    "keys-run-out": Cause((_AWHILE, Passes(200 * _DAY_MS), _AWHILE), also=frozenset({"keys-run-out"})),
    "lost-tail": Cause(
        (
            *(
                lists(0, 1, 2),
                _AWHILE,
                MakesAgain(_LIST),
                MakesAgain(names.heads(JURISDICTION)),
                *map(Retires, NOTARIES),
            ),
            *(AdmitsNotary("notary-js-3"), lists(3, court=COURTS[1]), EverybodyWorks(20)),
        )
    ),
    "list-shrunk": Cause((lists(0, 1, 2), _AWHILE, MakesAgain(_LIST), EverybodyWorks(20))),
    "live-differs": Cause((lists(0, 1, 2), _AWHILE, LosesList(3), lists(3, court=COURTS[1]), EverybodyWorks(20))),
    "live-surplus": Cause(  # nobody put a register back: what a stranger signed must not be made the court's own
        (lists(0, 1), _AWHILE, ForgesEntry(Guise(COURT), 5, 7), lists(3, court=COURTS[1]), EverybodyWorks(20)),
        "publisher",
        also=frozenset({"register-behind"}),
    ),
    "register-behind": Cause((lists(0), _AWHILE, BacksUp("register"), lists(1, 2), _AWHILE, PutsBack(0), _AWHILE)),
    "sequence-gap": Cause((_AWHILE, ForgesEntry(Guise(SIBLING), 3, 7, skips=4), EverybodyWorks(75)), "publisher"),
    "sequence-duplicate": Cause(
        (
            *(_AWHILE, ForgesEntry(Guise(SIBLING), 3, 7), _AWHILE),
            *(
                ForgesVersion(Guise(SIBLING), 0, person=4, ahead=1),
                ForgesVersion(Guise(SIBLING), 0, person=5, ahead=0),
                _AWHILE,
            ),
        ),
        "publisher",
    ),
    "version-conflict": Cause(
        (
            *(_AWHILE, ForgesEntry(Guise(SIBLING), 3, 7), _AWHILE),
            *(ForgesVersion(Guise(SIBLING), 0, person=5, ahead=0), _AWHILE),
        ),
        "publisher",
    ),
    "foreign-record": Cause((lists(0), _AWHILE, ForgesVersion(Guise(SIBLING), 0), _AWHILE), "publisher"),
    "notary-twin": Cause((_AWHILE, ForgesBarrier(NOTARY, NOTARY, TopicPartition(_LIST, 0)), _AWHILE), "root"),
    "notary-restored": Cause(
        (_AWHILE, Does("an older state of notary-js-1 is put back", _goes_back), _AWHILE), "notary"
    ),
    "split-view": Cause((_AWHILE, ForgesHead(NOTARY, NOTARY, FORK), _AWHILE), "root"),
    "later-finding": Cause(
        (_AWHILE, Leaves(NOTARY), Does("a notary reports what nobody knows", _reports), EverybodyWorks(1)), "supplier"
    ),
    "refused-record": Cause((_AWHILE, Leaves("publisher"), lists(0), Replaces(COURT, 30), Runs("publisher"), _AWHILE)),
    "stolen-version": Cause(
        (lists(0), _AWHILE, ForgesVersion(Guise(COURT), 0), _AWHILE, Replaces(COURT, 30), _AWHILE),
        also=frozenset({"sequence-duplicate"}),
    ),
    "taken-entry": Cause(
        (lists(0), _AWHILE, ForgesVersion(Guise(HIGH_COURT), 0), _AWHILE, Replaces(HIGH_COURT, 30), _AWHILE),
        also=frozenset({"sequence-duplicate"}),
    ),
    "strange-entry": Cause(
        (_AWHILE, ForgesEntry(Guise(COURT), 1, 7), _AWHILE, Replaces(COURT, 30), _AWHILE),
        also=frozenset({"sequence-duplicate", "sequence-gap"}),
    ),
    "contested-entry": Cause(
        (lists(0), _AWHILE, *(step for _ in range(6) for step in (NullsEntry(0), EverybodyWorks(10)))), "kafka"
    ),
    "relief-unread": Cause((_AWHILE, Forbids("publisher", names.relief(JURISDICTION)), _AWHILE), "kafka"),
    "publisher-clock": Cause((_AWHILE, SetsClock(PUBLISHER, -600), _AWHILE)),
    "command-unanswered": Cause((_AWHILE, Leaves("police-js 1"), Watches(COURT, "police-js", 1, 1), _MINUTE)),
    "unreadable": Cause(
        (
            *(_AWHILE, ForgesEntry(Guise(SIBLING), 3, 7), _AWHILE),
            *(Does("a court elsewhere publishes by a later release", _publishes_later), _AWHILE),
        ),
        "agency",
    ),
    "dead-letters": Cause((_AWHILE, ForgesCommand(NOTARY, COURT, "railway-js", 1), _AWHILE), "agency"),
    "records-refused": Cause(
        (
            *(lists(0), _AWHILE, Does("an agency runs a monitor of its own", _watches_by_itself), _AWHILE),
            *(ForgesVersion(Guise(SIBLING), 0), _AWHILE),
        ),
        "kafka",
        frozenset(("foreign-record",)),
    ),
    "parked": Cause((_AWHILE, ForgesCommand(OWN_KEY, COURT, "railway-js", 1), _MINUTE), "agency"),
    "register-missing": Cause(
        (_AWHILE, Does("the topic of keys and the monitor's machine lose the root's word", _loses_the_word), _AWHILE)
    ),
    "register-differs": Cause((_AWHILE, Does("a revocation does not come to the topic", _keeps_back), _AWHILE)),
    "register-rolled-back": Cause((_AWHILE, Rotates(COURT), RollsBackKeys(), _AWHILE)),
    "register-forked": Cause(
        (
            _AWHILE,
            Does("the root says another thing under its number", lambda world: _says_of_keys(world, keys=1)),
            _AWHILE,
        )
    ),
    "register-expired": Cause((_AWHILE, LetsRegisterRunOut())),
    "register-ahead": Cause((_AWHILE, SetsClock(PUBLISHER, -_HOUR), SignsRegister(400 * 86_400.0), _AWHILE)),
    "root-forked": Cause((_AWHILE, Does("the root signs two successors", _signs_two_successors), _AWHILE), "root"),
    "register-not-kept": Cause(
        (_AWHILE, Does("a folder stands in the place of the file", _blocks_memory), Rotates(NOTARY), _AWHILE), "machine"
    ),
}
"""In a town where every clock is right."""

NOT_IN_TOWN: Mapping[str, str] = {
    "kafka-down": "it is told by whoever looks for the embedded Kafka of this machine, and the town has the transport in memory; tests/unit/monitoring/test_next_steps.py",
}
"""Cases that cannot come about in the town, why, and what tries them instead. It only shrinks."""
