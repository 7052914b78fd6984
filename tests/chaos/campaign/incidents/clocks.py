"""Clocks that are an hour slow or fast: of the node, the relay, the monitor with its notary, and of the court's own desk."""

from functools import partial
from unittest import mock

from liandong.tests.chaos.campaign.row import Row
from liandong.tests.chaos.campaign.yard import Yard
from liandong.topics.workers.clock import SystemClock

HOUR = 3_600_000


def _process(yard: Yard, name: str, offset: int) -> None:
    """A process runs on a machine whose clock is off, and then on one whose clock is right."""
    yard.end(name)
    yard.begin(name, clock=offset)
    for _ in range(6):
        yard.traffic_if_let()
    yard.end(name)
    yard.begin(name)
    if name != "node":
        yard.until_let()
    yard.traffic(2)


def _desk(yard: Yard, offset: int) -> None:
    """What is typed at a desk whose clock is off is refused before anything of it is accepted."""
    real = SystemClock.now
    with mock.patch.object(SystemClock, "now", lambda clock: real(clock) + offset):
        refused = yard.typed_listing()
    assert refused.code != 0, refused.out
    said = [code for code in ("CLOCK_OFF", "REGISTER_NOT_COMPARED") if code in refused.out + refused.err]
    assert said, refused
    yard.notes.append(f"a listing is refused with {said[0]}")
    yard.traffic(3)


def _row(name: str, offset: int) -> Row:
    said = "slow" if offset < 0 else "fast"
    return Row(f"the clock of the {name} is an hour {said}", partial(_process, name=name, offset=offset))


ROWS = (
    *(_row(name, offset) for name in ("node", "relay", "monitor") for offset in (-HOUR, HOUR)),
    Row("the clock of the court's desk is an hour slow", partial(_desk, offset=-HOUR), certain=True),
    Row("the clock of the court's desk is an hour fast", partial(_desk, offset=HOUR), certain=True),
)
