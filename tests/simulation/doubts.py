"""What a court's revoked key signed, by the world's own count: which versions no head from before it was stolen proves.

Until their court signs again a person looks: such a version blocks nobody and frees nobody.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from liandong.schemas.law.decisions import Verdict
from liandong.schemas.wire.codec import decode_prefix
from liandong.tests.simulation.founding import JURISDICTION
from liandong.tests.simulation.logbook import BEFORE, Written
from liandong.tests.simulation.proofs import list_of
from liandong.tests.simulation.recount import Standing
from liandong.tests.simulation.truth import ACTIVE, SaidVersion
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import TopicPartition

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World


def is_doubtful(world: "World", said: SaidVersion) -> bool:
    """Whether a version is under a revoked key, and stands where no head from before proves it."""
    return _is_unproven(world, list_of(said.instrument), said.body)


def _is_unproven(world: "World", topic: str, body: bytes) -> bool:
    since, written = world.register.revoked_since(body), world.log.records.get((topic, body))
    if not since or since > _latest(world) or written is None or written.offset == BEFORE:
        return False
    return written.offset >= _proven_before(world, written, since)


def _latest(world: "World") -> int:
    """What time it is by the clock of the town that is furthest ahead: a revocation that is dated later has not begun."""
    return world.time.now() + max((0, *(machine.clock.skew_ms for machine in world.machines.values())))


def _proven_before(world: "World", written: Written, since: int) -> int:
    """Below which offset of a partition the newest head from before an instant proves what stands."""
    heads = [one.fields for one in world.genuine("list-head") if one.fields["issued_at"] < since]
    newest = max(heads, key=lambda head: int(head["issued_at"]), default=None)
    lanes = newest["lanes"] if newest else []
    return next((lane["offset"] for lane in lanes if (lane["topic"], lane["partition"]) == written.at), 0)


def expected(world: "World", surrogates: frozenset[bytes]) -> Verdict:
    """What a gate must say of somebody when everything has been read."""
    if world.truth.basis(surrogates, world.time.now()):
        sure = any(_is_sure(world, said) for said in world.truth.basis(surrogates, world.time.now()))
        return Verdict.BLOCK if sure else Verdict.REVIEW
    return Verdict.REVIEW if any(_asks(world, surrogates)) else Verdict.ALLOW


def _is_sure(world: "World", said: SaidVersion) -> bool:
    """Whether what a court said last stands, and is proven."""
    written = world.log.records.get((list_of(said.instrument), said.body))
    if written is None or written.offset == BEFORE:
        return True
    return not is_doubtful(world, said) and _standing(world, written.at)[said.entry_id].leading == said.body


def _asks(world: "World", surrogates: frozenset[bytes]) -> Iterator[bool]:
    """Whether somebody has a doubtful entry, or one that was ended by a doubtful record, lane by lane; of an entry that was
    never anything but doubtful whoever it was made for is asked about.
    """
    now = world.time.now()
    for at in world.all_partitions:
        if at.topic not in names.state_topics(JURISDICTION):
            continue
        for entry_id, stands in _standing(world, at).items():
            if not stands.sound or not _is_unproven(world, at.topic, stands.leading):
                continue
            prefix = decode_prefix(stands.leading)
            named = {each["surrogate"] for each in prefix["identities"]}
            yield prefix["status"] == ACTIVE and prefix["effective_from"] <= now and bool(named & surrogates)
            history = world.truth.versions.get(entry_id, [])
            sure = [said for said in history if not is_doubtful(world, said)] or history[:1]
            yield bool(sure) and sure[-1].restricts(surrogates, now)


def _standing(world: "World", at: TopicPartition) -> dict[bytes, Standing]:
    return world.recounted(at, len(world.log.by_place.get(at, []))).standing
