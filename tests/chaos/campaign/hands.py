"""Hands that may write to every topic and hold every key but the court's present one, and what they know of the log."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from liandong.schemas import ids
from liandong.schemas.wire.codec import decode
from liandong.schemas.wire.framing import unframe
from liandong.schemas.wire.signing import Signer
from liandong.tests.chaos.campaign.yard import Yard
from liandong.tests.worlds.court_office import JURISDICTION
from liandong.tests.worlds.records import CourtScribe
from liandong.topics.catalogue import names
from liandong.topics.catalogue.families import expand, load_catalogue
from liandong.topics.keys.participants import Participants, registered_scope
from liandong.topics.transport.kafka import KafkaPublisher, KafkaSubscriber
from liandong.topics.transport.ports import BEGINNING, Delivered, Message, OutgoingRecord, TopicPartition

LISTS = names.state_topics(JURISDICTION)
LEFT_BEHIND = frozenset(("contested-entry", "dead-letters", "parked"))
"""What is named of others' writing after it is over, until a person has looked at it or some time has passed."""


class Hands:
    """Somebody who writes into the yard's topics what is not theirs to write."""

    def __init__(self, yard: Yard) -> None:
        self.yard = yard
        self.participants = Participants(yard.settings)
        self.matching_keys = self.participants.matching_keys()
        self.topics = sorted(expand(load_catalogue(), registered_scope(yard.settings), yard.settings))
        self.publisher = KafkaPublisher(yard.settings, client_id="chaos-hands")

    def send(self, records: Iterable[OutgoingRecord], *, foreign: bool = True) -> int:
        """Write records, and remember how many of them are `foreign` to the lists; return how many the broker took."""
        taken = 0

        def note(record: OutgoingRecord, done: Delivered | Exception) -> None:
            nonlocal taken
            if isinstance(done, Delivered):  # it takes no record without a key into a compacted topic
                taken += 1
                self.yard.foreign += foreign and bool(record.value) and record.topic in LISTS

        for record in records:
            self.publisher.send(record, partial(note, record))
        assert self.publisher.flush(60) == 0
        return taken

    def scribe(self, by: str, signer: Signer | None = None) -> CourtScribe:
        """Return whoever writes in somebody's name with his own key, or with another one."""
        return CourtScribe(court=by, signer=signer or self.participants.signer(by))

    def entry(self, who: int) -> dict[str, Any]:
        """Return what the court said last about somebody it has listed."""
        key = ids.parse(self.yard.entry(who), "ent")
        register = self.yard.register()
        with register.engine.connect() as connection:
            whole = register.whole_entry(connection, key)
        register.close()
        assert whole is not None
        return decode(*unframe(whole.body))

    def messages(self) -> dict[TopicPartition, list[Message]]:
        """Return what stands in every topic, by partition."""
        subscriber = KafkaSubscriber(self.yard.settings, client_id="chaos-hands")
        lanes = [TopicPartition(topic, each) for topic in self.topics for each in subscriber.partitions(topic)]
        missing = sum(subscriber.watermarks(lane).high - subscriber.watermarks(lane).low for lane in lanes)
        subscriber.assign(dict.fromkeys(lanes, BEGINNING))
        found: dict[TopicPartition, list[Message]] = {lane: [] for lane in lanes}
        while missing > 0:
            messages = subscriber.poll(10_000, 5)
            assert messages, f"{missing} records cannot be read"
            for message in messages:
                found[TopicPartition(subscriber.topic_of(message), message.partition())].append(message)
            missing -= len(messages)
        subscriber.close()
        return found


@contextmanager
def hands(yard: Yard) -> Iterator[Hands]:
    """Give hands for a while."""
    made = Hands(yard)
    try:
        yield made
    finally:
        made.publisher.close()
