"""Counting updates in the database says what the ledger says of each of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from liandong.monitoring.ledger.evidence_views import NodeOffsets
from liandong.monitoring.ledger.rules import AgencyEvidence, Level, NodeEvidence, ReceiptStep, State, standing
from liandong.monitoring.status.register_counts import Deliveries
from liandong.producers.register.register import Register
from liandong.schemas.law.listing import Change
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.register_updates import updates_of_batch
from liandong.topics.catalogue import names
from liandong.topics.storage.database import open_database
from liandong.topics.transport.ports import Delivered, OutgoingRecord, TopicPartition
from liandong.topics.workers.clock import SystemClock

LISTS = [TopicPartition(topic, number) for topic in names.state_topics("js") for number in range(2)]
RELIEF = TopicPartition(names.relief("js"), 0)
BATCH = "bat_" + "0" * 32
NOW = 10_000
LATE_AFTER = 5_000


@dataclass(frozen=True)
class Planned:
    """An update to be put into the register; offsets count once it is sent."""

    lane: TopicPartition
    offset: int
    relief_offset: int | None
    accepted_at: int
    sent_at: int = 0
    batch: str = BATCH


planned = st.builds(
    Planned,
    lane=st.sampled_from(LISTS),
    offset=st.integers(0, 9),
    relief_offset=st.none() | st.integers(0, 9),
    accepted_at=st.integers(1_000, 9_000),
    sent_at=st.integers(1_000, 9_900),
)
holdings = st.dictionaries(
    st.sampled_from(["n1", "n2"]), st.dictionaries(st.sampled_from([*LISTS, RELIEF]), st.integers(0, 10)), max_size=2
)


@contextmanager
def register_of(updates: Sequence[Planned], sent: int, sent_relief: int) -> Iterator[Deliveries]:
    """A register in memory that has accepted these updates and whose relay has sent so many rows of each lane."""
    register = Register(open_database("sqlite://"), SystemClock())
    state_at = [Delivered(one.lane.topic, one.lane.partition, one.offset, one.sent_at) for one in updates]
    relief_at = [
        Delivered(RELIEF.topic, RELIEF.partition, one.relief_offset, one.sent_at + 100)
        for one in updates
        if one.relief_offset is not None
    ]
    with register.engine.begin() as connection:
        frees = iter(_append(register, connection, "relief", relief_at))
        rows = _append(register, connection, "state", state_at)
        pairs = [next(frees) if one.relief_offset is not None else None for one in updates]
        accepted = zip(updates, rows, pairs, strict=True)
        register.add_updates(connection, [_update(index, *each) for index, each in enumerate(accepted)])
    epoch = register.outbox.acquire("test", 60)
    assert epoch is not None
    register.outbox.mark_sent("state", epoch, list(enumerate(state_at, start=1))[:sent])
    register.outbox.mark_sent("relief", epoch, list(enumerate(relief_at, start=1))[:sent_relief])
    yield Deliveries("js", register)
    register.close()


def _append(register: Register, connection: Connection, lane: str, places: Sequence[Delivered]) -> list[int]:
    return list(register.outbox.append(connection, lane, [OutgoingRecord(at.topic, b"k", b"v") for at in places]))


def _update(index: int, one: Planned, row: int, relief: int | None) -> tuple[object, ...]:
    change = Change.REVOKE if relief is not None else Change.INCLUDE
    who = (CHANCE.ordered_id(), index.to_bytes(16, "big"), 1, "court-su0505", one.lane.topic, index + 1)
    return (*who, one.batch, int(change), row, relief, one.accepted_at, bytes(32))


def evidence(nodes: NodeOffsets) -> AgencyEvidence:
    """What receipts with these offsets would show."""
    return AgencyEvidence(
        {
            name: NodeEvidence([ReceiptStep(lane, NOW, at, at) for lane, at in offsets.items()])
            for name, offsets in nodes.items()
        }
    )


@settings(max_examples=30)
@given(st.lists(planned, max_size=12), st.integers(0, 12), st.integers(0, 12), holdings)
def test_the_count_of_applied_updates_is_the_number_the_ledger_calls_applied(
    updates: list[Planned], sent: int, sent_relief: int, nodes: NodeOffsets
) -> None:
    with register_of(updates, sent, sent_relief) as deliveries:
        counts = deliveries.of_batch(BATCH, {"railway-js": nodes, "silent-js": {}})
        known = [deliveries.for_ledger(one) for one in updates_of_batch(deliveries.register, BATCH)]
        standings = [standing(update, evidence(nodes), NOW, LATE_AFTER) for update in known]
        assert counts.accepted == len(updates)
        assert counts.sent == min(sent, len(updates))
        assert counts.applied == {
            "railway-js": sum(one.level >= Level.APPLIED for one in standings),
            "silent-js": 0,
        }


@settings(max_examples=30)
@given(st.lists(planned, max_size=12), st.integers(0, 12), holdings)
def test_late_updates_are_those_the_ledger_calls_late_and_settled_ones_are_all_applied(
    updates: list[Planned], sent: int, nodes: NodeOffsets
) -> None:
    with register_of(updates, sent, 12) as deliveries:
        found = deliveries.outstanding(nodes, NOW - LATE_AFTER, 0)
        known = updates_of_batch(deliveries.register, BATCH)
        standings = [standing(deliveries.for_ledger(one), evidence(nodes), NOW, LATE_AFTER) for one in known]
        assert found.late == sum(one.state is State.LATE for one in standings)
        applied = [one.level >= Level.APPLIED for one in standings]
        assert (found.accepted, found.applied) == (len(applied), sum(applied))
        frees = [one.relief_row is not None for one in known]
        assert found.relief == sum(free and not done for free, done in zip(frees, applied, strict=True))
        assert all(applied[: found.settled])
        assert found.settled == len(applied) or not applied[found.settled]
        assert deliveries.outstanding(nodes, NOW - LATE_AFTER, found.settled) == found


@settings(max_examples=15)
@given(st.lists(st.sampled_from("abc"), max_size=9), st.integers(1, 8), st.integers(1, 3))
def test_the_newest_updates_come_newest_first_and_no_batch_crowds_out_the_others(
    batches: list[str], count: int, per_batch: int
) -> None:
    updates = [Planned(LISTS[0], index, None, 1_000, batch=f"bat_{name}") for index, name in enumerate(batches)]
    with register_of(updates, 0, 0) as deliveries:
        shown = [one.state_row for one in deliveries.newest_updates(count, per_batch)]
    rows = range(len(batches), 0, -1)
    expected = [row for row in rows if batches[row - 1 :].count(batches[row - 1]) <= per_batch]
    assert shown == expected[:count]
