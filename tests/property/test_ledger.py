"""The ledger is a function of evidence: order, repetition and later receipts cannot make it say less."""

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from liandong.monitoring.ledger.rules import (
    AgencyEvidence,
    AgencyStanding,
    CanaryAnswer,
    LedgerUpdate,
    Level,
    LogPosition,
    NodeEvidence,
    ReceiptStep,
    State,
    standing,
)
from liandong.topics.transport.ports import TopicPartition

STATE = TopicPartition("court.debtor-list.js.v1", 1)
RELIEF = TopicPartition("court.relief.js.v1", 2)
ELSEWHERE = TopicPartition("court.debtor-list.js.v1", 0)
ACCEPTED = 1_000
LATE_AFTER = 5_000
UPDATE = LedgerUpdate(
    b"u" * 16, b"e" * 16, 3, frees=False, jurisdiction="js", accepted_at=ACCEPTED, positions=(LogPosition(STATE, 10),)
)
RELEASE = replace(UPDATE, frees=True, positions=(LogPosition(STATE, 10), LogPosition(RELIEF, 4)))

step_strategy = st.builds(
    ReceiptStep,
    lane=st.sampled_from([STATE, RELIEF, ELSEWHERE]),
    at=st.integers(1_001, 1_020),
    received=st.integers(0, 14),
    applied=st.integers(0, 14),
    contradicted=st.booleans(),
).filter(lambda step: step.received >= step.applied)
canary_strategy = st.builds(CanaryAnswer, at=st.integers(1_001, 1_030), right=st.booleans())
nodes = st.builds(
    NodeEvidence, steps=st.lists(step_strategy, max_size=8), canaries=st.lists(canary_strategy, max_size=4)
)
agencies = st.builds(
    AgencyEvidence,
    nodes=st.dictionaries(st.sampled_from(["n1", "n2", "n3"]), nodes, max_size=3),
)
updates = st.sampled_from([UPDATE, RELEASE, replace(UPDATE, positions=())])
times = st.integers(1_001, 20_000)


def _alone(update: LedgerUpdate, node: NodeEvidence) -> AgencyStanding:
    """An agency with this one node, before anything can be late."""
    return standing(update, AgencyEvidence({"n1": node}), ACCEPTED, LATE_AFTER)


@given(updates, nodes, st.randoms(use_true_random=False))
def test_neither_the_order_of_receipts_nor_a_second_copy_of_them_matters(
    update: LedgerUpdate, node: NodeEvidence, random: Random
) -> None:
    steps, canaries = [*node.steps, *node.steps], [*node.canaries, *node.canaries]
    random.shuffle(steps)
    random.shuffle(canaries)
    assert _alone(update, NodeEvidence(steps, canaries)) == _alone(update, node)


@given(updates, nodes, step_strategy, canary_strategy)
def test_more_evidence_never_takes_a_node_back(
    update: LedgerUpdate, node: NodeEvidence, step: ReceiptStep, canary: CanaryAnswer
) -> None:
    more = NodeEvidence([*node.steps, step], [*node.canaries, canary])
    assert _alone(update, more).level >= _alone(update, node).level


@given(updates, agencies, times)
def test_an_agency_stands_where_its_slowest_node_stands(update: LedgerUpdate, agency: AgencyEvidence, now: int) -> None:
    lowest = min((_alone(update, node).level for node in agency.nodes.values()), default=Level.PENDING)
    found = standing(update, agency, now, LATE_AFTER)
    assert found.level == lowest
    assert lowest >= Level.APPLIED or found.state in {State.PENDING, State.RECEIVED, State.LATE, State.REFUSED}


@given(updates, agencies, nodes, times)
def test_one_more_node_never_lifts_an_agency(
    update: LedgerUpdate, agency: AgencyEvidence, node: NodeEvidence, now: int
) -> None:
    more = replace(agency, nodes={**agency.nodes, "n4": node})
    if agency.nodes:
        assert standing(update, more, now, LATE_AFTER).level <= standing(update, agency, now, LATE_AFTER).level


