"""kill -9 of publishing and relaying processes at any moment: every accepted update is in the log, in order, once named."""

import json
import random
import signal
import subprocess
import time
from functools import partial
from pathlib import Path

import psutil
import pytest

from liandong.producers.publishing.read_ahead import WORTH_BYTES
from liandong.tests.worlds.court_office import CourtOffice, recount, rows, write
from liandong.tests.worlds.waiting import eventually
from liandong.topics.settings import Settings
from liandong.topics.storage.outbox import SqlOutbox

_LARGE = 32_000
pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def office(settings: Settings) -> CourtOffice:
    made = CourtOffice(settings)
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


@pytest.mark.long
def test_publishers_and_relays_killed_at_random_lose_nothing_and_name_nobody_twice(
    office: CourtOffice, tmp_path: Path
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
        process = office.piped("court", "publish", str(path))
        time.sleep(draw.uniform(0.5, 2.5))
        killed += kill(process)
    office.publish(first, "--no-wait")
    register = office.register()
    for _ in range(2):
        relay = office.piped("court", "relay")
        assert eventually(partial(_moves, register.outbox, register.outbox.sent_through("state")))
        time.sleep(draw.uniform(0, 0.3))
        killed += kill(relay)
    register.close()
    summary = office.publish(second)
    assert summary["rejected"] == 0
    assert summary["missing_count"] == 0
    assert office.publish(second)["unchanged"] == 8500
    assert killed >= 3
    counts = recount(office)
    assert counts["entries"] == 8500
    assert counts["updates"] >= 8500 + 2667


def test_of_two_relays_one_sends_and_the_other_takes_over_when_it_is_killed(
    office: CourtOffice, tmp_path: Path
) -> None:
    relays = [office.piped("court", "relay"), office.piped("court", "relay")]
    register = office.register()
    assert eventually(lambda: register.outbox.holder().owner != "")
    office.publish(write(tmp_path / "one.csv", rows(300)), "--no-wait")
    assert eventually(lambda: register.outbox.sent_through("state") == 300)
    holder = register.outbox.holder()
    first = next(each for each in relays if f":{each.pid}:" in holder.owner)
    assert kill(first)
    office.publish(write(tmp_path / "two.csv", rows(600)), "--no-wait")
    assert eventually(lambda: register.outbox.sent_through("state") == 600)
    assert register.outbox.holder().epoch == holder.epoch + 1
    other = relays[1 - relays.index(first)]
    other.send_signal(signal.SIGTERM)
    _, err = other.communicate(timeout=30)
    assert other.returncode == 0, err
    assert register.outbox.holder().owner == ""
    register.close()
    counts = recount(office)
    assert counts == {"updates": 600, "entries": 600, "logged": 600}


def _children(process: "subprocess.Popen[str]") -> list[psutil.Process]:
    """The processes a publication has started, the one that sends before the one that reads."""
    found = psutil.Process(process.pid).children()
    return sorted((each for each in found if "spawn_main" in " ".join(each.cmdline())), key=psutil.Process.create_time)


class LargePublication:
    """A publication that stands still in the middle: the process that reads for it is held as soon as rows are accepted.

    It reads a few milliseconds at a time until then, so that it cannot be through while a busy machine keeps us waiting.
    """

    def __init__(self, office: CourtOffice, path: Path) -> None:
        register = office.register()
        before = register.outbox.accepted_through("state")
        self.process = office.piped("court", "publish", str(path), "--json")
        assert eventually(lambda: len(_children(self.process)) == 2)
        self.started = _children(self.process)
        self.sender, self.reader = self.started

        def accepts() -> bool:
            self.reader.resume()
            time.sleep(0.02)
            self.reader.suspend()
            return register.outbox.accepted_through("state") > before

        assert eventually(accepts)
        assert register.outbox.accepted_through("state") < _LARGE
        register.close()

    def is_gone(self) -> bool:
        """Whether nobody of it is left."""
        return not any(each.is_running() for each in self.started)


@pytest.mark.long
def test_a_large_file_is_read_and_sent_by_processes_that_may_die_too(office: CourtOffice, tmp_path: Path) -> None:
    path = write(tmp_path / "large.csv", rows(_LARGE))
    assert path.stat().st_size > WORTH_BYTES

    # the whole publication, as by a power cut: nobody it started stays behind
    cut = LargePublication(office, path)
    cut.process.kill()
    cut.reader.resume()
    assert kill(cut.process)
    assert eventually(cut.is_gone)
    # Ctrl-C at a terminal reaches all of them; the parent ends them
    interrupted = LargePublication(office, path)
    for each in (*interrupted.started, psutil.Process(interrupted.process.pid)):
        each.send_signal(signal.SIGINT)
    interrupted.reader.resume()
    _, err = interrupted.process.communicate(timeout=60)
    assert interrupted.process.returncode != 0
    assert "Traceback" not in err
    assert interrupted.is_gone()
    # the process that reads: a clear error, and what was accepted stays
    blind = LargePublication(office, path)
    blind.reader.kill()
    out, err = blind.process.communicate(timeout=60)
    assert blind.process.returncode == 1, err
    assert json.loads(out)["error"]["code"] == "READER_DIED"
    register = office.register()
    assert 0 < register.outbox.accepted_through("state") < _LARGE
    register.close()
    # the process that sends: the publication does without it
    mute = LargePublication(office, path)
    mute.sender.kill()
    mute.reader.resume()
    out, err = mute.process.communicate(timeout=100)
    assert mute.process.returncode == 0, err
    assert json.loads(out)["sent"]
    counts = recount(office)
    assert (counts["updates"], counts["entries"]) == (_LARGE, _LARGE)
