"""Targets of the log: every part that reads messages, as anybody with rights to a topic may write them."""

import tempfile
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

from liandong.consumers.acts_db.messages import Origin, Received
from liandong.consumers.effects.authors import author_of
from liandong.consumers.effects.dead_letters import read_dead_letters
from liandong.consumers.effects.routing import handle_any
from liandong.consumers.replication.examining import ExaminingPorts, RevokedKeyExaminer, _Case
from liandong.consumers.replication.revoked_keys import RevokedKeys
from liandong.monitoring.log.counts import PublishedCounts
from liandong.monitoring.log.heads import read_head
from liandong.monitoring.notary.classify import MessageClassifier
from liandong.monitoring.trace.head_pair import HeadPairSearch
from liandong.schemas.errors import LiandongError
from liandong.tests.fuzz.letters import letter
from liandong.tests.fuzz.target import FuzzTarget
from liandong.tests.fuzz.wire_targets import LATE, OPENER
from liandong.tests.worlds.clock import NOW
from liandong.tests.worlds.square import Square
from liandong.tests.worlds.town_members import RAILWAY
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.keys.barrier_times import BarrierTimes
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.keys.entitlement import ListPlace
from liandong.topics.keys.known_keys import KnownKeys
from liandong.topics.keys.recounting import Recount, month_of
from liandong.topics.keys.signatures import Verifier
from liandong.topics.keys.supervision import SupervisionActs
from liandong.topics.transport.memory.log import MemoryMessage
from liandong.topics.transport.ports import Subscriber
from liandong.topics.transport.received import headers_of, may_be_entry, unwrap

LANES = (*names.state_topics("js"), names.relief("js"))


@cache
def square() -> Square:
    """One square for all; what is read there stays in memory. Its town has a time that inputs can name."""
    made = Square(Path(tempfile.mkdtemp(prefix="liandong-fuzz-")))
    made.town.clock.time = LATE
    return made


@cache
def directory() -> KeyDirectory:
    """The keys of the town."""
    return square().town.key_directory()


@cache
def subscriber() -> Subscriber:
    """One that polls nothing."""
    return square().wire.subscriber()


def town_letter(data: bytes, *topics: str) -> MemoryMessage:
    return letter(data, topics, square().signers, LATE)


def copy_letter(data: bytes, *topics: str) -> MemoryMessage:
    return letter(data, topics, square().copy_signers)


def envelope(data: bytes) -> None:
    """Key, value and headers of any message."""
    message = copy_letter(data, *LANES)
    may_be_entry(message.key())
    headers_of(message)
    unwrap(message)


def keys(data: bytes) -> None:
    """A record of the register of keys."""
    known = KnownKeys(square().town.participants.root_public_key)
    known.take(town_letter(data, names.KEYS))


def classified(data: bytes) -> None:
    """A record of a list, as a notary reads it."""
    message = copy_letter(data, *LANES)
    classifier = MessageClassifier("js", square().copy.keys)
    classifier.begin_batch()
    classifier.classify(ListPlace(message.topic(), 0, 1, "js"), message)


def copied(data: bytes) -> None:
    """A record of a list, of relief or of heads, as a node reads it."""
    record = copy_letter(data, *LANES, names.heads("js")).record
    copy = square().copy
    copy.send(record)
    entry = copy.node.view.entry(record.key) if may_be_entry(record.key) and record.key else None
    if entry is not None:
        copy.node.view.trust(entry)
        entry.record()


def head(data: bytes) -> None:
    """A list head."""
    read_head(copy_letter(data, names.heads("js")), Verifier(square().copy.keys), "js")


def revoked(data: bytes) -> None:
    """A head, or a record of a list, as whoever looks for what a stolen key signed reads it."""
    copy = square().copy
    message = copy_letter(data, *names.state_topics("js"), names.heads("js"))
    stolen = replace(copy.court.public_key, revoked_at=NOW + 1)
    ports = ExaminingPorts(copy.broker.subscriber(), copy.node.lists, copy.keys, copy.node.clock)
    examiner = RevokedKeyExaminer(("js",), ports, lambda: [stolen], RevokedKeys())
    case = examiner._case = _Case({stolen.key_id: stolen}, frozenset())
    with suppress(LiandongError):
        examiner._take_head(message)
    examiner._behind_the_heads()
    if message.topic() in names.state_topics("js"):
        examiner._take_doubtful(message)
        examiner._case = replace(case, keys={}, doubtful={message.key() or b"": set()})
        examiner._take_earlier(message)


