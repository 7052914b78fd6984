"""A counter that sends a request again with the same Idempotency-Key, until it is answered and once more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from liandong.schemas.ids import parse
from liandong.tests.simulation.counter import GOOD, WHOLE
from liandong.tests.simulation.counting import count_records
from liandong.tests.simulation.people import townspeople
from liandong.tests.simulation.truth import KeptHit

if TYPE_CHECKING:
    from liandong.tests.simulation.agency import NodeProcess
    from liandong.tests.simulation.world import World


@dataclass(frozen=True)
class CallsUntilAnswered:
    """A counter asks about somebody twice with one key; what was not answered before is asked again first."""

    node: str
    person: int

    def __str__(self) -> str:
        return (
            f"{self.node} is asked about person {self.person} with an Idempotency-Key until it answers, and once more"
        )

    def do(self, world: "World") -> None:
        node = world.nodes[self.node]
        if not node.runs:
            world.count("checks while the node is away")
            return
        again = node.counter.unanswered
        key, number = again or (node.counter.new_key(), self.person)
        node.counter.unanswered = key, number
        world.count("requests sent again that were not answered", again is not None)
        answers = [self._answer(world, node, key, number) for _ in range(2)]
        count_records(world, node)
        first, second = answers
        if first is None or second is None:
            return
        node.counter.unanswered = None
        person = townspeople().everybody[number]
        freed = _are_freed(world, first, node.surrogates(person))
        same = first == second or not first["measures"] or freed
        world.count("hits asked again after their release", bool(first["measures"]) and freed)
        world.hold(same, "the same request was decided in another way when it was sent again")
        world.count("hits sent again", bool(first["measures"]))
        gate = None if again else node.ask(person, keeps=False)
        if gate is not None and gate.hits:
            node.note_kept(person, gate.decision, second["check_id"])

    def _answer(self, world: "World", node: "NodeProcess", key: str, number: int) -> dict[str, Any] | None:
        """What is answered; None if nothing is."""
        if not node.runs:
            return None
        expected, away = node.counter.expected(GOOD, WHOLE, 1), node.database.away
        reply = node.call_keyed(townspeople().everybody[number], key)
        if reply is None:
            return None
        right = {expected, 503} if away else {expected}
        world.hold(reply.status in right, f"the check API answers {reply.status} where {expected} is right")
        world.count(f"calls of the check API with a key: {reply.status}")
        answer: dict[str, Any] = msgspec.json.decode(reply.body)
        return answer if reply.status == 200 else None


def _are_freed(world: "World", answer: Mapping[str, Any], surrogates: frozenset[bytes]) -> bool:
    """Whether courts have freed somebody of all they were stopped by: such an answer is forgotten, whatever list a gate has."""
    hits = [
        KeptHit(answer["check_id"], parse(each["entry_id"], "ent", "ord"), each["version"], surrogates)
        for each in answer["measures"]
    ]
    return all(world.truth.is_released(hit) for hit in hits)
