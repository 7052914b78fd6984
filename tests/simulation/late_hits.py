"""Promise: who is stopped after the agency has handled what frees them is released in the same breath.

A second safeguard looks at all who count as stopped and releases whom the list frees, up to an hour later; in the end it hides
that the first one failed. So this is looked at while it happens.
"""

from typing import TYPE_CHECKING

from sqlalchemy import select

from liandong.consumers.acts_db.tables import commands_parked, dead_letters, open_hits
from liandong.consumers.effects.intake import group_of
from liandong.tests.simulation.founding import JURISDICTION
from liandong.topics.catalogue import names

if TYPE_CHECKING:
    from liandong.tests.simulation.agency import NodeProcess
    from liandong.tests.simulation.logbook import Written
    from liandong.tests.simulation.world import World


def no_late_hit_stays_open(world: "World", node: "NodeProcess", entry: int) -> None:
    """Hold that nobody counts as stopped whom the newest version of an entry frees, once the agency has handled it."""
    said = world.truth.newest(world.truth.entry(entry))
    relief = None if said is None else world.log.records.get((names.relief(JURISDICTION), said.body))
    if said is None or relief is None or not node.runs or not _has_handled(world, node, relief):
        return
    if world.register.revoked_since(said.body):
        return  # under a revoked key the list alone frees: that is what the second safeguard looks at
    with node.acts.connect() as connection:
        still = select(open_hits.c.check_id).where(open_hits.c.entry_id == said.entry_id)
        checks = set(connection.scalars(still.where(open_hits.c.entry_version < said.version)))
    freed = [
        hit
        for hit in world.kept
        if hit.check in checks and hit.entry_id == said.entry_id and world.truth.is_released(hit)
    ]
    world.count("looks for late hits")
    world.hold(not freed, f"{node.name} stopped somebody after it had handled what frees them, and they stay stopped")


def _has_handled(world: "World", node: "NodeProcess", relief: "Written") -> bool:
    """Whether the agency's group is past a record of the relief lane, and did not put it aside."""
    if world.broker.committed(group_of(node.agency), relief.at) <= relief.offset:
        return False
    with node.acts.connect() as connection:
        return not any(
            row == (relief.at.topic, relief.at.partition, relief.offset)
            for aside in (commands_parked, dead_letters)
            for row in connection.execute(select(aside.c.topic, aside.c.log_partition, aside.c.log_offset))
        )
