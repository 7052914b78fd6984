"""What a notary must do, on whichever transport."""

import os
from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from liandong.monitoring.log.reading import read_to_end, topic_lanes
from liandong.monitoring.notary.notary import Notary, NotaryConfig, NotaryDuplicated, NotaryPorts
from liandong.monitoring.notary.signing import NotaryIdentity
from liandong.monitoring.notary.tally_store import TallyLocked
from liandong.schemas.law.listing import Change, Instrument
from liandong.schemas.wire.codec import decode, to_wire
from liandong.schemas.wire.framing import FINGERPRINT_HEADER, unframe
from liandong.schemas.wire.signing import Ed25519Signer, verify_from
from liandong.tests.worlds.records import NOW, CourtScribe, Keys, Model, recount, registered
from liandong.tests.worlds.wires import Wire
from liandong.topics.catalogue import names
from liandong.topics.metrics.definitions import Signals
from liandong.topics.transport.ports import Message, OutgoingRecord, TopicPartition

PARTITIONS = 3
TOPICS = (*names.state_topics("js"), names.relief("js"))


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> int:
        return self.time


class World:
    """A jurisdiction: a court that writes, notaries that watch, and everything that stands in the log."""

    def __init__(self, wire: Wire, directory: Path) -> None:
        wire.create(*TOPICS, partitions=PARTITIONS)
        wire.create(names.heads("js"), partitions=1)
        self.wire, self.directory = wire, directory
        self.clock = HandClock()
        self.registry = CollectorRegistry()
        self.signals = Signals(self.registry)
        self.court = CourtScribe()
        self.stranger = CourtScribe(court="court-yu0101", jurisdiction="cq")
        self.signers = {name: Ed25519Signer(os.urandom(32)) for name in ("notary-js-1", "notary-js-2")}
        notaries = [registered(signer, name, "notary", "js") for name, signer in self.signers.items()]
        self.keys = Keys(self.court.public_key, self.stranger.public_key, *notaries)
        self.publisher = wire.publisher()

    def notary(self, name: str = "notary-js-1", *, disk: str = "disk") -> Notary:
        """A notary that has read what was there when it started."""
        config = NotaryConfig("js", name, self.directory / disk / name, interval=1_000, head_valid=60_000)
        identity = NotaryIdentity(self.signers[name], self.wire.publisher(), self.clock)
        notary = Notary(config, NotaryPorts(identity, self.wire.subscriber(), self.keys, self.signals))
        notary.start()
        self.until(lambda: notary.live, notary)
        return notary

    def send(self, *records: OutgoingRecord) -> None:
        """Puts records into the log and waits until they are there."""
        for record in records:
            self.publisher.send(record)
        assert self.publisher.flush(30) == 0

    def publish(self, *bodies: bytes) -> None:
        """Puts records of the court on its lists."""
        self.send(*(self.court.message(body) for body in bodies))

    def until(self, done: Callable[[], bool], *notaries: Notary) -> None:
        """Lets notaries work until something is so."""
        for _ in range(600):
            for notary in notaries:
                notary.step()
            if done():
                return
        raise AssertionError("the notary never got there")

    def barrier(self, *notaries: Notary) -> None:
        """Lets time pass for one barrier of each notary, and waits for the heads."""
        before = {id(each): each.head_number for each in notaries}
        self.clock.time += 1_000
        self.until(lambda: all(each.head_number > before[id(each)] for each in notaries), *notaries)
        for each in notaries:
            each.step()

    def log(self, *topics: str) -> list[Message]:
        """Everything in these topics, partition by partition."""
        subscriber = self.wire.subscriber()
        try:
            return [
                message for _, message in read_to_end(subscriber, dict.fromkeys(topic_lanes(subscriber, *topics), 0))
            ]
        finally:
            subscriber.close()

    def heads(self, name: str = "notary-js-1") -> list[dict[str, Any]]:
        """All heads of a notary, verified, with the hash of each."""
        found = []
        for message in self.log(names.heads("js")):
            fingerprint, body = unframe(message.value() or b"")
            head = decode(fingerprint, body)
            verify_from(body, "list-head", self.keys, head["notary"], head["issued_at"])
            if head["notary"] == name:
                found.append(head | {"hash": sha256(body).digest()})
        return found

    def models(self, head: dict[str, Any]) -> dict[TopicPartition, Model]:
        """A recount of the log exactly below the offsets a head names, by a plain dict."""
        below = {TopicPartition(lane["topic"], lane["partition"]): lane["offset"] for lane in head["lanes"]}
        prefix = self.court_topic_prefix()
        kept = []
        for message in self.log(*names.state_topics("js")):
            lane = TopicPartition(message.topic().removeprefix(prefix), message.partition())
            if message.offset() < below[lane]:
                kept.append(message)
        counted = recount(kept)
        return {lane: counted.get((prefix + lane.topic, lane.partition), Model()) for lane in below}

    def court_topic_prefix(self) -> str:
        """What the transport puts before logical names."""
        subscriber = self.wire.subscriber()
        probe = next(iter(self.log(names.heads("js"))))
        found = probe.topic().removesuffix(subscriber.topic_of(probe))
        subscriber.close()
        return found

    def metric(self, name: str, **labels: str) -> float:
        """The value of a metric, 0 if nothing was counted."""
        return self.registry.get_sample_value(name, labels) or 0.0

    def alarms(self, reason: str, notary: str = "notary-js-1") -> float:
        """How often a notary rang for this reason."""
        return self.metric("liandong_notary_alarms_total", jurisdiction="js", notary=notary, reason=reason)


