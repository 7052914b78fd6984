"""The planted bugs keep up with the product. That the worlds find them is shown by `python -m liandong.tests.simulation.planted`."""

import pytest

from liandong.tests.simulation.planted.catalogue import HERE, PlantedBug, catalogue
from liandong.tests.simulation.planted.trees import ROOT, PatchOutOfDate, apply
from liandong.tests.simulation.planted.worlds import ATTACKS, STORIES

BUGS = catalogue()


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: f"{bug.number:02}-{bug.name}")
def test_a_patch_applies_and_changes_the_one_file_its_row_names(bug: PlantedBug) -> None:
    apply(bug.patch, ROOT, "--check")
    assert bug.touched() == [bug.file]


def test_there_are_forty_each_with_a_number_of_its_own_and_no_patch_without_a_row() -> None:
    assert len({bug.number for bug in BUGS}) == len(BUGS) >= 40
    assert {bug.patch for bug in BUGS} == set(HERE.glob("*.patch"))


def test_every_attack_a_row_asks_for_is_one_the_adversary_knows() -> None:
    assert {kind for bug in BUGS for kind in bug.attacks or ()} <= set(ATTACKS)


def test_every_story_a_row_names_is_told() -> None:
    assert {bug.story for bug in BUGS} - {""} <= set(STORIES)


def test_a_patch_whose_safeguard_has_moved_is_named() -> None:
    bug = BUGS[0]
    with pytest.raises(PatchOutOfDate, match=bug.patch.name):
        apply(bug.patch, ROOT / "docs", "--check")


def test_only_a_promise_that_a_bug_should_break_counts() -> None:
    bug = PlantedBug(1, "name", "file", "safeguard", ("told twice",))
    assert bug.explains("a release was told twice")
    assert not bug.explains("a release was not told")
