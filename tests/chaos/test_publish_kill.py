"""kill -9 of publishing and relaying processes at any moment: every accepted update is in the log, in order, once named."""

import random
import signal
import subprocess
import time
from functools import partial
from pathlib import Path

import pytest

from liandong.tests.suites.publisher_town import PublisherTown, eventually, recount, rows, write
from liandong.topics.outbox import SqlOutbox
from liandong.topics.settings import Settings

pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def town(settings: Settings) -> PublisherTown:
    made = PublisherTown(settings)
    made.make_topics()
    return made


def kill(process: "subprocess.Popen[str]") -> bool:
    """Kills as a power cut would; whether it was still at work."""
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def _moves(outbox: SqlOutbox, before: int) -> bool:
    """Whether a relay is at work, or has nothing to do."""
    return outbox.sent_through("state") > before or not outbox.backlog()["state"].rows


def test_publishers_and_relays_killed_at_random_lose_nothing_and_name_nobody_twice(
    town: PublisherTown, tmp_path: Path
) -> None:
    draw = random.Random(20261122)
    listed = rows(8000)
    first = write(tmp_path / "first.csv", listed)
    # a third of them corrected next day, some new
    second_rows = [row | ({"claim_amount": "4711.00"} if at % 3 == 0 else {}) for at, row in enumerate(listed)]
    second = write(
        tmp_path / "second.csv",
        second_rows
        + [row | {"case_number": f"（2026）苏0505执{90_000 + at}号"} for at, row in enumerate(rows(500, seed=2))],
    )
    killed = 0
    for path in (first, first, first, second, second):
        process = town.start("court", "publish", str(path))
        time.sleep(draw.uniform(0.5, 2.5))
        killed += kill(process)
    town.publish(first, "--no-wait")
    register = town.register()
    for _ in range(2):
        relay = town.start("court", "relay")
        assert eventually(partial(_moves, register.outbox, register.outbox.sent_through("state")))
        time.sleep(draw.uniform(0, 0.3))
        killed += kill(relay)
    register.close()
    summary = town.publish(second)
    assert summary["rejected"] == 0
    assert summary["missing_count"] == 0
    assert town.publish(second)["unchanged"] == 8500
    assert killed >= 3
    counts = recount(town)
    assert counts["entries"] == 8500
    assert counts["updates"] >= 8500 + 2667


def test_of_two_relays_one_sends_and_the_other_takes_over_when_it_is_killed(
    town: PublisherTown, tmp_path: Path
) -> None:
    relays = [town.start("court", "relay"), town.start("court", "relay")]
    register = town.register()
    assert eventually(lambda: register.outbox.holder().owner != "")
    town.publish(write(tmp_path / "one.csv", rows(300)), "--no-wait")
    assert eventually(lambda: register.outbox.sent_through("state") == 300)
    holder = register.outbox.holder()
    first = next(each for each in relays if f":{each.pid}:" in holder.owner)
    assert kill(first)
    town.publish(write(tmp_path / "two.csv", rows(600)), "--no-wait")
    assert eventually(lambda: register.outbox.sent_through("state") == 600)
    assert register.outbox.holder().epoch == holder.epoch + 1
    other = relays[1 - relays.index(first)]
    other.send_signal(signal.SIGTERM)
    _, err = other.communicate(timeout=30)
    assert other.returncode == 0, err
    assert register.outbox.holder().owner == ""
    register.close()
    counts = recount(town)
    assert counts == {"updates": 600, "entries": 600, "logged": 600}
