"""Garbage of every kind is poured into each topic there is: nothing ends, the gate is right throughout, commands are handled."""

from liandong.tests.chaos.campaign.hands import LEFT_BEHIND, LISTS, hands
from liandong.tests.chaos.campaign.row import Row
from liandong.tests.chaos.campaign.yard import Yard
from liandong.tests.worlds.poison import burst
from liandong.tests.worlds.raw_kafka import RawHeaders, RawProducer
from liandong.topics.transport.ports import OutgoingRecord

A_BURST = 2_000
LARGEST = 999_000
"""Bytes of a value that a record can just carry."""
_KEY = b"k" * 16
_ODD: tuple[RawHeaders, ...] = (
    [(b"avro-fingerprint", None)],
    [(b"avro-fingerprint", b"\xff no number")],
    [(b"\xff\xfe", b"\xff"), (b"", None)],
)


def _strike(yard: Yard) -> None:
    written = 0
    with hands(yard) as hand:
        genuine = hand.messages()
        raw = RawProducer(str(yard.settings.bootstrap))
        for topic in yard.chance.sample(hand.topics, len(hand.topics)):
            lanes = [at for at in genuine if at.topic == topic]
            standing = [message for at in lanes for message in genuine[at]]
            written += hand.send(burst(topic, standing, A_BURST))
            written += hand.send(OutgoingRecord(at.topic, _KEY, b"\x00" * LARGEST, (), at.partition) for at in lanes)
            for at in lanes:
                for headers in _ODD:
                    raw.send(yard.settings.physical(topic), at.partition, _KEY, b"\x00\x00\x00\x00\x01body", headers)
                    yard.foreign += topic in LISTS
            if topic in LISTS:
                yard.traffic(1)
                yard.watch()
        raw.close()
    yard.traffic(1)
    yard.notes.append(f"{written} records of garbage on {len(hand.topics)} topics")
    assert yard.all_live(), "a process has ended"


ROWS = (Row("poison is poured into each topic", _strike, frozenset(("dead-letters",)), certain=True, left=LEFT_BEHIND),)
