"""What a run counts of what it reached, so that a green run can show that the interesting cases were among it."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import structlog

from liandong.consumers.gate.decision import Decision
from liandong.producers.relay.checkpoints import Checkpoints
from liandong.producers.relay.relay import Relay
from liandong.tests.simulation.founding import JURISDICTION
from liandong.topics.storage.outbox import SqlOutbox
from liandong.topics.transport.ports import Publisher
from liandong.topics.workers.clock import Clock

if TYPE_CHECKING:
    from liandong.tests.simulation.agency import NodeProcess
    from liandong.tests.simulation.world import World

FRESH_CHECKS = "checks on fresh and proven gates"
REBUILT = (
    "logged: the copy of the list is made again",
    "logged: the copy is not as it was left, it is made again from the log",
)
CASES = {
    "a member put out of its group": ("group members expired",),
    "an answer of the broker that is lost": ("acknowledgements lost",),
    "keys that replace others": ("keys rotated", "keys revoked"),
    "receipts handed on again": ("receipts handed on again",),
    "a hit of a copy that was not fresh": ("stale hits",),
    "a copy made again from the log": REBUILT,
    "a lease taken from a relay that is gone": ("leases taken over",),
    "a record whose signature does not hold": ("records a list refused",),
    "a relief that overtakes its entry": ("reliefs ahead of their list",),
    "a stop before its relief arrived": ("stops before the relief arrived",),
    "a death over what a court said": ("deaths over what a court said", "power losses over what a court said"),
    "an old version written again behind its newer ones": ("rewinds",),
}
"""What every long run must have met, and the counters that tell."""


@contextmanager
def counted_logs(counters: Counter[str]) -> Iterator[None]:
    """Count what processes log, by its text, and show nothing of it, for a `with` block."""
    before, disabled = structlog.get_config(), logging.root.manager.disable

    def count(_logger: object, _method: str, event: MutableMapping[str, Any]) -> NoReturn:
        counters[f"logged: {event['event']}"] += 1
        raise structlog.DropEvent

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        processors=[count],
        cache_logger_on_first_use=False,
    )
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        structlog.configure(**before)
        logging.disable(disabled)


def count_check(world: "World", node: "NodeProcess", decision: Decision) -> None:
    """Count an answer by what stood behind it."""
    position = node.view.position(JURISDICTION)
    proven = position.proven and position.barrier == decision.stand.barrier
    world.count("checks")
    world.count(f"checks: {decision.verdict.value}")
    world.count(FRESH_CHECKS, proven and not decision.stand.stale)
    world.count("stale hits", decision.stand.stale and bool(decision.outcome.rulings))


def count_records(world: "World", node: "NodeProcess") -> None:
    """Count what a node's copy and overlay made of records since this was last done."""
    if not node.runs:
        return
    for name, total in node.records().items():
        world.count(name, max(0, total - node.counted[name]))
        node.counted[name] = total


def count_receipts(world: "World") -> None:
    """Count the receipts that stand in the log more than once: who dies in between hands them on again, and so does a replay."""
    bodies = [one.body for one in world.log.by_schema.get("receipt", ())]
    world.count("receipts handed on again", len(bodies) - len(set(bodies)))


class TownRelay(Relay):
    """The product's relay; the world hears of its lease."""

    def __init__(
        self,
        outbox: SqlOutbox,
        publisher: Publisher,
        clock: Clock,
        owner: tuple[str, Callable[..., None]],
        checkpoints: Checkpoints | None = None,
    ) -> None:
        """Take an owner's name and who hears of its lease."""
        self._owner, self._heard = owner
        super().__init__(outbox, publisher, clock, self._owner, checkpoints=checkpoints)

    def _take(self) -> bool:
        if not super()._take():
            return False
        self._heard(self._owner, taken=True)
        return True

    def _give_back(self) -> None:
        super()._give_back()
        self._heard(self._owner, taken=False)
