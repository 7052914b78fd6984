"""The core of `make chaos`: some of its rows, on the Kafka of the session, with a seed that is printed."""

import os
from pathlib import Path

import pytest

from liandong.tests.chaos.__main__ import rows, told
from liandong.tests.chaos.campaign.row import play
from liandong.topics.settings import Settings

pytestmark = [pytest.mark.chaos, pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(500)]
CORE = (
    "the node is killed at drawn calls of its ports",
    "records are forged by every kind of key but the court's",
)


@pytest.mark.parametrize("name", CORE)
def test_a_row_of_the_matrix_holds(name: str, settings: Settings, tmp_path: Path) -> None:
    (row,) = (each for each in rows() if each.name == name)
    seed = int(os.environ["SIMULATION_SEED"])
    seen = play(row, settings, tmp_path / "no-kafka-of-its-own", seed)
    assert seen.failures == [], f"seed {seed}\n{told(seen)}"
