"""What a publisher says of what it has written: when, in which numbers, and behind which records."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from liandong.producers.acts.acts import CourtRuling
from liandong.producers.register.checkpoints import CheckpointBook
from liandong.producers.relay.checkpoints import QUIET_SECONDS, Checkpoints, PublisherIdentity
from liandong.producers.relay.relay import Relay
from liandong.schemas.law.listing import ENDED_FROM, Change
from liandong.schemas.wire.avro_schemas import schema_of
from liandong.schemas.wire.codec import decode, from_wire
from liandong.schemas.wire.framing import unframe
from liandong.schemas.wire.signing import Ed25519Signer, PublicKey, verify
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import VirtualClock
from liandong.tests.worlds.court import ORDER, PublishingCourt, people
from liandong.tests.worlds.records import Keys
from liandong.topics.catalogue import names
from liandong.topics.storage.bulk import insert_rows
from liandong.topics.storage.database import open_database, sqlite_url
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.memory.log import MemoryMessage
from liandong.topics.transport.memory.network import Acknowledgements
from liandong.topics.transport.ports import Publisher

LISTS = names.state_topics("js")
PARTITIONS = 2
INTERVAL = 60.0
SIGNER = Ed25519Signer(b"p" * 32)


class Office:
    """Courts on one register, and the publisher's relay in virtual time."""

    def __init__(self, engine: Engine, interval: float = INTERVAL) -> None:
        self.engine, self.clock, self.interval = engine, VirtualClock(), interval
        self.broker = MemoryBroker(topics=(*LISTS, names.relief("js")), partitions=PARTITIONS)
        self.court, self.other = PublishingCourt(engine), PublishingCourt(engine, court="js-huqiu")
        self.relays = 0
        self.relay = self.new_relay()

    def new_relay(self, publisher: Publisher | None = None) -> Relay:
        self.relays += 1
        identity = PublisherIdentity("publisher-js", "js", SIGNER, CHANCE, self.interval)
        checkpoints = Checkpoints(identity, CheckpointBook(self.court.register, CHANCE), self.clock)
        sender = publisher or self.broker.publisher(client_id=f"relay-{self.relays}")
        outbox = self.court.register.outbox
        outbox._clock = self.clock  # leases go by the same time
        return Relay(outbox, sender, self.clock, f"relay-{self.relays}", checkpoints=checkpoints)

    def work(self, seconds: float = 0.0) -> None:
        """Let the relay work for so long."""
        for _ in range(max(1, round(seconds / 0.5))):
            for _ in range(4):
                self.relay.step()
            self.clock.pass_seconds(min(seconds, 0.5))
        for _ in range(4):
            self.relay.step()

    def settled(self) -> None:
        """Let it send everything and end its burst."""
        self.work(QUIET_SECONDS * 2)

    def log(self) -> list[MemoryMessage]:
        return [message for topic in LISTS for message in self.broker.records(topic)]

    def checkpoints(self) -> list[dict[str, Any]]:
        """All in the log, each verified and found where it says."""
        found = []
        for message in self.log():
            fingerprint, body = unframe(message.value() or b"")
            if name_of(message) == "court-checkpoint":
                record = decode(fingerprint, body)
                key = PublicKey(SIGNER.key_id, "publisher-js", "publisher", "js", "sign", SIGNER.public_key)
                verify(body, "court-checkpoint", Keys(key), record["issued_at"])
                assert (record["topic"], record["partition"]) == (message.topic(), message.partition())
                assert message.key() == b"checkpoint/publisher-js"
                found.append(record)
        return found

    def newest(self) -> dict[str, dict[str, tuple[int, int]]]:
        """Per list what the newest checkpoint says: court → highest, live."""
        newest = max(each["number"] for each in self.checkpoints())
        return {
            each["topic"]: {court["court"]: (court["highest"], court["live"]) for court in each["courts"]}
            for each in self.checkpoints()
            if each["number"] == newest
        }

    def recounted(self) -> dict[str, dict[str, tuple[int, int]]]:
        """The same from the records in the log, by a plain dictionary; it stands for what a notary counts."""
        entries: dict[str, dict[bytes, dict[str, Any]]] = {topic: {} for topic in LISTS}
        highest: dict[str, Counter[str]] = {topic: Counter() for topic in LISTS}
        for message in self.log():
            if name_of(message) == "list-record":
                record = from_wire(message.value() or b"")
                topic, known = message.topic(), entries[message.topic()].get(record["entry_id"])
                if known is None or record["version"] > known["version"]:
                    entries[topic][record["entry_id"]] = record
                highest[topic][record["court"]] = max(highest[topic][record["court"]], record["court_sequence"])
        return {
            topic: {
                court: (
                    number,
                    sum(e["status"] < ENDED_FROM for e in entries[topic].values() if e["court"] == court),
                )
                for court, number in highest[topic].items()
            }
            for topic in LISTS
        }


def name_of(message: MemoryMessage) -> str:
    schema = schema_of(unframe(message.value() or b"")[0])
    return schema.name if schema else ""


@pytest.fixture
def office(engine: Engine) -> Office:
    return Office(engine)


