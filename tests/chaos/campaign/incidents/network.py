"""The network between one process and Kafka is cut, grows slow or forgets its connections, and is whole again."""

import time
from collections.abc import Callable

from liandong.tests.chaos.campaign.crossing import Crossing
from liandong.tests.chaos.campaign.row import Row
from liandong.tests.chaos.campaign.yard import Yard

CUT_SECONDS = 15.0
SLOW_SECONDS = 10.0
SLOW_PAUSE = 0.5
"""Seconds that each stretch of bytes takes longer, each way."""
Harm = Callable[[Yard, Crossing], None]


def _cut(yard: Yard, crossing: Crossing) -> None:
    crossing.cut()
    _go_on(yard, CUT_SECONDS)
    crossing.mend()


def _slow(yard: Yard, crossing: Crossing) -> None:
    crossing.pause = SLOW_PAUSE
    _go_on(yard, SLOW_SECONDS)
    yard.until_right()
    crossing.mend()


def _half_open(yard: Yard, crossing: Crossing) -> None:
    yard.notes.append(f"{crossing.lose()} connections were lost and not told")
    begun = time.monotonic()
    yard.traffic(1)
    yard.until_right()
    yard.notes.append(f"right again after {time.monotonic() - begun:.0f} s")


def _go_on(yard: Yard, seconds: float) -> None:
    """Let the court go on for a while."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        yard.traffic(1)
        time.sleep(1)


def _row(what: str, name: str, harm: Harm, *named: str) -> Row:
    crossing = Crossing()

    def strike(yard: Yard) -> None:
        yard.end(name)
        yard.begin(name, environment=yard.environment | {"LIANDONG_BOOTSTRAP": crossing.bootstrap})
        yard.until_right()
        yard.until_green()
        harm(yard, crossing)

    return Row(f"the network between the {name} and Kafka {what}", strike, frozenset(named), prepare=crossing.prepare)


ROWS = (
    _row("is cut and comes back", "node", _cut, "stale"),
    _row("is cut and comes back", "relay", _cut, "not-sent"),
    _row("is cut and comes back", "monitor", _cut, "kafka-away"),
    *(_row("forgets its connections", name, _half_open) for name in ("node", "relay", "monitor")),
    *(_row("is slow", name, _slow) for name in ("node", "relay")),
)