@given(updates, agencies, times)
def test_late_is_said_exactly_when_the_time_is_over_and_nothing_is_applied(
    update: LedgerUpdate, agency: AgencyEvidence, now: int
) -> None:
    found = standing(update, agency, now, LATE_AFTER)
    if found.state is State.LATE:
        assert found.since == ACCEPTED + LATE_AFTER < now
        assert found.level < Level.APPLIED
    elif found.state in {State.PENDING, State.RECEIVED}:
        assert now <= ACCEPTED + LATE_AFTER or not update.positions


@given(agencies)
def test_nothing_is_known_of_an_update_that_was_not_sent(agency: AgencyEvidence) -> None:
    unsent = replace(UPDATE, positions=())
    assert standing(unsent, agency, ACCEPTED, LATE_AFTER).state is State.PENDING
    assert standing(unsent, agency, ACCEPTED + 9 * LATE_AFTER, LATE_AFTER).state is State.PENDING


def _applied(offset: int, at: int = 1_010, lane: TopicPartition = STATE, contradicted: bool = False) -> ReceiptStep:
    return ReceiptStep(lane, at, offset, offset, contradicted)


def _state(update: LedgerUpdate, evidence: AgencyEvidence, now: int = 2_000) -> tuple[State, int]:
    found = standing(update, evidence, now, LATE_AFTER)
    return found.state, found.since


def test_the_next_offset_is_not_applied_yet() -> None:
    assert _state(UPDATE, AgencyEvidence({"n1": NodeEvidence([_applied(10)])})) == (State.PENDING, ACCEPTED)
    assert _state(UPDATE, AgencyEvidence({"n1": NodeEvidence([_applied(11)])})) == (State.APPLIED, 1_010)


def test_a_release_counts_from_whichever_lane_brought_it_first() -> None:
    relief = NodeEvidence([_applied(11, at=1_030), _applied(5, at=1_005, lane=RELIEF)])
    assert _state(RELEASE, AgencyEvidence({"n1": relief})) == (State.APPLIED, 1_005)


def test_a_copy_that_contradicts_the_head_has_not_applied_what_it_claims() -> None:
    node = NodeEvidence([_applied(11, contradicted=True)])
    assert _state(UPDATE, AgencyEvidence({"n1": node})) == (State.REFUSED, 1_010)
    mended = NodeEvidence([*node.steps, _applied(12, at=1_020)])
    assert _state(UPDATE, AgencyEvidence({"n1": mended})) == (State.APPLIED, 1_020)


def test_a_canary_proves_only_what_was_applied_before_it_was_asked() -> None:
    early, late = CanaryAnswer(1_009, right=True), CanaryAnswer(1_015, right=True)
    assert _state(UPDATE, AgencyEvidence({"n1": NodeEvidence([_applied(11)], [early])}))[0] is State.APPLIED
    proven = AgencyEvidence({"n1": NodeEvidence([_applied(11)], [early, late])})
    assert _state(UPDATE, proven) == (State.GATE_PROVEN, 1_015)


def test_nothing_an_agency_shows_everybody_goes_beyond_its_gate() -> None:
    assert max(Level) is Level.GATE_PROVEN


def test_an_agency_that_never_spoke_is_named_when_its_time_is_over() -> None:
    silent = AgencyEvidence({})
    assert _state(UPDATE, silent, ACCEPTED + LATE_AFTER) == (State.PENDING, ACCEPTED)
    assert _state(UPDATE, silent, ACCEPTED + LATE_AFTER + 1) == (State.LATE, ACCEPTED + LATE_AFTER)
    sent_late = replace(UPDATE, positions=(LogPosition(STATE, 10, ACCEPTED + 700),))
    assert _state(sent_late, silent, ACCEPTED + LATE_AFTER + 700)[0] is State.PENDING
    assert _state(sent_late, silent, ACCEPTED + LATE_AFTER + 701) == (State.LATE, ACCEPTED + LATE_AFTER + 700)
