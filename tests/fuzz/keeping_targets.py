"""Targets of those who read their own lanes: the keeper of a publisher's lists, and a notary that meets its own barriers.

An input is one or more letters. Each is played in a world of its own: what a letter does depends on what stands already.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from liandong.producers.acts.acts import CourtRuling
from liandong.producers.upkeep.findings import AHEAD, STOLEN
from liandong.producers.upkeep.strangers import stranger_text
from liandong.schemas.errors import LiandongError
from liandong.schemas.wire.avro_schemas import current_schema
from liandong.schemas.wire.codec import Undecodable, decode, encode, from_wire
from liandong.schemas.wire.framing import SINGLE_OBJECT
from liandong.schemas.wire.signing import PROOF_LENGTH, Signer
from liandong.tests.fuzz.letters import letter
from liandong.tests.fuzz.target import FuzzTarget
from liandong.tests.fuzz.wire_targets import LATE
from liandong.tests.simulation.backups import copied, restore
from liandong.tests.worlds.copying import TOPICS
from liandong.tests.worlds.jurisdiction import WatchedJurisdiction, assert_chain
from liandong.tests.worlds.square import SEED
from liandong.tests.worlds.town import Town
from liandong.tests.worlds.town_members import COURT, OTHER_COURT
from liandong.tests.worlds.upkeep import KeptLists
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import OutgoingRecord, TopicPartition
from liandong.topics.transport.received import BARRIER_KEY
from liandong.topics.workers.worker import AT_ONCE

LETTERS = b"\n==\n"
"""Between two letters of an input."""
NOTARY = "notary-js-1"
_LANES = names.state_topics("js")
_ID_AT = 10 + PROOF_LENGTH
"""Where the id of its entry begins in a record in single-object encoding."""
_ID_LENGTH = 16
_HOUR = 3_600_000


@dataclass(frozen=True)
class Known:
    """What the letters of an input can be about, by the number in their first byte (times 16), counted from one."""

    entries: Sequence[bytes]
    """Ids of those that are there."""
    to_come: Mapping[str, object]
    """Whom the next export lists, as the record says it; the number behind all entries."""


def about(data: bytes, known: Known) -> bytes:
    """A letter whose record is about what its first byte says; as it is if that says nothing."""
    number, start = (data[0] >> 4 if data else 0), 3 + (data[2] if len(data) > 2 else 0)
    value = data[start:]
    if 0 < number <= len(known.entries):
        entry = known.entries[number - 1]
        if value[:2] == SINGLE_OBJECT and len(value) >= _ID_AT + _ID_LENGTH:
            value = value[:_ID_AT] + entry + value[_ID_AT + _ID_LENGTH :]
        return data[:2] + bytes([len(entry)]) + entry + value
    if number > len(known.entries) and value[2:10] == current_schema("list-record").fingerprint:
        with suppress(Undecodable):
            record = {**decode(value[2:10], value[10:]), **known.to_come}
            return data[:start] + value[:10] + encode("list-record", record)
    return data


class Publisher:
    """A court's publisher with a live, a shielded and an ended entry; `begin` makes everything as it was founded."""

    def __init__(self, *, is_stolen: bool, is_slow: bool) -> None:
        """`is_stolen`: the court's key will be revoked as of before all this. `is_slow`: its clock was, so that it was not valid yet."""
        self.wire = MemoryWire()
        self.town = Town(self.wire, Path(tempfile.mkdtemp(prefix="liandong-fuzz-")) / "town")
        self.town.clock.time = LATE
        self.town.join(NOTARY, "notary", jurisdictions=("js",))
        signer = self.town.participants.signer
        self.signers: list[Signer] = [signer(COURT), signer(OTHER_COURT), signer(NOTARY), SEED]
        if is_slow:
            self.town.participants.rotate(COURT)
            self.town.publish(COURT)
        self.lists = KeptLists(self.town)
        self.lists.court.register.before_signing = None  # which such a clock would keep from signing
        self.town.clock._time -= _HOUR if is_slow else 0
        _, shielded, ended = self.lists.listed(3)
        self.lists.acts.shield(shielded, CourtRuling("REVIEW", objection="（2026）苏0505执异7号"))
        self.lists.end(ended)
        self.town.court.register.close()
        self._register = copied(self.town.settings.state_dir / "publisher" / "js.db")
        logs = [
            self.wire.broker.topics.log(TopicPartition(topic, 0)) for topic in (names.KEYS, *_LANES, names.relief("js"))
        ]
        self._lengths = [(log, log.high) for log in logs]
        self._known = self._look_ahead()
        self.lists.stop()
        if is_stolen:
            self.town.participants.rotate(COURT, compromised_since=LATE - _HOUR)
            self.town.publish(COURT)
        self._revoking = [message.record for message in logs[0].records[self._lengths[0][1] :]]

    def _look_ahead(self) -> Known:
        """Say what is known when the process begins, with whom an export of one more row lists; `begin` undoes the listing."""
        entries = self.lists.entries()
        self.lists.publish(self.lists.rows(len(entries) + 1))
        [whole] = self.lists.court.register.find(COURT, entry_id=self.lists.entries()[-1])
        record = from_wire(whole.body)
        return Known(entries, {name: record[name] for name in ("identities", "case_number")})

    def begin(self) -> None:
        """Start the process; nothing but what was founded stands in log and register."""
        for log, high in self._lengths:
            del log.records[high:]
            log.high = high
        restore(self._register)
        self.town.clock._time = LATE
        self.lists.start()

    def hear(self, data: bytes) -> None:
        """Have letters written into the lanes, and let the keeper read them."""
        for each in data.split(LETTERS):
            written = letter(about(each, self._known), _LANES, self.signers, LATE).record
            self.town.send(written)
            if (written.key or b"").startswith(BARRIER_KEY):  # barriers stand in the relief lane, too
                self.town.send(OutgoingRecord(names.relief("js"), written.key, written.value, written.headers, 0))
        self.keep(2)
        if self._revoking:
            self.town.send(*self._revoking)
            self.lists.restart()
            self.keep(4)

    def keep(self, times: int, seconds: int = 1) -> None:
        """Let so many times so many seconds pass and the keeper work, without waiting for it."""
        for _ in range(times):
            self.town.clock.time += seconds * 1_000
            self.lists.directory.refresh()
            while self.lists.keeper.step() == AT_ONCE:
                pass
            self.lists.send()

    def mend(self) -> None:
        """Do what an operator can about what was found, and what clerks go on doing."""
        lists = self.lists
        for invented in lists.strangers().found():
            assert stranger_text(invented)
        for work in (
            lists.recover,
            lists.resend,
            lambda: lists.resigning().sign(lists.resigning().needed()),
            lists.strangers().end,
            lambda: lists.publish(lists.rows(4)),
            lambda: lists.end(lists.entries()[0]),
        ):
            with suppress(LiandongError):
                work()
        self.keep(4, 20)

    def require_level(self) -> None:
        """What the register says stands last in the log, unless somebody said more."""
        book = self.lists.court.guard.book
        open_ = {each.entry_id for each in book.findings(AHEAD, STOLEN)}
        for key, entry in book.entries(self.lists.entries()).items():
            said = {message.value() for topic in _LANES for message in self.lists.under(key, topic)[-1:]}
            assert entry.value in said or key in open_, self.lists.findings()
        assert self.lists.keeper.failure is None


