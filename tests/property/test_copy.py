"""Whatever order, repetition, portions and restarts a set of updates comes in, the copy is the plain model."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liandong.schemas.law.listing import ENDED_FROM, Change, Instrument, Status, TransitionRefused
from liandong.schemas.wire.codec import decode_prefix
from liandong.tests.worlds.copying import CopyingNode, assert_equal
from liandong.tests.worlds.records import CourtScribe, Keys, Model, identity, recount
from liandong.topics.catalogue import names
from liandong.topics.transport.memory.broker import MemoryBroker

SURROGATES = [bytes([number]) * 16 for number in range(1, 5)]
COURT = CourtScribe()
KEYS = Keys(COURT.public_key)


@st.composite
def updates(draw: st.DrawFn) -> list[bytes]:
    """All versions of a few entries that share surrogates, in the order of their making."""
    court = CourtScribe(signer=COURT.signer)
    bodies = []
    for _ in range(draw(st.integers(1, 4))):
        instrument = draw(st.sampled_from([Instrument.LIST_ENTRY, Instrument.EXIT_BAN]))
        body = court.include(
            *draw(st.lists(st.sampled_from(SURROGATES), max_size=2, unique=True)), instrument=instrument
        )
        bodies.append(body)
        for change in draw(st.lists(st.sampled_from([one for one in Change if one is not Change.INCLUDE]), max_size=4)):
            fields: dict[str, Any] = {}
            if change is Change.CORRECT:
                fields = {"identities": [identity(draw(st.sampled_from(SURROGATES)))]}
            try:
                bodies.append(court.change(decode_prefix(body)["entry_id"], change, **fields))
            except TransitionRefused:
                continue
    return bodies


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(updates(), st.data())
def test_any_order_duplication_portions_and_restarts_end_in_the_model(bodies: list[bytes], data: st.DataObject) -> None:
    log = data.draw(st.permutations(bodies + data.draw(st.lists(st.sampled_from(bodies), max_size=6))))
    portions = data.draw(st.lists(st.tuples(st.integers(1, 5), st.booleans()), max_size=6))
    broker = MemoryBroker(partitions=2)
    publisher = broker.publisher()
    for body in log:
        publisher.send(COURT.message(body))
    with tempfile.TemporaryDirectory() as directory:
        node = CopyingNode(Path(directory), broker.subscriber, KEYS)
        for size, restart in portions:
            node.batch = size
            node.drain_lists(batches=1)
            if restart:
                node.restart()
        node.batch = 50_000
        node.drain_lists()
        models = recount(message for topic in names.state_topics("js") for message in broker.records(topic))
        assert_equal(node, models)
        highest = {decode_prefix(body)["entry_id"]: body for body in bodies}
        assert {entry: found for model in models.values() for entry, found in model.newest.items()} == highest
        node.close()


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(updates(), st.data())
def test_the_view_is_the_newest_of_list_and_overlay_at_every_moment(bodies: list[bytes], data: st.DataObject) -> None:
    deliveries = data.draw(st.lists(st.tuples(st.sampled_from(bodies), st.booleans()), max_size=12))
    broker = MemoryBroker(partitions=2)
    publisher = broker.publisher()
    delivered = Model()
    with tempfile.TemporaryDirectory() as directory:
        node = CopyingNode(Path(directory), broker.subscriber, KEYS)
        for body, fast in deliveries:
            publisher.send(COURT.relief(body) if fast else COURT.message(body))
            node.drain()
            delivered.apply(body)
            for entry_id, newest in delivered.newest.items():
                found = node.view.entry(entry_id)
                assert found is not None
                assert found.body == newest
            for surrogate in SURROGATES:
                entries = {found.entry_id for found in node.view.find([surrogate])}
                assert entries == delivered.by_surrogate().get(surrogate, set())
        node.follower.sweep()
        waiting = {
            entry for entry, body in delivered.newest.items() if _version(node, entry) < decode_prefix(body)["version"]
        }
        with node.relief.snapshot() as overlay:
            assert {entry for entry, _ in overlay.waiting()} == waiting
        node.close()


def _version(node: CopyingNode, entry_id: bytes) -> int:
    body = node.newest_body(entry_id)
    return 0 if body is None else decode_prefix(body)["version"]


def test_the_model_itself_knows_what_has_ended() -> None:
    court = CourtScribe()
    body = court.include(SURROGATES[0])
    model = Model()
    model.apply(body)
    model.apply(court.change(decode_prefix(body)["entry_id"], Change.REVOKE))
    assert model.by_surrogate() == {}
    assert [decode_prefix(one)["status"] for one in model.newest.values()] == [Status.REVOKED]
    assert Status.REVOKED >= ENDED_FROM
