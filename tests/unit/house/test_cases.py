"""Every input that broke the product once is played by a test that names it."""

from pathlib import Path

from liandong.tests.worlds.cases import FOLDER, all_cases, case

TESTS = Path(__file__).parents[2]


def test_every_case_is_named_by_a_test() -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
    assert [name for name in all_cases() if f'"{name}"' not in texts] == []


def test_every_file_is_of_a_case_that_says_what_must_happen() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {case(name).stem for name in all_cases()}