@cache
def founded(how: int) -> Publisher:
    """A publisher by what its keys and its clock are like."""
    return Publisher(is_stolen=bool(how & 1), is_slow=bool(how & 2))


def published(data: bytes) -> None:
    """Letters in the lanes of a publisher; the first byte says what its keys and its clock are like."""
    publisher = founded(data[0] % 4 if data else 0)
    publisher.begin()
    try:
        publisher.hear(data[1:])
        publisher.mend()
        publisher.require_level()
    finally:
        publisher.lists.stop()


def vouched(data: bytes) -> None:
    """Letters in the lanes of a notary, which it meets when it starts, and again while it works: it goes on signing heads."""
    with tempfile.TemporaryDirectory(prefix="liandong-fuzz-") as place:
        world = WatchedJurisdiction(MemoryWire(), Path(place))
        signers = [world.court.signer, *world.signers.values(), world.scribe.signer, SEED]
        letters = [letter(each, TOPICS, signers).record for each in data.split(LETTERS)]
        records = [OutgoingRecord(each.topic, each.key, each.value, each.headers, 0) for each in letters]
        world.send(*records)
        for more in (records, _again(world)):
            notary = world.notary()  # the second goes on with what the first has kept
            try:
                world.barrier(notary)
                world.send(*more)
                world.barrier(notary)
            finally:
                notary.close()
        assert_chain(world.heads())


def _again(world: WatchedJurisdiction) -> Iterator[OutgoingRecord]:
    """Everything that stands in the first partitions once more, barriers of the notary among it."""
    for message in world.log(*TOPICS):
        if not message.partition():
            yield OutgoingRecord(message.topic(), message.key(), message.value(), message.headers() or (), 0)


TARGETS = (
    FuzzTarget("publisher-reads", published, "records in the lanes of a publisher"),
    FuzzTarget("own-barriers", vouched, "records in the lanes of a notary that works"),
)
