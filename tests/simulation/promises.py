"""What must hold after every step, whatever was done: promises 1 to 3 about an answer, 4 about a copy, 5 about receipts."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from liandong.consumers.gate.decision import Decision, ListStand
from liandong.monitoring.status.whole import is_whole
from liandong.schemas.law.decisions import Verdict
from liandong.tests.simulation.deeds.staff import STOPPING
from liandong.tests.simulation.doubts import is_doubtful
from liandong.tests.simulation.founding import JURISDICTION
from liandong.tests.simulation.logbook import BEFORE
from liandong.tests.simulation.truth import SaidVersion
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import TopicPartition

if TYPE_CHECKING:
    from liandong.tests.simulation.agency import NodeProcess
    from liandong.tests.simulation.world import World

STALE_AFTER_MS = 60_000
"""What the settings say by themselves."""
_UNPROVEN = "a copy that no head has proven says ALLOW or BLOCK"
STOPS = {Verdict.BLOCK, Verdict.REVIEW}


class PromiseBroken(AssertionError):
    """Something happened that the bus promises will not."""


def judge(world: "World", node: "NodeProcess", surrogates: frozenset[bytes], decision: Decision) -> None:
    """Hold an answer of a gate to the truth. Raises PromiseBroken."""
    age = abs(decision.at - decision.stand.fresh_as_of)  # a clock that was set back tells nothing either
    world.hold(decision.stand.stale or age <= STALE_AFTER_MS, "a copy that is too old calls itself fresh")
    says_for_certain = decision.verdict in {Verdict.BLOCK, Verdict.ALLOW} and node.kind in STOPPING
    world.hold(not (says_for_certain and decision.stand.stale), "a copy that is too old says ALLOW or BLOCK")
    world.hold(not says_for_certain or node.view.position(JURISDICTION).proven, _UNPROVEN)
    if decision.verdict in STOPS:
        _nobody_is_stopped_without_a_basis(world, node, surrogates, decision)
    elif decision.verdict is Verdict.ALLOW:
        _nobody_passes_a_proven_gate_with_one(world, node, surrogates, decision)


def _nobody_is_stopped_without_a_basis(
    world: "World", node: "NodeProcess", surrogates: frozenset[bytes], decision: Decision
) -> None:
    """Promises 1 and 3: each ruling that stops somebody rests on what their court says, as far as this node has heard it."""
    for ruling in decision.outcome.rulings:
        if ruling.verdict not in STOPS:
            continue
        entry_id = ruling.entry.entry_id
        history, body = world.truth.versions.get(entry_id, []), decision.found[entry_id].body
        used = next((said for said in history if said.body == body), None)
        if used is None and ruling.verdict is Verdict.REVIEW and not node.reads_register:
            world.count("asks a person while nobody can know who signed")
            continue
        world.hold(used is not None, f"{ruling.verdict} rests on a record no court made")
        assert used is not None
        is_over = used.until and used.until <= _barrier_time(world, decision.stand)
        stops = used.restricts(surrogates, decision.at) and not is_over
        world.hold(stops, f"{ruling.verdict} rests on a version that stops nobody")
        robbed = ruling.verdict is Verdict.BLOCK and _has_read_that_it_is_doubtful(world, node, used)
        world.hold(not robbed, "BLOCK rests on what a stolen key signed and no head from before proves")
        later = history[used.version :]
        if any(each.restricts(surrogates, decision.at) for each in later):
            continue
        later_heard = [each for each in later if heard(world, node, each) and not is_doubtful(world, each)]
        world.hold(not later_heard, f"{ruling.verdict} although the node has read that the basis is gone")
        if later:
            world.count("stops before the relief arrived")


def _has_read_that_it_is_doubtful(world: "World", node: "NodeProcess", used: SaidVersion) -> bool:
    """Whether a version is under a revoked key that a barrier covers which the node has passed, and no head from before proves it."""
    if not is_doubtful(world, used):
        return False
    at = world.log.records[state_topic(used), used.body].at
    return used.body[:8] in world.recounted(at, node.read_through(at)).revoked


def _barrier_time(world: "World", stand: ListStand) -> int:
    """What time it was by the notary of the barrier an answer rests on: a term that was over by then is over."""
    for one in reversed(world.log.by_schema.get("barrier", ())):
        if (one.fields["notary"], one.fields["number"]) == (stand.notary, stand.barrier) and not world.is_forged(one):
            return int(one.fields["issued_at"])
    return 0


def _nobody_passes_a_proven_gate_with_one(
    world: "World", node: "NodeProcess", surrogates: frozenset[bytes], decision: Decision
) -> None:
    """Promise 2: a fresh copy proven at a barrier knows everything that stands before it."""
    position = node.view.position(JURISDICTION)
    if node.kind not in STOPPING:
        return
    if decision.stand.stale or not position.proven or position.barrier != decision.stand.barrier:
        return
    for said in world.truth.basis(surrogates, decision.at):
        if 0 < said.until <= _barrier_time(world, decision.stand):
            continue  # over, whatever a slow clock says
        written = world.log.records.get((state_topic(said), said.body))
        if written is None:
            continue
        marker = world.log.barriers.get((position.notary, position.barrier, written.at), -1)
        world.hold(written.offset >= marker, "ALLOW from a fresh and proven copy for somebody with a live basis")


def heard(world: "World", node: "NodeProcess", said: SaidVersion) -> bool:
    """Whether a node has read a version, from the relief lane or the list: under a revoked key the list alone frees."""
    fast = () if world.register.revoked_since(said.body) else (names.relief(JURISDICTION),)
    topics = (state_topic(said), *fast)
    written = [world.log.records.get((topic, said.body)) for topic in topics]
    return any(each is not None and BEFORE < each.offset < node.read_through(each.at) for each in written)


def _holds(node: "NodeProcess", said: SaidVersion) -> bool:
    """Whether a node's gate knows a version or a later one, wherever it was read: the topic may be gone."""
    entry = node.view.entry(said.entry_id)
    return entry is not None and entry.prefix["version"] >= said.version


