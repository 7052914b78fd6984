"""Genuine records are written once more, byte for byte: into every other lane, partition and topic, and where they stood."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from liandong.schemas.wire.avro_schemas import load_schemas
from liandong.schemas.wire.framing import FramingError
from liandong.tests.chaos.campaign.hands import LEFT_BEHIND, Hands, hands
from liandong.tests.chaos.campaign.row import Row
from liandong.tests.chaos.campaign.yard import Yard
from liandong.topics.transport.ports import Message, OutgoingRecord, TopicPartition
from liandong.topics.transport.received import headers_of, unwrap

OF_A_KIND = 3
"""Records of each schema that go everywhere."""
_LISTED = (
    "list-record",
    "barrier",
    "court-checkpoint",
    "list-head",
    "notary-report",
    "participant-key",
    "key-register",
)
_TOLD = ("control-command", "control-feedback", "receipt", "interception")
Log = Mapping[TopicPartition, Sequence[Message]]


def _strike(yard: Yard) -> None:
    yard.traffic(2)
    yard.until_right()
    with hands(yard) as hand:
        log = hand.messages()
        kinds = _by_schema(log)
        missing = {*_LISTED, *_TOLD} - set(kinds)
        assert not missing, f"nothing to replay: {missing}"
        yard.notes.append(f"{hand.send(_elsewhere(hand, kinds, log))} records of {len(kinds)} kinds were put elsewhere")
        yard.traffic(1)
        again = [_copy(message, at) for at in log for message in log[at]]
        yard.chance.shuffle(again)
        yard.notes.append(f"{hand.send(again, foreign=False)} records were written again where they stood")
        yard.traffic(1)
    assert yard.all_live(), "a process has ended"


def _by_schema(log: Log) -> dict[str, list[tuple[TopicPartition, Message]]]:
    names = {each.fingerprint: each.name for each in load_schemas()}
    kinds: defaultdict[str, list[tuple[TopicPartition, Message]]] = defaultdict(list)
    for at, messages in log.items():
        for message in messages:
            try:
                kinds[names[unwrap(message).fingerprint]].append((at, message))
            except FramingError:
                continue
    return kinds


def _elsewhere(
    hand: Hands, kinds: Mapping[str, Sequence[tuple[TopicPartition, Message]]], log: Log
) -> Iterator[OutgoingRecord]:
    """Give some records of each kind for every place where they did not stand."""
    chance, held = hand.yard.chance, {at: {message.value() for message in log[at]} for at in log}
    for standing in kinds.values():
        for _, message in chance.sample(list(standing), min(OF_A_KIND, len(standing))):
            yield from (_copy(message, at) for at in log if message.value() not in held[at])


def _copy(message: Message, to: TopicPartition) -> OutgoingRecord:
    return OutgoingRecord(to.topic, message.key(), message.value(), headers_of(message), to.partition)


ROWS = (Row("genuine records are replayed into every lane", _strike, certain=True, left=LEFT_BEHIND),)
