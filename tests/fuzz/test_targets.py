"""Every target plays what is kept for it, and some inputs near that; `make fuzz` goes on for longer."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liandong.tests.fuzz.mutations import near
from liandong.tests.fuzz.target import CORPUS, FuzzTarget
from liandong.tests.fuzz.targets import TARGETS

NEAR_EACH = 30
"""Inputs near what is kept that a run of the tests draws for each target."""
each_target = pytest.mark.parametrize("target", TARGETS, ids=[target.name for target in TARGETS])


def test_every_target_has_inputs_of_its_own_and_no_inputs_are_without_one() -> None:
    names = [target.name for target in TARGETS]
    assert len(set(names)) == len(names)
    assert {path.name for path in CORPUS.iterdir()} == set(names)
    assert all(target.inputs() for target in TARGETS)


@each_target
def test_what_is_kept_does_no_harm(target: FuzzTarget) -> None:
    for name, data in target.inputs().items():
        try:
            target.play(data)
        except BaseException as crash:
            crash.add_note(f"input {name} of {target.name}")
            raise


@each_target
def test_what_is_near_it_does_no_harm(target: FuzzTarget) -> None:
    kept = list(target.inputs().values())

    @settings(max_examples=NEAR_EACH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(data=near(kept))
    def play(data: bytes) -> None:
        target.play(data)

    play()


def test_a_target_that_lets_something_else_out_is_found() -> None:
    broken = FuzzTarget("avro", lambda data: 1 // len(data), "a bad example")
    with pytest.raises(ZeroDivisionError):
        broken.play(b"")

    @settings(max_examples=200, deadline=None, database=None)
    @given(data=st.one_of(st.just(b""), near([b"abc"])))
    def play(data: bytes) -> None:
        broken.play(data)

    with pytest.raises(ZeroDivisionError):
        play()
