"""Half a minute of worlds: fixed seeds and a new one, lists of integers that Hypothesis shrinks, and the same log twice.

The header of the run names the new seed. What breaks is told with its steps in words and the log's hash; docs/simulation.md
says how to run it again.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liandong.tests.simulation.choices import LARGEST, integers
from liandong.tests.simulation.running import Run, run

SECONDS = 30.0
"""For all of this file together: what is slow on one machine is less on another."""
NEW_SEED = int(os.environ["SIMULATION_SEED"])
FIXED_SEEDS = range(1, 1_000)
AT_LEAST = 5
"""Of the fixed seeds, however slow the machine."""
STEPS = 100
LENGTH = 40
AGAIN = (3, 3, 60)
"""First seed, worlds and steps of what is run twice."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="session")
def time_left() -> Callable[[], float]:
    """How many seconds are left."""
    began = time.monotonic()
    return lambda: SECONDS - (time.monotonic() - began)


def promise_kept(done: Run) -> None:
    if done.broken is not None:
        pytest.fail(f"{done}\n--integers {','.join(map(str, done.integers))}", pytrace=False)


@pytest.mark.usefixtures("time_left")
def test_a_seed_writes_the_same_log_in_this_process_and_in_others() -> None:
    first, worlds, steps = AGAIN
    one, other = (_started(first, worlds, steps, hash_seed) for hash_seed in ("1", "2"))
    here = [run(integers(seed, steps)).log_hash for seed in range(first, first + worlds)]
    told = [process.communicate()[0] for process in (one, other)]
    assert re.findall(r"^log (\w+)", told[0], re.MULTILINE) == here
    assert _without_times(told[0]) == _without_times(told[1])
    assert len(set(here)) == worlds


@pytest.mark.usefixtures("time_left")
@settings(
    max_examples=10,
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
@given(
    town=st.integers(0, LARGEST - 1),
    steps=st.lists(st.integers(0, LARGEST - 1), min_size=LENGTH, max_size=LENGTH),
)
def test_whatever_is_done_every_promise_holds(town: int, steps: Sequence[int]) -> None:
    """A step of 0 is none, so that Hypothesis takes steps out."""
    promise_kept(run([town, *filter(None, steps)]))


def test_the_fixed_seeds_and_a_new_one_hold(
    time_left: Callable[[], float], record_property: Callable[[str, object], None]
) -> None:
    done = [run(integers(NEW_SEED, STEPS))]
    promise_kept(done[0])
    for seed in FIXED_SEEDS:
        if len(done) > AT_LEAST and time_left() <= 0:
            break
        done.append(run(integers(seed, STEPS)))
        promise_kept(done[-1])
    whole = sum(each.counters["endings that came whole"] for each in done)
    assert whole * 3 >= len(done), "an ending that does not come whole is held to less"
    record_property("worlds", f"{len(done)} worlds of {STEPS} steps held, among them that of seed {NEW_SEED}")


def _started(first: int, worlds: int, steps: int, hash_seed: str) -> subprocess.Popen[str]:
    asked = ["--seed", str(first), "--worlds", str(worlds), "--steps", str(steps), "--verbose"]
    return subprocess.Popen(
        [sys.executable, "-m", "liandong.tests.simulation", *asked],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        stdout=subprocess.PIPE,
        text=True,
    )


def _without_times(told: str) -> str:
    """The words of a run without its last line, which says how long it took."""
    assert "log " in told
    return told.rpartition("worlds in")[0].rpartition("\n")[0]
