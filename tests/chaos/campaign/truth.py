"""What may be answered about whom and when: the model that answers are held against.

It knows what the court did and when the publisher accepted it, and nothing of how that travels.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

NOT_FOR_CERTAIN = frozenset(("REVIEW", "UNKNOWN", "HOLD"))


@dataclass(frozen=True, slots=True)
class Act:
    """A court listed somebody or freed him; begun and accepted in seconds of this machine's monotonic clock."""

    who: int
    listed: bool
    begun: float
    accepted: float
    calm: bool = True
    """Nothing was broken when it was done."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a gate said about somebody."""

    node: str
    who: int
    asked: float
    answered: float
    decision: str


@dataclass
class Verdict:
    """What came of holding the answers against the acts."""

    answers: int = 0
    wrong: list[str] = field(default_factory=list)
    """Answers that no order of events explains: an innocent blocked, somebody blocked again, a listed one let through."""
    doubtful: int = 0
    """Answers that leave it to a person although nothing was on its way about whoever was asked about."""
    wrongful: list[float] = field(default_factory=list)
    """Seconds from the acceptance of each release to the first answer of each gate that lets the person go on, while nothing
    was broken."""
    wrongful_meanwhile: list[float] = field(default_factory=list)
    """The same of releases while something was broken."""


def judged(answers: Iterable[Answer], acts: Sequence[Act]) -> Verdict:
    """Hold every answer against what the court had done by then."""
    verdict, acts_of = Verdict(), defaultdict(list)
    for act in acts:
        acts_of[act.who].append(act)
    by_gate: dict[tuple[str, int], list[Answer]] = defaultdict(list)
    for answer in answers:
        by_gate[answer.node, answer.who].append(answer)
    for (_, who), given in by_gate.items():
        _follow(sorted(given, key=lambda one: one.asked), acts_of[who], verdict)
    return verdict


def _follow(answers: Iterable[Answer], acts: Sequence[Act], verdict: Verdict) -> None:
    waiting, last, settled, clear = list(acts), None, True, True
    for answer in answers:
        verdict.answers += 1
        while waiting and waiting[0].begun <= answer.answered:
            # of somebody freed before this gate ever blocked him, ALLOW may be from before as well as from after
            last, clear, settled = waiting.pop(0), settled, False
        right = "BLOCK" if last is not None and last.listed else "ALLOW"
        if answer.decision == right:
            if clear and not settled and last is not None and not last.listed:
                within = verdict.wrongful if last.calm else verdict.wrongful_meanwhile
                within.append(max(0.0, answer.answered - last.accepted))
            settled = clear
        elif answer.decision in NOT_FOR_CERTAIN:
            verdict.doubtful += settled
        elif settled:
            verdict.wrong.append(f"{answer.node} said {answer.decision} about person {answer.who}, {right} is right")
