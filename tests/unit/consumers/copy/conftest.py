"""A copy of one list."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.tests.worlds.list_copy import ListCopy


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[ListCopy]:
    made = ListCopy(tmp_path)
    yield made
    made.node.close()
