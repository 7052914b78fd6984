"""Processes and brokers are killed: at calls of their ports that are drawn, in the middle of what they do."""

import signal
import subprocess
import time

import psutil

from liandong.tests.chaos.campaign.row import Row
from liandong.tests.chaos.campaign.yard import Yard
from liandong.topics.embedded import cluster

KILLS = 4
_FEW, _MANY = 20, 5000
"""Within so many calls a process has started, read what there is, and worked for some seconds."""


def _at_drawn_calls(name: str) -> Row:
    def strike(yard: Yard) -> None:
        for _ in range(KILLS):
            calls = int(_FEW * (_MANY / _FEW) ** yard.chance.random())
            yard.end(name, signal.SIGKILL)
            process = yard.begin(name, dies_at=calls, after=yard.chance.randrange(2))
            deadline = time.monotonic() + 20
            while process.poll() is None and time.monotonic() < deadline:
                yard.traffic(1, pace=0.1)
            yard.notes.append(f"call {calls}: " + ("died" if _was_killed(process) else "lived on"))
        if process.poll() is None:
            yard.end(name, signal.SIGKILL)
        yard.begin(name)

    return Row(f"the {name} is killed at drawn calls of its ports", strike)


def _was_killed(process: "subprocess.Popen[bytes]") -> bool:
    return process.poll() == -signal.SIGKILL


def _kill_broker(yard: Yard) -> None:
    for node in cluster.status(yard.kafka).nodes:
        assert node.pid is not None
        process = psutil.Process(node.pid)
        process.kill()
        process.wait(30)
    yard.traffic(2)
    yard.until_named("kafka-away")
    cluster.up(yard.kafka)


ROWS = (
    *(_at_drawn_calls(name) for name in ("node", "relay", "monitor")),
    Row("the only broker is killed and comes back", _kill_broker),
)
