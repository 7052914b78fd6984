"""What the worlds found of the planted bugs outlasts the run that found it, and one table shows all of it."""

from pathlib import Path

from liandong.tests.simulation.planted import findings
from liandong.tests.simulation.planted.catalogue import PlantedBug
from liandong.tests.simulation.planted.findings import Finding

FIRST = PlantedBug(1, "first", "file", "one thing", ("told twice",))
SECOND = PlantedBug(2, "second", "file", "another", ("fell back",))


def test_what_earlier_runs_found_stays_beside_what_this_one_finds(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    assert findings.read(kept, [FIRST, SECOND]) == {}
    findings.write(kept, {1: Finding(FIRST, 7, 7, "told twice")})
    again = findings.read(kept, [FIRST, SECOND])
    findings.write(kept, {**again, 2: Finding(SECOND, 500, None)})
    both = findings.read(kept, [FIRST, SECOND])
    assert both == {1: Finding(FIRST, 7, 7, "told twice"), 2: Finding(SECOND, 500, None)}


def test_what_was_found_of_a_bug_says_nothing_of_another_that_got_its_number(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    findings.write(kept, {1: Finding(FIRST, 7, 7, "told twice")})
    assert findings.read(kept, [PlantedBug(1, "instead", "file", "a third", ())]) == {}


def test_the_table_says_of_every_bug_whether_it_was_found_not_found_or_not_run() -> None:
    third = PlantedBug(3, "third", "file", "a third", ())
    table = findings.table([FIRST, SECOND, third], {1: Finding(FIRST, 7, 7, "told twice"), 2: Finding(SECOND, 9, None)})
    assert "1 of 3 found, 1 not found in the worlds they had, 1 not run yet" in table.replace("\n", " ")
    assert "| 1 | first | one thing | 7 | 7 | told twice |" in table
    assert "| 2 | second | another | **not found** | 9 |  |" in table
    assert "| 3 | third | a third | not run yet |  |  |" in table


def test_a_promise_of_several_lines_is_one_row() -> None:
    assert Finding(FIRST, 7, 7, "ended by A | B\n[SQL: INSERT]").row().endswith(r"| 7 | 7 | ended by A \| B |")