def test_after_a_burst_every_partition_of_both_lists_says_what_a_recount_says(office: Office) -> None:
    office.court.publish(*people(20), ORDER)
    office.other.publish(*people(7, seed=8))
    office.court.acts.revoke(office.court.entry_id(people(20)[0]), CourtRuling("WRONG_PERSON"))
    office.court.acts.delete(office.court.entry_id(people(20)[1]), CourtRuling("D1"))
    office.court.acts.revoke(office.court.entry_id(people(20)[1]), CourtRuling("NO_GROUND"))  # it ended once
    office.court.acts.lift(office.court.entry_id(ORDER), CourtRuling("SECURITY"))
    office.settled()
    found = office.checkpoints()
    assert sorted((one["topic"], one["partition"]) for one in found) == [
        (topic, partition) for topic in LISTS for partition in range(PARTITIONS)
    ]
    assert {one["number"] for one in found} == {1}
    assert office.newest() == office.recounted()
    assert office.newest()[LISTS[0]] == {"js-gusu": (23, 18), "js-huqiu": (7, 7)}
    assert office.newest()[LISTS[1]] == {"js-gusu": (2, 0)}


def test_what_comes_after_is_counted_on_top_and_an_expired_entry_that_is_deleted_only_once(office: Office) -> None:
    office.court.publish(*people(3))
    office.settled()
    entry = office.court.entry_id(people(3)[0])
    office.court.acts.shield(entry, CourtRuling("DATA_DOUBT"))
    office.court.publish(*people(3), *people(2, seed=9))
    office.settled()
    assert {one["number"] for one in office.checkpoints()} == {1, 2}
    assert office.newest() == office.recounted()
    updates = office.court.register.tables.updates
    with office.engine.begin() as connection:  # nobody writes expiries yet
        row = connection.execute(select(updates).where(updates.c.entry_id == entry).limit(1)).one()._asdict()
        for version, change in ((8, Change.EXPIRE), (9, Change.DELETE)):
            row |= {"update_id": bytes([version]) * 16, "version": version, "change": change, "state_row": 90 + version}
            insert_rows(connection, updates, tuple(row), [tuple(row.values())])
    content = CheckpointBook(office.court.register, CHANCE).draw_up(100)
    assert content is not None
    assert content.courts[0].live == office.newest()[LISTS[0]]["js-gusu"][1] - 1


def test_in_every_partition_it_stands_behind_what_it_counts_and_before_what_comes_next(office: Office) -> None:
    for seed in range(5):
        office.court.publish(*people(6, seed=seed))
        office.settled()
    for topic in LISTS:
        for partition in range(PARTITIONS):
            below = 0
            for message in office.broker.records(topic):
                if message.partition() != partition:
                    continue
                record = from_wire(message.value() or b"")
                if name_of(message) == "court-checkpoint":
                    below = max([below, *(court["highest"] for court in record["courts"])])
                else:
                    assert record["court_sequence"] > below


def test_a_quiet_publisher_writes_one_every_interval_and_no_more(office: Office) -> None:
    office.court.publish(*people(2))
    office.settled()
    for number in range(1, 5):
        assert len(office.checkpoints()) == number * len(LISTS) * PARTITIONS
        office.work(INTERVAL)
    again = Office.new_relay(office)  # one that starts anew has nothing to say either
    office.relay.close()
    before = len(office.checkpoints())
    office.relay = again
    office.work(INTERVAL - 2)
    assert len(office.checkpoints()) == before


def test_a_publisher_that_never_rests_says_it_all_the_same(engine: Engine) -> None:
    office = Office(engine, interval=20.0)
    for seed in range(60):
        office.court.publish(*people(1, seed=1_000 + seed))
        office.work(0.5)
    assert {one["number"] for one in office.checkpoints()} == {1}
    office.settled()
    assert office.newest()[LISTS[0]] == office.recounted()[LISTS[0]]


def test_closing_says_at_once_what_was_sent(office: Office) -> None:
    office.court.publish(*people(4))
    office.work()
    assert office.checkpoints() == []
    office.relay.close()
    assert office.newest() == office.recounted() | {LISTS[1]: {}}


def test_a_relay_that_dies_before_its_checkpoint_is_written_leaves_it_to_the_next(office: Office) -> None:
    office.court.publish(*people(4))
    office.work()
    office.broker.acknowledge("relay-1", Acknowledgements.HELD)
    office.clock.pass_seconds(QUIET_SECONDS)
    office.relay.step()
    office.broker.vanish("relay-1")
    office.relay = office.new_relay()
    office.clock.pass_seconds(30)
    office.settled()
    numbers = sorted({one["number"] for one in office.checkpoints()})
    assert numbers[-1] == 2
    assert office.newest()[LISTS[0]] == office.recounted()[LISTS[0]]


def test_lists_that_are_not_there_keep_no_record_from_the_log(engine: Engine) -> None:
    office = Office(engine)
    office.broker.delete(LISTS[1])
    office.court.publish(*people(4))
    office.settled()
    assert sum(name_of(one) == "list-record" for one in office.broker.records(LISTS[0])) == 4
    assert office.relay.failure is None


def test_while_the_broker_refuses_records_those_behind_are_still_sent(office: Office) -> None:
    office.broker.stop()
    office.court.publish(*people(4))
    office.work(INTERVAL + 5)
    office.broker.start()
    office.work(5)
    office.settled()
    assert office.newest()[LISTS[0]] == office.recounted()[LISTS[0]]


def test_the_epoch_stays_with_a_register_and_another_one_has_its_own(office: Office, tmp_path: Path) -> None:
    for seed in (1, 2):
        office.court.publish(*people(2, seed=seed))
        office.settled()
        office.relay.close()
        office.relay = office.new_relay()
    anew = Office(open_database(sqlite_url(tmp_path / "anew.db")))
    anew.court.publish(*people(2))
    anew.settled()
    first, other = ({one["epoch"] for one in each.checkpoints()} for each in (office, anew))
    assert (len(first), len(other), len(first & other)) == (1, 1, 0)