def state_topic(said: SaidVersion) -> str:
    """The list a version stands in."""
    return names.state_topic(said.instrument, JURISDICTION)


def audit_copy(world: "World", node: "NodeProcess") -> None:
    """Promise 4: the copy equals the recount of the log as far as it was read, index and digest included."""
    for topic in names.state_topics(JURISDICTION):
        if topic in world.made_again and node.view.position(JURISDICTION).finding:
            continue  # it serves the last proven copy, of the topic that was there before
        for number in world.partitions(topic):
            at = TopicPartition(topic, number)
            copied, counted = node.copied(at), world.recounted(at, node.read_through(at))
            world.hold(copied.standing == counted.standing, f"the copy of {at} is not what the log says")
            world.hold(copied.index == counted.index(), f"the index of {at} is not what the log says")
            world.hold(copied.digest == counted.digest(), f"the digest of {at} is not what the log says")


def audit_copies(world: "World") -> None:
    """Look at the copy of every node that runs."""
    for node in world.nodes.values():
        if node.runs:
            audit_copy(world, node)


def audit_receipts(world: "World", node: "NodeProcess") -> None:
    """Promise 5: a node whose copy is proven holds at least what its newest receipt says; after a loss of power it serves as
    stale until it does.
    """
    receipt = world.newest_receipt(node.agency, node.node)
    position = node.view.position(JURISDICTION)
    if receipt is None or not (position.proven and position.fresh_as_of):
        return
    for lane in world.log.lanes_of(receipt):
        at = TopicPartition(lane["topic"], lane["partition"])
        if at.topic in world.made_again:
            continue  # the receipt may be about the topic that was there before
        held = node.read_through(at)
        world.hold(
            held >= lane["applied_offset"], f"a receipt says {lane['applied_offset']} of {at}, the node has {held}"
        )


def judge_status(world: "World", document: Mapping[str, Any]) -> None:
    """Promise 9: the status claims no more of an agency than each of its serving nodes has read."""
    claimed = _claimed(world)
    for agency in document["agencies"]:
        serving = {told["node"] for told in agency["nodes"] if told["serving"]}
        for told in agency["nodes"]:
            for lane, offset in told["position"].items():
                said = claimed.get((agency["agency"], told["node"], lane), 0)
                world.hold(offset <= said, f"the status says {offset} of {lane}, {told['node']} has said {said}")
        for node in world.nodes.values():
            if node.agency != agency["agency"] or not node.runs:
                continue
            position = node.view.position(JURISDICTION)
            if not (position.proven and position.fresh_as_of):
                continue
            if node.node not in serving:
                continue  # nobody has heard of it, or not for a day
            read = sum(
                heard(world, node, said) or _holds(node, said)
                for history in world.truth.versions.values()
                for said in history
            )
            world.hold(
                agency["applied"] <= read, f"the status says {agency['applied']} applied, {node.name} has {read}"
            )
    world.hold(not document["healthy"] or not any(_amiss(document)), "a green status tells of something amiss")
    counted = all(agency["accepted"] == agency["applied"] for agency in document["agencies"]) and not document["unsent"]
    world.hold(counted or not is_whole(document), "the status says that all is applied and counts otherwise")
    world.count("looks at a green status" if document["healthy"] else "looks at a status with findings")


def _claimed(world: "World") -> Mapping[tuple[str, str, str], int]:
    """By agency, node and lane: the most that receipts of the node itself have said it has applied."""
    claimed: dict[tuple[str, str, str], int] = {}
    for one in world.genuine("receipt"):
        for lane in world.log.lanes_of(one):
            place = one.fields["agency"], one.fields["node"], f"{lane['topic']}/{lane['partition']}"
            claimed[place] = max(claimed.get(place, 0), lane["applied_offset"])
    return claimed


def _amiss(document: Mapping[str, Any]) -> Iterator[object]:
    """What a status itself says is not as it should be, wherever it says so."""
    for agency in document["agencies"]:
        yield agency["late_updates"]
        yield agency["silent_in"]
        for node in agency["nodes"]:
            yield node["receipts_missing"]
            yield node["serving"] and (node["stale"] or node["proof"]["state"] == "unequal")
    for jurisdiction in document["jurisdictions"]:
        yield from (not notary["valid"] for notary in jurisdiction["notaries"])