def assert_equal_to_a_recount(world: World, head: dict[str, Any]) -> None:
    """Digest and number of entries of every lane are those of a plain dict over the log below the head's offsets."""
    for lane, model in world.models(head).items():
        row = next(row for row in head["lanes"] if (row["topic"], row["partition"]) == lane)
        assert row["digest"] == model.digest(), lane
        assert row["records"] == len(model.newest), lane


def changed_lanes(after: dict[str, Any], before: dict[str, Any]) -> int:
    """In how many partitions the digest is another one."""
    return sum(new["digest"] != old["digest"] for new, old in zip(after["lanes"], before["lanes"], strict=True))


def assert_chain(heads: list[dict[str, Any]]) -> None:
    """Every head refers to the one before it; numbers only grow."""
    for before, after in pairwise(heads):
        assert after["previous"] == before["hash"]
        assert after["number"] > before["number"]


class NotarySuite:
    """Behaviour of a notary; needs the fixture `wire`."""

    @pytest.fixture
    def world(self, wire: Wire, tmp_path: Path) -> World:
        return World(wire, tmp_path)

    def test_heads_say_what_a_recount_of_the_log_below_their_offsets_says(self, world: World) -> None:
        entries = [world.court.include() for _ in range(30)]
        world.publish(*entries)
        notary = world.notary()
        world.barrier(notary)
        ids = list(world.court.entries)
        world.publish(*(world.court.change(each, Change.REVOKE) for each in ids[:7]))
        world.publish(world.court.include(record_class=1))
        world.barrier(notary)
        world.publish(*(world.court.change(each, Change.SHIELD) for each in ids[10:13]))
        world.barrier(notary)
        heads = world.heads()
        assert len(heads) >= 3
        assert_chain(heads)
        assert heads[0]["previous"] == bytes(32)
        for head in heads:
            assert_equal_to_a_recount(world, head)
            assert head["valid_until"] == head["issued_at"] + 60_000
        assert sum(row["records"] for row in heads[-1]["lanes"]) == 31
        assert sum(row["live"] for row in heads[-1]["lanes"]) == 23
        (row,) = heads[-1]["courts"]
        assert (row["court"], row["contiguous"], row["highest"], row["live"]) == ("court-su0505", 41, 41, 23)

    def test_records_between_the_markers_of_two_barriers_are_in_the_head_they_stand_below(self, world: World) -> None:
        notary = world.notary()
        for _ in range(15):
            world.publish(*(world.court.include() for _ in range(4)))
            world.clock.time += 1_000
            notary.step()
            world.publish(*(world.court.include() for _ in range(3)))
        world.barrier(notary)
        heads = world.heads()
        assert len(heads) >= 5
        assert_chain(heads)
        for head in heads:
            assert_equal_to_a_recount(world, head)

    def test_every_partition_of_both_lists_and_the_relief_lane_gets_a_signed_marker(self, world: World) -> None:
        notary = world.notary()
        world.barrier(notary)
        for topic in TOPICS:
            markers = world.log(topic)
            assert {message.partition() for message in markers} == set(range(PARTITIONS))
            for message in markers:
                fingerprint, body = unframe(message.value() or b"")
                barrier = decode(fingerprint, body)
                verify_from(body, "barrier", world.keys, "notary-js-1", barrier["issued_at"])
                assert message.key() == b"barrier/notary-js-1"
                assert (barrier["topic"], barrier["partition"]) == (topic, message.partition())

    def test_a_notary_goes_on_with_number_chain_and_tally_after_a_restart(self, world: World) -> None:
        world.publish(*(world.court.include() for _ in range(9)))
        notary = world.notary()
        world.barrier(notary)
        notary.close()
        world.publish(*(world.court.include() for _ in range(4)))
        again = world.notary()
        world.barrier(again)
        heads = world.heads()
        assert_chain(heads)
        assert_equal_to_a_recount(world, heads[-1])
        assert sum(row["records"] for row in heads[-1]["lanes"]) == 13

    def test_a_notary_that_lost_its_disk_uses_no_number_twice_and_goes_on_with_its_chain(self, world: World) -> None:
        world.publish(*(world.court.include() for _ in range(9)))
        notary = world.notary()
        world.barrier(notary)
        notary.close()
        again = world.notary(disk="new")
        world.barrier(again)
        heads = world.heads()
        assert_chain(heads)
        assert_equal_to_a_recount(world, heads[-1])
        (row,) = heads[-1]["courts"]
        assert (row["contiguous"], row["highest"]) == (9, 9)

    def test_a_head_whose_fingerprint_is_no_hexadecimal_stops_no_notary(self, world: World) -> None:
        broken = OutgoingRecord(
            names.heads("js"), b"k", b"\x00\x00\x00\x00\x01body", ((FINGERPRINT_HEADER, b"no number"),)
        )
        world.send(broken)
        world.publish(world.court.include())
        notary = world.notary()
        assert notary.live

    def test_two_notaries_agree_without_knowing_of_each_other(self, world: World) -> None:
        first, second = world.notary("notary-js-1"), world.notary("notary-js-2")
        world.publish(*(world.court.include() for _ in range(10)))
        world.barrier(first, second)
        world.barrier(first, second)
        one, two = world.heads("notary-js-1"), world.heads("notary-js-2")
        assert_chain(one)
        assert_chain(two)
        assert [row["digest"] for row in one[-1]["lanes"]] == [row["digest"] for row in two[-1]["lanes"]]
        assert_equal_to_a_recount(world, two[-1])

    def test_a_second_process_under_the_same_name_is_stopped(self, world: World) -> None:
        first = world.notary()
        with pytest.raises(TallyLocked, match="notary-js-1"):
            world.notary()
        elsewhere = world.notary(disk="other-machine")
        world.clock.time += 1_000
        elsewhere.step()
        with pytest.raises(NotaryDuplicated, match="was not issued here"):
            world.until(lambda: False, first)

    def test_a_record_lost_before_the_log_shows_in_the_courts_sequence(self, world: World) -> None:
        bodies = [world.court.include() for _ in range(6)]
        world.publish(*bodies[:2], *bodies[4:])
        notary = world.notary()
        world.barrier(notary)
        (row,) = world.heads()[-1]["courts"]
        assert (row["contiguous"], row["highest"]) == (2, 6)
        labels = {"jurisdiction": "js", "notary": "notary-js-1", "court": "court-su0505", "topic": row["list"]}
        assert world.metric("liandong_court_sequence_gaps", **labels) == 2
        world.publish(*bodies[2:4])
        world.barrier(notary)
        (row,) = world.heads()[-1]["courts"]
        assert (row["contiguous"], row["highest"]) == (6, 6)
        assert world.metric("liandong_court_sequence_gaps", **labels) == 0

    def test_a_lower_version_behind_a_higher_one_rings_and_changes_nothing(self, world: World) -> None:
        first = world.court.include()
        entry = next(iter(world.court.entries))
        world.publish(first, world.court.change(entry, Change.REVOKE))
        notary = world.notary()
        world.barrier(notary)
        before = world.heads()[-1]
        world.publish(first)
        world.barrier(notary)
        after = world.heads()[-1]
        assert world.metric("liandong_lower_versions_total", jurisdiction="js", notary="notary-js-1") == 1
        assert changed_lanes(after, before) == 0

    def test_a_redelivered_record_is_no_alarm(self, world: World) -> None:
        body = world.court.include()
        world.publish(body, body)
        notary = world.notary()
        world.barrier(notary)
        assert world.metric("liandong_lower_versions_total", jurisdiction="js", notary="notary-js-1") == 0
        assert world.alarms("conflict") == 0

    def test_a_forged_end_of_an_entry_is_refused_and_a_forged_new_entry_is_only_suspicious(self, world: World) -> None:
        body = world.court.include()
        entry = next(iter(world.court.entries))
        revoked = world.court.change(entry, Change.REVOKE)
        world.publish(body)
        notary = world.notary()
        world.barrier(notary)
        before = world.heads()[-1]
        world.publish(world.court.forged(revoked, reason="forged"))
        world.barrier(notary)
        after = world.heads()[-1]
        assert changed_lanes(after, before) == 0
        assert world.alarms("signature") == 1
        world.publish(world.court.forged(world.court.include(), name="某人"))
        world.barrier(notary)
        last = world.heads()[-1]
        assert sum(row["records"] for row in last["lanes"]) == 2
        assert changed_lanes(last, after) == 1
        assert world.alarms("signature") == 2
        assert last["courts"][0]["highest"] == 1

    def test_a_court_of_another_jurisdiction_cannot_end_an_entry_here(self, world: World) -> None:
        body = world.court.include()
        world.publish(body)
        entry = next(iter(world.court.entries))
        stranger = CourtScribe(court=world.stranger.court, jurisdiction="js", signer=world.stranger.signer)
        stranger.entries[entry] = world.court.entries[entry] | {"court": stranger.court}
        world.publish(stranger.change(entry, Change.REVOKE))
        notary = world.notary()
        world.barrier(notary)
        head = world.heads()[-1]
        assert world.alarms("signature") == 1
        assert sum(row["live"] for row in head["lanes"]) == 1

    def test_bytes_that_cannot_be_read_have_a_leaf_of_their_own(self, world: World) -> None:
        body = world.court.include()
        message = world.court.message(body)
        world.send(message)
        notary = world.notary()
        world.barrier(notary)
        before = world.heads()[-1]
        unreadable = OutgoingRecord(message.topic, message.key, b"\xc3\x01" + b"unknown!" + b"whatever")
        world.send(unreadable)
        world.barrier(notary)
        after = world.heads()[-1]
        assert changed_lanes(after, before) == 1
        assert world.alarms("opaque") == 1
        world.publish(world.court.change(next(iter(world.court.entries)), Change.CORRECT))
        world.barrier(notary)
        mended = world.heads()[-1]
        assert sum(row["live"] for row in mended["lanes"]) == 1

    def test_a_null_value_removes_what_has_ended_and_nothing_else(self, world: World) -> None:
        bodies = [world.court.include() for _ in range(2)]
        ended = list(world.court.entries)[1]
        messages = [world.court.message(body) for body in bodies]
        world.publish(*bodies, world.court.change(ended, Change.DELETE))
        world.send(*(OutgoingRecord(message.topic, message.key, None) for message in messages))
        notary = world.notary()
        world.barrier(notary)
        head = world.heads()[-1]
        assert (sum(row["records"] for row in head["lanes"]), sum(row["live"] for row in head["lanes"])) == (1, 1)
        assert world.alarms("tombstone") == 1
        world.publish(bodies[0])
        world.barrier(notary)
        assert changed_lanes(world.heads()[-1], head) == 0

    def test_a_record_under_the_key_of_another_is_bytes_nobody_can_read(self, world: World) -> None:
        message = world.court.message(world.court.include())
        world.send(OutgoingRecord(message.topic, b"another key", message.value, partition=0))
        world.send(OutgoingRecord(message.topic, None, message.value, partition=0))
        notary = world.notary()
        world.barrier(notary)
        head = world.heads()[-1]
        assert (sum(row["records"] for row in head["lanes"]), sum(row["live"] for row in head["lanes"])) == (1, 0)
        assert (world.alarms("opaque"), world.alarms("key")) == (1, 1)

    def test_a_forged_new_entry_is_replaced_by_the_real_one_of_the_same_version(self, world: World) -> None:
        body = world.court.include()
        world.publish(world.court.forged(body, name="某人"))
        notary = world.notary()
        world.barrier(notary)
        forged = world.heads()[-1]
        world.publish(body)
        world.barrier(notary)
        healed = world.heads()[-1]
        assert changed_lanes(healed, forged) == 1
        lane = next(
            new for new, old in zip(healed["lanes"], forged["lanes"], strict=True) if new["digest"] != old["digest"]
        )
        model = Model()
        model.apply(body)
        assert (lane["digest"], lane["records"]) == (model.digest(), 1)
        assert world.alarms("conflict") == 1

    def test_a_record_whose_numbers_are_no_numbers_stops_nobody(self, world: World) -> None:
        strange = to_wire("list-record", world.court.include(status=1 << 40))
        world.send(OutgoingRecord(names.debtor_list("js"), next(iter(world.court.entries)), strange))
        world.publish(world.court.include(record_class=1 << 40))
        notary = world.notary()
        world.barrier(notary)
        head = world.heads()[-1]
        assert sum(row["records"] for row in head["lanes"]) == 2
        assert world.alarms("opaque") == 1

    def test_orders_are_counted_in_their_own_list(self, world: World) -> None:
        world.publish(*(world.court.include(instrument=Instrument.CONSUMPTION_ORDER) for _ in range(3)))
        notary = world.notary()
        world.barrier(notary)
        head = world.heads()[-1]
        assert [(row["list"], row["live"]) for row in head["courts"]] == [(names.orders("js"), 3)]
        assert_equal_to_a_recount(world, head)
