"""A jurisdiction whose log notaries vouch for, on whichever transport."""

import os
from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

from liandong.monitoring.notary.config import NotaryConfig, NotaryPorts
from liandong.monitoring.notary.notary import Notary
from liandong.monitoring.notary.signing import NotaryIdentity
from liandong.schemas.wire.codec import decode
from liandong.schemas.wire.framing import unframe
from liandong.schemas.wire.signing import Ed25519Signer
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import VirtualClock
from liandong.tests.worlds.copying import PARTITIONS, TOPICS
from liandong.tests.worlds.records import (
    CourtScribe,
    Keys,
    Model,
    PublisherScribe,
    recount,
    registered,
    verify_from,
)
from liandong.tests.worlds.wires import Wire
from liandong.topics.catalogue import names
from liandong.topics.metrics.definitions import Signals
from liandong.topics.transport.ports import Message, OutgoingRecord, Publisher, TopicPartition
from liandong.topics.transport.reading import read_all, topic_lanes
from liandong.topics.workers.clock import SystemClock

LIST = names.debtor_list("js")


class WatchedJurisdiction:
    """A court that writes, notaries that watch, and everything that stands in the log."""

    def __init__(self, wire: Wire, directory: Path) -> None:
        wire.create(*TOPICS, partitions=PARTITIONS)
        wire.create(names.heads("js"), names.notary_reports("js"), partitions=1)
        self.wire, self.directory = wire, directory
        self.clock = VirtualClock()
        self.registry = CollectorRegistry()
        self.signals = Signals(self.registry)
        self.court = CourtScribe()
        self.stranger = CourtScribe(court="court-yu0101", jurisdiction="cq")
        self.signers = {name: Ed25519Signer(os.urandom(32)) for name in ("notary-js-1", "notary-js-2")}
        notaries = [registered(signer, name, "notary", "js") for name, signer in self.signers.items()]
        self.scribe = PublisherScribe()
        self.keys = Keys(self.court.public_key, self.stranger.public_key, self.scribe.public_key, *notaries)
        self.publisher = wire.publisher()
        self.speakers: list[Publisher] = []

    def notary(self, name: str = "notary-js-1", *, disk: str = "disk", suite: str = "intl") -> Notary:
        """A notary that has read what was there when it started."""
        folder = self.directory / disk / name
        config = NotaryConfig("js", name, folder, interval=1_000, head_valid=60_000, suite=suite)
        self.speakers.append(self.wire.publisher())
        voice = NotaryIdentity(self.signers[name], self.speakers[-1], self.clock, CHANCE)
        notary = Notary(config, NotaryPorts(voice, self.wire.subscriber(), self.keys, self.signals))
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

    def canary(self) -> bytes:
        """The body of a probe, which notaries alone sign."""
        name = "notary-js-1"
        return CourtScribe(court=name, signer=self.signers[name]).include(record_class=1)

    def checkpoint(self, number: int, highest: int, live: int, *, topic: str = LIST, **fields: Any) -> None:
        """Puts a checkpoint of what the court wrote to a list into all its partitions."""
        courts = {self.court.court: (highest, live)}
        self.send(*(self.scribe.checkpoint(topic, each, number, courts, **fields) for each in range(PARTITIONS)))

    def until(self, done: Callable[[], bool], *notaries: Notary) -> None:
        """Lets notaries work until something is so."""
        for _ in range(600):
            for notary in notaries:
                if notary.step():
                    notary.wait(0.05)
            if done():
                return
        raise AssertionError("the notary never got there")

    def barrier(self, *notaries: Notary) -> None:
        """Lets time pass for one barrier of each notary, and waits until the heads stand in the log."""
        before = {id(each): each.head_number for each in notaries}
        self.clock.pass_seconds(1)
        self.until(lambda: all(each.head_number > before[id(each)] for each in notaries), *notaries)
        for each in notaries:
            each.step()
        assert all(speaker.flush(30) == 0 for speaker in self.speakers)

    def log(self, *topics: str) -> list[Message]:
        """Everything in these topics, partition by partition."""
        subscriber = self.wire.subscriber()
        try:
            return read_all(subscriber, dict.fromkeys(topic_lanes(subscriber, *topics), 0), SystemClock())
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

    def report(self, name: str = "notary-js-1") -> dict[str, Any]:
        """The newest report of a notary, verified."""
        for message in reversed(self.log(names.notary_reports("js"))):
            fingerprint, body = unframe(message.value() or b"")
            found = decode(fingerprint, body)
            verify_from(body, "notary-report", self.keys, found["notary"], found["issued_at"])
            if found["notary"] == name:
                return found
        raise AssertionError(f"{name} has reported nothing")

    def findings(self, kind: str, name: str = "notary-js-1") -> list[dict[str, Any]]:
        """What the newest report of a notary says of a kind."""
        return [each for each in self.report(name)["findings"] if each["kind"] == kind]

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


def assert_equal_to_a_recount(jurisdiction: WatchedJurisdiction, head: dict[str, Any]) -> None:
    """Digest and number of entries of every lane are those of a plain dict over the log below the head's offsets."""
    for lane, model in jurisdiction.models(head).items():
        row = next(row for row in head["lanes"] if (row["topic"], row["partition"]) == lane)
        assert row["digest"] == model.digest(), lane
        assert row["records"] == len(model.newest), lane


def assert_roots_of_a_recount(jurisdiction: WatchedJurisdiction, shown: dict[str, Any], at: dict[str, Any]) -> None:
    """The roots in a head are those over the live entries below the offsets of the head at whose barrier they were made."""
    roots = {TopicPartition(row["topic"], row["partition"]): (row["root"], row["entries"]) for row in shown["snapshot"]}
    models = jurisdiction.models(at)
    leaves = {lane: model.live_leaves() for lane, model in models.items()}
    assert roots == {lane: (mth(of_lane), len(of_lane)) for lane, of_lane in leaves.items()}


def mth(leaves: list[bytes]) -> bytes:
    """A Merkle tree's root as RFC 6962 writes it down."""
    if len(leaves) < 2:
        return sha256(b"\x00" + leaves[0]).digest() if leaves else sha256().digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + mth(leaves[:split]) + mth(leaves[split:])).digest()


def changed_lanes(after: dict[str, Any], before: dict[str, Any]) -> int:
    """In how many partitions the digest is another one."""
    return sum(new["digest"] != old["digest"] for new, old in zip(after["lanes"], before["lanes"], strict=True))


def assert_chain(heads: list[dict[str, Any]]) -> None:
    """Every head refers to the one before it; numbers only grow."""
    for before, after in pairwise(heads):
        assert after["previous"] == before["hash"]
        assert after["number"] > before["number"]
