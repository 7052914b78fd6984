"""The notary's tally, its sequences and its cuts against the simplest programs that do the same."""

from collections.abc import Sequence
from hashlib import sha256
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from liandong.monitoring.log.sequences import SequenceSet
from liandong.monitoring.notary.cut import Alignment
from liandong.monitoring.notary.tally import OPAQUE_CLASS, SignedBy, Tally, TallyEntry, TallyResult
from liandong.schemas.law.listing import ENDED_FROM
from liandong.schemas.wire.digest import SetDigest
from liandong.topics.transport.ports import TopicPartition

LANE = TopicPartition("court.debtor-list.js.v1", 0)
OTHER = TopicPartition("court.orders.js.v1", 0)

sequence_numbers = st.lists(st.integers(1, 40), max_size=60)


@given(sequence_numbers)
def test_intervals_say_what_a_set_says(seen: list[int]) -> None:
    intervals, plain = SequenceSet(), set[int]()
    for number in seen:
        assert intervals.add(number) == (number not in plain)
        plain.add(number)
    highest = max(plain, default=0)
    missing = [number for number in range(1, highest + 1) if number not in plain]
    assert intervals.highest == highest
    assert intervals.contiguous == (missing[0] - 1 if missing else highest)
    assert intervals.missing_count() == len(missing)
    assert [number for low, high in intervals.missing() for number in range(low, high + 1)] == missing


@given(sequence_numbers)
def test_intervals_survive_being_stored(seen: list[int]) -> None:
    intervals = SequenceSet()
    for number in seen:
        intervals.add(number)
    assert SequenceSet(intervals.intervals()).intervals() == intervals.intervals()
    assert all(
        high + 1 < low for (_, high), (low, _) in zip(intervals.intervals(), intervals.intervals()[1:], strict=False)
    )


entries = st.integers(0, 5).map(lambda number: bytes([number]) * 16)
seen_records = st.builds(
    TallyEntry,
    version=st.integers(1, 6),
    status=st.integers(1, 6),
    body_hash=st.integers(0, 3).map(lambda number: sha256(bytes([number])).digest()),
    record_class=st.sampled_from([0, 0, 0, 1, OPAQUE_CLASS]),
    court=st.integers(0, 1),
    verified=st.booleans(),
)
arrivals = st.lists(st.tuples(st.sampled_from([LANE, OTHER]), entries, seen_records | st.none()), max_size=60)


def _takes(before: TallyEntry | None, seen: TallyEntry) -> bool:
    """Whether a copy takes a record over what it holds."""
    if before is None:
        return seen.verified or not seen.opaque
    if not seen.verified or not before.verified:
        return seen.verified
    canary = before.record_class == 1, seen.record_class == 1
    return seen.version > before.version and seen.court == before.court and len({*canary}) == 1


def _leaf(entry: bytes, record: TallyEntry) -> bytes:
    """As `schemas.wire.digest.leaf` makes it of a body; here the hash of the body is known, not the body."""
    version, status = (-1, -1) if record.opaque else (record.version, record.status)
    return entry + version.to_bytes(8, "big", signed=True) + status.to_bytes(4, "big", signed=True) + record.body_hash


@given(arrivals, st.integers(0, 60))
def test_the_tally_equals_a_recount_with_a_plain_dict(
    log: list[tuple[TopicPartition, bytes, TallyEntry | None]], cut: int
) -> None:
    """`cut` is where the tally is stored and read again, so that both ways of finding an entry are used."""
    stored: dict[bytes, bytes] = {}
    tally = Tally([LANE, OTHER], stored.get)
    tally.court_number("one")
    tally.court_number("another")
    plain: dict[tuple[TopicPartition, bytes], TallyEntry] = {}
    for index, (lane, entry, seen) in enumerate(log):
        if index == cut:
            stored |= tally.changed
            tally.changed.clear()
        before = plain.get((lane, entry))
        if seen is None:
            assert tally.keep(lane, entry) is (TallyResult.KEPT if before else TallyResult.DUPLICATE)
        else:
            taken = _takes(before, seen)
            result = tally.apply(lane, entry, seen, SignedBy(b"", ("one", "another")[seen.court]))
            assert (result in {TallyResult.APPLIED, TallyResult.HEALED}) == taken
            if taken:
                plain[lane, entry] = seen
    for lane in (LANE, OTHER):
        held = {entry: record for (where, entry), record in plain.items() if where == lane}
        digest = SetDigest()
        digest.update([_leaf(entry, record) for entry, record in held.items()])
        proven = [record for record in held.values() if record.verified]
        live = [record for record in proven if record.status < ENDED_FROM and record.record_class == 0]
        assert tally.lanes[lane].settle().value() == digest.value()
        assert tally.lanes[lane].records == len(held)
        assert sum(tally.lanes[lane].live.values()) == len(live)


@given(seen_records)
def test_a_packed_entry_comes_back_as_it_was(held: TallyEntry) -> None:
    assert TallyEntry.unpack(held.pack()) == held
    assert len(held.pack()) == 48


Log = list[int | str]
logs = st.lists(st.lists(st.sampled_from(["r", "m"]), max_size=8), min_size=2, max_size=3)


def _with_markers(shapes: Sequence[Sequence[str]], missing: set[tuple[int, int]]) -> list[Log]:
    """Lanes whose markers are numbered 1, 2, … as a notary writes them, some of them lost."""
    found: list[Log] = []
    for lane, shape in enumerate(shapes):
        log: Log = []
        number = 0
        for one in shape:
            number += one == "m"
            if one == "m" and (lane, number) not in missing:
                log.append(number)
            elif one == "r":
                log.append("record")
        found.append(log)
    return found


@given(logs, st.sets(st.tuples(st.integers(0, 2), st.integers(1, 8)), max_size=4), st.randoms(use_true_random=False))
def test_a_cut_stands_exactly_at_its_marker_in_every_lane_however_they_are_interleaved(
    shapes: list[list[str]], missing: set[tuple[int, int]], random: Random
) -> None:
    lanes = _with_markers(shapes, missing)
    read = [0] * len(lanes)
    alignment: Alignment[int, tuple[int, int | str]] = Alignment(range(len(lanes)), limit=1_000)
    applied: dict[int, Log] = {lane: [] for lane in range(len(lanes))}
    cuts: list[int] = []

    def cut(number: int) -> None:
        cuts.append(number)
        for lane, log in enumerate(lanes):
            assert applied[lane] == log[: log.index(number) + 1]

    while any(position < len(log) for position, log in zip(read, lanes, strict=True)):
        lane = random.choice([each for each, log in enumerate(lanes) if read[each] < len(log)])
        item = lanes[lane][read[lane]]
        read[lane] += 1
        alignment.put(lane, (lane, item), item if isinstance(item, int) else None)
        alignment.take(lambda one: applied[one[0]].append(one[1]), cut)
    everywhere = set.intersection(*({one for one in log if isinstance(one, int)} for log in lanes))
    assert cuts == sorted(everywhere)


def test_a_lane_that_falls_far_behind_costs_a_cut_and_not_the_memory() -> None:
    alignment: Alignment[str, int] = Alignment(["quick", "slow"], limit=10)
    applied: list[int] = []
    cuts: list[int] = []
    alignment.put("quick", 0, marker=1)
    for item in range(1, 30):
        alignment.put("quick", item)
        alignment.take(applied.append, cuts.append)
    assert cuts == []
    assert applied == list(range(30))
    for lane in ("slow", "quick"):
        alignment.put(lane, 100, marker=2)
    alignment.take(applied.append, cuts.append)
    assert cuts == [2]
