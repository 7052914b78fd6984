"""Whatever the status finds, what it prints leads to green, or says whom to tell."""

from collections.abc import Iterator

import pytest

from liandong.monitoring.status.next_steps import NEXT_STEPS
from liandong.tests.simulation.remedies.causes import CAUSES, NOT_IN_TOWN
from liandong.tests.simulation.remedies.following import follow
from liandong.tests.simulation.running import town
from liandong.tests.simulation.world import World


@pytest.fixture
def world() -> Iterator[World]:
    with town(0) as founded:
        yield founded


def test_every_case_of_a_finding_has_a_cause() -> None:
    assert CAUSES.keys() == NEXT_STEPS.keys() - NOT_IN_TOWN.keys()
    assert len(NOT_IN_TOWN) <= 1, "this list only shrinks"


@pytest.mark.parametrize("case", CAUSES)
def test_what_the_status_prints_leads_to_green_or_says_whom_to_tell(world: World, case: str) -> None:
    cause = CAUSES[case]
    for deed in cause.deeds:
        deed.do(world)
        world.read_log()
    done = follow(world, case, cause.also)
    assert done.is_settled, done
    left = [each for each in done.left if each["kind"] not in cause.also]
    assert {each["escalate"] for each in left} == ({cause.ends} if cause.ends else set()), done