def head_pair(data: bytes) -> None:
    """A head, as whoever traces an entry looks for two of a notary."""
    search = HeadPairSearch(subscriber(), "js", square().copy.keys, square().town.clock)
    search._take(copy_letter(data, names.heads("js")))


def inbox(data: bytes) -> None:
    """What comes back to a court."""
    topics = (names.interceptions("js"), names.feedback("js"), names.asset_events("js"), names.whereabouts_events("js"))
    message = town_letter(data, *topics)
    item = square().inbox._judge(message)
    if item is not None:
        square().inbox.open(item)


def effects(data: bytes) -> None:
    """What happens once per agency; nothing of it is committed."""
    message = town_letter(data, names.commands(RAILWAY), names.relief("js"), names.debtor_list("js"))
    received = Received(Origin(message.topic(), 0, 0), message.key(), message.value(), headers_of(message))
    agency = square().agency
    author_of(agency.context, received)
    with agency.engine.connect() as connection:
        handle_any(connection, agency.context, received)


def dead_letter(data: bytes) -> None:
    """What somebody put among an agency's dead letters."""
    topic = names.dead_letters(RAILWAY)
    wire = MemoryWire()
    wire.create(topic, partitions=1)
    wire.publisher().send(town_letter(data, topic).record)
    for one in read_dead_letters(wire.subscriber(), RAILWAY, square().town.clock):
        assert one.failure.isprintable()


def acts(data: bytes) -> None:
    """An act of a supervisor."""
    town = square().town
    reader = SupervisionActs(("js",), subscriber(), directory(), town.clock)
    reader._take(town_letter(data, names.supervision_acts("js")))


def counts(data: bytes) -> None:
    """A count of enforcement."""
    town = square().town
    reader = PublishedCounts(directory(), subscriber(), town.clock)
    reader._take(town_letter(data, names.enforcement_counts("js")))
    reader._look_anew()


def barriers(data: bytes) -> None:
    """A head, by which an eraser tells the time."""
    town = square().town
    times = BarrierTimes(subscriber(), directory(), ("js",), town.clock)
    times._take(town_letter(data, names.heads("js")))


def recounted(data: bytes) -> None:
    """An interception, as whoever counts again reads it."""
    recount = Recount("js", month_of("2096-10"), directory(), [OPENER])
    found = recount.open([town_letter(data, names.interceptions("js"))])
    recount.compare([town_letter(data, names.enforcement_counts("js"))], found, square().town.clock.now())


TARGETS = (
    FuzzTarget("message", envelope, "any message"),
    FuzzTarget("key-record", keys, "a record of participants.keys.v1"),
    FuzzTarget("notary-reads", classified, "a record in a lane, as a notary reads it"),
    FuzzTarget("node-reads", copied, "a record in a lane or a head, as a node reads it"),
    FuzzTarget("list-head", head, "a head, as whoever trusts it reads it"),
    FuzzTarget("stolen-key", revoked, "heads and records, as whoever looks for what a stolen key signed reads them"),
    FuzzTarget("head-pair", head_pair, "a head, as a trace looks for it"),
    FuzzTarget("inbox-reads", inbox, "what agencies send to a court"),
    FuzzTarget("agency-reads", effects, "commands and list changes, as an agency handles them"),
    FuzzTarget("dead-letter", dead_letter, "what stands among dead letters"),
    FuzzTarget("supervision-act", acts, "an act of a supervisor"),
    FuzzTarget("enforcement-count", counts, "a published count"),
    FuzzTarget("barrier-time", barriers, "a head, as an eraser's clock"),
    FuzzTarget("recount", recounted, "an interception, counted again"),
)
