"""No bytes in key, value or headers make a reader fail otherwise than by saying that they count for nothing."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liandong.consumers.acts_db.messages import Origin, Received
from liandong.consumers.acts_db.outcomes import Poison, Retry
from liandong.consumers.commands import parked
from liandong.consumers.effects.dead_letters import HEADER_PREFIX, read_dead_letters
from liandong.consumers.effects.routing import handle_any
from liandong.monitoring.log.heads import read_head
from liandong.monitoring.notary.classify import MessageClassifier
from liandong.schemas.dates import rfc3339
from liandong.schemas.wire.codec import Undecodable
from liandong.schemas.wire.framing import FramingError
from liandong.schemas.wire.signing import SignatureInvalid
from liandong.tests.worlds.clock import NOW, HandClock
from liandong.tests.worlds.forgeries import headers, records
from liandong.tests.worlds.square import Square
from liandong.tests.worlds.town_members import COURT, RAILWAY
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.keys.entitlement import ListPlace
from liandong.topics.keys.signatures import Verifier
from liandong.topics.storage.packing import parcels, unpacked
from liandong.topics.transport.ports import OutgoingRecord
from liandong.topics.transport.received import headers_of

FIELDS = {
    "jurisdiction": "js", "court": COURT, "agency": RAILWAY, "notary": "notary-js-1", "issued_at": NOW, "at": NOW,
    "recorded_at": NOW, "topic": names.debtor_list("js"), "partition": 0,
}  # fmt: skip
many = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture(scope="module")
def square(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Square]:
    made = Square(tmp_path_factory.mktemp("square"))
    yield made
    made.copy.node.close()


@many
@given(data=st.data())
def test_a_register_of_keys(square: Square, data: st.DataObject) -> None:
    directory = KeyDirectory(square.town.participants.root_public_key, square.wire.subscriber(), square.town.clock)
    square.town.send(*data.draw(st.lists(records(names.KEYS, square.signers, FIELDS), max_size=3)))
    while directory.step() == 0:
        pass
    assert directory.loaded
    assert directory.key(square.signers[0].key_id) is not None
    assert directory.recipients(COURT, "command")
    assert directory.serving("agency")


@many
@given(data=st.data())
def test_a_node_that_copies_lists_relief_and_heads(square: Square, data: st.DataObject) -> None:
    topics = (*names.state_topics("js"), names.relief("js"), names.heads("js"))
    drawn = st.one_of([records(topic, square.copy_signers, FIELDS) for topic in topics])
    square.copy.send(*data.draw(st.lists(drawn, min_size=1, max_size=4)))


@many
@given(data=st.data())
def test_a_notary(square: Square, data: st.DataObject) -> None:
    topic = data.draw(st.sampled_from((*names.state_topics("js"), names.relief("js"))))
    record = data.draw(records(topic, square.copy_signers, FIELDS))
    MessageClassifier("js", square.copy.keys).classify(ListPlace(topic, 0, 1, "js"), square.letter(record))


@many
@given(data=st.data())
def test_whoever_reads_heads(square: Square, data: st.DataObject) -> None:
    record = data.draw(records(names.heads("js"), square.copy_signers, FIELDS))
    with suppress(Undecodable, FramingError, SignatureInvalid):
        read_head(square.letter(record), Verifier(square.copy.keys), "js")


@many
@given(data=st.data())
def test_the_evidence(square: Square, data: st.DataObject) -> None:
    topics = (names.heads("js"), names.RECEIPTS)
    drawn = st.one_of([records(topic, square.watch_signers, FIELDS | {"agency": "railway-js"}) for topic in topics])
    square.watch.hear(*data.draw(st.lists(drawn, min_size=1, max_size=3)))


@many
@given(data=st.data())
def test_the_inbox_of_a_court(square: Square, data: st.DataObject) -> None:
    topic = data.draw(st.sampled_from((names.interceptions("js"), names.feedback("js"), names.asset_events("js"))))
    square.town.send(data.draw(records(topic, square.signers, FIELDS)))
    square.inbox.step()
    assert square.inbox.failure is None


@many
@given(data=st.data())
def test_what_happens_once_per_agency(square: Square, data: st.DataObject) -> None:
    topic = data.draw(st.sampled_from((names.commands(RAILWAY), names.relief("js"), names.RECEIPTS)))
    record = data.draw(records(topic, square.signers, FIELDS))
    received = Received(Origin(topic, 0, 0), record.key, record.value, headers_of(square.letter(record)))
    with square.agency.engine.connect() as connection:  # nothing is committed
        try:
            handle_any(connection, square.agency.context, received)
        except (Poison, Retry):
            parked.park(connection, received, "", "ANY", NOW, NOW)
            kept = parked.waiting(connection)[-1].message
            assert (kept.origin, kept.value, kept.headers) == (received.origin, received.value, received.headers)
    (aside,) = parcels([OutgoingRecord(topic, received.key, received.value, received.headers)])
    assert unpacked(1, aside.packed)[0].record.headers == received.headers


@many
@given(data=st.data())
def test_a_list_of_dead_letters(square: Square, data: st.DataObject) -> None:
    named = st.sampled_from(["failure", "reason", "topic", "partition", "offset", "attempts", "at"])
    values = st.one_of(
        st.none(), st.binary(max_size=8), st.integers(-(10**30), 10**30).map(lambda one: str(one).encode())
    )
    told = data.draw(st.dictionaries(named.map(HEADER_PREFIX.__add__), values, min_size=5))
    record = data.draw(records(names.dead_letters(RAILWAY), square.signers, FIELDS))
    others = data.draw(headers())
    given_headers = others if not isinstance(others, list) else [*others, *told.items()]
    wire = MemoryWire()
    wire.create(names.dead_letters(RAILWAY), partitions=1)
    wire.publisher().send(OutgoingRecord(record.topic, record.key, record.value, given_headers))
    (letter,) = read_dead_letters(wire.subscriber(), RAILWAY, HandClock())
    assert rfc3339(letter.at)
    assert (letter.failure + letter.reason + letter.message.origin.topic).isprintable()
    assert letter.message.value == record.value
