"""What counters ask over the check API, with whatever token, and bodies of whatever size: part of the world like the gate itself."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from liandong.consumers.interceptions.rendering import shown_answer
from liandong.schemas.problems import Language
from liandong.tests.simulation.counter import ANOTHERS, GOOD, NONE, SPOILT, WHOLE
from liandong.tests.simulation.counting import count_check, count_records
from liandong.tests.simulation.people import townspeople

if TYPE_CHECKING:
    from liandong.tests.simulation.agency import NodeProcess
    from liandong.tests.simulation.calling import Reply
    from liandong.tests.simulation.world import World


@dataclass(frozen=True)
class Calls:
    """A counter asks about one of the townspeople or several by a request to the check API."""

    node: str
    people: tuple[int, ...]
    token: str = GOOD
    body: str = WHOLE
    language: Language = "en"

    def __str__(self) -> str:
        whom = ", ".join(map(str, self.people))
        how = "" if self.body == WHOLE else f" in a body that is {self.body}"
        return f"{self.node} is asked over the check API about person {whom} with {self.token}{how}"

    def do(self, world: "World") -> None:
        node = world.nodes[self.node]
        if not node.runs:
            world.count("checks while the node is away")
            return
        token = self._token(world, node)
        expected, away = node.counter.expected(self.token, self.body, len(self.people)), node.database.away
        reply = node.call([townspeople().everybody[each] for each in self.people], token, self.body, self.language)
        if reply is None:
            return
        world.count(f"calls of the check API: {reply.status}")
        world.count(f"calls of the check API with {self.token}")
        if expected == 200 and reply.status == 503 and away:
            expected = 503  # what has to be kept cannot be
        world.hold(reply.status == expected, f"the check API answers {reply.status} where {expected} is right")
        if expected == 200:
            self._judge(world, node, msgspec.json.decode(reply.body))
        else:
            self._hold_silent(world, reply)
        count_records(world, node)

    def _token(self, world: "World", node: "NodeProcess") -> str:
        if self.token == NONE:
            return ""
        if self.token == ANOTHERS:
            other = next(each for each in world.nodes.values() if each.agency != node.agency)
            return other.counter.token()
        return node.counter.token(self.token)

    def _judge(self, world: "World", node: "NodeProcess", answered: dict[str, Any]) -> None:
        """Hold each answer to the truth, and to what the gate itself says at this moment."""
        results = [answered]
        if self.body == SPOILT:
            *others, spoilt = answered["results"]
            refused = spoilt.get("problem", {}).get("code") == "JSON_INVALID"
            world.hold(refused, "the check API reads a check that is no text")
            results = [each.get("result", {"check_id": ""}) for each in others]
        elif len(self.people) > 1:
            results = [each["result"] for each in answered["results"]]
        world.hold(len(results) == len(self.people), "the check API answers about more or fewer people than were asked")
        for number, shown in zip(self.people, results, strict=True):
            person = townspeople().everybody[number]
            answer = node.ask(person, keeps=False)
            if answer is None:
                return
            count_check(world, node, answer.decision)
            world.count("checks over the check API")
            wanted = msgspec.json.decode(msgspec.json.encode(shown_answer(answer, self.language)))
            if "reason" in shown:
                self._judge_unkept(world, shown, wanted)
                continue
            same = {**wanted, "check_id": shown["check_id"]} == shown
            world.hold(same, "the check API answers something else than the gate")
            if answer.leaves_something:
                node.note_kept(person, answer.decision, shown["check_id"])
            world.judge(node, person, answer.decision)

    @staticmethod
    def _judge_unkept(world: "World", shown: dict[str, Any], wanted: dict[str, Any]) -> None:
        """A hit that could not be kept refuses nobody and lets nobody pass who would be stopped."""
        held = {"REFUSE": "HOLD"}.get(wanted["action"], wanted["action"])
        said = shown["action"], shown["decision"] == "BLOCK", shown["measures"], shown["reason"]["code"]
        world.hold(said == (held, False, wanted["measures"], "ACTS_STORE_AWAY"), "a hit nobody could keep is not held")
        world.count("hits held that nobody could keep")

    def _hold_silent(self, world: "World", reply: "Reply") -> None:
        """Hold that nothing was said of anybody."""
        said = reply.body.decode()
        about = [townspeople().everybody[each] for each in self.people]
        told = "decision" in said or any(each.name in said or each.number in said for each in about)
        world.hold(not told, f"an answer with status {reply.status} tells of somebody")
        waits = reply.status not in {429, 503} or int(reply.headers.get("retry-after", 0)) >= 1
        world.hold(waits, "a limited caller is not told when to come again")
