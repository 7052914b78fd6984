"""Every case runs at its smallest size and checks its own result; how fast is not asserted."""

from pathlib import Path

import pytest

from liandong.bench.catalogue import CASES, Case
from liandong.bench.place import Place
from liandong.bench.running import run_once

pytestmark = [pytest.mark.slow, pytest.mark.broker]

DIFFERENT = [case for case in CASES if not case.needs_peers and (case.group != "growth" or case.name == "agencies-3")]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One scratch folder, so that the corpus is written once."""
    return tmp_path_factory.mktemp("bench")


@pytest.mark.parametrize("case", DIFFERENT, ids=lambda case: case.name)
def test_a_case_runs_and_finds_what_it_should(case: Case, kafka_bootstrap: str, work: Path) -> None:
    place = Place(kafka_bootstrap, str(work), case.entries["tiny"], case.amount["tiny"])
    result = run_once(case, place)
    assert result.value > 0
    assert result.amount > 0
