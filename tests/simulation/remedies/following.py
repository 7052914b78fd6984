"""Doing what the status says, step by step, until it says nothing more or whom to tell."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from io import StringIO
from typing import TYPE_CHECKING, Any

from rich.console import Console

from liandong.monitoring.status.next_steps import case_of
from liandong.monitoring.status.text import StatusText
from liandong.schemas.problems import Language
from liandong.tests.simulation.remedies import hands
from liandong.tests.simulation.remedies.surfaces import agree

if TYPE_CHECKING:
    from liandong.tests.simulation.world import World

MOST_STEPS = 5
_SPREADS_SECONDS = 30
"""How long an operator waits for what they did to show."""
_ABOUT = ("kind", "agency", "node", "jurisdiction", "notary", "participant", "court", "list", "entry")
Finding = Mapping[str, Any]


@dataclass
class Followed:
    """What following the status came to."""

    typed: list[str] = field(default_factory=list)
    left: list[Finding] = field(default_factory=list)
    """What it says at last."""
    about: str = ""
    """Which finding was followed."""

    @property
    def is_settled(self) -> bool:
        """Whether the finding that was followed is gone, or says whom to tell."""
        return all(each["escalate"] for each in self.left if _identity(each) == self.about)

    def __str__(self) -> str:
        return "\n".join([*(f"$ {command}" for command in self.typed), *(f"left: {dict(each)}" for each in self.left)])


def follow(world: "World", case: str, besides: Collection[str]) -> Followed:
    """Do what the status says about a finding of this case, and then about what else it says, at most five times.

    `besides`: kinds that are nobody's business now.
    """
    done = Followed()
    for step in range(MOST_STEPS + 1):
        done.left = _findings(world)
        if not step:
            first = [each for each in done.left if case_of(each) == case]
            assert first, f"the status does not say {case}: {[each['kind'] for each in done.left]}"
            done.about = _identity(first[0])
        todo = [each for each in done.left if not each["escalate"] and each["next"] not in done.typed]
        todo = [each for each in todo if each["kind"] not in besides or _identity(each) == done.about]
        todo.sort(key=lambda each: _identity(each) != done.about)
        if step == MOST_STEPS or not todo:
            break
        done.typed.append(_printed(world, todo[0]))
        hands.type_in(world, done.typed[-1])
        world.everybody_works(_SPREADS_SECONDS)
    return done


def _findings(world: "World") -> list[Finding]:
    document = world.monitor.look_up()
    assert document is not None, "the monitor is away"
    agree(world.monitor, document)
    for each in document["findings"]:
        hands.check(each["next"])
    found: list[Finding] = document["findings"]
    return found


def _identity(finding: Finding) -> str:
    return "/".join(str(finding.get(part, "")) for part in _ABOUT)


def _printed(world: "World", finding: Finding) -> str:
    """Return the command as people read it, however narrow their screen is."""
    document = world.monitor.look_up()
    assert document is not None
    printed = {_next_lines(document, lang, finding["next"]) for lang in ("en", "zh")}
    (command,) = printed
    return command


def _next_lines(document: Mapping[str, Any], lang: Language, wanted: str) -> str:
    file = StringIO()
    StatusText(document, lang).print(Console(file=file, width=60))
    lines = [line.partition(": ")[2].rstrip() for line in file.getvalue().splitlines() if line.startswith("  ")]
    assert wanted in lines, f"{wanted!r} is not printed whole: {lines}"
    return wanted
