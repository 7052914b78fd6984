"""Many worlds: the same in one process and in two, failures made small, and the table of what happened."""

from collections import Counter
from collections.abc import Sequence

import structlog

from liandong.tests.simulation.campaign import Campaign, of_integers, outcomes
from liandong.tests.simulation.counting import counted_logs
from liandong.tests.simulation.promises import PromiseBroken
from liandong.tests.simulation.running import Run
from liandong.tests.simulation.shrinking import shrunk
from liandong.tests.simulation.telling import Tally, table

STEPS = 5


def test_two_processes_find_what_one_finds() -> None:
    alone = {each.seed: each for each in outcomes(Campaign(seed=1, worlds=2, steps=STEPS))}
    beside = {each.seed: each for each in outcomes(Campaign(seed=1, worlds=2, steps=STEPS, processes=2))}
    assert list(alone) == [1, 2]
    assert beside == alone
    again = of_integers(Campaign(), alone[2].integers)
    assert (again.log_hash, again.steps) == (alone[2].log_hash, alone[2].steps)


def test_no_world_is_begun_when_the_time_is_over() -> None:
    assert len(list(outcomes(Campaign(worlds=None, steps=1, seconds=0.001)))) <= 1


def test_a_failure_shrinks_to_the_steps_that_break_the_promise_whatever_numbers_are_in_it() -> None:
    def again(integers: Sequence[int]) -> Run:
        broken = PromiseBroken(f"person {len(integers)} of 5d3e8a9b01") if {7, 11} <= set(integers) else None
        return Run(integers, [str(each) for each in integers[1:]], broken=broken)

    small = shrunk(again(range(100, 140)), again)
    assert small.broken is None
    assert len(small.steps) == 39
    assert shrunk(again([0, *range(40)]), again).integers == [0, 7, 11]


def test_the_table_marks_what_is_rare_and_names_cases_that_never_came() -> None:
    lines = table({"kills": 100, "restarts": 99, "checks": 4, "checks on fresh and proven gates": 1}).splitlines()
    assert "      100  kills" in lines
    assert "       99< restarts" in lines
    assert "        0< CASE a relief that overtakes its entry" in lines
    assert lines[-1] == "      25%  of 4 checks on fresh and proven gates"


def test_a_tally_keeps_what_broke() -> None:
    tally = Tally()
    for outcome in outcomes(Campaign(worlds=1, steps=1)):
        tally.take(outcome)
    assert (tally.worlds, tally.failures) == (1, [])
    assert str(tally).startswith("1 worlds in ")


def test_logs_are_counted_and_not_shown_and_then_shown_again() -> None:
    before, counters = structlog.get_config(), Counter[str]()
    with counted_logs(counters):
        structlog.get_logger().warning("a lease was lost", whose="railway")
        structlog.get_logger().debug("a detail")
    assert counters == {"logged: a lease was lost": 1}
    assert structlog.get_config() == before
