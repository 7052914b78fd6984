"""`liandong …` as a process with a fault: it dies at a drawn call of a port, or its clock is off.

    python -m liandong.tests.chaos.campaign.faulty_process '{"dies_at": 512, "clock": 0}' agency run railway-js

Ports are the publisher and the subscriber of Kafka, statements and commits of databases, LMDB, private files and locks: all that
outlasts the process or is seen by others passes one of them.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any
from unittest import mock

from liandong.__main__ import main
from liandong.tests.simulation.crashing import Life
from liandong.tests.simulation.mortal_stores import mortal_stores
from liandong.topics.transport.kafka import KafkaPublisher, KafkaSubscriber
from liandong.topics.workers.clock import SystemClock


class LastingMachine:
    """The machine of one process; a power cut is not played here."""

    boot_id = ""
    full = False

    def opened(self, *_: object, **__: object) -> None:
        """Nothing to remember."""

    def flushed(self, *_: object) -> None:
        """Nothing to remember."""


class FelledLife(Life):
    """A life that ends as the process does."""

    def _die(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def _counted(life: Life, real: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(real)
    def call(*arguments: Any, **options: Any) -> Any:
        return life.call(lambda: real(*arguments, **options))

    return call


def _fell(life: Life) -> None:
    for port in (KafkaPublisher, KafkaSubscriber):
        for name, real in vars(port).items():
            if callable(real) and not name.startswith("_"):
                setattr(port, name, _counted(life, real))


def play(fault: dict[str, int], words: list[str]) -> None:
    """Run the command with the fault; never returns from one that dies."""
    if offset := fault.get("clock", 0):
        real = SystemClock.now
        mock.patch.object(SystemClock, "now", lambda clock: real(clock) + offset).start()
    calls = fault.get("dies_at", 0)
    if not calls:
        main(words)
        return
    from liandong.consumers.store import power

    machine = LastingMachine()
    machine.boot_id = power.boot_id()
    life = FelledLife(words[0], machine)
    life.doom(calls, after=bool(fault.get("after", 0)))
    _fell(life)
    with mortal_stores(), life.running():
        main(words)


if __name__ == "__main__":
    play(json.loads(sys.argv[1]), sys.argv[2:])
